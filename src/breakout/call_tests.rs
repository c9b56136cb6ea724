//! Attempts and turns, against scripted surroundings.

use super::client_tests::{client, header, ok, registration, rpc, status, tokens};
use super::*;
use crate::auth::{AuthError, Secret, TokenSource};
use crate::error::{Error, Kind};
use crate::grpc_web::{Code, Metadata, RetryPolicy};
use crate::seams::fake::{Fake, Reply, Step};
use crate::seams::{Cancelled, HttpFailureKind, Timer};
use futures_util::future::{FutureExt, LocalBoxFuture, join, join3, pending};
use std::cell::RefCell;
use std::rc::Rc;

type Result<T> = std::result::Result<T, Error>;

fn upsert(fake: &Fake, client: &Client<Fake>, call: &Call<Fake>) -> Result<Registered> {
    fake.run(client.upsert(&registration(), call, pending()))
}

fn within(timeout_ms: f64) -> Call<Fake> {
    Call { timeout_ms: Some(timeout_ms), ..Call::default() }
}

fn unavailable() -> Reply {
    Reply::new(503, &[("content-type", "text/plain")], "down")
}

fn client_of(fake: &Fake) -> Client<Fake> {
    client(fake, ApiVersion::V1, tokens(fake, 0.0))
}

#[test]
fn what_may_pass_is_tried_five_times() {
    let fake = Fake::new();
    for _ in 0..4 {
        fake.reply(unavailable());
    }
    fake.reply(ok(&[8, 1]));
    upsert(&fake, &client_of(&fake), &Call::default()).expect("registered at last");
    assert_eq!(fake.requests().len(), 5);
    // 1 + 2 + 4 + 8 s, each a fifth shorter or longer.
    assert!((12_000.0..=18_000.0).contains(&fake.elapsed_ms()), "{}", fake.elapsed_ms());
    let first = &fake.requests()[0];
    assert!(fake.requests().iter().all(|request| request.body == first.body));
    assert!(fake.requests().iter().all(|request| header(request, "grpc-previous-rpc-attempts").is_empty()));
}

#[test]
fn after_the_last_attempt_the_error_is_the_callers() {
    let fake = Fake::new();
    for _ in 0..5 {
        fake.reply(Reply::failing(HttpFailureKind::Network));
    }
    let error = rpc(upsert(&fake, &client_of(&fake), &within(120_000.0)).expect_err("down"));
    assert_eq!((error.code, error.kind, error.attempts), (Code::Unavailable, Kind::Network, 5));
    assert!(error.retryable);
}

#[test]
fn the_core_is_told_of_attempts_where_its_cors_settings_allow_that() {
    let fake = Fake::new();
    fake.reply(unavailable()).reply(status("16")).reply(unavailable()).reply(ok(&[8, 1]));
    let mut client = client_of(&fake);
    client.options.retry.tells_attempts = true;
    upsert(&fake, &client, &Call::default()).expect("registered");
    let told: Vec<Vec<String>> = fake
        .requests()
        .iter()
        .map(|request| header(request, "grpc-previous-rpc-attempts").into_iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(told, [vec![], vec!["1".to_owned()], vec!["1".to_owned()], vec!["2".to_owned()]]);
}

#[test]
fn an_attempt_that_hangs_is_not_the_end() {
    let fake = Fake::new();
    fake.reply(ok(&[8, 1]).after(1e9)).reply(ok(&[8, 1]).after(100.0));
    let registered = upsert(&fake, &client_of(&fake), &Call::default()).expect("registered");
    assert_eq!(fake.aborted(), 1);
    assert!((15_900.0..16_400.0).contains(&fake.elapsed_ms()), "{}", fake.elapsed_ms());
    // It counts from the attempt that was answered.
    assert_eq!(registered.expires_at_ms, 1_800_000_000_000.0 + fake.elapsed_ms() - 100.0 + 3_600_000.0);
    assert_eq!(header(&fake.requests()[0], "grpc-timeout"), ["15000m"]);
}

#[test]
fn the_deadline_covers_all_attempts() {
    let fake = Fake::new();
    fake.reply(unavailable().after(100.0)).reply(ok(&[]).after(1e9));
    let error = rpc(upsert(&fake, &client_of(&fake), &within(5_000.0)).expect_err("late"));
    assert_eq!((error.code, error.attempts), (Code::DeadlineExceeded, 2));
    assert!(error.message.contains("5000 ms") && error.message.contains("the attempt before: "), "{}", error.message);
    assert!((fake.elapsed_ms() - 5_000.0).abs() < 0.01, "{}", fake.elapsed_ms());
}

#[test]
fn a_wait_beyond_the_deadline_fails_now() {
    let fake = Fake::new();
    let pushback =
        [("content-type", "application/grpc-web"), ("grpc-status", "14"), ("grpc-retry-pushback-ms", "60000")];
    fake.reply(Reply::new(200, &pushback, "").after(50.0));
    let error = rpc(upsert(&fake, &client_of(&fake), &Call::default()).expect_err("down"));
    assert_eq!((error.code, error.retry_after_ms, error.attempts), (Code::Unavailable, Some(60_000.0), 1));
    assert_eq!(fake.elapsed_ms(), 50.0);
}

#[test]
fn each_attempt_has_a_token_of_its_own() {
    let fake = Fake::new();
    fake.reply(unavailable()).reply(ok(&[8, 1]));
    let tokens = tokens(&fake, 0.0);
    upsert(&fake, &client(&fake, ApiVersion::V1, tokens.clone()), &Call::default()).expect("registered");
    assert_eq!(tokens.asked().len(), 2);
}

#[test]
fn giving_up_ends_a_wait() {
    let fake = Fake::new();
    fake.reply(unavailable());
    let given_up = async {
        fake.sleep(300.0).await;
        Cancelled::default()
    };
    let client = client_of(&fake);
    let error = rpc(fake.run(client.upsert(&registration(), &Call::default(), given_up)).expect_err("aborted"));
    assert_eq!((error.code, error.attempts, fake.elapsed_ms()), (Code::Cancelled, 1, 300.0));
    assert!(error.message.contains("unknown"), "{}", error.message);
}

#[test]
fn a_retried_delete_that_finds_nothing_is_done() {
    let not_acceptable = ok(&[8, 2, 18, 2, b'n', b'o']);
    let delete = |fake: &Fake| {
        let client = client_of(fake);
        fake.run(client.delete(&registration().target, &Call::default(), pending()))
    };
    let fake = Fake::new();
    fake.reply(Reply::failing(HttpFailureKind::BodyBroken)).reply(not_acceptable.clone());
    delete(&fake).expect("done");
    // A replay is no retry: the core refused the token and did nothing.
    let fake = Fake::new();
    fake.reply(status("16")).reply(not_acceptable.clone());
    assert!(matches!(delete(&fake), Err(Error::Rejected(_))));
    let fake = Fake::new();
    fake.reply(unavailable()).reply(not_acceptable);
    assert!(matches!(upsert(&fake, &client_of(&fake), &Call::default()), Err(Error::Rejected(_))));
}

#[test]
fn who_wants_no_retries_has_none_and_all_the_time() {
    let fake = Fake::new();
    fake.reply(unavailable());
    let mut client = client_of(&fake);
    client.options.retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
    let error = rpc(upsert(&fake, &client, &Call::default()).expect_err("down"));
    assert_eq!((error.code, error.attempts, error.retry_after_ms), (Code::Unavailable, 1, None));
    fake.reply(ok(&[8, 1]).after(29_000.0));
    upsert(&fake, &client, &Call::default()).expect("slow, but in time");
}

#[test]
fn the_deciding_reply_is_told() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let call = Call {
        on_reply: Some({
            let told = Rc::clone(&told);
            Rc::new(move |headers, trailers| {
                told.borrow_mut().push((headers.get("x-h").map(str::to_owned), trailers.is_empty()));
            })
        }),
        ..Call::default()
    };
    let fake = Fake::new();
    fake.reply(Reply::failing(HttpFailureKind::Network));
    let head = [("content-type", "application/grpc-web"), ("grpc-status", "5"), ("x-h", "1")];
    fake.reply(Reply::new(200, &head, ""));
    let error = rpc(upsert(&fake, &client_of(&fake), &call).expect_err("not found"));
    assert_eq!(error.code, Code::NotFound);
    assert_eq!(told.take(), [(Some("1".to_owned()), true)]);
    fake.reply(ok(&[]).with_body(vec![Step::Hang]));
    let call = Call { timeout_ms: Some(10.0), ..call };
    upsert(&fake, &client_of(&fake), &call).expect_err("late");
    assert!(told.borrow().is_empty(), "no reply decided it");
}

#[test]
fn calls_for_one_registration_follow_each_other() {
    let fake = Fake::new();
    fake.reply(ok(&[8, 1]).after(500.0)).reply(ok(&[8, 1]).after(100.0));
    let client = client_of(&fake);
    let call = Call::default();
    let (upsert, target) = (registration(), registration().target);
    let both = join(client.upsert(&upsert, &call, pending()), client.delete(&target, &call, pending()));
    let (registered, deleted) = fake.run(both);
    registered.expect("registered");
    deleted.expect("deleted");
    assert_eq!(fake.elapsed_ms(), 600.0);
}

#[test]
fn of_those_that_wait_the_last_one_is_made() {
    let fake = Fake::new();
    fake.reply(ok(&[8, 1]).after(500.0)).reply(ok(&[8, 1]));
    let client = client_of(&fake);
    let (call, wanted) = (Call::default(), registration());
    let upsert = || client.upsert(&wanted, &call, pending());
    let (first, second, third) = fake.run(join3(upsert(), upsert(), upsert()));
    first.expect("registered");
    third.expect("registered");
    let error = rpc(second.expect_err("superseded"));
    assert_eq!((error.code_name(), error.kind, error.retryable), ("superseded", Kind::Aborted, false));
    assert_eq!(fake.requests().len(), 2);
}

#[test]
fn turns_are_shared_by_clients_and_kept_by_number() {
    let number = |number: &str| {
        let input = RegistrationInput {
            sip_uri: Some("sips:other.example.com".to_owned()),
            route_type: Some("FORK".to_owned()),
            phone_number: Some(number.to_owned()),
            ..RegistrationInput::default()
        };
        validate(&input, ApiVersion::V1).expect("valid")
    };
    for (other, elapsed_ms) in [("+4799900001", 1_000.0), ("+4799900002", 500.0)] {
        let fake = Fake::new();
        fake.reply(ok(&[8, 1]).after(500.0)).reply(ok(&[8, 1]).after(500.0));
        let (one, mut two) = (client_of(&fake), client_of(&fake));
        two.options.lanes = Rc::clone(&one.options.lanes);
        let (call, first, second) = (Call::default(), registration(), number(other));
        let both = join(one.upsert(&first, &call, pending()), two.upsert(&second, &call, pending()));
        let (first, second) = fake.run(both);
        first.and(second).expect("both registered");
        assert_eq!(fake.elapsed_ms(), elapsed_ms, "{other}");
    }
}

/// Tokens of somebody.
struct Of(Option<&'static str>);

impl TokenSource for Of {
    fn token<'a>(&'a self, _: Option<&'a Secret>) -> LocalBoxFuture<'a, std::result::Result<Secret, AuthError>> {
        async { Ok(Secret::new("token")) }.boxed_local()
    }

    fn subject(&self) -> LocalBoxFuture<'_, Option<String>> {
        async { self.0.map(str::to_owned) }.boxed_local()
    }
}

#[test]
fn without_a_number_turns_are_kept_by_subject() {
    let input = RegistrationInput {
        sip_uri: Some("sips:pbx.example.com".to_owned()),
        route_type: Some("LOOP".to_owned()),
        ..RegistrationInput::default()
    };
    let wanted = validate(&input, ApiVersion::V1).expect("valid");
    for (one, two, elapsed_ms) in
        [(Some("a"), Some("a"), 1_000.0), (Some("a"), Some("b"), 500.0), (None, None, 500.0), (Some("a"), None, 500.0)]
    {
        let fake = Fake::new();
        fake.reply(ok(&[8, 1]).after(500.0)).reply(ok(&[8, 1]).after(500.0));
        let one = client(&fake, ApiVersion::V1, Rc::new(Of(one)));
        let mut two = client(&fake, ApiVersion::V1, Rc::new(Of(two)));
        two.options.lanes = Rc::clone(&one.options.lanes);
        let call = Call::default();
        let both = join(one.upsert(&wanted, &call, pending()), two.upsert(&wanted, &call, pending()));
        let (first, second) = fake.run(both);
        first.and(second).expect("both registered");
        assert_eq!(fake.elapsed_ms(), elapsed_ms);
    }
}

#[test]
fn waiting_for_a_turn_ends_with_the_deadline_or_by_giving_up() {
    let fake = Fake::new();
    fake.reply(ok(&[8, 1]).after(5_000.0)).reply(ok(&[8, 1]));
    let client = client_of(&fake);
    let (call, short, wanted) = (Call::default(), within(300.0), registration());
    let both = join(client.upsert(&wanted, &call, pending()), client.upsert(&wanted, &short, pending()));
    let (first, second) = fake.run(both);
    first.expect("registered");
    let error = rpc(second.expect_err("late"));
    assert_eq!(error.code, Code::DeadlineExceeded);
    assert!(error.message.starts_with("not sent: "), "{}", error.message);
    let given_up = async {
        fake.sleep(100.0).await;
        Cancelled::default()
    };
    fake.reply(ok(&[8, 1]).after(5_000.0));
    upsert(&fake, &client, &call).expect("registered");
    let both = join(client.upsert(&wanted, &call, pending()), client.upsert(&wanted, &call, given_up));
    let (first, second) = fake.run(both);
    first.expect("registered");
    let error = rpc(second.expect_err("aborted"));
    assert!(error.message.contains("before anything was sent"), "{}", error.message);
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn a_call_may_go_another_way() {
    let (fake, other) = (Fake::new(), Fake::new());
    other.reply(ok(&[8, 1]));
    let call = Call { platform: Some(other.clone()), ..Call::default() };
    upsert(&fake, &client_of(&fake), &call).expect("registered");
    assert!(fake.requests().is_empty());
    assert_eq!(other.requests().len(), 1);
    assert_eq!(Metadata::new(), call.metadata);
}
