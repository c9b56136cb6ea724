//! Flows against scripted surroundings.

mod arbitrary;
mod authorization_request;
mod callback;
mod code_exchange;
mod discovery;
mod foreign;
mod keys;
mod lock;
mod options;
mod owners;
mod people;
mod proofs;
mod realm;
mod refresh;
mod refresh_failures;
mod requests;
mod secrecy;
mod sign_out;
mod successor;
mod tabs;
mod user_info;

use super::{AuthError, AuthOptions, Session, SessionEvent, SignIn, Told};
use crate::auth::realm::Realm;
use crate::seams::fake::{Fake, FakeStore, Reply};
use crate::seams::{HttpRequest, Store};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The wall clock of `Fake` at its beginning, in seconds.
const NOW_SECONDS: i64 = 1_800_000_000;
const CLIENT: &str = "console";
const CALLBACK: &str = "https://app.example.com/callback";
const ISSUER: &str = "https://id.wgtwo.com/";
const TOKEN_ENDPOINT: &str = "https://id.wgtwo.com/oauth2/token";

/// The scripted surroundings of one test.
#[derive(Clone, Default)]
struct Bench {
    fake: Fake,
    tokens: FakeStore,
    pending: FakeStore,
    events: Rc<RefCell<Vec<SessionEvent>>>,
}

impl Bench {
    /// A fresh instance, as after a reload: only the stores remember.
    fn session(&self) -> Session<Fake, FakeStore> {
        Realm::begin_page();
        self.another_session()
    }

    /// One more in the same page.
    fn another_session(&self) -> Session<Fake, FakeStore> {
        self.session_with(preset()).unwrap()
    }

    fn session_with(&self, options: AuthOptions) -> Result<Session<Fake, FakeStore>, AuthError> {
        let on_event = note_events(&self.events);
        Session::new(self.fake.clone(), options, self.tokens.clone(), self.pending.clone(), on_event)
    }

    fn events(&self) -> Vec<SessionEvent> {
        self.events.take()
    }

    /// Begins a sign-in and returns the parameters of its URL.
    fn begin(&self, session: &Session<Fake, FakeStore>, sign_in: SignIn) -> BTreeMap<String, String> {
        query(&self.fake.run(session.authorization_url(sign_in)).unwrap())
    }

    /// Signs in with what the token endpoint would reply beside the ID token; forgets the events.
    fn signed_in(&self, reply: Value) -> Session<Fake, FakeStore> {
        let session = self.session();
        let sent = self.begin(&session, SignIn::default());
        self.fake.reply(Reply::json(200, &with_id_token(reply, &sent["nonce"]).to_string()));
        self.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
        self.events();
        session
    }

    fn stored(&self) -> Option<Value> {
        let entries = self.tokens.entries();
        let mut sessions = entries.iter().filter(|(key, _)| key.contains("/session/"));
        let stored = sessions.next().map(|(_, text)| serde_json::from_str(text).unwrap());
        assert!(sessions.next().is_none(), "one session, one entry");
        stored
    }

    /// Puts `text` where the session is.
    fn overwrite(&self, text: &str) {
        let key = self.tokens.entries().into_keys().find(|key| key.contains("/session/")).unwrap();
        self.tokens.set(&key, text).now_or_never().unwrap().unwrap();
    }
}

/// A listener that writes down the events.
fn note_events(events: &Rc<RefCell<Vec<SessionEvent>>>) -> Rc<dyn Fn(Told)> {
    let events = Rc::clone(events);
    Rc::new(move |told| {
        if let Told::Event(event, _) = told {
            events.borrow_mut().push(event);
        }
    })
}

fn preset() -> AuthOptions {
    AuthOptions {
        client_id: CLIENT.into(),
        redirect_uri: CALLBACK.into(),
        preset: Some("wgtwo".into()),
        // Signatures and renewal have tests of their own.
        skip_signature: true,
        ..AuthOptions::default()
    }
}

/// A usual reply of the token endpoint, without ID token.
fn tokens() -> Value {
    json!({ "access_token": "access-1", "token_type": "bearer", "expires_in": 3600, "refresh_token": "refresh-1" })
}

fn claims(nonce: &str) -> Value {
    json!({ "iss": ISSUER, "sub": "user-1", "aud": CLIENT, "exp": NOW_SECONDS + 3600, "iat": NOW_SECONDS, "nonce": nonce })
}

fn jwt(claims: &Value) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(&claims.to_string()), part("signature"))
}

/// `reply`, with an ID token unless it says something about that itself.
fn with_id_token(mut reply: Value, nonce: &str) -> Value {
    let fields = reply.as_object_mut().unwrap();
    fields.entry("id_token").or_insert_with(|| jwt(&claims(nonce)).into());
    reply
}

fn callback(state: &str, rest: &str) -> String {
    format!("{CALLBACK}?state={state}&{rest}")
}

fn query(url: &str) -> BTreeMap<String, String> {
    let url = url::Url::parse(url).unwrap();
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let map: BTreeMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(map.len(), pairs.len(), "a parameter is there twice");
    map
}

fn fields(request: &HttpRequest) -> BTreeMap<String, String> {
    form_urlencoded::parse(request.body.as_deref().unwrap()).into_owned().collect()
}
