//! All calls, held against `tests/call-flow/table.json`, which was written by hand from the operator's documentation.

use super::{
    Behavior, CallFlow, CallFlowInput, Leg, PartyInput, PlacedBy, RegistrationInput, RouteType, describe_call_flow,
};
use serde_json::{Value, json};

const TABLE: &str = include_str!("../../tests/call-flow/table.json");
const CALLER: &str = "+4799900001";
const CALLEE: &str = "+47112334455";
/// Mobile-originating and mobile-terminating one of the caller, then of the callee.
const PREFIXES: [[&str; 2]; 2] = [["10", "11"], ["20", "00"]];
const PBX: &str = "sips:pbx.example.com";
const OTHER_PBX: &str = "sips:other.example.com";

/// The values of a combination, by dimension.
type Combination = [(&'static str, &'static str); 5];

fn dimensions() -> [(&'static str, Vec<&'static str>); 5] {
    let routes: Vec<_> = std::iter::once("none").chain(RouteType::ALL.map(RouteType::as_str)).collect();
    [
        ("placedBy", PlacedBy::NAMES.map(|(name, _)| name).to_vec()),
        ("caller", routes.clone()),
        ("callee", routes),
        ("pbx", vec!["same", "different"]),
        ("behavior", Behavior::NAMES.map(|(name, _)| name).to_vec()),
    ]
}

fn combinations() -> Vec<Combination> {
    let [placed_by, caller, callee, pbx, behavior] = dimensions().map(|(_, values)| values);
    let mut all = Vec::new();
    for &placed_by in &placed_by {
        for &caller in &caller {
            for &callee in &callee {
                for &pbx in &pbx {
                    for &behavior in &behavior {
                        if pbx == "same" || caller != "none" && callee != "none" {
                            all.push([
                                ("placedBy", placed_by),
                                ("caller", caller),
                                ("callee", callee),
                                ("pbx", pbx),
                                ("behavior", behavior),
                            ]);
                        }
                    }
                }
            }
        }
    }
    all
}

fn table() -> Vec<Value> {
    let rows: Vec<Value> = serde_json::from_str(TABLE).expect("rows");
    let known = dimensions();
    for row in &rows {
        for (dimension, values) in row["when"].as_object().expect("when") {
            let (_, known) = known.iter().find(|(name, _)| name == dimension).expect(dimension);
            for value in values.as_array().expect("a list") {
                assert!(known.contains(&value.as_str().expect("a string")), "no {dimension} {value}");
            }
        }
    }
    rows
}

fn fits(row: &Value, combination: &Combination) -> bool {
    combination.iter().all(|(dimension, value)| {
        let values = row["when"].get(dimension).and_then(Value::as_array);
        values.is_none_or(|values| values.iter().any(|other| other == value))
    })
}

fn party(number: &str, route: &str, sip_uri: &str, [originating, terminating]: [&str; 2]) -> PartyInput {
    let registration = (route != "none").then(|| RegistrationInput {
        sip_uri: Some(sip_uri.to_owned()),
        route_type: Some(route.to_owned()),
        phone_number: Some(number.to_owned()),
        mobile_originating_prefix: Some(originating.to_owned()),
        mobile_terminating_prefix: Some(terminating.to_owned()),
    });
    PartyInput { phone_number: Some(number.to_owned()), registration }
}

fn named<T: Copy>(names: &[(&str, T)], wanted: &str) -> T {
    names.iter().find(|(name, _)| *name == wanted).expect(wanted).1
}

fn described(combination: &Combination) -> Value {
    let [placed_by, caller, callee, pbx, behavior] = combination.map(|(_, value)| value);
    let callee_pbx = if pbx == "same" { PBX } else { OTHER_PBX };
    let input = CallFlowInput {
        caller: party(CALLER, caller, PBX, PREFIXES[0]),
        callee: party(CALLEE, callee, callee_pbx, PREFIXES[1]),
        behavior: named(&Behavior::NAMES, behavior),
        placed_by: named(&PlacedBy::NAMES, placed_by),
    };
    match describe_call_flow(&input).expect("valid") {
        Err(_) => json!("unspecified"),
        Ok(flow) => {
            let invite = flow.via.as_ref().and_then(|via| via.invite.as_ref());
            json!({
                "route": flow.via.as_ref().map(|via| via.route.as_str()),
                "prefix": invite.map(|invite| invite.prefix_kind),
                "legs": flow.legs.iter().map(|each| leg(each, &flow)).collect::<Vec<_>>(),
            })
        }
    }
}

fn leg(leg: &Leg, flow: &CallFlow) -> Value {
    let mut value = json!({
        "leg": leg.leg,
        "from": leg.from.as_str(),
        "to": leg.to.as_str(),
        "step": leg.step,
        "reason": leg.reason.as_str(),
    });
    if let Some(seconds) = leg.after_seconds() {
        value["afterSeconds"] = json!(seconds);
    }
    if leg.is_at_pbx() {
        let via = flow.via.as_ref().expect("a PBX");
        value["sipUri"] = json!(via.sip_uri.as_str());
        if leg.is_to_pbx() {
            let invite = via.invite.as_ref().expect("an INVITE");
            value["inviteUri"] = json!(invite.uri);
            value["prefix"] = json!(invite.prefix.as_str());
        }
    }
    value
}

/// The row's flow, with what follows from the numbers and registrations of `described`.
fn expected(row: &Value, combination: &Combination) -> Value {
    let mut flow = row["expect"].clone();
    if flow.get("unspecified").is_some() {
        return json!("unspecified");
    }
    let (prefix, sip_uri) = match flow["prefix"].as_str() {
        Some("mobileOriginating") => (PREFIXES[0][0], PBX),
        _ if combination[3].1 == "different" => (PREFIXES[1][1], OTHER_PBX),
        _ => (PREFIXES[1][1], PBX),
    };
    for leg in flow["legs"].as_array_mut().expect("legs") {
        if leg["to"] == "pbx" {
            leg["inviteUri"] = json!(["sip:+", prefix, CALLEE.trim_start_matches('+')].concat());
            leg["prefix"] = json!(prefix);
        }
        if leg["to"] == "pbx" || leg["from"] == "pbx" {
            leg["sipUri"] = json!(sip_uri);
        }
    }
    flow
}

#[test]
fn every_call_is_as_its_one_row_of_the_table_says() {
    let rows = table();
    let mut used = vec![false; rows.len()];
    let mut different = Vec::new();
    let all = combinations();
    assert_eq!(all.len(), 2 * 5 * (7 * 7 + 6 * 6));
    for combination in &all {
        let fitting: Vec<_> = (0..rows.len()).filter(|&index| fits(&rows[index], combination)).collect();
        let [index] = fitting[..] else {
            panic!("{combination:?} has {} rows", fitting.len());
        };
        used[index] = true;
        let (ours, theirs) = (described(combination), expected(&rows[index], combination));
        if ours != theirs {
            different
                .push(format!("{combination:?}\n  is       {ours}\n  expected {theirs}\n  {}", rows[index]["cite"]));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
    assert!(used.iter().all(|&used| used), "a row fits no combination");
}
