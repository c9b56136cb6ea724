//! `AbortSignal` as a future.

use super::event::Event;
use crate::seams::{Cancelled, Cause};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

/// Listens until it is dropped.
struct Listener {
    signal: AbortSignal,
    callback: Closure<dyn FnMut()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.callback.as_ref().unchecked_ref();
        let _ = self.signal.remove_event_listener_with_callback("abort", function);
    }
}

/// Completes when `signal` is aborted; never without a signal.
pub async fn aborted(signal: Option<AbortSignal>) -> Cancelled {
    let Some(signal) = signal else {
        return std::future::pending().await;
    };
    if !signal.aborted() {
        let event = Event::default();
        let fired = event.clone();
        let callback = Closure::<dyn FnMut()>::new(move || fired.fire());
        let listener = Listener { signal: signal.clone(), callback };
        let function = listener.callback.as_ref().unchecked_ref();
        if signal.add_event_listener_with_callback("abort", function).is_err() {
            return std::future::pending().await;
        }
        event.await;
    }
    let reason = signal.reason();
    Cancelled { reason: (!reason.is_undefined()).then(|| Cause::new(reason)) }
}
