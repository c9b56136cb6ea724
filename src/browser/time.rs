//! Clocks and timers.

use super::{Browser, call, event::Event, get};
use crate::seams::{Clock, Moment, Timer};
use wasm_bindgen::prelude::*;

/// The longest that `setTimeout` takes; longer ones are chained.
const LONGEST_MS: f64 = 2_147_483_647.0;

impl Clock for Browser {
    fn now(&self) -> Moment {
        let wall_ms = js_sys::Date::now();
        let performance = get(&js_sys::global(), "performance").unwrap_or_default();
        let monotonic_ms = call(&performance, "now", &[]).ok().and_then(|now| now.as_f64());
        let page = get(&performance, "timeOrigin").ok().and_then(|origin| origin.as_f64());
        // Without a monotonic clock the wall clock alone decides.
        Moment { wall_ms, monotonic_ms: monotonic_ms.unwrap_or(0.0), page: page.unwrap_or(0.0) }
    }
}

impl Timer for Browser {
    async fn sleep(&self, ms: f64) {
        let mut left = ms;
        while left > LONGEST_MS {
            Timeout::start(LONGEST_MS).await;
            left -= LONGEST_MS;
        }
        Timeout::start(left.max(0.0)).await;
    }
}

/// A running timer; dropping it clears it.
struct Timeout {
    id: JsValue,
    event: Event,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    async fn start(ms: f64) {
        let event = Event::default();
        let fired = event.clone();
        let callback = Closure::<dyn FnMut()>::new(move || fired.fire());
        let function: &JsValue = callback.as_ref();
        let id = call(&js_sys::global(), "setTimeout", &[function, &JsValue::from_f64(ms.ceil())]);
        let timeout = Self { id: id.unwrap_or_default(), event, _callback: callback };
        timeout.event.clone().await;
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        let _ = call(&js_sys::global(), "clearTimeout", &[&self.id]);
    }
}
