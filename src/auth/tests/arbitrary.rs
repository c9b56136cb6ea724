//! Whatever comes in, nothing panics, and what goes in comes out again.

use super::*;
use crate::auth::callback::{Answer, Outcome};
use crate::auth::config::Config;
use crate::auth::discovery;
use crate::auth::id_token::Claims;
use crate::auth::life::Life;
use crate::auth::token_reply::TokenReply;
use crate::auth::{AuthCode, Secret, user_info};
use crate::seams::{Fields, Json, Moment};
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

fn moment() -> impl Strategy<Value = Moment> {
    (0.0..4e12f64, 0.0..1e11f64, 0.0..4e12f64).prop_map(|(wall_ms, monotonic_ms, page)| Moment {
        wall_ms,
        monotonic_ms,
        page,
    })
}

proptest! {
    #[test]
    fn any_body_is_a_token_reply_or_an_error(body in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(error) = TokenReply::read(&body, false) {
            prop_assert_eq!(error.code, AuthCode::InvalidResponse);
        }
        let _ = user_info::read(&body);
    }

    #[test]
    fn any_object_is_a_token_reply_or_an_error(
        body in almost(&["access_token", "token_type", "expires_in", "refresh_token", "id_token", "scope"]),
    ) {
        if let Ok(reply) = TokenReply::read(body.as_bytes(), false) {
            prop_assert!(reply.life_ms >= 0.0 && reply.life_ms.is_finite());
            prop_assert!(reply.access_token.fits_a_header());
        }
    }

    #[test]
    fn any_object_is_user_info_or_an_error(body in almost(&["sub", "phone_number", "phone_number_verified", "x"])) {
        if let Ok(user) = user_info::read(body.as_bytes()) {
            prop_assert!(!user.sub.is_empty());
            prop_assert_eq!(user.claims_json, body);
        }
    }

    #[test]
    fn any_object_is_a_discovery_document_or_an_error(
        body in almost(&["issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint"]),
    ) {
        let fake = Fake::new();
        let options = AuthOptions { preset: None, issuer: Some(ISSUER.into()), ..preset() };
        let config = Config::new(&fake, options).unwrap();
        if let Ok(found) = discovery::read(&fake, &config, config.issuer.as_ref().unwrap(), body.as_bytes()) {
            prop_assert!(found.authorization == ISSUER && found.token == ISSUER);
        }
    }

    #[test]
    fn any_text_is_an_id_token_or_none(text in ".{0,80}", body in almost(&["iss", "sub", "aud", "exp", "iat", "azp"])) {
        let _ = Claims::read(&Secret::new(text));
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(&body));
        if let Some(claims) = Claims::read(&Secret::new(token)) {
            prop_assert!(body.contains("\"sub\"") && claims.exp.is_finite());
        }
    }

    #[test]
    fn any_url_is_an_answer_or_not_a_callback(query in ".{0,80}", rest in "[a-z=&%+#?;]{0,40}") {
        let fake = Fake::new();
        for url in [query.clone(), format!("{CALLBACK}?{query}"), format!("{CALLBACK}?state=s&code=c&{rest}")] {
            match Answer::read(&fake, &url) {
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
        let answer = Answer::read(&Fake::new(), &format!("{CALLBACK}?{query}")).unwrap();
        prop_assert_eq!(answer.state, state);
        prop_assert_eq!(answer.iss, Some(iss));
        prop_assert!(matches!(answer.outcome, Outcome::Code(read) if read.expose() == code));
    }

    #[test]
    fn any_text_in_the_stores_is_a_record_or_is_dropped(text in ".{0,80}") {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        bench.overwrite(&text);
        prop_assert!(!bench.fake.run(session.is_signed_in()));
        let state = bench.begin(&session, SignIn::default())["state"].clone();
        let key = bench.pending.entries().into_keys().next().unwrap();
        bench.pending.set(&key, &text).now_or_never().unwrap().unwrap();
        let url = callback(&state, "code=a-code");
        prop_assert_eq!(bench.fake.run(session.handle_callback(&url)).unwrap_err().code, AuthCode::StateUnknown);
    }

    #[test]
    fn a_life_comes_back_from_json_bit_by_bit(since in moment(), ms in 0.0..1e12f64) {
        let mut fields = Fields::default();
        Life { since, ms }.put(&mut fields);
        let text = Json::Object(fields).write();
        prop_assert_eq!(Life::take(&mut Fields::parse(&text).unwrap()), Some(Life { since, ms }));
    }

    #[test]
    fn a_fresh_token_has_a_tenth_of_its_life_or_a_minute(ms in 0.0..1e9f64, age in 0.0..1e9f64) {
        let since = Moment { wall_ms: 0.0, monotonic_ms: 0.0, page: 0.0 };
        let life = Life { since, ms };
        let now = Moment { wall_ms: age, ..since };
        if life.is_fresh(now) {
            prop_assert!(!life.is_over(now) && ms - age >= (ms * 0.1).min(60_000.0));
        } else {
            prop_assert!(life.is_over(now) || ms - age < 60_000.0);
        }
    }
}
