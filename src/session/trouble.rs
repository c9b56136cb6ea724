//! How renewing the session fails: since when, how often, and in which words. It is noted beside the session, so that all tabs
//! that share it count together, and a reload does not begin anew.

use crate::json::{Fields, Json};
use crate::moment::Moment;
use crate::oauth::AuthCode;

/// So many tries, or so long, and the session is called uncertain.
const UNCERTAIN_TRIES: f64 = 3.0;
const UNCERTAIN_MS: f64 = 60_000.0;

/// The same refusal so often, over so long, ends the session.
const ENDING_TRIES: f64 = 3.0;
const ENDING_MS: f64 = 600_000.0;

/// After so many tries those who ask for a token no longer cause a request each, but wait.
const FREE_TRIES: f64 = 3.0;
const FIRST_PAUSE_MS: f64 = 1_000.0;
const LONGEST_PAUSE_MS: f64 = 60_000.0;

/// How often something happened, and since when.
#[derive(Clone, Copy)]
struct Count {
    since: Moment,
    times: f64,
}

/// What an error of a refresh says, as far as it is noted.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedError {
    /// `AuthError.code`.
    pub code: String,
    /// `AuthError.message`.
    pub message: String,
    /// The provider's `error_description`.
    pub description: Option<String>,
    /// The provider's `error_uri`.
    pub uri: Option<String>,
    /// Whether another try may succeed.
    pub retryable: bool,
    /// The status of the reply.
    pub http_status: Option<f64>,
}

/// One failed try.
pub struct Failure {
    /// What it came to.
    pub error: RefusedError,
    /// The provider's word says that the session has ended.
    pub is_refused: bool,
    /// The provider said no in words that end the session when they are repeated often enough, for long enough.
    pub is_counted: bool,
    /// It was not the provider that answered, or it could not.
    pub is_infrastructure: bool,
    /// The provider's word.
    pub word: Option<String>,
    /// The refresh token may have been replaced, although nobody heard of it.
    pub may_be_used: bool,
    /// The core has refused the access token.
    pub is_useless: bool,
}

/// What a failed try leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The session lives, or may live.
    GoOn,
    /// It has ended.
    End,
    /// It has ended, because the reply to an earlier try was lost.
    EndReplyLost,
}

/// A session that can't be renewed.
#[derive(Clone)]
pub struct Trouble {
    /// The stage of the session.
    mark: String,
    tries: Count,
    last: Moment,
    /// The word that ends the session when it is repeated.
    word: Option<(String, Count)>,
    /// The last try was refused in words that end the session when its token is over.
    is_refused: bool,
    /// It was told that the session is uncertain.
    pub is_told: bool,
    /// Of the last try.
    pub error: RefusedError,
}

impl Failure {
    /// The error as it is told.
    pub fn retryable(&self) -> bool {
        !self.is_refused && self.error.code != AuthCode::InvalidConfig.as_str()
    }

    /// What it leads to: the session ends only when its access token is over, or is of no use, and only by the provider's
    /// word.
    /// `left_ms` is what is left of its life.
    pub fn outcome(&self, trouble: &Trouble, left_ms: f64, now: Moment) -> Outcome {
        let is_over = left_ms <= 0.0;
        match self.is_refused && (is_over || self.is_useless) {
            true if self.may_be_used => Outcome::EndReplyLost,
            true => Outcome::End,
            false if is_over && trouble.is_final(now) => Outcome::End,
            false => Outcome::GoOn,
        }
    }
}

impl Outcome {
    /// As `js/session/refresh.ts` knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GoOn => "goOn",
            Self::End => "end",
            Self::EndReplyLost => "endReplyLost",
        }
    }
}

impl Trouble {
    /// After one more try that failed. `before` is what was noted, of whatever stage.
    pub fn after(before: Option<Self>, mark: String, failure: &Failure, now: Moment) -> Self {
        let once = Count { since: now, times: 1.0 };
        let error = RefusedError { retryable: failure.retryable(), ..failure.error.clone() };
        let mut trouble = match before {
            Some(mut before) if before.mark == mark => {
                before.tries.times += 1.0;
                Self { last: now, is_refused: failure.is_refused, error, ..before }
            }
            _ => {
                Self { mark, tries: once, last: now, word: None, is_refused: failure.is_refused, is_told: false, error }
            }
        };
        match (&failure.word, &mut trouble.word) {
            (Some(said), Some((known, count))) if failure.is_counted && known == said => count.times += 1.0,
            (Some(said), word) if failure.is_counted => *word = Some((said.clone(), once)),
            // No answer says nothing about what the provider would answer.
            (_, word) if !failure.is_infrastructure => *word = None,
            _ => {}
        }
        trouble
    }

    /// Milliseconds until the session is to be called uncertain, if nothing changes before: not before the token is over, unless
    /// it is of no use. `None`: there is no doubt, because the next try ends it when the token is over.
    pub fn uncertain_in_ms(&self, left_ms: f64, is_useless: bool, now: Moment) -> Option<f64> {
        if self.is_refused && !is_useless {
            return None;
        }
        let is_enough = self.tries.times >= UNCERTAIN_TRIES;
        let in_ms = if is_enough { 0.0 } else { UNCERTAIN_MS - self.tries.since.age_ms(now) };
        Some(in_ms.max(if is_useless { 0.0 } else { left_ms }).max(0.0))
    }

    /// Whether the provider has said the same often enough.
    fn is_final(&self, now: Moment) -> bool {
        let is_enough = |count: &Count| count.times >= ENDING_TRIES && count.since.age_ms(now) >= ENDING_MS;
        self.word.as_ref().is_some_and(|(_, count)| is_enough(count))
    }

    /// How long the provider is left alone yet.
    pub fn pause_ms(&self, now: Moment) -> f64 {
        let more = self.tries.times - FREE_TRIES;
        // The clock was set back since: the pause would last until it is as late again.
        if more < 0.0 || self.last.is_after(now) {
            return 0.0;
        }
        let pause_ms = (FIRST_PAUSE_MS * 2f64.powi(more as i32)).min(LONGEST_PAUSE_MS);
        (pause_ms - self.last.age_ms(now)).max(0.0)
    }

    /// Whether another tab tried after `since`. A try in the future was noted by a clock that was set back since; when it
    /// was made nobody knows.
    pub fn was_tried_after(&self, since: Moment, now: Moment) -> bool {
        self.last.is_after(since) && !self.last.is_after(now)
    }

    /// Whether it is about this stage of the session.
    pub fn is_of(&self, mark: &str) -> bool {
        self.mark == mark
    }

    /// What was noted, if it can be read.
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = Fields::parse(text)?;
        let tries = Count::take(&mut fields, "since", "tries")?;
        let last = take_moment(&mut fields, "last")?;
        let word_count = Count::take(&mut fields, "word_since", "word_times");
        let word = match fields.take_text("word").ok()? {
            Some(word) => Some((word, word_count?)),
            None => None,
        };
        let code = fields.need_text("code").filter(|code| AuthCode::of(code).is_some())?;
        let message = fields.need_text("message")?;
        let mut shown = |name: &str| fields.take(name).and_then(Json::into_text);
        let (description, uri) = (shown("description"), shown("uri"));
        let mut flag = |name: &str| matches!(fields.take(name), Some(Json::Flag(true)));
        let (retryable, is_refused, is_told) = (flag("retryable"), flag("is_refused"), flag("is_told"));
        let http_status = fields.take("http_status").and_then(Json::into_number);
        Some(Self {
            mark: fields.need_text("mark")?,
            tries,
            last,
            word,
            is_refused,
            is_told,
            error: RefusedError { code, message, description, uri, retryable, http_status },
        })
    }

    /// The same when it was told.
    #[must_use]
    pub fn told(mut self) -> Self {
        self.is_told = true;
        self
    }

    /// The text to note.
    pub fn write(&self) -> String {
        let mut fields = Fields::default();
        fields.put("mark", self.mark.as_str());
        self.tries.put(&mut fields, "since", "tries");
        fields.put("last", moment(self.last));
        if let Some((word, count)) = &self.word {
            fields.put("word", word.as_str());
            count.put(&mut fields, "word_since", "word_times");
        }
        fields.put("is_refused", Json::Flag(self.is_refused));
        fields.put("is_told", Json::Flag(self.is_told));
        fields.put("code", self.error.code.as_str());
        fields.put("message", self.error.message.as_str());
        fields.put("description", self.error.description.as_deref());
        fields.put("uri", self.error.uri.as_deref());
        fields.put("retryable", Json::Flag(self.error.retryable));
        if let Some(status) = self.error.http_status {
            fields.put("http_status", status);
        }
        Json::Object(fields).write()
    }
}

impl Count {
    fn put(&self, fields: &mut Fields, since: &str, times: &str) {
        fields.put(since, moment(self.since));
        fields.put(times, self.times);
    }

    fn take(fields: &mut Fields, since: &str, times: &str) -> Option<Self> {
        Some(Self { since: take_moment(fields, since)?, times: fields.need_number(times)? })
    }
}

fn moment(moment: Moment) -> Json {
    let Moment { wall_ms, monotonic_ms, page } = moment;
    Json::List(vec![wall_ms.into(), monotonic_ms.into(), page.into()])
}

fn take_moment(fields: &mut Fields, name: &str) -> Option<Moment> {
    let Json::List(numbers) = fields.take(name)? else { return None };
    let [Json::Number(wall_ms), Json::Number(monotonic_ms), Json::Number(page)] = numbers[..] else { return None };
    Some(Moment { wall_ms, monotonic_ms, page })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    const MINUTE_MS: f64 = 60_000.0;
    const LIVING: f64 = 1.0;
    const OVER: f64 = 0.0;

    fn at(ms: f64) -> Moment {
        Moment { wall_ms: 1_800_000_000_000.0 + ms, monotonic_ms: ms, page: 1.0 }
    }

    fn failure(word: Option<&str>) -> Failure {
        let error = RefusedError {
            code: "provider_error".into(),
            message: "No.".into(),
            description: Some("Because.".into()),
            uri: None,
            retryable: false,
            http_status: Some(400.0),
        };
        Failure {
            error,
            is_refused: false,
            is_counted: word.is_some(),
            is_infrastructure: word.is_none(),
            word: word.map(String::from),
            may_be_used: false,
            is_useless: false,
        }
    }

    fn refused() -> Failure {
        Failure { is_refused: true, is_counted: false, ..failure(Some("invalid_grant")) }
    }

    /// After tries that fail in these words, a minute apart.
    fn after(words: &[Option<&str>]) -> Trouble {
        let mut trouble = None;
        for (number, word) in words.iter().enumerate() {
            let now = at(number as f64 * MINUTE_MS);
            trouble = Some(Trouble::after(trouble, "mark".into(), &failure(*word), now));
        }
        trouble.unwrap()
    }

    #[test]
    fn it_is_read_as_it_was_noted_and_in_the_form_of_the_tabs_before() {
        let text = after(&[Some("no"), Some("no")]).write();
        let again = Trouble::read(&text).unwrap();
        assert_eq!((again.write(), again.is_of("mark"), again.is_of("other")), (text.clone(), true, false));
        let before = r#"{"mark":"mark","since":[1800000000000,0,1],"tries":2,"last":[1800000060000,60000,1],"word":"no","word_since":[1800000000000,0,1],"word_times":2,"is_refused":false,"is_told":false,"code":"provider_error","message":"No.","description":"Because.","uri":null,"retryable":true,"http_status":400}"#;
        assert!(Json::parse(&text) == Json::parse(before), "{text}");
        for other in
            ["", "[]", "{}", &before.replace("provider_error", "nonsense"), &before.replace("[1800000060000,", "[")]
        {
            assert!(Trouble::read(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_session_is_uncertain_after_three_tries_or_a_minute_and_not_while_its_token_lives() {
        let once = after(&[None]);
        assert_eq!(once.uncertain_in_ms(OVER, false, at(0.0)), Some(MINUTE_MS));
        assert_eq!(once.uncertain_in_ms(OVER, false, at(MINUTE_MS)), Some(0.0));
        let living = 200_000.0;
        assert_eq!(once.uncertain_in_ms(living, false, at(0.0)), Some(200_000.0));
        let often = after(&[None; 3]);
        assert_eq!(often.uncertain_in_ms(OVER, false, at(0.0)), Some(0.0));
        assert_eq!(often.uncertain_in_ms(living, true, at(0.0)), Some(0.0), "the core takes it no more");
        let refused = Trouble::after(None, "mark".into(), &refused(), at(0.0));
        assert_eq!(refused.uncertain_in_ms(living, false, at(0.0)), None);
        assert_eq!(refused.uncertain_in_ms(living, true, at(0.0)), Some(MINUTE_MS));
    }

    #[test]
    fn a_refusal_ends_the_session_when_its_token_is_over() {
        let outcome = |failure: Failure, left_ms| {
            failure.outcome(&Trouble::after(None, "mark".into(), &failure, at(0.0)), left_ms, at(0.0))
        };
        assert_eq!(outcome(refused(), LIVING), Outcome::GoOn);
        assert_eq!(outcome(refused(), OVER), Outcome::End);
        assert_eq!(outcome(Failure { is_useless: true, ..refused() }, LIVING), Outcome::End);
        assert_eq!(outcome(Failure { may_be_used: true, ..refused() }, OVER), Outcome::EndReplyLost);
        assert_eq!(outcome(failure(Some("no")), OVER), Outcome::GoOn);
        assert_eq!(outcome(failure(None), OVER), Outcome::GoOn);
    }

    #[test]
    fn the_same_word_three_times_over_ten_minutes_ends_it_too() {
        let ten = at(10.0 * MINUTE_MS);
        let outcome = |words: &[Option<&str>], now| failure(Some("no")).outcome(&after(words), OVER, now);
        assert_eq!(outcome(&[Some("no"); 3], ten), Outcome::End);
        assert_eq!(outcome(&[Some("no"); 3], at(10.0 * MINUTE_MS - 1.0)), Outcome::GoOn);
        assert_eq!(outcome(&[Some("no"); 2], ten), Outcome::GoOn);
        assert_eq!(outcome(&[Some("no"), None, Some("no"), Some("no")], ten), Outcome::End, "no answer says nothing");
        assert_eq!(outcome(&[Some("no"), Some("never"), Some("no"), Some("no")], ten), Outcome::GoOn);
        assert_eq!(failure(Some("no")).outcome(&after(&[Some("no"); 3]), LIVING, ten), Outcome::GoOn);
    }

    #[test]
    fn the_provider_is_left_alone_longer_each_time() {
        assert_eq!(after(&[None; 2]).pause_ms(at(MINUTE_MS)), 0.0);
        assert_eq!(after(&[None; 3]).pause_ms(at(2.0 * MINUTE_MS)), 1_000.0);
        assert_eq!(after(&[None; 4]).pause_ms(at(3.0 * MINUTE_MS + 500.0)), 1_500.0);
        assert_eq!(after(&[None; 40]).pause_ms(at(39.0 * MINUTE_MS)), MINUTE_MS);
        assert_eq!(after(&[None; 4]).pause_ms(at(0.0)), 0.0, "the clock was set back");
    }

    #[test]
    fn another_stage_begins_anew() {
        let newer = Trouble::after(Some(after(&[Some("no"); 3])), "newer".into(), &failure(Some("no")), at(0.0));
        assert!(newer.is_of("newer") && newer.tries.times == 1.0);
    }

    #[test]
    fn a_try_of_another_tab_counts_when_it_came_after_the_wish() {
        let trouble = after(&[None; 2]);
        assert!(trouble.was_tried_after(at(0.0), at(MINUTE_MS)));
        assert!(!trouble.was_tried_after(at(MINUTE_MS), at(MINUTE_MS)));
        assert!(!trouble.was_tried_after(at(0.0), at(10.0)), "noted by a clock that was set back since");
    }
}
