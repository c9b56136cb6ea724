//! `client.keepRegistered`.

use super::calls::fields;
use super::keeper_calls::JsCalls;
use super::keeper_owners::owners;
use super::promise;
use super::raw_error::{own, raw, told};
use crate::breakout::{ApiVersion, Registration, validate};
use crate::browser::{Browser, KeptStore, array, get, object};
use crate::error::Error;
use crate::keeper::{
    Core, Event, KeepOptions, Keeping, Listeners, MAX_PER_SECOND, Snapshot, Surroundings, Trouble, key_of,
    stored_deletion,
};
use crate::seams::Cause;
use js_sys::{Array, Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// The registrations that a client keeps.
#[wasm_bindgen]
pub struct KeepingHandle {
    keeping: Keeping<Browser, KeptStore>,
    version: ApiVersion,
}

#[wasm_bindgen]
impl KeepingHandle {
    /// `session` tells whose registrations are kept; without one it is `owner`, as the application calls the person.
    /// `base_url` is the core's address in one spelling. `face` has what lives in JavaScript: `calls` makes the calls,
    /// `flatError` takes their errors apart, `page` is `js/platform/waiting.ts`, `lasting` and `fleeting` are stores that outlive the page and this instance,
    /// `onEvent` is told the key, the name of an event and how the registration stands, `onLead` whether this page makes
    /// the calls.
    #[wasm_bindgen(constructor)]
    pub fn new(
        session: JsValue,
        owner: Option<String>,
        base_url: String,
        api_version: &str,
        max_per_second: Option<f64>,
        face: &JsValue,
    ) -> Self {
        let part = |name: &str| get(face, name).unwrap_or_default();
        let function = |name: &str| Function::from(part(name));
        let (on_event, on_lead, nameless) = (function("onEvent"), function("onLead"), function("nameless"));
        let listeners = Listeners {
            // A listener that throws is the page's affair.
            on_event: Box::new(move |key: &str, event: Event, snapshot: &Snapshot| {
                let arguments = [JsValue::from_str(key), JsValue::from_str(event.as_str()), snapshot_object(snapshot)];
                let _ = on_event.apply(&JsValue::UNDEFINED, &array(&mut arguments.into_iter()));
            }),
            on_lead: Box::new(move |is_leading: bool| {
                let _ = on_lead.call1(&JsValue::UNDEFINED, &JsValue::from_bool(is_leading));
            }),
            nameless: Box::new(move |is_another: bool| {
                let name = nameless.call1(&JsValue::UNDEFINED, &JsValue::from_bool(is_another));
                name.ok().and_then(|name| name.as_string()).unwrap_or_default()
            }),
        };
        let [lasting, fleeting] = ["lasting", "fleeting"].map(|name| KeptStore(part(name)));
        let core = Core { base_url, api_version: version(api_version) };
        let version = core.api_version;
        let calls = Rc::new(JsCalls::new(face));
        let surroundings = Surroundings { calls, owners: owners(session, owner), core, lasting, fleeting };
        let options = KeepOptions { max_per_second: max_per_second.map_or(MAX_PER_SECOND, |most| most as usize) };
        Self { keeping: Keeping::new(Browser { page: part("page") }, surroundings, options, listeners), version }
    }

    /// Resolves to the registration's key, when the wish is taken.
    /// `owner`: whose it is, if it was kept by an instance that stopped.
    pub fn keep(&self, registration: &Array, delete_on_leave: bool, owner: Option<String>) -> Promise {
        let keeping = self.keeping.clone();
        let registration = self.registration(registration);
        promise(async move {
            let key = keeping.keep(registration.map_err(raw)?, delete_on_leave, owner).await.map_err(raw)?;
            Ok(JsValue::from_str(&key))
        })
    }

    /// Resolves when the wish is taken.
    pub fn update(&self, key: String, registration: &Array) -> Promise {
        let keeping = self.keeping.clone();
        let registration = self.registration(registration);
        promise(async move {
            keeping.update(&key, registration.map_err(raw)?).await.map_err(raw)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Resolves when it is due.
    pub fn refresh(&self, key: String) -> Promise {
        let keeping = self.keeping.clone();
        promise(async move { keeping.refresh(&key).await.map(|()| JsValue::UNDEFINED).map_err(raw) })
    }

    /// The key of a registration; undefined for one that is wrong.
    pub fn key(&self, registration: &Array) -> Option<String> {
        let registration = self.registration(registration);
        registration.ok().map(|registration| key_of(&registration.target))
    }

    /// Resolves when it is noted that the number of `registration` is kept no more; if `delete`, to the name of the wish that it
    /// is deleted. `is_awaited`: the page is about to want it again.
    pub fn stop(&self, registration: &Array, delete: bool, is_awaited: bool) -> Promise {
        let keeping = self.keeping.clone();
        let registration = self.registration(registration);
        promise(async move {
            let stopped = keeping.stop(registration.map_err(raw)?, delete, is_awaited).await;
            let deletion = stopped.map_err(|trouble| trouble_object(&trouble))?;
            Ok(deletion.as_deref().map(JsValue::from_str).unwrap_or_default())
        })
    }

    /// The application registers the number by a call of its own: it is not deleted any more. `id`: only if that is the
    /// wish. Resolves when it is noted.
    pub fn overrule(&self, registration: &Array, id: Option<String>) -> Promise {
        let (keeping, key) = (self.keeping.clone(), self.key(registration));
        promise(async move {
            if let Some(key) = key {
                keeping.overrule(&key, id.as_deref()).await;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Resolves when a wish to delete is fulfilled.
    pub fn gone(&self, wish: String) -> Promise {
        let keeping = self.keeping.clone();
        promise(async move {
            keeping.gone(&wish).await.map(|()| JsValue::UNDEFINED).map_err(|trouble| trouble_object(&trouble))
        })
    }

    /// Resolves to the keys of all that is kept.
    pub fn keys(&self) -> Promise {
        let keeping = self.keeping.clone();
        promise(async move {
            let keys = keeping.keys().await.map_err(raw)?;
            Ok(array(&mut keys.iter().map(|key| JsValue::from_str(key))).into())
        })
    }

    /// How a registration stands; undefined if it is not kept.
    pub fn snapshot(&self, key: &str) -> JsValue {
        self.keeping.snapshot(key).map(|snapshot| snapshot_object(&snapshot)).unwrap_or_default()
    }

    /// Nothing is kept in this page any more.
    pub fn close(&self) {
        self.keeping.close();
    }

    /// From the texts of its fields.
    fn registration(&self, registration: &Array) -> Result<Registration, Error> {
        Ok(validate(&fields(registration), self.version)?)
    }
}

/// Resolves to the name of the wish to delete the number of `registration` that lies in the store that outlives the page, if
/// there is one. The other arguments are those of a `KeepingHandle`.
#[wasm_bindgen(js_name = storedDeletion)]
pub fn stored_deletion_of(
    registration: &Array,
    lasting: JsValue,
    session: JsValue,
    owner: Option<String>,
    base_url: String,
    api_version: &str,
) -> Promise {
    let core = Core { base_url, api_version: version(api_version) };
    let registration = validate(&fields(registration), core.api_version);
    promise(async move {
        let Ok(registration) = registration else { return Ok(JsValue::UNDEFINED) };
        let lasting = KeptStore(lasting);
        let id = stored_deletion(&*owners(session, owner), &core, &lasting, &registration.target).await;
        Ok(id.as_deref().map(JsValue::from_str).unwrap_or_default())
    })
}

fn version(name: &str) -> ApiVersion {
    if name == ApiVersion::V0.as_str() { ApiVersion::V0 } else { ApiVersion::V1 }
}

fn trouble_object(trouble: &Trouble) -> JsValue {
    match trouble {
        Trouble::Own(error) => match error.raw.as_ref().and_then(Cause::get::<JsValue>) {
            Some(raw) => raw.clone(),
            None => own(error),
        },
        Trouble::Told { family, code, kind, message } => told(family, code, *kind, message),
    }
}

fn request_object(registration: &Registration) -> JsValue {
    let text = |text: &str| JsValue::from_str(text);
    object(&[
        ("sipUri", text(registration.target.sip_uri.as_str())),
        ("routeType", text(registration.route_type.as_str())),
        (
            "phoneNumber",
            registration.target.phone_number.as_ref().map(|number| text(number.as_str())).unwrap_or_default(),
        ),
        ("mobileOriginatingPrefix", text(registration.mobile_originating_prefix.as_str())),
        ("mobileTerminatingPrefix", text(registration.mobile_terminating_prefix.as_str())),
    ])
    .into()
}

fn snapshot_object(snapshot: &Snapshot) -> JsValue {
    let text = |text: &str| JsValue::from_str(text);
    let time = |ms: Option<f64>| ms.map(JsValue::from_f64).unwrap_or_default();
    let state = match () {
        () if snapshot.is_stopped => "stopped",
        () if snapshot.is_suspended => "suspended",
        () => snapshot.state.as_str(),
    };
    object(&[
        ("owner", snapshot.owner.as_deref().map(text).unwrap_or_default()),
        ("request", request_object(&snapshot.registration)),
        ("inEffect", snapshot.in_effect.as_ref().map(request_object).unwrap_or_default()),
        ("state", text(state)),
        ("isEnding", JsValue::from_bool(snapshot.is_ending)),
        ("expiresAtMs", time(snapshot.expires_at_wall_ms)),
        ("nextRefreshAtMs", time(snapshot.next_refresh_at_wall_ms)),
        ("error", snapshot.trouble.as_ref().map(trouble_object).unwrap_or_default()),
    ])
    .into()
}
