//! Clocks and timers.

use super::{Browser, call, get};
use crate::seams::{Clock, Moment, Timer};
use wasm_bindgen::JsValue;

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
        self.wait_for("sleep", &[&JsValue::from_f64(ms.max(0.0).ceil()), &JsValue::FALSE]).await;
    }

    async fn turn(&self) {
        self.wait_for("turn", &[]).await;
    }

    async fn rest(&self, ms: f64) {
        self.wait_for("sleep", &[&JsValue::from_f64(ms.max(0.0).ceil()), &JsValue::TRUE]).await;
    }
}
