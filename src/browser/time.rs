//! Clocks and timers.

use super::{Browser, call, event::Event, get};
use crate::seams::{Clock, Moment, Timer};
use js_sys::{Array, Function, Reflect};
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
            Timeout::start(LONGEST_MS, false).await;
            left -= LONGEST_MS;
        }
        Timeout::start(left.max(0.0), false).await;
    }

    async fn turn(&self) {
        let global = js_sys::global();
        let channel = get(&global, "MessageChannel")
            .and_then(|class| class.dyn_into::<Function>())
            .and_then(|class| Reflect::construct(&class, &Array::new()));
        let Ok(channel) = channel else { return self.sleep(0.0).await };
        let (near, far) = (get(&channel, "port1").unwrap_or_default(), get(&channel, "port2").unwrap_or_default());
        let event = Event::default();
        let fired = event.clone();
        let heard = Closure::<dyn FnMut()>::new(move || fired.fire());
        let _ = Reflect::set(&near, &JsValue::from_str("onmessage"), heard.as_ref());
        if call(&far, "postMessage", &[&JsValue::NULL]).is_ok() {
            event.await;
        }
        let _ = call(&near, "close", &[]);
    }

    async fn rest(&self, ms: f64) {
        Timeout::start(ms.clamp(0.0, LONGEST_MS), true).await;
    }
}

/// A running timer; dropping it clears it.
struct Timeout {
    id: JsValue,
    event: Event,
    _callback: Closure<dyn FnMut()>,
}

impl Timeout {
    async fn start(ms: f64, is_idle: bool) {
        let event = Event::default();
        let fired = event.clone();
        let callback = Closure::<dyn FnMut()>::new(move || fired.fire());
        let function: &JsValue = callback.as_ref();
        let id = call(&js_sys::global(), "setTimeout", &[function, &JsValue::from_f64(ms.ceil())]);
        if is_idle && let Ok(id) = &id {
            // Only Node's timers have it.
            let _ = call(id, "unref", &[]);
        }
        let timeout = Self { id: id.unwrap_or_default(), event, _callback: callback };
        timeout.event.clone().await;
    }
}

impl Drop for Timeout {
    fn drop(&mut self) {
        let _ = call(&js_sys::global(), "clearTimeout", &[&self.id]);
    }
}
