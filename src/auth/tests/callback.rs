//! What is taken for an answer, and whose answer it is.

use super::*;
use crate::auth::AuthCode;
use crate::error::Kind;

fn begun(bench: &Bench) -> (Session<Fake, FakeStore>, String) {
    let session = bench.session();
    let sign_in = SignIn { app_state: Some("\"here\"".into()), ..SignIn::default() };
    let state = bench.begin(&session, sign_in)["state"].clone();
    (session, state)
}

fn fails(bench: &Bench, session: &Session<Fake, FakeStore>, url: &str) -> AuthError {
    bench.fake.run(session.handle_callback(url)).unwrap_err()
}

#[test]
fn a_url_without_an_answer_is_not_a_callback_and_costs_nothing() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    let urls = [
        CALLBACK.to_owned(),
        "callback?state=a&code=b".to_owned(),
        callback(&state, ""),
        callback(&state, "code="),
        format!("{CALLBACK}?code=a-code"),
        format!("{CALLBACK}?state=&code=a-code"),
        format!("{CALLBACK}#state={state}&code=a-code"),
        callback(&state, "code=a-code&code=b-code"),
        callback(&state, "code=a-code&state=other"),
        callback(&state, "code=a-code&iss=a&iss=b"),
    ];
    for url in urls {
        let error = fails(&bench, &session, &url);
        assert_eq!((error.code, error.kind), (AuthCode::NotACallback, Kind::Invalid), "{url}");
    }
    assert_eq!(bench.pending.entries().len(), 1, "the sign-in is still under way");
    assert!(bench.fake.requests().is_empty());
}

#[test]
fn an_unknown_or_stale_state_is_refused() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    let error = fails(&bench, &session, &callback("forged", "code=a-code"));
    assert_eq!((error.code, error.app_state.clone()), (AuthCode::StateUnknown, None));
    bench.fake.advance(600_001.0);
    let error = fails(&bench, &session, &callback(&state, "code=a-code"));
    assert_eq!(error.code, AuthCode::StateUnknown);
    assert!(bench.pending.entries().is_empty(), "swept");
    assert!(bench.fake.requests().is_empty());
}

#[test]
fn a_code_that_was_being_exchanged_is_never_used_again() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    let url = callback(&state, "code=a-code");
    bench.fake.reply(Reply::json(200, "{}").after(5_000.0));
    // The page is reloaded while the request is out: its future is dropped.
    assert!(session.handle_callback(&url).now_or_never().is_none());
    assert_eq!(bench.fake.requests().len(), 1);
    let text = bench.pending.entries().into_values().next().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["step"], "exchanging");

    let error = fails(&bench, &bench.session(), &url);
    assert_eq!(error.code, AuthCode::SignInInterrupted);
    assert_eq!(error.app_state.as_deref(), Some("\"here\""));
    assert_eq!(fails(&bench, &bench.session(), &url).code, AuthCode::StateUnknown, "and the record is gone");
    assert_eq!(bench.fake.requests().len(), 1, "no second request");
}

#[test]
fn the_record_is_marked_before_the_code_is_sent() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    bench.pending.refuse(true);
    let error = fails(&bench, &session, &callback(&state, "code=a-code"));
    assert_eq!(error.code, AuthCode::StorageUnavailable);
    assert!(bench.fake.requests().is_empty());
}

#[test]
fn an_error_reaches_the_caller_as_the_provider_said_it() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    let rest = "error=access_denied&error_description=Not+today&error_uri=https%3A%2F%2Fid.wgtwo.com%2Fwhy&code=x";
    let error = fails(&bench, &session, &callback(&state, rest));
    assert_eq!((error.code, error.kind), (AuthCode::AccessDenied, Kind::Auth));
    assert_eq!(error.description.as_deref(), Some("Not today"));
    assert_eq!(error.uri.as_deref(), Some("https://id.wgtwo.com/why"));
    assert_eq!(error.app_state.as_deref(), Some("\"here\""));
    assert!(bench.pending.entries().is_empty() && bench.stored().is_none() && bench.events().is_empty());
    assert!(bench.fake.requests().is_empty(), "an error beats a code");
}

#[test]
fn an_error_uri_that_is_no_web_address_is_left_out() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    let error = fails(&bench, &session, &callback(&state, "error=access_denied&error_uri=javascript:alert(1)"));
    assert_eq!(error.uri, None);
}

#[test]
fn every_word_of_oauth_is_a_code_and_others_are_quoted() {
    for code in AuthCode::ALL.iter().take_while(|code| **code != AuthCode::ProviderError) {
        let bench = Bench::default();
        let (session, state) = begun(&bench);
        let error = fails(&bench, &session, &callback(&state, &format!("error={}", code.as_str())));
        assert_eq!(error.code, *code);
        assert!(!error.retryable, "the record is gone: the same call can't succeed");
    }
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    // A word of the SDK's own is no word of OAuth.
    let error = fails(&bench, &session, &callback(&state, "error=session_expired"));
    assert_eq!(error.code, AuthCode::ProviderError);
    assert!(error.message.contains("session_expired"), "{}", error.message);
}

#[test]
fn another_issuer_is_refused_also_in_an_error() {
    for rest in ["code=a-code", "error=access_denied"] {
        let bench = Bench::default();
        let (session, state) = begun(&bench);
        let url = callback(&state, &format!("{rest}&iss=https%3A%2F%2Fevil.example.com%2F"));
        let error = fails(&bench, &session, &url);
        assert_eq!(error.code, AuthCode::IssuerMismatch);
        assert_eq!(error.app_state.as_deref(), Some("\"here\""));
        assert!(bench.pending.entries().is_empty() && bench.fake.requests().is_empty());
    }
}

#[test]
fn the_issuer_of_the_preset_may_lack_its_slash_and_nothing_else() {
    for (iss, good) in [
        ("https://id.wgtwo.com", true),
        ("https://id.wgtwo.com/", true),
        ("https://id.wgtwo.com//", false),
        ("https://id.wgtwo.com/x", false),
        ("http://id.wgtwo.com/", false),
    ] {
        let bench = Bench::default();
        let (session, state) = begun(&bench);
        let error = fails(&bench, &session, &callback(&state, &format!("error=access_denied&iss={iss}")));
        assert_eq!(error.code == AuthCode::AccessDenied, good, "{iss}");
    }
}

#[test]
fn a_promised_issuer_must_be_there() {
    let document = json!({
        "issuer": "https://id.example.com", "authorization_endpoint": "https://id.example.com/auth",
        "token_endpoint": "https://id.example.com/token", "authorization_response_iss_parameter_supported": true,
    });
    let options = AuthOptions { preset: None, issuer: Some("https://id.example.com".into()), ..preset() };
    for (rest, code) in [
        ("code=a-code", AuthCode::IssuerMismatch),
        ("error=access_denied", AuthCode::IssuerMismatch),
        ("error=access_denied&iss=https%3A%2F%2Fid.example.com%2F", AuthCode::IssuerMismatch),
        ("error=access_denied&iss=https%3A%2F%2Fid.example.com", AuthCode::AccessDenied),
    ] {
        let bench = Bench::default();
        bench.fake.reply(Reply::json(200, &document.to_string()));
        let state = bench.begin(&bench.session_with(options.clone()).unwrap(), SignIn::default())["state"].clone();
        // After the reload nothing is discovered again: the record remembers the promise.
        let session = bench.session_with(options.clone()).unwrap();
        assert_eq!(fails(&bench, &session, &callback(&state, rest)).code, code, "{rest}");
        assert_eq!(bench.fake.requests().len(), 1);
    }
}

#[test]
fn the_page_was_reloaded_when_the_answer_had_left_the_address_bar() {
    let bench = Bench::default();
    let (session, state) = begun(&bench);
    let error = fails(&bench, &session, &callback(&state, "error=sign_in_interrupted"));
    assert_eq!(error.code, AuthCode::SignInInterrupted);
    assert_eq!(error.app_state.as_deref(), Some("\"here\""));
    assert!(bench.pending.entries().is_empty() && bench.fake.requests().is_empty());
}
