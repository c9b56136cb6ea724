//! The calls of a keeper, which the face makes.

use crate::breakout::{Registration, Target};
use crate::browser::{AbortOnDrop, call, get};
use crate::error::Kind;
use crate::keeper::{CallError, CallLimits, Calls, Registered};
use crate::seams::{Cause, Moment};
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, ready, select};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// `calls` of the face has `upsert` and `delete`; `flat` makes an array of what they reject with.
pub struct JsCalls {
    calls: JsValue,
    flat: Function,
}

impl JsCalls {
    /// Of the object that the face gives.
    pub fn new(face: &JsValue) -> Self {
        let part = |name: &str| get(face, name).unwrap_or_default();
        Self { calls: part("calls"), flat: Function::from(part("flatError")) }
    }

    /// What the promise comes to that `name` returns for `arguments` and a signal. No `async fn`: that weighs more.
    fn call<'a>(
        &'a self,
        name: &str,
        arguments: &[&JsValue],
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<JsValue, CallError>> {
        let begun = AbortOnDrop::new().and_then(|(guard, signal)| {
            let promise = call(&self.calls, name, &[arguments, &[&signal]].concat())?;
            Ok((guard, Promise::resolve(&promise)))
        });
        let (mut guard, promise) = match begun {
            Ok(begun) => begun,
            Err(thrown) => return ready(Err(self.error(thrown))).boxed_local(),
        };
        let ended = move |first| match first {
            Either::Left(_) => Err(CallError::cancelled()),
            Either::Right((result, _)) => {
                guard.disarm();
                Result::map_err(result, |thrown| self.error(thrown))
            }
        };
        select(cancelled, JsFuture::from(promise)).map(ended).boxed_local()
    }

    /// What was thrown, with the face's error of it.
    fn error(&self, thrown: JsValue) -> CallError {
        let flat = self.flat.call1(&JsValue::UNDEFINED, &thrown).unwrap_or_default();
        let part = |index| get(&flat, index).unwrap_or_default();
        let text = |index| part(index).as_string().unwrap_or_default();
        let (family, kind, error) = (text("0"), text("2"), part("6"));
        CallError {
            // A family that is none is that of the wasm that stopped.
            family: CallError::FAMILIES.into_iter().find(|known| *known == family).unwrap_or("load"),
            code: text("1"),
            kind: Kind::parse(&kind).unwrap_or(Kind::Crashed),
            retryable: part("3").is_truthy(),
            retry_after_ms: part("4").as_f64(),
            message: text("5"),
            raw: Some(Cause::new(if error.is_undefined() { thrown } else { error })),
        }
    }

    /// When the core took a registration, and for how long.
    fn registered(&self, value: JsValue) -> Result<Registered, CallError> {
        let number = |index| get(&value, index).ok()?.as_f64().filter(|number| number.is_finite());
        let registered = || {
            let (ttl_seconds, wall_ms, monotonic_ms, page) = (number("0")?, number("1")?, number("2")?, number("3")?);
            Some(Registered { ttl_seconds, sent_at: Moment { wall_ms, monotonic_ms, page } })
        };
        registered().ok_or_else(|| self.error(value))
    }
}

fn text(text: &str) -> JsValue {
    JsValue::from_str(text)
}

fn number_of(target: &Target) -> JsValue {
    target.phone_number.as_ref().map(|number| text(number.as_str())).unwrap_or_default()
}

fn time(ms: Option<f64>) -> JsValue {
    ms.map(JsValue::from_f64).unwrap_or_default()
}

impl Calls for JsCalls {
    fn upsert<'a>(
        &'a self,
        registration: &'a Registration,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<Registered, CallError>> {
        let arguments = [
            &text(registration.target.sip_uri.as_str()),
            &text(registration.route_type.as_str()),
            &number_of(&registration.target),
            &text(registration.mobile_originating_prefix.as_str()),
            &text(registration.mobile_terminating_prefix.as_str()),
            &time(limits.timeout_ms),
            &JsValue::from_bool(limits.is_retried),
        ];
        let registered = |result: Result<JsValue, CallError>| result.and_then(|value| self.registered(value));
        self.call("upsert", &arguments, cancelled).map(registered).boxed_local()
    }

    fn delete<'a>(
        &'a self,
        target: &'a Target,
        limits: CallLimits,
        cancelled: LocalBoxFuture<'a, ()>,
    ) -> LocalBoxFuture<'a, Result<(), CallError>> {
        let arguments = [
            &text(target.sip_uri.as_str()),
            &number_of(target),
            &time(limits.timeout_ms),
            &JsValue::from_bool(limits.is_retried),
            &JsValue::from_bool(limits.outlives_page),
        ];
        self.call("delete", &arguments, cancelled).map(|result| result.map(drop)).boxed_local()
    }
}
