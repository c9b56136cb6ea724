//! Forget, revoke, log out.

use super::*;
use crate::auth::{AuthCode, LogoutForm, Revocation, SignOut, SignedOut};
use crate::seams::{HttpFailureKind, StoreFailure};

const RETURN_TO: &str = "https://app.example.com/bye";

fn done() -> Reply {
    Reply::new(200, &[], "")
}

fn returning() -> SignOut {
    SignOut { return_to: Some(RETURN_TO.into()), local_only: false }
}

fn leaves(bench: &Bench, session: &Session<Fake, FakeStore>, options: SignOut) -> SignedOut {
    let report = bench.fake.run(session.sign_out(options)).unwrap();
    assert!(bench.stored().is_none(), "gone in any case");
    assert_eq!(bench.events(), [SessionEvent::SignedOut]);
    report
}

fn field<'a>(form: &'a LogoutForm, name: &str) -> Option<&'a str> {
    form.fields.iter().find(|(candidate, _)| candidate == name).map(|(_, value)| value.as_str())
}

#[test]
fn the_refresh_token_is_revoked_before_the_access_token() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(done()).reply(done());
    let report = leaves(&bench, &session, SignOut::default());
    assert_eq!((report.refresh_token, report.access_token), (Revocation::Done, Revocation::Done));
    let requests = bench.fake.requests();
    let sent: Vec<_> = requests[1..].iter().map(|request| (request.url.as_str(), fields(request))).collect();
    assert_eq!(sent.len(), 2);
    for ((url, fields), (token, hint)) in
        sent.iter().zip([("refresh-1", "refresh_token"), ("access-1", "access_token")])
    {
        assert_eq!(*url, "https://id.wgtwo.com/oauth2/revoke");
        assert_eq!((fields["token"].as_str(), fields["token_type_hint"].as_str()), (token, hint));
        assert_eq!(fields["client_id"], CLIENT);
    }
}

#[test]
fn what_is_left_is_a_form_for_the_provider() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    let id_token = bench.stored().unwrap()["id_token"].as_str().unwrap().to_owned();
    bench.fake.reply(done()).reply(done());
    let form = bench.fake.run(session.sign_out(returning())).unwrap().logout.unwrap();
    assert_eq!(form.url, "https://id.wgtwo.com/oauth2/sessions/logout");
    assert_eq!(field(&form, "id_token_hint"), Some(id_token.as_str()));
    assert_eq!(field(&form, "post_logout_redirect_uri"), Some(RETURN_TO));
    assert_eq!(field(&form, "client_id"), Some(CLIENT));
    assert!(field(&form, "state").unwrap().len() >= 43);
    assert_eq!(form.fields.len(), 4);
}

#[test]
fn local_only_leaves_the_provider_alone() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(done()).reply(done());
    let report = leaves(&bench, &session, SignOut { local_only: true, ..SignOut::default() });
    assert!(report.logout.is_none());
    assert_eq!(report.refresh_token, Revocation::Done);
}

#[test]
fn failed_revocations_are_told_and_fail_nothing() {
    for bad in [Reply::json(503, ""), Reply::failing(HttpFailureKind::Network), done().after(60_000.0)] {
        let bench = Bench::default();
        let session = bench.signed_in(tokens());
        bench.fake.reply(bad).reply(done());
        let report = leaves(&bench, &session, SignOut::default());
        assert_eq!((report.refresh_token, report.access_token), (Revocation::Failed, Revocation::Done));
        assert!(report.logout.is_some());
    }
}

#[test]
fn the_session_is_gone_before_anything_is_asked() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.fake.reply(done().after(5_000.0));
    assert!(session.sign_out(SignOut::default()).now_or_never().is_none());
    assert!(bench.stored().is_none());
    assert_eq!(bench.events(), [SessionEvent::SignedOut]);
}

#[test]
fn without_a_session_the_provider_can_still_be_left() {
    let bench = Bench::default();
    let report = leaves(&bench, &bench.session(), returning());
    assert_eq!((report.refresh_token, report.access_token), (Revocation::NoToken, Revocation::NoToken));
    let form = report.logout.unwrap();
    assert_eq!(field(&form, "id_token_hint"), None);
    assert_eq!(field(&form, "post_logout_redirect_uri"), Some(RETURN_TO));
    assert!(bench.fake.requests().is_empty());
}

#[test]
fn a_provider_without_the_endpoints_is_left_locally() {
    let mut options = AuthOptions { preset: None, scope: Some(vec!["phone".into()]), ..preset() };
    options.endpoints.authorization = Some("https://id.example.com/auth".into());
    options.endpoints.token = Some("https://id.example.com/token".into());
    let bench = Bench::default();
    let session = bench.session_with(options).unwrap();
    let sent = bench.begin(&session, SignIn::default());
    bench.fake.reply(Reply::json(200, &tokens().to_string()));
    bench.fake.run(session.handle_callback(&callback(&sent["state"], "code=a-code"))).unwrap();
    bench.events();
    let report = leaves(&bench, &session, SignOut::default());
    assert_eq!((report.refresh_token, report.access_token), (Revocation::NoEndpoint, Revocation::NoEndpoint));
    assert!(report.logout.is_none());
}

#[test]
fn a_discovery_that_fails_does_not_keep_anybody_in() {
    let bench = Bench::default();
    let options = AuthOptions { preset: None, issuer: Some("https://id.example.com".into()), ..preset() };
    let session = bench.session_with(options).unwrap();
    bench.fake.reply(Reply::failing(HttpFailureKind::Network));
    assert!(leaves(&bench, &session, returning()).logout.is_none());
}

#[test]
fn a_damaged_session_is_left_too() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.overwrite("{");
    let report = leaves(&bench, &session, SignOut::default());
    assert_eq!(report.access_token, Revocation::Unknown);
    assert!(!report.is_revoked(), "its tokens live on, for all that is known");
}

#[test]
fn what_a_later_version_stored_is_not_said_to_be_revoked() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let mut later = bench.stored().unwrap();
    later["v"] = 99.into();
    bench.overwrite(&later.to_string());
    assert!(!leaves(&bench, &bench.session(), SignOut::default()).is_revoked());
}

#[test]
fn a_bad_return_address_changes_nothing() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    for address in ["/bye", "http://app.example.com/", "javascript:alert(1)"] {
        let options = SignOut { return_to: Some(address.into()), local_only: false };
        let error = bench.fake.run(session.sign_out(options)).unwrap_err();
        assert_eq!(error.code, AuthCode::InvalidConfig);
        assert!(error.message.starts_with("`returnTo`"), "{}", error.message);
    }
    assert!(bench.stored().is_some() && bench.events().is_empty());
}

#[test]
fn a_store_that_refuses_fails_the_sign_out() {
    let bench = Bench::default();
    let session = bench.signed_in(tokens());
    bench.tokens.refuse(true);
    let error = bench.fake.run(session.sign_out(SignOut::default())).unwrap_err();
    assert_eq!(error.code, AuthCode::StorageUnavailable);
    assert!(bench.events().is_empty(), "nobody is told that it is gone when it is not");
}

/// A store that can be read and not be changed.
struct Frozen(FakeStore);

impl Store for Frozen {
    fn place(&self) -> String {
        "frozen".to_owned()
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.0.get(key).await
    }

    async fn set(&self, _: &str, _: &str) -> Result<(), StoreFailure> {
        Err(StoreFailure { message: "frozen".into(), cause: None })
    }

    async fn remove(&self, _: &str) -> Result<(), StoreFailure> {
        Err(StoreFailure { message: "frozen".into(), cause: None })
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        self.0.keys(prefix).await
    }
}

#[test]
fn a_session_that_can_not_be_removed_is_made_worthless() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let stores = (Frozen(bench.tokens.clone()), Frozen(bench.pending.clone()));
    let session = Session::new(bench.fake.clone(), preset(), stores.0, stores.1, Rc::new(|_| ())).unwrap();
    bench.fake.reply(done()).reply(done());
    let error = bench.fake.run(session.sign_out(SignOut::default())).unwrap_err();
    assert_eq!(error.code, AuthCode::StorageUnavailable);
    assert_eq!(bench.fake.requests().len(), 3, "both tokens were revoked");
}
