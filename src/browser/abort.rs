//! `AbortController` as a guard.

use super::call;
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
