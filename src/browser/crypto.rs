//! WebCrypto. Key pairs are kept by the JavaScript face, which has IndexedDB: `proofKeys` has `publicKey(name)`,
//! `sign(name, data)` and `drop(name)`.

use super::bytes::bytes_of;
use super::{Browser, bare, call, get, is_nullish, json};
use crate::seams::{Algorithm, Cause, Crypto, CryptoFailure, Json};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

fn failed(thrown: JsValue) -> CryptoFailure {
    CryptoFailure { is_missing: false, cause: Some(Cause::new(thrown)) }
}

fn subtle() -> Result<JsValue, CryptoFailure> {
    let subtle = get(&js_sys::global(), "crypto").and_then(|crypto| get(&crypto, "subtle")).map_err(failed)?;
    if is_nullish(&subtle) { Err(CryptoFailure { is_missing: true, cause: None }) } else { Ok(subtle) }
}

async fn settled(returned: Result<JsValue, JsValue>) -> Result<JsValue, CryptoFailure> {
    JsFuture::from(Promise::resolve(&returned.map_err(failed)?)).await.map_err(failed)
}

fn bytes(data: &[u8]) -> JsValue {
    Uint8Array::from(data).into()
}

impl Browser {
    async fn ask_keys(&self, method: &str, arguments: &[&JsValue]) -> Result<JsValue, CryptoFailure> {
        subtle()?;
        settled(call(&self.proof_keys, method, arguments)).await
    }
}

impl Crypto for Browser {
    async fn verify(
        &self,
        algorithm: Algorithm,
        jwk: &Json,
        data: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoFailure> {
        let name = match algorithm {
            Algorithm::Rs256 => "RSASSA-PKCS1-v1_5",
            Algorithm::Es256 => "ECDSA",
        };
        let method = bare(&[
            ("name", JsValue::from_str(name)),
            ("hash", JsValue::from_str("SHA-256")),
            ("namedCurve", JsValue::from_str("P-256")),
        ]);
        let subtle = subtle()?;
        let jwk = json::to(jwk);
        let uses = Array::of1(&JsValue::from_str("verify"));
        let arguments: [&JsValue; 5] = [&JsValue::from_str("jwk"), &jwk, &method, &JsValue::FALSE, &uses];
        // A key that is none does not verify anything; another one may.
        let Ok(key) = settled(call(&subtle, "importKey", &arguments)).await else { return Ok(false) };
        let verified = call(&subtle, "verify", &[&method, &key, &bytes(signature), &bytes(data)]);
        Ok(settled(verified).await?.is_truthy())
    }

    async fn proof_key(&self, name: &str) -> Result<(String, String), CryptoFailure> {
        let key = self.ask_keys("publicKey", &[&JsValue::from_str(name)]).await?;
        let part = |name| get(&key, name).ok().and_then(|part| part.as_string());
        part("x").zip(part("y")).ok_or(CryptoFailure { is_missing: false, cause: None })
    }

    async fn sign(&self, name: &str, data: &[u8]) -> Result<Vec<u8>, CryptoFailure> {
        let signature = self.ask_keys("sign", &[&JsValue::from_str(name), &bytes(data)]).await?;
        bytes_of(&signature).map(|bytes| bytes.to_vec()).ok_or(CryptoFailure { is_missing: false, cause: None })
    }

    async fn drop_key(&self, name: &str) {
        let _ = self.ask_keys("drop", &[&JsValue::from_str(name)]).await;
    }
}
