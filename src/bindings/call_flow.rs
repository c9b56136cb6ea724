//! `describeCallFlow`.

use super::flat::problems;
use super::js::Array;
use super::registration::input;
use crate::breakout::{Behavior, CallFlow, CallFlowInput, Leg, PartyInput, PlacedBy, describe_call_flow};
use wasm_bindgen::prelude::*;

/// What becomes of a call, as `js/call-flow.ts` reads it: `[route, kind of prefix, legs]`, or `[code, message]` where nobody
/// can say. A party is its number, and its registration as `input` reads it. Throws the problems.
#[wasm_bindgen(js_name = describeCallFlow)]
pub fn describe(
    caller: Option<String>,
    of_caller: Option<String>,
    callee: Option<String>,
    of_callee: Option<String>,
    behavior: Option<String>,
    placed_by: Option<String>,
) -> Result<Array, Array> {
    let input = CallFlowInput {
        caller: party(caller, of_caller),
        callee: party(callee, of_callee),
        behavior: named(&Behavior::NAMES, behavior),
        placed_by: named(&PlacedBy::NAMES, placed_by),
    };
    let array = Array::new();
    match describe_call_flow(&input).map_err(problems)? {
        Ok(flow) => push_flow(&array, &flow),
        Err(unspecified) => array.push_texts(unspecified.code(), unspecified.message()),
    }
    Ok(array)
}

fn named<T: Copy + Default>(names: &[(&str, T)], text: Option<String>) -> T {
    let found = names.iter().find(|(name, _)| Some(*name) == text.as_deref());
    found.map(|(_, value)| *value).unwrap_or_default()
}

fn party(phone_number: Option<String>, registration: Option<String>) -> PartyInput {
    PartyInput { phone_number, registration: registration.map(|fields| input(&fields)) }
}

fn push_flow(array: &Array, flow: &CallFlow) {
    let via = flow.via.as_ref();
    let invite = via.and_then(|via| via.invite.as_ref());
    push_text(array, via.map(|via| via.route.as_str()));
    push_text(array, invite.map(|invite| invite.prefix_kind));
    let legs = Array::new();
    flow.legs.iter().for_each(|leg| legs.push(self::leg(flow, leg).into()));
    array.push(legs.into());
}

/// `[leg, from, to, step, reason, seconds | undefined, INVITE's URI, its prefix, SIP URI]`; the last three are undefined for a
/// leg that has none, and null for one that has none here.
fn leg(flow: &CallFlow, leg: &Leg) -> Array {
    let via = flow.via.as_ref();
    let invite = via.and_then(|via| via.invite.as_ref());
    let array = Array::new();
    array.push_number(leg.leg.into());
    array.push_texts(leg.from.as_str(), leg.to.as_str());
    array.push_number(leg.step.into());
    array.push_text(leg.reason.as_str());
    array.push(leg.after_seconds().map(JsValue::from).unwrap_or_default());
    push_of(&array, leg.is_to_pbx(), invite.map(|invite| invite.uri.as_str()));
    push_of(&array, leg.is_to_pbx(), invite.map(|invite| invite.prefix.as_str()));
    push_of(&array, leg.is_at_pbx(), via.map(|via| via.sip_uri.as_str()));
    array
}

/// Undefined for what is not the leg's.
fn push_of(array: &Array, is_of_leg: bool, text: Option<&str>) {
    if is_of_leg { push_text(array, text) } else { array.push(JsValue::UNDEFINED) }
}

/// Null for none.
fn push_text(array: &Array, text: Option<&str>) {
    match text {
        Some(text) => array.push_text(text),
        None => array.push(JsValue::NULL),
    }
}
