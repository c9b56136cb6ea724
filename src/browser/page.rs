//! What the page and the other tabs do: Web Locks, BroadcastChannel, and the events of the page's life. Workers and Node
//! have some of them.

use super::event::Event;
use super::{AbortOnDrop, Browser, array, bare, call, get, is_nullish};
use crate::seams::{Channels, Held, Leaving, Locks, NoLocks, Post, Wake};
use futures_util::future::{Either, select};
use js_sys::{Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A Web Lock. It is held for as long as the promise that was given for it is pending. That ends with an abort, because
/// aborts are what is left of an instance that stopped (`scripts/build/glue.mjs`).
pub struct HeldLock {
    given_up: Rc<Cell<bool>>,
    stolen: Event,
    _let_go: AbortOnDrop,
}

impl Held for HeldLock {
    fn is_lost(&self) -> bool {
        self.stolen.has_fired()
    }

    async fn lost(&self) {
        self.stolen.clone().await;
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.given_up.set(true);
    }
}

impl Locks for Browser {
    type Held = HeldLock;

    async fn lock(&self, name: &str, steal: bool) -> Result<HeldLock, NoLocks> {
        let locks = get(&js_sys::global(), "navigator").and_then(|navigator| get(&navigator, "locks"));
        HeldLock::of(locks.unwrap_or_default(), name, steal).await
    }

    async fn queue(&self, name: &str) -> Result<HeldLock, NoLocks> {
        HeldLock::of(self.queues.clone(), name, false).await
    }
}

impl HeldLock {
    /// Asks `locks`, which is a LockManager or has a `request` like one.
    async fn of(locks: JsValue, name: &str, steal: bool) -> Result<Self, NoLocks> {
        if is_nullish(&locks) {
            return Err(NoLocks);
        }
        let (let_go, signal) = AbortOnDrop::new().map_err(|_| NoLocks)?;
        let given_up = Rc::new(Cell::new(false));
        let stolen = Event::default();
        let held = HeldLock { given_up: Rc::clone(&given_up), stolen: stolen.clone(), _let_go: let_go };
        let released = Promise::new(&mut |resolve, _| {
            let _ = call(&signal, "addEventListener", &[&JsValue::from_str("abort"), &resolve]);
        });
        let event = Event::default();
        let fired = event.clone();
        // It may be called when nobody is here any more, so it belongs to JavaScript.
        let granted = Closure::<dyn FnMut() -> JsValue>::new(move || {
            if given_up.get() {
                return JsValue::UNDEFINED;
            }
            fired.fire();
            released.clone().into()
        })
        .into_js_value();
        let options = if steal { bare(&[("steal", JsValue::TRUE)]) } else { bare(&[("signal", signal)]) };
        let outcome = call(&locks, "request", &[&JsValue::from_str(name), &options, &granted]).map_err(|_| NoLocks)?;
        // It rejects when the wish is taken back, or the lock stolen.
        let settled = Box::pin(JsFuture::from(Promise::resolve(&outcome)));
        match select(event, settled).await {
            Either::Left(((), settled)) => spawn_local(async move {
                if settled.await.is_err() {
                    stolen.fire();
                }
            }),
            Either::Right(_) => return Err(NoLocks),
        }
        Ok(held)
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
        listen(&["online", "pageshow"], &["visibilitychange", "resume"], true).await;
    }

    async fn leaving(&self) -> Leaving {
        let event = listen(&["pagehide"], &["freeze"], false).await;
        // A freeze has no such property, and is not for good.
        let is_for_good = get(&event, "persisted").is_ok_and(|persisted| persisted == JsValue::FALSE);
        if is_for_good { Leaving::ForGood } else { Leaving::ForAWhile }
    }

    fn is_online(&self) -> bool {
        let navigator = get(&js_sys::global(), "navigator").unwrap_or_default();
        get(&navigator, "onLine").is_ok_and(|online| online != JsValue::FALSE)
    }
}

/// The next event of one of these names, on the global object or the document. With `but_hiding`, that a page is hidden
/// does not count; what else happens to a hidden one does: a browser thaws it, or has a network again.
async fn listen(of_global: &[&str], of_document: &[&str], but_hiding: bool) -> JsValue {
    let global = js_sys::global();
    let document = get(&global, "document").unwrap_or_default();
    let heard = Rc::new(RefCell::new(JsValue::UNDEFINED));
    let event = Event::default();
    let (fired, kept, page) = (event.clone(), Rc::clone(&heard), document.clone());
    let callback = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let is_hidden = get(&page, "visibilityState").is_ok_and(|state| state == "hidden");
        let is_hiding = is_hidden && get(&event, "type").is_ok_and(|name| name == "visibilitychange");
        if !(but_hiding && is_hiding) {
            kept.replace(event);
            fired.fire();
        }
    });
    let Ok((_until_dropped, signal)) = AbortOnDrop::new() else { return std::future::pending().await };
    let options = bare(&[("signal", signal)]);
    for (target, names) in [(&JsValue::from(global), of_global), (&document, of_document)] {
        for name in names {
            let _ = call(target, "addEventListener", &[&JsValue::from_str(name), callback.as_ref(), &options]);
        }
    }
    event.await;
    heard.take()
}
