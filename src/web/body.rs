//! The body of a reply, chunk by chunk.

use super::time::within;
use crate::grpc_web::Below;
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, ReadableStreamDefaultReader, Response};

/// Ends a request when it is dropped, unless that has ended.
pub(super) struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    pub(super) fn new(controller: AbortController) -> Self {
        Self(Some(controller))
    }

    pub(super) fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

enum Source {
    Stream(ReadableStreamDefaultReader),
    /// A polyfill's reply, which has no stream. A reply without a body also comes to this.
    Whole(Response),
    /// Somebody else reads it: what was thrown for that.
    Locked(JsValue),
    Over,
}

/// How reading failed, and what was thrown.
pub(super) type Broken = (Below, Option<JsValue>);

/// Dropping it before its end aborts the request.
pub(super) struct Body {
    source: Source,
    abort: AbortOnDrop,
}

impl Body {
    pub(super) fn of(response: Response, abort: AbortOnDrop) -> Self {
        let source = match response.body().map(|stream| ReadableStreamDefaultReader::new(&stream)) {
            Some(Ok(reader)) => Source::Stream(reader),
            Some(Err(thrown)) => Source::Locked(thrown),
            None => Source::Whole(response),
        };
        Self { source, abort }
    }

    /// The next bytes; `None` at the end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Uint8Array>, Broken> {
        let read = match &self.source {
            Source::Stream(reader) => Ok(reader.read()),
            Source::Whole(response) => response.array_buffer(),
            Source::Locked(thrown) => return Err((Below::BodyUnusable, Some(thrown.clone()))),
            Source::Over => return Ok(None),
        };
        let value = match read {
            Ok(promise) => JsFuture::from(promise).await,
            Err(thrown) => Err(thrown),
        };
        let value = value.map_err(|thrown| (Below::BodyBroken, Some(thrown)))?;
        if let Source::Whole(_) = self.source {
            self.end();
            return bytes(&value).map(Some);
        }
        let part = |name: &str| Reflect::get(&value, &JsValue::from_str(name)).unwrap_or_default();
        if part("done").is_truthy() {
            self.end();
            return Ok(None);
        }
        bytes(&part("value")).map(Some)
    }

    fn end(&mut self) {
        self.source = Source::Over;
        self.abort.disarm();
    }

    /// Reads the rest for a while: the connection can be used again only when all of it was read.
    pub(super) fn drain(self) {
        if !matches!(self.source, Source::Over) {
            spawn_local(drain(self));
        }
    }
}

fn bytes(value: &JsValue) -> Result<Uint8Array, Broken> {
    match value.dyn_ref::<Uint8Array>() {
        Some(bytes) => Ok(bytes.clone()),
        None if value.has_type::<ArrayBuffer>() => Ok(Uint8Array::new(value)),
        None => Err((Below::NoBytes, None)),
    }
}

const DRAIN_MS: f64 = 1000.0;
const DRAIN_BYTES: u32 = 64 * 1024;

async fn drain(mut body: Body) {
    let read = async {
        let mut left = DRAIN_BYTES;
        while let Ok(Some(bytes)) = body.chunk().await {
            left = left.saturating_sub(bytes.length());
            if left == 0 {
                return;
            }
        }
    };
    within(DRAIN_MS, read).await;
}
