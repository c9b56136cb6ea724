//! Whatever comes in, nothing panics, and what goes in comes out again.

use super::*;
use crate::oauth::callback::{Answer, Outcome};
use crate::oauth::config::Issuer;
use crate::oauth::jwks::{self, Signature};
use crate::oauth::token_reply::TokenReply;
use crate::oauth::user_info::UserInfo;
use crate::oauth::{AuthCode, EndpointOverrides, discovery};
use proptest::prelude::*;

/// JSON that looks like what is expected, with values that do not.
fn almost(names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("bearer")),
        Just(json!("https://id.wgtwo.com/")),
        Just(json!([1, "a", {}])),
        Just(json!({ "a": [] })),
    ];
    let field = (prop::sample::select(names), value);
    prop::collection::vec(field, 0..12).prop_map(|fields| {
        let object: serde_json::Map<String, Value> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Value::Object(object).to_string()
    })
}

proptest! {
    #[test]
    fn any_body_is_a_token_reply_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&body);
        if let Err(error) = TokenReply::read(&text, false) {
            prop_assert_eq!(error.code, AuthCode::InvalidResponse);
        }
        let _ = (UserInfo::read(&text), jwks::keys(&text), Signature::of(&text));
    }

    #[test]
    fn any_object_is_a_token_reply_or_an_error(
        body in almost(&["access_token", "token_type", "expires_in", "refresh_token", "id_token", "scope"]),
    ) {
        if let Ok(reply) = TokenReply::read(&body, false) {
            prop_assert!(reply.life_ms >= 0.0 && reply.life_ms.is_finite());
            prop_assert!(reply.access_token.fits_a_header());
        }
    }

    #[test]
    fn any_object_is_user_info_or_an_error(body in almost(&["sub", "phone_number", "phone_number_verified", "x"])) {
        if let Ok(user) = UserInfo::read(&body) {
            prop_assert!(!user.sub.is_empty());
        }
    }

    #[test]
    fn any_object_is_a_discovery_document_or_an_error(
        body in almost(&["issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint"]),
    ) {
        let issuer = Issuer { text: ISSUER.into(), slash_optional: false };
        if let Ok(found) = discovery::read(&TestUrls, &issuer, &EndpointOverrides::default(), &body) {
            prop_assert!(found.authorization == ISSUER && found.token == ISSUER);
        }
    }

    #[test]
    fn any_text_is_an_id_token_or_none(text in ".{0,80}", body in almost(&["iss", "sub", "aud", "exp", "iat", "azp"])) {
        let _ = Claims::read(&Secret::new(text));
        let token = format!("e30.{}.c2ln", encode_url(body.as_bytes()));
        if let Some(claims) = Claims::read(&Secret::new(token)) {
            prop_assert!(body.contains("\"sub\"") && claims.exp.is_finite());
        }
    }

    #[test]
    fn any_url_is_an_answer_or_not_a_callback(query in ".{0,80}", rest in "[a-z=&%+#?;]{0,40}") {
        for url in [query.clone(), format!("{CALLBACK}?{query}"), format!("{CALLBACK}?state=s&code=c&{rest}")] {
            match Answer::read(&TestUrls, &url) {
                Ok(answer) => prop_assert!(!answer.state.is_empty()),
                Err(error) => prop_assert_eq!(error.code, AuthCode::NotACallback),
            }
        }
    }

    #[test]
    fn an_answer_is_read_as_it_was_written(state in ".{1,30}", code in ".{1,30}", iss in ".{1,30}") {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("state", &state), ("code", &code), ("iss", &iss)])
            .finish();
        let answer = Answer::read(&TestUrls, &format!("{CALLBACK}?{query}")).unwrap();
        prop_assert_eq!(answer.state, state);
        prop_assert_eq!(answer.iss, Some(iss));
        prop_assert!(matches!(answer.outcome, Outcome::Code(read) if read.expose() == code));
    }
}
