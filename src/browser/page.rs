//! What the page and the other tabs do: locks, BroadcastChannel, and the events of the page's life. Most of it is in
//! `js/platform/waiting.ts`.

use super::{AbortOnDrop, Browser, array, call, get};
use crate::seams::{Channels, Held, Leaving, Locks, NoLocks, Post, Wake};
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

impl Browser {
    /// What a function of `js/platform/waiting.ts` comes to. Dropping the future takes the wish back.
    pub(super) async fn wait_for(&self, name: &str, arguments: &[&JsValue]) -> JsValue {
        if let Ok((mut guard, answer)) = self.ask(name, arguments)
            && let Ok(answer) = answer.await
        {
            guard.disarm();
            return answer;
        }
        // What can't be waited for never comes.
        std::future::pending().await
    }

    /// With the guard that takes back the wish, or lets go of what was given.
    fn ask(&self, name: &str, arguments: &[&JsValue]) -> Result<(AbortOnDrop, JsFuture), JsValue> {
        let (guard, signal) = AbortOnDrop::new()?;
        let answer = call(&self.page, name, &[arguments, &[&signal]].concat())?;
        Ok((guard, JsFuture::from(Promise::resolve(&answer))))
    }

    async fn hold(&self, is_queue: bool, name: &str, steal: bool) -> Result<HeldLock, NoLocks> {
        let arguments = [&JsValue::from_bool(is_queue), &JsValue::from_str(name), &JsValue::from_bool(steal)];
        let (guard, held) = self.ask("lock", &arguments).map_err(|_| NoLocks)?;
        Ok(HeldLock { held: held.await.map_err(|_| NoLocks)?, _guard: guard })
    }
}

/// A lock. It is let go by an abort, because aborts are what is left of an instance that stopped (`scripts/build/glue.mjs`).
pub struct HeldLock {
    held: JsValue,
    _guard: AbortOnDrop,
}

impl Held for HeldLock {
    fn is_lost(&self) -> bool {
        get(&self.held, "isLost").is_ok_and(|is_lost| is_lost.is_truthy())
    }

    async fn lost(&self) {
        let lost = get(&self.held, "lost").unwrap_or_default();
        let _ = JsFuture::from(Promise::resolve(&lost)).await;
    }
}

impl Locks for Browser {
    type Held = HeldLock;

    async fn lock(&self, name: &str, steal: bool) -> Result<HeldLock, NoLocks> {
        self.hold(false, name, steal).await
    }

    async fn queue(&self, name: &str) -> Result<HeldLock, NoLocks> {
        self.hold(true, name, false).await
    }
}

struct Channel {
    channel: JsValue,
    _hear: Closure<dyn FnMut(JsValue)>,
}

impl Post for Channel {
    fn post(&self, text: &str) {
        let _ = call(&self.channel, "postMessage", &[&JsValue::from_str(text)]);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        let _ = Reflect::set(&self.channel, &JsValue::from_str("onmessage"), &JsValue::NULL);
        let _ = call(&self.channel, "close", &[]);
    }
}

impl Channels for Browser {
    fn open(&self, name: &str, hear: Box<dyn Fn(String)>) -> Option<Box<dyn Post>> {
        let class: Function = get(&js_sys::global(), "BroadcastChannel").ok()?.dyn_into().ok()?;
        let channel = Reflect::construct(&class, &array(&mut [JsValue::from_str(name)].into_iter())).ok()?;
        let hear = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            if let Some(text) = get(&event, "data").ok().and_then(|data| data.as_string()) {
                hear(text);
            }
        });
        Reflect::set(&channel, &JsValue::from_str("onmessage"), hear.as_ref()).ok()?;
        // Node would not end as long as somebody listens.
        let _ = call(&channel, "unref", &[]);
        Some(Box::new(Channel { channel, _hear: hear }))
    }
}

impl Wake for Browser {
    async fn woken(&self) {
        self.wait_for("woken", &[]).await;
    }

    async fn leaving(&self) -> Leaving {
        let is_for_good = self.wait_for("leaving", &[]).await;
        if is_for_good.is_truthy() { Leaving::ForGood } else { Leaving::ForAWhile }
    }

    fn is_online(&self) -> bool {
        let navigator = get(&js_sys::global(), "navigator").unwrap_or_default();
        get(&navigator, "onLine").is_ok_and(|online| online != JsValue::FALSE)
    }
}
