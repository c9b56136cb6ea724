//! What is taken for an answer, and what it means.

use super::*;
use crate::error::Kind;
use crate::oauth::answer::{issuer_of, refused_by_link, refused_by_provider};
use crate::oauth::callback::{Answer, Outcome, stateless_error};
use crate::oauth::config::{Config, Issuer};
use crate::oauth::{AuthCode, AuthError};
use crate::redact::Secrets;

fn refused(word: &str, description: Option<&str>, uri: Option<&str>) -> AuthError {
    let secrets = Secrets::new(["the-verifier-of-it", "the-state-of-it"]);
    refused_by_provider((word.to_owned(), description.map(str::to_owned), uri.map(str::to_owned)), &secrets)
}

#[test]
fn a_url_without_an_answer_is_not_a_callback() {
    for url in [
        CALLBACK.to_owned(),
        "callback?state=a&code=b".to_owned(),
        format!("{CALLBACK}?state=s"),
        format!("{CALLBACK}?state=s&code="),
        format!("{CALLBACK}?code=PLANTED"),
        format!("{CALLBACK}?state=&code=PLANTED"),
        format!("{CALLBACK}#state=s&code=PLANTED"),
        format!("{CALLBACK}?state=s&code=PLANTED&code=PLANTED"),
        format!("{CALLBACK}?state=s&code=PLANTED&state=other"),
        format!("{CALLBACK}?state=s&code=PLANTED&iss=a&iss=b"),
        format!("{CALLBACK}?state=s&code=PLANTED&response=PLANTED"),
        "PLANTED?code=PLANTED&state=PLANTED".to_owned(),
    ] {
        let error = Answer::read(&TestUrls, &url).err().expect("an error");
        assert_eq!((error.code, error.kind), (AuthCode::NotACallback, Kind::Invalid), "{url}");
        assert!(!format!("{error:?} {error}").contains("PLANTED"), "{url}");
    }
}

#[test]
fn an_error_beats_a_code_and_does_not_show_it() {
    let url = format!("{CALLBACK}?state=s&error=access_denied&error_description=no+the-code-of-it&code=the-code-of-it");
    let answer = Answer::read(&TestUrls, &url).unwrap();
    let Outcome::Refused { error, description, uri } = answer.outcome else { panic!("a code") };
    assert_eq!((error.as_str(), description.as_deref(), uri), ("access_denied", Some("no [removed]"), None));
}

#[test]
fn a_code_that_is_there_twice_is_no_reason_to_keep_the_providers_words() {
    let url =
        format!("{CALLBACK}?state=s&code=one-code&error=access_denied&error_description=one-code&code=another-code");
    let Outcome::Refused { error, description, .. } = Answer::read(&TestUrls, &url).unwrap().outcome else {
        panic!("a code")
    };
    assert_eq!((error.as_str(), description.as_deref()), ("access_denied", Some("[removed]")));
    let url = url.replace("one-code&code", "not+another-code&code");
    let Outcome::Refused { description, .. } = Answer::read(&TestUrls, &url).unwrap().outcome else { panic!("a code") };
    assert_eq!(description.as_deref(), Some("not [removed]"));
}

#[test]
fn what_has_no_value_is_left_out() {
    let empty = "state=&code=&error=&error_description=&error_uri=&iss=&response=";
    for url in
        [format!("{CALLBACK}?{empty}&state=s&code=c&iss=i"), format!("{CALLBACK}?state=s&code=c&iss=i&{empty}&{empty}")]
    {
        let answer = Answer::read(&TestUrls, &url).unwrap();
        assert_eq!((answer.state.as_str(), answer.iss.as_deref()), ("s", Some("i")));
        assert!(matches!(answer.outcome, Outcome::Code(code) if code.expose() == "c"), "{url}");
    }
    let error = stateless_error(&TestUrls, &format!("{CALLBACK}?{empty}&error=access_denied"));
    assert_eq!(error.as_deref(), Some("access_denied"));
}

#[test]
fn the_answer_to_a_revocation_has_a_state_and_may_be_a_refusal() {
    let read = |rest: &str| Answer::read_state(&TestUrls, &format!("{CALLBACK}?{rest}"));
    assert_eq!(read("state=s").unwrap(), ("s".into(), None));
    assert_eq!(
        read("state=s&error=no&error_uri=u").unwrap(),
        ("s".into(), Some(("no".into(), None, Some("u".into()))))
    );
    assert_eq!(read("error=no").unwrap_err().code, AuthCode::NotACallback);
}

#[test]
fn an_error_without_a_state_is_read_where_nothing_else_is() {
    let read = |rest: &str| stateless_error(&TestUrls, &format!("{CALLBACK}?{rest}"));
    assert_eq!(read("error=access_denied&iss=x").as_deref(), Some("access_denied"));
    for rest in ["", "error=", "error=a&state=s", "error=a&code=c", "error=a&response=r", "error=a&error=b"] {
        assert_eq!(read(rest), None, "{rest}");
    }
    let known = refused_by_link("access_denied");
    assert!(known.code == AuthCode::AccessDenied && known.message.contains("`access_denied`"));
    let unknown = refused_by_link("call this number");
    assert!(unknown.code == AuthCode::ProviderError && !unknown.message.contains("number"), "{}", unknown.message);
}

#[test]
fn every_word_of_oauth_is_a_code_and_others_are_quoted() {
    for code in AuthCode::ALL.iter().take_while(|code| **code != AuthCode::ProviderError) {
        assert_eq!(refused(code.as_str(), None, None).code, *code);
    }
    // A word of the SDK's own is no word of OAuth.
    let error = refused("session_expired", None, None);
    assert!(error.code == AuthCode::ProviderError && error.message.contains("`session_expired`"));
}

#[test]
fn the_provider_is_quoted_without_what_it_was_sent() {
    let error = refused("access_denied", Some("Not today"), Some("https://id.wgtwo.com/why"));
    assert_eq!((error.code, error.kind), (AuthCode::AccessDenied, Kind::Auth));
    assert_eq!(error.description.as_deref(), Some("Not today"));
    assert_eq!(error.uri.as_deref(), Some("https://id.wgtwo.com/why"));
    assert_eq!(refused("access_denied", None, Some("javascript:alert(1)")).uri, None);
    let echo = "the-verifier-of-it, the-state-of-it";
    let error = refused(echo, Some(echo), Some("https://id.wgtwo.com/the-verifier-of-it"));
    assert!(!format!("{error:?} {error}").contains("-of-it"), "{error:?}");
}

#[test]
fn the_issuer_of_the_preset_may_lack_its_slash_and_nothing_else() {
    let own = || Config::new(&TestUrls, preset()).unwrap().issuer;
    for (iss, is_good) in [
        ("https://id.wgtwo.com", true),
        ("https://id.wgtwo.com/", true),
        ("https://id.wgtwo.com//", false),
        ("https://id.wgtwo.com/x", false),
        ("http://id.wgtwo.com/", false),
        ("https://evil.example.com/", false),
    ] {
        let outcome = issuer_of(own(), false, Some(iss.into()));
        assert_eq!(outcome.is_ok(), is_good, "{iss}");
        assert!(outcome.err().is_none_or(|error| error.code == AuthCode::IssuerMismatch));
    }
    assert_eq!(issuer_of(own(), false, None).unwrap(), own());
}

#[test]
fn an_issuer_that_is_given_is_compared_to_the_letter_and_a_promised_one_must_be_there() {
    let issuer = |text: &str| Some(Issuer { text: text.into(), slash_optional: false });
    let own = || issuer("https://id.example.com");
    assert!(issuer_of(own(), true, Some("https://id.example.com/".into())).is_err());
    assert!(issuer_of(own(), true, None).is_err() && issuer_of(None, true, None).is_err());
    assert_eq!(issuer_of(own(), true, Some("https://id.example.com".into())).unwrap(), own());
    assert_eq!(issuer_of(None, false, Some("https://other".into())).unwrap(), issuer("https://other"));
    assert_eq!(issuer_of(None, false, None).unwrap(), None);
}
