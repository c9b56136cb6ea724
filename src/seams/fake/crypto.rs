//! Signatures by script: the text `signature` is right for every key, but for a key whose modulus is `other`.

use super::Fake;
use crate::seams::{Algorithm, Crypto, CryptoFailure, Json};
use std::cell::{Cell, RefCell};

#[derive(Default)]
pub(super) struct State {
    is_missing: Cell<bool>,
    hangs: Cell<bool>,
    keys: RefCell<Vec<String>>,
}

impl Fake {
    /// From now on there is no WebCrypto.
    pub fn refuse_crypto(&self) {
        self.0.crypto.is_missing.set(true);
    }

    /// From now on the storage of key pairs never answers.
    pub fn hang_keys(&self) {
        self.0.crypto.hangs.set(true);
    }

    async fn keys_answer(&self) {
        if self.0.crypto.hangs.get() {
            std::future::pending::<()>().await;
        }
    }

    /// The names of the key pairs.
    pub fn proof_keys(&self) -> Vec<String> {
        self.0.crypto.keys.borrow().clone()
    }

    fn check(&self) -> Result<(), CryptoFailure> {
        if self.0.crypto.is_missing.get() { Err(CryptoFailure { is_missing: true, cause: None }) } else { Ok(()) }
    }
}

impl Crypto for Fake {
    async fn verify(
        &self,
        _algorithm: Algorithm,
        jwk: &Json,
        _data: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoFailure> {
        self.check()?;
        let Json::Object(mut fields) = jwk.clone() else { return Ok(false) };
        Ok(signature == b"signature" && fields.need_text("n").as_deref() != Some("other"))
    }

    async fn proof_key(&self, name: &str) -> Result<(String, String), CryptoFailure> {
        self.check()?;
        self.keys_answer().await;
        let mut keys = self.0.crypto.keys.borrow_mut();
        if !keys.iter().any(|known| known == name) {
            keys.push(name.to_owned());
        }
        Ok(("x".to_owned(), "y".to_owned()))
    }

    async fn sign(&self, _name: &str, _data: &[u8]) -> Result<Vec<u8>, CryptoFailure> {
        self.check()?;
        Ok(b"proof".to_vec())
    }

    async fn drop_key(&self, name: &str) {
        self.keys_answer().await;
        self.0.crypto.keys.borrow_mut().retain(|known| known != name);
    }
}
