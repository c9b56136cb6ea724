//! The client against scripted surroundings.

use super::*;
use crate::auth::{AuthCode, AuthError, Secret, TokenSource};
use crate::error::{Error, Kind};
use crate::grpc_web::{Code, Metadata, RetryPolicy};
use crate::seams::fake::{Fake, Reply};
use crate::seams::{Cancelled, Timer};
use futures_util::future::{FutureExt, LocalBoxFuture, pending};
use std::cell::RefCell;
use std::rc::Rc;

/// Hands out `first`, and after a refused token `second`; remembers what it was asked.
pub(super) struct Tokens {
    fake: Fake,
    delay_ms: f64,
    asked: RefCell<Vec<Option<String>>>,
}

impl Tokens {
    /// Each time the refused token, if there was one.
    pub fn asked(&self) -> Vec<Option<String>> {
        self.asked.borrow().clone()
    }
}

impl TokenSource for Tokens {
    fn token<'a>(&'a self, refused: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>> {
        let refused = refused.map(|refused| refused.expose().to_owned());
        async move {
            self.asked.borrow_mut().push(refused.clone());
            self.fake.sleep(self.delay_ms).await;
            Ok(Secret::new(if refused.is_some() { "second" } else { "first" }))
        }
        .boxed_local()
    }
}

struct NoTokens;

impl TokenSource for NoTokens {
    fn token<'a>(&'a self, _: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>> {
        async { Err(AuthError::new(AuthCode::SignInRequired, "Sign in first.")) }.boxed_local()
    }
}

pub(super) fn tokens(fake: &Fake, delay_ms: f64) -> Rc<Tokens> {
    Rc::new(Tokens { fake: fake.clone(), delay_ms, asked: RefCell::default() })
}

pub(super) fn client(fake: &Fake, version: ApiVersion, tokens: Rc<dyn TokenSource>) -> Client<Fake> {
    let mut metadata = Metadata::new();
    metadata.append("x-tenant", "acme");
    metadata.append("authorization", "Bearer smuggled");
    let options = ClientOptions {
        base_url: "https://api.example.com".to_owned(),
        api_version: version,
        timeout_ms: 30_000.0,
        metadata,
        tokens,
        retry: RetryPolicy::default(),
        max_message_bytes: 1_000,
        lanes: Rc::default(),
    };
    Client::new(fake.clone(), options)
}

pub(super) fn registration() -> Registration {
    let input = RegistrationInput {
        sip_uri: Some("sips:pbx.example.com".to_owned()),
        route_type: Some("LOOP".to_owned()),
        phone_number: Some("+4799900001".to_owned()),
        ..RegistrationInput::default()
    };
    validate(&input, ApiVersion::V1).expect("valid")
}

/// One message frame and OK trailers.
pub(super) fn ok(message: &[u8]) -> Reply {
    let mut body = vec![0, 0, 0, 0, message.len() as u8];
    body.extend(message);
    body.extend(b"\x80\0\0\0\x0fgrpc-status: 0\r\n".map(|byte| byte));
    let length = "grpc-status: 0\r\n".len() as u8;
    let at = body.len() - usize::from(length) - 1;
    body[at] = length;
    Reply::new(200, &[("content-type", "application/grpc-web+proto")], body)
}

pub(super) fn status(code: &str) -> Reply {
    Reply::new(200, &[("content-type", "application/grpc-web+proto"), ("grpc-status", code)], "")
}

pub(super) fn header<'a>(request: &'a crate::seams::HttpRequest, name: &str) -> Vec<&'a str> {
    request.headers.iter().filter(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str()).collect()
}

pub(super) fn rpc(error: Error) -> crate::grpc_web::RpcError {
    match error {
        Error::Rpc(error) => error,
        other => panic!("not an RpcError: {other:?}"),
    }
}

#[test]
fn an_upsert_tells_when_it_ends() {
    let fake = Fake::new();
    fake.reply(ok(&[8, 1, 26, 2, 8, 120]).after(500.0));
    let tokens = tokens(&fake, 100.0);
    let client = client(&fake, ApiVersion::V1, tokens.clone());
    let registered = fake.run(client.upsert(&registration(), &Call::default(), pending())).expect("registered");
    assert_eq!(registered.ttl_seconds, 120.0);
    // From when the request was sent: after the token, before the reply.
    assert_eq!(registered.expires_at_ms, 1_800_000_000_000.0 + 100.0 + 120_000.0);
    let request = &fake.requests()[0];
    assert_eq!(request.url, "https://api.example.com/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration");
    assert_eq!(header(request, "authorization"), ["Bearer first"]);
    assert_eq!(header(request, "x-tenant"), ["acme"]);
    assert_eq!(*tokens.asked.borrow(), [None]);
}

#[test]
fn versions_have_their_own_paths() {
    for (version, package) in [(ApiVersion::V1, "wgtwo.sipbreakout.v1"), (ApiVersion::V0, "wgtwo.sipbreakout.v0")] {
        let fake = Fake::new();
        fake.reply(ok(&[8, 1])).reply(ok(&[8, 1]));
        let client = client(&fake, version, tokens(&fake, 0.0));
        let registered = fake.run(client.upsert(&registration(), &Call::default(), pending())).expect("registered");
        assert_eq!(registered.ttl_seconds, DEFAULT_TTL_SECONDS);
        fake.run(client.delete(&registration().target, &Call::default(), pending())).expect("deleted");
        let urls: Vec<String> = fake.requests().into_iter().map(|request| request.url).collect();
        let base = format!("https://api.example.com/{package}.SipBreakoutService");
        assert_eq!(urls, [format!("{base}/UpsertRegistration"), format!("{base}/DeleteRegistration")]);
    }
}

#[test]
fn a_refused_token_is_replaced_once() {
    let fake = Fake::new();
    fake.reply(status("16")).reply(ok(&[8, 1]));
    let tokens = tokens(&fake, 0.0);
    let client = client(&fake, ApiVersion::V1, tokens.clone());
    fake.run(client.upsert(&registration(), &Call::default(), pending())).expect("registered");
    assert_eq!(*tokens.asked.borrow(), [None, Some("first".to_owned())]);
    assert_eq!(header(&fake.requests()[1], "authorization"), ["Bearer second"]);
}

#[test]
fn a_token_refused_twice_is_the_callers_error() {
    let fake = Fake::new();
    fake.reply(status("16")).reply(status("16"));
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 0.0));
    let error = rpc(fake.run(client.upsert(&registration(), &Call::default(), pending())).expect_err("refused"));
    assert_eq!((error.code, error.kind), (Code::Unauthenticated, Kind::Auth));
    assert_eq!(fake.requests().len(), 2);
}

#[test]
fn not_acceptable_is_thrown_with_the_cores_words() {
    let fake = Fake::new();
    fake.reply(ok(&[8, 2, 18, 2, b'n', b'o'])).reply(ok(&[8, 2]));
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 0.0));
    let call = Call::default();
    for expected in ["no", "The operator does not accept this registration and gives no reason."] {
        match fake.run(client.upsert(&registration(), &call, pending())) {
            Err(Error::Rejected(rejected)) => assert_eq!(rejected.message, expected),
            other => panic!("not rejected: {other:?}"),
        }
    }
}

#[test]
fn nonsense_is_a_protocol_error() {
    let fake = Fake::new();
    let replies: [&[u8]; 4] = [&[], &[8, 7], &[8, 1, 26, 2, 8, 0], &[255]];
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 0.0));
    for message in replies {
        fake.reply(ok(message));
        let error = rpc(fake.run(client.upsert(&registration(), &Call::default(), pending())).expect_err("nonsense"));
        assert_eq!((error.code, error.kind), (Code::Internal, Kind::Protocol), "{message:?}");
    }
}

#[test]
fn without_a_token_nothing_is_sent() {
    let fake = Fake::new();
    let client = client(&fake, ApiVersion::V1, Rc::new(NoTokens));
    match fake.run(client.upsert(&registration(), &Call::default(), pending())) {
        Err(Error::Auth(error)) => assert_eq!(error.code, AuthCode::SignInRequired),
        other => panic!("not an AuthError: {other:?}"),
    }
    assert!(fake.requests().is_empty());
}

#[test]
fn the_deadline_covers_the_token_too() {
    let fake = Fake::new();
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 50_000.0));
    let call = Call { timeout_ms: Some(200.0), ..Call::default() };
    let error = rpc(fake.run(client.upsert(&registration(), &call, pending())).expect_err("late"));
    assert_eq!((error.code, error.kind, fake.elapsed_ms()), (Code::DeadlineExceeded, Kind::Timeout, 200.0));
    assert!(fake.requests().is_empty());
}

#[test]
fn a_deadline_of_nothing_sends_nothing() {
    for timeout_ms in [0.0, -1.0, f64::NAN] {
        let fake = Fake::new();
        let client = client(&fake, ApiVersion::V1, tokens(&fake, 0.0));
        let call = Call { timeout_ms: Some(timeout_ms), ..Call::default() };
        let error = rpc(fake.run(client.delete(&registration().target, &call, pending())).expect_err("late"));
        assert_eq!(error.code, Code::DeadlineExceeded);
        assert!(fake.requests().is_empty());
    }
}

#[test]
fn giving_up_while_the_token_is_fetched() {
    let fake = Fake::new();
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 50_000.0));
    let given_up = async {
        fake.sleep(70.0).await;
        Cancelled::default()
    };
    let error = rpc(fake.run(client.upsert(&registration(), &Call::default(), given_up)).expect_err("aborted"));
    assert_eq!((error.code, error.kind, fake.elapsed_ms()), (Code::Cancelled, Kind::Aborted, 70.0));
}

#[test]
fn no_error_shows_the_token() {
    let echo = "you sent first, and first again";
    let head = [
        ("content-type", "application/grpc-web+proto"),
        ("grpc-status", "7"),
        ("grpc-message", echo),
        ("x-echo", "first"),
    ];
    let page = Reply::new(502, &[("content-type", "text/html"), ("x-echo", "Bearer first")], echo);
    let mut message = vec![8, 2, 18, echo.len() as u8];
    message.extend(echo.as_bytes());
    for reply in [Reply::new(200, &head, ""), page, ok(&message)] {
        let fake = Fake::new();
        fake.reply(reply);
        let client = client(&fake, ApiVersion::V1, tokens(&fake, 0.0));
        let call = Call { retry: Some(RetryPolicy { max_attempts: 1, ..RetryPolicy::default() }), ..Call::default() };
        let error = fake.run(client.upsert(&registration(), &call, pending())).expect_err("refused");
        let shown = match &error {
            Error::Rpc(error) => {
                assert!(error.headers.iter().all(|(_, value)| !value.contains("first")));
                format!("{} {:?}", error.message, error.body_text)
            }
            other => format!("{other:?}"),
        };
        assert!(!shown.contains("first") && shown.contains("[removed]"), "{shown}");
    }
}

#[test]
fn a_token_that_comes_with_the_last_moment_is_too_late() {
    let fake = Fake::new();
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 200.0));
    let call = Call { timeout_ms: Some(200.0), ..Call::default() };
    let error = rpc(fake.run(client.upsert(&registration(), &call, pending())).expect_err("late"));
    assert_eq!((error.code, error.kind), (Code::DeadlineExceeded, Kind::Timeout));
    assert!(error.message.contains("200 ms"), "{}", error.message);
    assert!(fake.requests().is_empty());
}

#[test]
fn the_deadline_is_told_whole_also_at_the_second_attempt() {
    let fake = Fake::new();
    fake.reply(status("16").after(100.0)).reply(ok(&[8, 1]).after(9_000.0));
    let client = client(&fake, ApiVersion::V1, tokens(&fake, 20.0));
    let call = Call { timeout_ms: Some(300.0), ..Call::default() };
    let error = rpc(fake.run(client.upsert(&registration(), &call, pending())).expect_err("late"));
    assert!(error.message.contains("300 ms"), "{}", error.message);
    assert_eq!(fake.elapsed_ms(), 300.0);
}

#[test]
fn who_has_given_up_before_starts_nothing() {
    let fake = Fake::new();
    let tokens = tokens(&fake, 0.0);
    let client = client(&fake, ApiVersion::V1, tokens.clone());
    let given_up = async { Cancelled::default() };
    let error = rpc(fake.run(client.upsert(&registration(), &Call::default(), given_up)).expect_err("aborted"));
    assert_eq!(error.code, Code::Cancelled);
    assert!(tokens.asked.borrow().is_empty());
    assert!(fake.requests().is_empty());
}
