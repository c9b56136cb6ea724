//! `AbortController` as a guard, and `AbortSignal` as a future. The signal may be anybody's (another realm's, a polyfill's): it is reached by name.

use super::event::Event;
use super::{call, get};
use crate::seams::{Cancelled, Cause};
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

/// Aborts what is under way when it is dropped, unless that has ended.
pub struct AbortOnDrop(Option<AbortController>);

impl AbortOnDrop {
    /// With the signal to hand out; the error is what a patched constructor threw.
    pub fn new() -> Result<(Self, JsValue), JsValue> {
        let controller = AbortController::new()?;
        let signal = controller.signal().into();
        Ok((Self(Some(controller)), signal))
    }

    /// It has ended.
    pub fn disarm(&mut self) {
        self.0 = None;
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            // A patched one may throw.
            let _ = call(controller, "abort", &[]);
        }
    }
}

/// Listens until it is dropped.
struct Listener {
    signal: JsValue,
    callback: Closure<dyn FnMut()>,
}

impl Listener {
    fn call(&self, method: &str) -> Result<JsValue, JsValue> {
        call(&self.signal, method, &[&JsValue::from_str("abort"), self.callback.as_ref()])
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.call("removeEventListener");
    }
}

/// Completes when `signal` is aborted; never without a signal.
pub async fn aborted(signal: Option<JsValue>) -> Cancelled {
    let Some(signal) = signal else {
        return std::future::pending().await;
    };
    if !get(&signal, "aborted").is_ok_and(|aborted| aborted.is_truthy()) {
        let event = Event::default();
        let fired = event.clone();
        let callback = Closure::<dyn FnMut()>::new(move || fired.fire());
        let listener = Listener { signal: signal.clone(), callback };
        if listener.call("addEventListener").is_err() {
            return std::future::pending().await;
        }
        event.await;
    }
    let reason = get(&signal, "reason").ok().filter(|reason| !reason.is_undefined());
    Cancelled { reason: reason.map(Cause::new) }
}
