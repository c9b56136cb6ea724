//! A reply that is not whole with the first chunk of its body, or is no success.

use super::calls::{Asked, below, meaning, secrets};
use super::flat::{call_failure, received};
use super::js::Array;
use crate::breakout::CallFailure;
use crate::grpc_web::{Head, Outcome, Reply, Rest};
use crate::redact::Secrets;
use wasm_bindgen::prelude::*;

/// Reads one reply. Each method returns its outcome as soon as there is one: `[whether to read the rest of the body, time to
/// live | undefined, error | undefined, trailers | undefined]`. An answer has trailers, also one that means an error. After that it is of no use.
#[wasm_bindgen]
pub struct ReplyReader {
    asked: Asked,
    path: String,
    secrets: Secrets,
    reply: Option<Reply>,
    outcome: Option<Outcome>,
}

#[wasm_bindgen]
impl ReplyReader {
    /// `headers` and `request_headers` are names and values in turn; `tokens` are what earlier attempts sent. `now_ms`: when
    /// the head came, since 1970.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::too_many_arguments)]
    pub fn new(
        asked: u32,
        path: String,
        http_status: u16,
        opaque_redirect: bool,
        headers: &Array,
        max_message_bytes: u32,
        now_ms: f64,
        request_headers: &Array,
        tokens: &Array,
    ) -> Self {
        let secrets = secrets(request_headers, tokens);
        let mut pairs = Vec::new();
        for pair in headers.texts().chunks_exact(2) {
            let [name, value] = pair else { continue };
            pairs.push((name.to_ascii_lowercase(), value.clone()));
        }
        let head = Head {
            method: path.clone(),
            max_message_bytes: max_message_bytes as usize,
            now_ms,
            http_status,
            opaque_redirect,
            headers: pairs,
            secrets: secrets.clone(),
        };
        #[cfg(feature = "test-doors")]
        super::doors::look(&head.headers);
        let (reply, outcome) = match Reply::begin(head) {
            Ok(reply) => (Some(reply), None),
            Err(outcome) => (None, Some(outcome)),
        };
        Self { asked: asked.into(), path, secrets, reply, outcome }
    }

    /// The outcome, if it does not depend on the body.
    pub fn begin(&mut self) -> Option<Array> {
        self.outcome.take().map(|outcome| self.told(outcome))
    }

    /// Whether the error is known, and the body has only words about it.
    #[wasm_bindgen(getter, js_name = isExplanation)]
    pub fn is_explanation(&self) -> bool {
        self.reply.as_ref().is_some_and(Reply::is_explanation)
    }

    /// A chunk of the body.
    pub fn chunk(&mut self, bytes: Vec<u8>) -> Option<Array> {
        let outcome = self.reply.as_mut()?.chunk(&bytes)?;
        Some(self.told(outcome))
    }

    /// The body ended.
    pub fn end(&mut self) -> Option<Array> {
        let outcome = self.reply.take()?.end();
        Some(self.told(outcome))
    }

    /// Reading the body failed.
    pub fn broken(&mut self, which: u32) -> Option<Array> {
        let outcome = self.reply.take()?.broken(below(which));
        Some(self.told(outcome))
    }

    fn told(&self, outcome: Outcome) -> Array {
        let told = Array::new();
        told.push(&JsValue::from_bool(outcome.rest == Rest::Drain));
        let (failure, answer) = match outcome.result {
            Ok(answer) => match meaning(&answer, self.asked, &self.path, &self.secrets) {
                Ok(meaning) => {
                    told.push(&meaning);
                    told.push(&JsValue::UNDEFINED);
                    told.push(&received(&answer.trailers));
                    return told;
                }
                Err(failure) => (failure, Some(answer)),
            },
            Err(error) => (CallFailure::Rpc(error), None),
        };
        told.push(&JsValue::UNDEFINED);
        told.push(&call_failure(&failure));
        if let Some(answer) = answer {
            told.push(&received(&answer.trailers));
        }
        told
    }
}
