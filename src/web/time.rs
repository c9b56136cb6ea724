//! Waiting, by the global functions that windows and workers both have.

use js_sys::{Date, Function, Promise, Reflect, global};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Performance;

/// The longest that `setTimeout` takes; it would fire at once for more.
const LONGEST_MS: f64 = 2_147_483_647.0;

/// A function of the window, or of the worker.
pub(super) fn global_function(name: &str) -> Result<Function, JsValue> {
    Reflect::get(&global(), &JsValue::from_str(name))?.dyn_into()
}

/// A running timer; dropping it clears it.
struct Timer {
    id: JsValue,
    fired: JsFuture,
}

impl Timer {
    fn start(ms: f64) -> Self {
        let mut id = JsValue::UNDEFINED;
        let fired = Promise::new(&mut |resolve, _| {
            let set = global_function("setTimeout");
            let set = set.and_then(|set| set.call2(&JsValue::UNDEFINED, &resolve, &JsValue::from_f64(ms.ceil())));
            id = set.unwrap_or_default();
        });
        Self { id, fired: fired.into() }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let _ = global_function("clearTimeout").and_then(|clear| clear.call1(&JsValue::UNDEFINED, &self.id));
    }
}

/// Ends after `ms` milliseconds.
pub(super) async fn sleep(ms: f64) {
    let mut left_ms = ms.max(0.0);
    loop {
        let step_ms = left_ms.min(LONGEST_MS);
        let _ = (&mut Timer::start(step_ms).fired).await;
        left_ms -= step_ms;
        if left_ms <= 0.0 {
            return;
        }
    }
}

/// What `work` comes to, unless `ms` milliseconds pass first. Without a timer if it comes at once.
pub(super) async fn within<T>(ms: f64, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut late) = (pin!(work), pin!(sleep(ms)));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => late.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// When a call must have ended. The wall clock sees sleep but may be set; the monotonic one can't be set but may stand still
/// while the machine sleeps. So the clock that went further counts.
pub(super) struct Deadline {
    timeout_ms: f64,
    wall_ms: f64,
    monotonic_ms: f64,
}

impl Deadline {
    /// In `timeout_ms` from now.
    pub(super) fn after(timeout_ms: f64) -> Self {
        Self { timeout_ms, wall_ms: Date::now(), monotonic_ms: monotonic_ms() }
    }

    /// Not positive when it has passed.
    pub(super) fn left_ms(&self) -> f64 {
        self.timeout_ms - (Date::now() - self.wall_ms).max(monotonic_ms() - self.monotonic_ms).max(0.0)
    }
}

fn monotonic_ms() -> f64 {
    let performance = Reflect::get(&global(), &JsValue::from_str("performance"));
    let performance = performance.ok().and_then(|performance| performance.dyn_into::<Performance>().ok());
    performance.map_or(0.0, |performance| performance.now())
}
