//! `describeCallFlow`.

use super::calls::fields;
use super::flat::{array, problems};
use crate::breakout::{Behavior, CallFlow, CallFlowInput, Leg, PartyInput, PlacedBy, describe_call_flow};
use js_sys::Array;
use wasm_bindgen::prelude::*;

/// What becomes of a call, as `js/call-flow.ts` reads it: `[route, kind of prefix, legs]`, or `[code, message]` where nobody
/// can say. A party is `[number, registration]`, a registration the texts of its fields. Throws the problems.
#[wasm_bindgen(js_name = describeCallFlow)]
pub fn describe(
    caller: &Array,
    callee: &Array,
    behavior: Option<String>,
    placed_by: Option<String>,
) -> Result<Array, super::js::Array> {
    let input = CallFlowInput {
        caller: party(caller),
        callee: party(callee),
        behavior: named(&Behavior::NAMES, behavior),
        placed_by: named(&PlacedBy::NAMES, placed_by),
    };
    Ok(match describe_call_flow(&input).map_err(problems)? {
        Ok(flow) => specified(&flow),
        Err(unspecified) => {
            Array::of2(&JsValue::from_str(unspecified.code()), &JsValue::from_str(unspecified.message()))
        }
    })
}

fn named<T: Copy + Default>(names: &[(&str, T)], text: Option<String>) -> T {
    let found = names.iter().find(|(name, _)| Some(*name) == text.as_deref());
    found.map(|(_, value)| *value).unwrap_or_default()
}

fn party(party: &Array) -> PartyInput {
    let registration = party.get(1).dyn_into::<Array>().ok().map(|registration| fields(&registration));
    PartyInput { phone_number: party.get(0).as_string(), registration }
}

fn specified(flow: &CallFlow) -> Array {
    let via = flow.via.as_ref();
    let invite = via.and_then(|via| via.invite.as_ref());
    let legs = array(&mut flow.legs.iter().map(|leg| self::leg(flow, leg).into()));
    Array::of3(&text(via.map(|via| via.route.as_str())), &text(invite.map(|invite| invite.prefix_kind)), &legs)
}

/// `[leg, from, to, step, reason, seconds | undefined, INVITE's URI, its prefix, SIP URI]`; the last three are undefined for a
/// leg that has none, and null for one that has none here.
fn leg(flow: &CallFlow, leg: &Leg) -> Array {
    let via = flow.via.as_ref();
    let invite = via.and_then(|via| via.invite.as_ref());
    let of = |is_of_leg: bool, value: Option<&str>| if is_of_leg { text(value) } else { JsValue::UNDEFINED };
    let mut fields = [
        JsValue::from(leg.leg),
        JsValue::from_str(leg.from.as_str()),
        JsValue::from_str(leg.to.as_str()),
        JsValue::from(leg.step),
        JsValue::from_str(leg.reason.as_str()),
        leg.after_seconds().map(JsValue::from).unwrap_or_default(),
        of(leg.is_to_pbx(), invite.map(|invite| invite.uri.as_str())),
        of(leg.is_to_pbx(), invite.map(|invite| invite.prefix.as_str())),
        of(leg.is_at_pbx(), via.map(|via| via.sip_uri.as_str())),
    ]
    .into_iter();
    array(&mut fields)
}

/// Null for none.
fn text(value: Option<&str>) -> JsValue {
    value.map_or(JsValue::NULL, JsValue::from_str)
}
