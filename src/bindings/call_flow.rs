//! `describeCallFlow`.

use super::client::{merged, read_registration};
use super::raw_error::raw;
use super::read::Reader;
use crate::breakout::{Behavior, CallFlow, CallFlowInput, PartyInput, PlacedBy, Problem, describe_call_flow};
use crate::browser::{is_array, object};
use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

/// What becomes of a call; `{ unspecified, message }` where nobody can say.
#[wasm_bindgen(js_name = describeCallFlow)]
pub fn describe(input: &JsValue) -> Result<Object, JsValue> {
    let mut reader = Reader::new(input, "input");
    let caller = reader.value("caller");
    let callee = reader.value("callee");
    let behavior = reader.choice("behavior", &Behavior::NAMES).unwrap_or_default();
    let placed_by = reader.choice("placedBy", &PlacedBy::NAMES).unwrap_or_default();
    let mut found = reader.finish();
    let caller = party(caller, "caller.", "caller.registration.", &mut found);
    let callee = party(callee, "callee.", "callee.registration.", &mut found);
    let described = describe_call_flow(&CallFlowInput { caller, callee, behavior, placed_by });
    match merged(found, described).map_err(raw)? {
        Ok(flow) => Ok(specified(&flow)),
        Err(unspecified) => {
            let (code, message) = (unspecified.code(), unspecified.message());
            Ok(object(&[("unspecified", text(Some(code))), ("message", text(Some(message)))]))
        }
    }
}

fn party(value: Option<JsValue>, path: &'static str, inner: &'static str, found: &mut Vec<Problem>) -> PartyInput {
    let mut reader = Reader::nested(&value.unwrap_or_default(), path);
    let phone_number = reader.string("phoneNumber");
    let mut registration = None;
    if let Some(value) = reader.value("registration") {
        let (input, problems) = read_registration(Reader::nested(&value, inner));
        found.extend(problems);
        // Of what is no registration nothing is missing.
        registration = (value.is_object() && !is_array(&value)).then_some(input);
    }
    found.extend(reader.finish());
    PartyInput { phone_number, registration }
}

fn specified(flow: &CallFlow) -> Object {
    let via = flow.via.as_ref();
    let invite = via.and_then(|via| via.invite.as_ref());
    let legs = Array::new();
    for leg in flow.legs {
        let mut fields = vec![
            ("leg", JsValue::from(leg.leg)),
            ("from", text(Some(leg.from.as_str()))),
            ("to", text(Some(leg.to.as_str()))),
            ("step", JsValue::from(leg.step)),
            ("reason", text(Some(leg.reason.as_str()))),
        ];
        if let Some(seconds) = leg.after_seconds() {
            fields.push(("afterSeconds", JsValue::from(seconds)));
        }
        if leg.is_to_pbx() {
            fields.push(("inviteUri", text(invite.map(|invite| invite.uri.as_str()))));
            fields.push(("prefix", text(invite.map(|invite| invite.prefix.as_str()))));
        }
        if leg.is_at_pbx() {
            fields.push(("sipUri", text(via.map(|via| via.sip_uri.as_str()))));
        }
        legs.push(&object(&fields));
    }
    object(&[
        ("route", text(via.map(|via| via.route.as_str()))),
        ("prefix", text(invite.map(|invite| invite.prefix_kind))),
        ("legs", legs.into()),
    ])
}

/// Null for none.
fn text(value: Option<&str>) -> JsValue {
    value.map_or(JsValue::NULL, JsValue::from_str)
}
