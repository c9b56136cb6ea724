//! Requests and replies, without anybody who sends them.

mod answers;
mod any_input;
mod authorization;
mod discovered;
mod given_options;
mod id_tokens;
mod token_replies;

use super::AuthOptions;
use super::id_token::Claims;
use crate::base64::encode_url;
use crate::oauth::Secret;
use crate::url::{UrlParts, Urls};
use serde_json::{Value, json};

const NOW_SECONDS: i64 = 1_800_000_000;
const CLIENT: &str = "console";
const CALLBACK: &str = "https://app.example.com/callback";
const ISSUER: &str = "https://id.wgtwo.com/";

/// As a browser parses them.
struct TestUrls;

impl Urls for TestUrls {
    fn parse(&self, text: &str) -> Option<UrlParts> {
        let url = url::Url::parse(text).ok()?;
        Some(UrlParts {
            href: url.as_str().to_owned(),
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            origin: url.origin().ascii_serialization(),
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
            fragment: url.fragment().unwrap_or_default().to_owned(),
            has_credentials: !url.username().is_empty() || url.password().is_some(),
        })
    }
}

fn preset() -> AuthOptions {
    AuthOptions {
        client_id: CLIENT.into(),
        redirect_uri: CALLBACK.into(),
        preset: Some("wgtwo".into()),
        ..AuthOptions::default()
    }
}

fn claims(nonce: &str) -> Value {
    json!({ "iss": ISSUER, "sub": "user-1", "aud": CLIENT, "exp": NOW_SECONDS + 3600, "iat": NOW_SECONDS, "nonce": nonce })
}

fn jwt(claims: &Value) -> Secret {
    let part = |text: &str| encode_url(text.as_bytes());
    let parts = [part(r#"{"alg":"RS256"}"#), part(&claims.to_string()), part("signature")];
    Secret::new(parts.join("."))
}

fn read(claims: &Value) -> Claims {
    Claims::read(&jwt(claims)).unwrap()
}
