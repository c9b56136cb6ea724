//! Stores of the application's own: slow, or silent for ever.

use super::refresh::{ok, renewed};
use super::*;
use crate::auth::{AuthCode, SignOut};
use crate::seams::{StoreFailure, Timer};
use futures::future::join;
use std::cell::Cell;

/// What `Bench` has, behind something slow.
#[derive(Clone)]
pub(super) struct Slow {
    fake: Fake,
    store: FakeStore,
    pub delay_ms: Rc<Cell<f64>>,
}

impl Slow {
    async fn wait(&self) {
        self.fake.sleep(self.delay_ms.get()).await;
    }
}

impl Store for Slow {
    fn place(&self) -> String {
        self.store.place()
    }

    fn is_shared(&self) -> bool {
        self.store.is_shared()
    }

    fn is_foreign(&self) -> bool {
        true
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.wait().await;
        let value = self.store.get(key).await;
        self.wait().await;
        value
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.wait().await;
        self.store.set(key, value).await?;
        self.wait().await;
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.wait().await;
        self.store.remove(key).await?;
        self.wait().await;
        Ok(())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        self.store.keys(prefix).await
    }
}

/// The session of `bench` in a fresh page, each half of an access to whose store takes so long.
fn slow(bench: &Bench, delay_ms: f64) -> (Session<Fake, Slow>, Slow) {
    Realm::begin_page();
    let of = |store: &FakeStore, delay_ms| Slow {
        fake: bench.fake.clone(),
        store: store.clone(),
        delay_ms: Rc::new(Cell::new(delay_ms)),
    };
    let tokens = of(&bench.tokens, delay_ms);
    let on_event = note_events(&bench.events);
    let session = Session::new(bench.fake.clone(), preset(), tokens.clone(), of(&bench.pending, 0.0), on_event);
    (session.unwrap(), tokens)
}

#[test]
fn a_store_that_never_answers_is_told_in_time() {
    let bench = Bench::default();
    bench.signed_in(tokens());
    let (session, _) = slow(&bench, f64::INFINITY);
    assert_eq!(bench.fake.run(session.access_token(false)).unwrap_err().code, AuthCode::StorageUnavailable);
    assert_eq!(bench.fake.elapsed_ms(), 10_000.0);
    assert!(!bench.fake.run(session.is_signed_in()));
    let left = bench.fake.run(session.sign_out(SignOut::default()));
    assert_eq!(left.unwrap_err().code, AuthCode::StorageUnavailable);
}

#[test]
fn a_sign_out_while_a_refresh_is_being_stored_is_final_in_any_order() {
    for is_shared in [false, true] {
        // The reply comes before, while and after the sign-out looks and removes.
        for reply_ms in (0..400).step_by(20) {
            let bench = Bench::default();
            if is_shared {
                bench.tokens.share();
            }
            bench.signed_in(tokens());
            let (session, _) = slow(&bench, 25.0);
            bench.fake.answer(|_| Reply::json(200, ""));
            bench.fake.reply(ok(&renewed(2)).after(f64::from(reply_ms)));
            let sign_out = async {
                bench.fake.sleep(330.0).await;
                session.sign_out(SignOut { local_only: true, ..SignOut::default() }).await
            };
            let (_, signed_out) = bench.fake.run(join(session.access_token(true), sign_out));
            bench.fake.run(bench.fake.sleep(1_000.0));
            signed_out.unwrap();
            assert!(bench.tokens.entries().is_empty(), "{reply_ms} {is_shared} {:?}", bench.tokens.entries().keys());
            let requests = bench.fake.requests();
            let revoked: Vec<_> = requests.iter().filter_map(|request| fields(request).get("token").cloned()).collect();
            assert!(revoked.contains(&"refresh-2".to_owned()), "{reply_ms} {is_shared} {revoked:?}");
        }
    }
}

#[test]
fn the_end_of_a_session_does_not_take_a_new_one_along() {
    for sign_in_ms in (0..400).step_by(20) {
        let bench = Bench::default();
        bench.tokens.share();
        let mut bare = tokens();
        bare.as_object_mut().unwrap().remove("refresh_token");
        bench.signed_in(bare);
        bench.fake.advance(3_600_001.0);
        let (session, _) = slow(&bench, 25.0);
        let sent = query(&bench.fake.run(session.authorization_url(SignIn::default())).unwrap());
        // Made now, so that its ID token is.
        let mut claims = claims(&sent["nonce"]);
        claims["exp"] = json!(NOW_SECONDS + 7200);
        let mut reply = renewed(5);
        reply["id_token"] = jwt(&claims).into();
        bench.fake.reply(ok(&reply));
        let (other, _) = slow(&bench, 25.0);
        let sign_in = async {
            bench.fake.sleep(f64::from(sign_in_ms)).await;
            session.handle_callback(&callback(&sent["state"], "code=a-code")).await
        };
        let (_, signed_in) = bench.fake.run(join(other.access_token(false), sign_in));
        signed_in.unwrap();
        assert_eq!(bench.stored().expect("the new session")["access_token"], "access-5", "{sign_in_ms}");
    }
}
