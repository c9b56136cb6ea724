//! How refreshing fails: since when, how often, and in which words. It is noted beside the session, so that all tabs that
//! share it count together, and a reload does not begin anew.

use super::refusal::Verdict;
use super::session::{Inner, Session, SessionEvent, SessionState};
use super::stored::Stored;
use super::{AuthCode, AuthError};
use crate::seams::{Fields, Json, Moment, Platform, Store};
use futures_util::future::select;
use std::pin::pin;

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
/// Nobody who asks is kept waiting for longer: then the error of the last try is the answer.
const LONGEST_WAIT_MS: f64 = 5_000.0;

/// How often something happened, and since when.
#[derive(Clone)]
struct Count {
    since: Moment,
    times: f64,
}

/// A session that can't be renewed.
#[derive(Clone)]
pub(super) struct Trouble {
    /// The stage of the session.
    mark: String,
    tries: Count,
    last: Moment,
    /// The word that ends the session when it is repeated.
    word: Option<(String, Count)>,
    /// The last try was refused in words that end the session when its token is over.
    is_refused: bool,
    /// It was told that the session is uncertain.
    is_told: bool,
    /// Of the last try.
    error: AuthError,
}

/// One failed try.
pub(super) struct Failure {
    pub error: AuthError,
    pub verdict: Verdict,
    /// The provider's word.
    pub word: Option<String>,
    /// The refresh token may have been replaced, although nobody heard of it.
    pub may_be_used: bool,
}

impl Failure {
    /// No reply that is the provider's.
    pub fn of_infrastructure(error: AuthError) -> Self {
        Self { error, verdict: Verdict::Infrastructure, word: None, may_be_used: true }
    }
}

impl Trouble {
    /// After one more try that failed.
    fn after(before: Option<Box<Self>>, mark: String, failure: &Failure, now: Moment) -> Box<Self> {
        let once = Count { since: now, times: 1.0 };
        let again = |count: Count| Count { times: count.times + 1.0, ..count };
        let (tries, word, is_told) = match before {
            Some(before) => (again(before.tries), before.word, before.is_told),
            None => (once.clone(), None, false),
        };
        let is_counted = failure.verdict == Verdict::Uncertain { is_counted: true };
        let word = match failure.word.as_ref().filter(|_| is_counted) {
            Some(said) => Some(match word {
                Some((known, count)) if known == *said => (known, again(count)),
                _ => (said.clone(), once),
            }),
            // No answer says nothing about what the provider would answer.
            None if failure.verdict == Verdict::Infrastructure => word,
            None => None,
        };
        let is_refused = failure.verdict == Verdict::End;
        Box::new(Self { mark, tries, last: now, word, is_refused, is_told, error: failure.error.clone() })
    }

    /// Milliseconds until the session is to be called uncertain; negative afterwards.
    fn uncertain_in_ms(&self, now: Moment) -> f64 {
        if self.tries.times >= UNCERTAIN_TRIES { 0.0 } else { UNCERTAIN_MS - self.tries.since.age_ms(now) }
    }

    /// Whether the provider has said the same often enough.
    pub fn is_final(&self, now: Moment) -> bool {
        let is_enough = |count: &Count| count.times >= ENDING_TRIES && count.since.age_ms(now) >= ENDING_MS;
        self.word.as_ref().is_some_and(|(_, count)| is_enough(count))
    }

    /// How long the provider is left alone yet.
    fn pause_ms(&self, now: Moment) -> f64 {
        let more = self.tries.times - FREE_TRIES;
        // The clock was set back since: the pause would last until it is as late again.
        if more < 0.0 || self.last.is_after(now) {
            return 0.0;
        }
        let pause_ms = (FIRST_PAUSE_MS * 2f64.powi(more as i32)).min(LONGEST_PAUSE_MS);
        (pause_ms - self.last.age_ms(now)).max(0.0)
    }

    pub fn is_of(&self, stored: &Stored) -> bool {
        self.mark == stored.mark()
    }

    fn read(text: &str) -> Option<Box<Self>> {
        let mut fields = Fields::parse(text)?;
        let word = fields.take_text("word").ok()?;
        let word = match word {
            Some(word) => Some((word, Count::take(&mut fields, "word_since", "word_times")?)),
            None => None,
        };
        let mut error = AuthError::new(AuthCode::of(&fields.need_text("code")?)?, fields.need_text("message")?);
        let mut shown = |name: &str| fields.take(name).and_then(Json::into_text).map(String::into_boxed_str);
        (error.description, error.uri) = (shown("description"), shown("uri"));
        error.retryable = fields.take("retryable") == Some(Json::Flag(true));
        error.http_status = fields.take("http_status").and_then(Json::into_number).map(|status| status as u16);
        Some(Box::new(Self {
            mark: fields.need_text("mark")?,
            tries: Count::take(&mut fields, "since", "tries")?,
            last: take_moment(&mut fields, "last")?,
            word,
            is_refused: fields.take("is_refused") == Some(Json::Flag(true)),
            is_told: fields.take("is_told") == Some(Json::Flag(true)),
            error,
        }))
    }

    fn write(&self) -> String {
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
            fields.put("http_status", f64::from(status));
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
    Json::List([moment.wall_ms, moment.monotonic_ms, moment.page].map(Json::Number).into())
}

fn take_moment(fields: &mut Fields, name: &str) -> Option<Moment> {
    let Json::List(numbers) = fields.take(name)? else { return None };
    let numbers: Vec<f64> = numbers.into_iter().map(Json::into_number).collect::<Option<_>>()?;
    let [wall_ms, monotonic_ms, page] = numbers[..] else { return None };
    Some(Moment { wall_ms, monotonic_ms, page })
}

impl<P: Platform, S: Store> Session<P, S> {
    /// What is noted of this stage of the session.
    pub(super) async fn noted_trouble(&self, stored: &Stored) -> Option<Box<Trouble>> {
        let Inner { tokens, config, realm, .. } = &*self.inner;
        let noted = tokens.get(&config.trouble_key()).await.ok().flatten().and_then(|text| Trouble::read(&text));
        // A store that takes nothing: this page counts for itself.
        let trouble = noted.filter(|trouble| trouble.is_of(stored)).or_else(|| realm.trouble_of(stored));
        realm.set_trouble(trouble.clone());
        trouble
    }

    /// What another tab came to since `asked_at`, when this one waited for its turn to try the same.
    pub(super) async fn tried_meanwhile(&self, stored: &Stored, asked_at: Moment) -> Option<AuthError> {
        let trouble = self.noted_trouble(stored).await?;
        // A try in the future was noted by a clock that was set back since. When it was made nobody knows.
        if !trouble.last.is_after(asked_at) || trouble.last.is_after(self.inner.platform.now()) {
            return None;
        }
        self.doubt(stored).await;
        Some(trouble.error)
    }

    /// Notes a try that failed.
    pub(super) async fn note_trouble(&self, stored: &Stored, failure: &Failure) -> Box<Trouble> {
        let Inner { platform, realm, .. } = &*self.inner;
        let before = self.noted_trouble(stored).await;
        let trouble = Trouble::after(before, stored.mark(), failure, platform.now());
        realm.set_trouble(Some(trouble.clone()));
        realm.is_lifted.set(false);
        self.save_trouble(&trouble).await;
        trouble
    }

    async fn save_trouble(&self, trouble: &Trouble) {
        let Inner { tokens, config, .. } = &*self.inner;
        let _ = tokens.set(&config.trouble_key(), &trouble.write()).await;
    }

    /// It is over: the session was renewed.
    pub(super) async fn forget_trouble(&self) {
        let Inner { tokens, config, realm, .. } = &*self.inner;
        if realm.set_trouble(None) {
            let _ = tokens.remove(&config.trouble_key()).await;
        }
    }

    /// Says that the session is uncertain, if it is to be said now. Returns the milliseconds until it may have to be, if
    /// nothing changes before.
    pub(super) async fn doubt(&self, stored: &Stored) -> Option<f64> {
        let Inner { platform, realm, .. } = &*self.inner;
        let mut trouble = realm.trouble_of(stored)?;
        if realm.state() == SessionState::Uncertain {
            return None;
        }
        let is_useless = realm.is_refused(stored);
        if trouble.is_refused && !is_useless {
            // There is no doubt: the next try ends it, when the token is over.
            return None;
        }
        let now = platform.now();
        let in_ms = trouble.uncertain_in_ms(now).max(if is_useless { 0.0 } else { stored.life.left_ms(now) });
        if in_ms > 0.0 {
            return Some(in_ms);
        }
        trouble.is_told = true;
        // Others who find it due in the meantime see that it is told.
        realm.set_trouble(Some(trouble.clone()));
        realm.set_state(SessionState::Uncertain);
        self.save_trouble(&trouble).await;
        if realm.trouble_of(stored).is_some() {
            let event = SessionEvent::SessionUncertain(trouble.error.code);
            self.tell_of(event, Some(stored), Some(trouble.error));
        }
        None
    }

    /// Another tab says that the session is uncertain, or the page was opened when it was. What is noted counts.
    pub(super) async fn share_doubt(&self, stored: &Stored) {
        let realm = &self.inner.realm;
        if let Some(trouble) = self.noted_trouble(stored).await
            && trouble.is_told
            && realm.state() != SessionState::Uncertain
        {
            realm.tell_of(&SessionEvent::SessionUncertain(trouble.error.code), Some(trouble.error));
            self.keep_alive();
        }
    }

    /// Before asking the provider: waits while it is to be left alone. The error is the answer instead of asking.
    /// Who has another token (`may_wait` is false) is not kept waiting.
    pub(super) async fn pause(&self, stored: &Stored, may_wait: bool) -> Result<(), AuthError> {
        let Inner { platform, realm, .. } = &*self.inner;
        // Its minute may have passed while nobody was sent to the provider.
        self.doubt(stored).await;
        let now = platform.now();
        if let Some(error) = realm.blocked(now) {
            return Err(error);
        }
        let Some(trouble) = realm.trouble_of(stored).filter(|_| !realm.is_lifted.get()) else { return Ok(()) };
        let left_ms = trouble.pause_ms(now);
        if left_ms <= 0.0 || realm.refreshing.under_way().is_some() {
            return Ok(());
        }
        if may_wait && left_ms <= LONGEST_WAIT_MS {
            select(pin!(platform.sleep(left_ms)), realm.woke.next()).await;
            return Ok(());
        }
        let mut error = trouble.error;
        error.retry_after_ms = Some(left_ms);
        Err(error)
    }
}
