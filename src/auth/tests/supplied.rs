//! Tokens from the application's back end.

use super::*;
use crate::auth::{AuthCode, Secret, Supplied, SuppliedToken, SupplyFailure, TokenSource, TokenSupplier};
use crate::error::Kind;
use crate::seams::{Cause, Timer};
use futures::future::join;
use std::collections::VecDeque;

struct Answer {
    after_ms: f64,
    outcome: Result<SuppliedToken, SupplyFailure>,
}

/// A function of the application, from a script; it keeps what it was asked.
#[derive(Clone)]
struct Script {
    fake: Fake,
    answers: Rc<RefCell<VecDeque<Answer>>>,
    asked: Rc<RefCell<Vec<bool>>>,
    busy: Rc<RefCell<bool>>,
}

impl TokenSupplier for Script {
    async fn supply(&self, force_refresh: bool) -> Result<SuppliedToken, SupplyFailure> {
        assert!(!self.busy.replace(true), "one question at a time");
        self.asked.borrow_mut().push(force_refresh);
        let answer = self.answers.borrow_mut().pop_front().unwrap();
        self.fake.sleep(answer.after_ms).await;
        self.busy.replace(false);
        answer.outcome
    }
}

impl Script {
    fn new() -> (Self, Supplied<Fake, Script>) {
        let script = Self { fake: Fake::new(), answers: Rc::default(), asked: Rc::default(), busy: Rc::default() };
        (script.clone(), Supplied::new(script.fake.clone(), script))
    }

    fn answer(&self, token: &str, life_ms: Option<f64>) -> &Self {
        self.answer_after(0.0, token, life_ms)
    }

    fn answer_after(&self, after_ms: f64, token: &str, life_ms: Option<f64>) -> &Self {
        let end = life_ms.map(|ms| NOW_SECONDS as f64 * 1000.0 + self.fake.elapsed_ms() + ms);
        let outcome = Ok(SuppliedToken { token: token.into(), expires_at_wall_ms: end });
        self.answers.borrow_mut().push_back(Answer { after_ms, outcome });
        self
    }

    fn asked(&self) -> Vec<bool> {
        self.asked.take()
    }
}

/// `refused`: the token that the core did not take.
fn get(script: &Script, supplied: &Supplied<Fake, Script>, refused: Option<&str>) -> Result<String, AuthError> {
    let refused = refused.map(Secret::new);
    script.fake.run(supplied.token(refused.as_ref())).map(|token| token.expose().to_owned())
}

#[test]
fn without_an_expiry_it_is_asked_before_each_call() {
    let (script, supplied) = Script::new();
    script.answer("one", None).answer("two", None);
    assert_eq!(get(&script, &supplied, None).unwrap(), "one");
    assert_eq!(get(&script, &supplied, None).unwrap(), "two");
    assert_eq!(script.asked(), [false, false]);
}

#[test]
fn with_an_expiry_it_is_kept_until_it_is_stale() {
    let (script, supplied) = Script::new();
    script.answer("one", Some(600_000.0));
    assert_eq!(get(&script, &supplied, None).unwrap(), "one");
    script.fake.advance(540_000.0);
    assert_eq!(get(&script, &supplied, None).unwrap(), "one");
    script.fake.advance(1.0);
    script.answer("two", Some(-5.0)).answer("three", Some(f64::NAN)).answer("four", None);
    assert_eq!(get(&script, &supplied, None).unwrap(), "two", "the back end's clock may differ");
    assert_eq!(get(&script, &supplied, None).unwrap(), "three", "but it is not kept");
    assert_eq!(get(&script, &supplied, None).unwrap(), "four");
}

#[test]
fn a_refused_token_is_asked_for_anew() {
    let (script, supplied) = Script::new();
    script.answer("one", Some(600_000.0)).answer("two", Some(600_000.0));
    assert_eq!(get(&script, &supplied, None).unwrap(), "one");
    assert_eq!(get(&script, &supplied, Some("one")).unwrap(), "two");
    assert_eq!(get(&script, &supplied, None).unwrap(), "two");
    assert_eq!(script.asked(), [false, true]);
}

#[test]
fn who_comes_late_with_a_refused_token_gets_the_one_that_replaced_it() {
    let (script, supplied) = Script::new();
    script.answer("one", Some(600_000.0)).answer("two", Some(600_000.0));
    assert_eq!(get(&script, &supplied, None).unwrap(), "one");
    for _ in 0..3 {
        assert_eq!(get(&script, &supplied, Some("one")).unwrap(), "two");
    }
    assert_eq!(script.asked(), [false, true]);
    script.answer("three", None).answer("four", None);
    assert_eq!(get(&script, &supplied, Some("two")).unwrap(), "three");
    assert_eq!(get(&script, &supplied, Some("two")).unwrap(), "four", "not kept, but no reason to force it");
    assert_eq!(script.asked(), [true, false]);
}

#[test]
fn callers_at_the_same_time_share_one_question() {
    let (script, supplied) = Script::new();
    script.answer_after(100.0, "one", None);
    let both = join(supplied.token(None), supplied.token(None));
    let (a, b) = script.fake.run(both);
    assert_eq!((a.unwrap().expose(), b.unwrap().expose()), ("one", "one"));
    assert_eq!(script.asked(), [false]);
}

#[test]
fn who_was_refused_does_not_take_the_answer_to_a_plain_question() {
    let (script, supplied) = Script::new();
    script.answer_after(100.0, "refused-one", Some(600_000.0)).answer_after(100.0, "new", None);
    let refused = Secret::new("refused-one");
    let both = join(supplied.token(None), join(supplied.token(Some(&refused)), supplied.token(Some(&refused))));
    let (plain, (forced, also)) = script.fake.run(both);
    assert_eq!(plain.unwrap().expose(), "refused-one");
    assert_eq!((forced.unwrap().expose(), also.unwrap().expose()), ("new", "new"));
    assert_eq!(script.asked(), [false, true]);
    script.answer("newest", None);
    assert_eq!(get(&script, &supplied, None).unwrap(), "newest", "the refused one is not kept");
}

#[test]
fn a_failure_is_the_callers_with_its_cause() {
    let (script, supplied) = Script::new();
    let message = r#"Unexpected token: "planted-token" is not valid JSON"#.to_owned();
    let failure = SupplyFailure { message, cause: Some(Cause::new("thrown")) };
    script.answers.borrow_mut().push_back(Answer { after_ms: 0.0, outcome: Err(failure) });
    let error = get(&script, &supplied, None).unwrap_err();
    assert_eq!((error.code, error.kind, error.retryable), (AuthCode::TokenSupplierFailed, Kind::Auth, false));
    assert!(!format!("{error:?}").contains("planted-token"));
    assert_eq!(error.cause.as_ref().unwrap().get::<&str>(), Some(&"thrown"));
    script.answer("one", None);
    assert_eq!(get(&script, &supplied, None).unwrap(), "one", "the next call asks again");
}

#[test]
fn a_value_that_is_no_token_is_told() {
    let (script, supplied) = Script::new();
    let failure = SupplyFailure { message: "expiresAt must be a Date.".into(), cause: None };
    script.answers.borrow_mut().push_back(Answer { after_ms: 0.0, outcome: Err(failure) });
    let error = get(&script, &supplied, None).unwrap_err();
    assert_eq!(error.code, AuthCode::TokenSupplierFailed);
    assert_eq!(error.message, "expiresAt must be a Date.");
}

#[test]
fn ten_seconds_are_enough() {
    let (script, supplied) = Script::new();
    script.answer_after(10_001.0, "late", None);
    let error = get(&script, &supplied, None).unwrap_err();
    assert_eq!((error.code, error.retryable), (AuthCode::Timeout, true));
    assert_eq!(script.fake.elapsed_ms(), 10_000.0);
}

#[test]
fn what_can_be_no_token_is_refused_without_being_quoted() {
    for bad in ["", " ", "planted token", "planted\n", "planted\u{7f}", "plänted", "planted\u{200b}"] {
        let (script, supplied) = Script::new();
        script.answer(bad, Some(600_000.0));
        let error = get(&script, &supplied, None).unwrap_err();
        assert_eq!(error.code, AuthCode::TokenSupplierFailed, "{bad:?}");
        assert!(bad.trim().is_empty() || !format!("{error:?}").contains(bad));
        script.answer("good", None);
        assert_eq!(get(&script, &supplied, None).unwrap(), "good", "nothing was kept");
    }
}
