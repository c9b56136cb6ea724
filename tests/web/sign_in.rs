//! The beginning of a sign-in, which draws randomness and storage from the browser. The rest needs a person: the
//! console's tests do it.

use super::sandbox;
use sipbreakout_web::auth::{AuthCode, AuthOptions, Session, SignIn};
use sipbreakout_web::browser::{AnyStore, Browser};
use sipbreakout_web::seams::{Store, Urls};
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn session() -> Session<Browser, AnyStore> {
    let options = AuthOptions {
        client_id: "sipbreakout-console".to_owned(),
        redirect_uri: "http://127.0.0.1:5173/".to_owned(),
        issuer: Some(sandbox().to_owned()),
        ..AuthOptions::default()
    };
    let (tokens, pending) =
        (AnyStore::Session(JsValue::UNDEFINED, String::new()), AnyStore::Session(JsValue::UNDEFINED, String::new()));
    Session::new(Browser::default(), options, tokens, pending, Rc::new(|_| ())).expect("valid options")
}

fn query(url: &str) -> BTreeMap<String, String> {
    let query = Browser::default().parse(url).expect("a URL").query;
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

#[wasm_bindgen_test]
async fn each_sign_in_has_its_own_secrets_and_its_own_record() {
    let session = session();
    let first = session.authorization_url(SignIn::default()).await.expect("a URL");
    let second = session.authorization_url(SignIn::default()).await.expect("a URL");
    assert!(first.starts_with(&format!("{}/oauth2/auth?", sandbox())));
    let (first, second) = (query(&first), query(&second));
    for name in ["state", "nonce", "code_challenge"] {
        assert!(first[name].len() >= 43, "{name}");
        assert_ne!(first[name], second[name], "{name}");
    }
    assert_eq!(first["code_challenge_method"], "S256");
    assert_eq!(first["response_type"], "code");
    assert_eq!(first["scope"], "openid offline_access phone call.routing:write");
    let keys = AnyStore::Session(JsValue::UNDEFINED, String::new()).keys("").await.expect("keys");
    for state in [&first["state"], &second["state"]] {
        assert_eq!(keys.iter().filter(|key| key.contains(state.as_str())).count(), 1);
    }
    for key in keys {
        AnyStore::Session(JsValue::UNDEFINED, String::new()).remove(&key).await.expect("removed");
    }
}

#[wasm_bindgen_test]
async fn an_answer_that_nobody_asked_for_is_refused() {
    let error = session().handle_callback("http://127.0.0.1:5173/?code=c&state=s").await.expect_err("refused");
    assert_eq!(error.code, AuthCode::StateUnknown);
}

#[wasm_bindgen_test]
async fn without_a_session_there_is_no_token() {
    let session = session();
    assert!(!session.is_signed_in().await);
    assert_eq!(session.access_token(false).await.expect_err("refused").code, AuthCode::SignInRequired);
}
