//! A failed call as one array, which `js/client/raw-failure.ts` reads.

use super::flat::{push_any_number, push_any_text};
use super::js::{Array, Uint8Array};
use super::retries::repeatable;
use crate::breakout::CallFailure;
use crate::grpc_web::{Detail, Failure, Received, RpcError};

/// Names and values in turn.
pub fn pairs(pairs: &[(String, String)]) -> Array {
    let array = Array::new();
    for (name, value) in pairs {
        array.push_texts(name, value);
    }
    array
}

/// Names and values in turn.
pub fn received(received: &Received) -> Array {
    pairs(received.as_pairs())
}

/// A failed call.
pub fn call_failure(error: &CallFailure) -> Array {
    match error {
        CallFailure::Rejected(rejected) => {
            let array = Array::new();
            array.push_texts("rejected", &rejected.message);
            array
        }
        CallFailure::Rpc(error) => failure(error),
    }
}

/// A failed call.
pub fn failure(error: &RpcError) -> Array {
    let (repeatable, wish) = repeatable(Failure::of(error));
    let details = Array::new();
    for detail in &error.details {
        details.push(self::detail(detail).into());
    }
    let array = Array::new();
    array.push_texts("rpc", error.code_name());
    array.push_text(error.kind.as_str());
    array.push_flag(error.retryable);
    array.push_text(&error.message);
    array.push_number(f64::from(error.code.number()));
    array.push_text(&error.method);
    push_any_number(&array, error.http_status.map(f64::from));
    push_any_number(&array, error.retry_after_ms);
    push_any_text(&array, error.body_text.as_deref());
    array.push(details.into());
    array.push(received(&error.headers).into());
    array.push(received(&error.trailers).into());
    array.push_number(f64::from(repeatable));
    array.push_number(wish);
    #[cfg(feature = "test-doors")]
    {
        push_any_text(&array, error.server_message.as_deref());
        array.push(
            error
                .details_bytes
                .as_deref()
                .map_or(wasm_bindgen::JsValue::UNDEFINED, |bytes| Uint8Array::new(bytes).into()),
        );
    }
    array
}

/// The type's name and the fields of one detail; pairs in turn.
fn detail(detail: &Detail) -> Array {
    let array = Array::new();
    match detail {
        Detail::RetryInfo { retry_delay_ms } => {
            array.push_text("google.rpc.RetryInfo");
            array.push_number(*retry_delay_ms);
        }
        Detail::ErrorInfo { reason, domain, metadata } => {
            array.push_text("google.rpc.ErrorInfo");
            array.push_texts(reason, domain);
            array.push(pairs(metadata).into());
        }
        Detail::BadRequest { violations } => {
            array.push_text("google.rpc.BadRequest");
            array.push(pairs(violations).into());
        }
        Detail::Other { type_name, value } => {
            array.push_text(type_name);
            array.push(Uint8Array::new(value).into());
        }
    }
    array
}
