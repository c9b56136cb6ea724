//! Actions of a keeper, as fields of an array (`js/keeper/machine.ts`).

use super::flat::push_any_text;
use super::js::Array;
use crate::breakout::Registration;
use crate::keeper::action::{Action, LockRequest};
use crate::keeper::desired::{DesiredRegistration, StoredGrant};
use crate::keeper::message::TabMessage;
use crate::keeper::snapshot::{Snapshot, Trouble};
use wasm_bindgen::JsValue;

/// Between the fields of a registration, as `js/client/encode.ts` has them. No field has a line break in it.
const DIVIDER: &str = "\n";

fn push_flag(array: &Array, flag: bool) {
    array.push(&JsValue::from_bool(flag));
}

fn push_registration(array: &Array, registration: &Registration) {
    let number = registration.target.phone_number.as_ref().map_or("", |number| number.as_str());
    let fields = [
        "",
        registration.target.sip_uri.as_str(),
        registration.route_type.as_str(),
        number,
        registration.mobile_originating_prefix.as_str(),
        registration.mobile_terminating_prefix.as_str(),
    ];
    array.push_text(&fields.join(DIVIDER));
}

fn push_any_registration(array: &Array, registration: Option<&Registration>) {
    match registration {
        Some(registration) => push_registration(array, registration),
        None => array.push_text(""),
    }
}

fn push_desired(array: &Array, desired: &DesiredRegistration) {
    array.push_text(&desired.id);
    array.push_number(f64::from(u8::from(desired.is_deletion) + 2 * u8::from(desired.delete_on_leave)));
    array.push_number(desired.at_ms.unwrap_or(f64::NAN));
    push_registration(array, &desired.registration);
}

fn push_grant(array: &Array, grant: &StoredGrant) {
    array.push_text(&grant.id);
    for number in [grant.sent.wall_ms, grant.sent.monotonic_ms, grant.sent.page, grant.ttl_ms, grant.refresh_after_ms] {
        array.push_number(number);
    }
    push_any_registration(array, grant.registration.as_deref());
}

fn push_trouble(array: &Array, trouble: Option<&Trouble<JsValue>>) {
    match trouble {
        None => array.push(&JsValue::UNDEFINED),
        Some(Trouble::Failed(error)) => array.push(error),
        Some(Trouble::KeptAgain) => array.push_number(1.0),
        Some(Trouble::Closed) => array.push_number(2.0),
        Some(Trouble::Nobody) => array.push_number(3.0),
    }
}

fn push_snapshot(array: &Array, snapshot: &Snapshot<JsValue>) {
    push_any_text(array, snapshot.owner.as_deref());
    push_registration(array, &snapshot.registration);
    push_any_registration(array, snapshot.in_effect.as_deref());
    array.push_text(snapshot.state_name());
    push_flag(array, snapshot.is_ending);
    array.push_number(snapshot.expires_at_wall_ms.unwrap_or(f64::NAN));
    array.push_number(snapshot.next_refresh_at_wall_ms.unwrap_or(f64::NAN));
    push_trouble(array, snapshot.trouble.as_ref());
}

/// The number of an action.
const fn code(action: &Action<JsValue>) -> u8 {
    match action {
        Action::LookAgain { .. } => 0,
        Action::Tell { .. } => 1,
        Action::Answer { .. } => 2,
        Action::Lead { .. } => 3,
        Action::Ready { .. } => 4,
        Action::Halt => 5,
        Action::Abort => 6,
        Action::Open { .. } => 7,
        Action::Load { .. } => 8,
        Action::Check { .. } => 9,
        Action::Upsert { .. } => 10,
        Action::Delete { .. } => 11,
        Action::DeleteAtLast { .. } => 12,
        Action::StoreDesired { .. } => 13,
        Action::StoreGrant { .. } => 14,
        Action::Forget { .. } => 15,
        Action::Erase { .. } => 16,
        Action::Post(_) => 17,
        Action::Lock { .. } => 18,
        Action::Unlock => 19,
        Action::LookAtOwner => 20,
        Action::Settled { .. } => 21,
        Action::Wait { .. } => 22,
        Action::Refused => 23,
    }
}

/// The number of an action, and its fields.
pub fn push_action(array: &Array, action: Action<JsValue>) {
    array.push_number(f64::from(code(&action)));
    match action {
        Action::LookAgain { ms } => array.push_number(ms),
        Action::Tell { key, change, snapshot } => {
            array.push_texts(&key, change.as_str());
            push_snapshot(array, &snapshot);
        }
        Action::Answer { key, snapshot } => {
            array.push_text(&key);
            push_snapshot(array, &snapshot);
        }
        Action::Lead { is_leading } => push_flag(array, is_leading),
        Action::Ready { owner } => push_any_text(array, owner.as_deref()),
        Action::Open { owner } => array.push_text(&owner),
        Action::DeleteAtLast { registration } => push_registration(array, &registration),
        Action::Post(message) => push_message(array, message),
        Action::Lock { number, owner, request } => push_lock(array, number, &owner, request),
        Action::Settled { id, trouble } => {
            array.push_text(&id);
            push_trouble(array, trouble.as_ref());
        }
        Action::Wait { id } => array.push_text(&id),
        Action::Halt | Action::Abort | Action::Unlock | Action::LookAtOwner | Action::Refused => {}
        action => push_work(array, action),
    }
}

fn push_lock(array: &Array, number: u32, owner: &str, request: LockRequest) {
    array.push_number(f64::from(number));
    array.push_text(owner);
    array.push_number(match request {
        LockRequest::Wait => 0.0,
        LockRequest::Steal => 1.0,
        LockRequest::Later => 2.0,
        LockRequest::Yield => 3.0,
    });
}

/// Of work with the store and the core.
fn push_work(array: &Array, action: Action<JsValue>) {
    match action {
        Action::Load { load, owner, session } => {
            array.push_number(f64::from(load));
            array.push_text(&owner);
            push_any_text(array, session.as_deref());
        }
        Action::Check { attempt, owner, key, is_deletion } => {
            array.push_number(f64::from(attempt));
            push_any_text(array, owner.as_deref());
            array.push_text(&key);
            push_flag(array, is_deletion);
        }
        Action::Upsert { attempt, registration, timeout_ms, is_retried } => {
            array.push_number(f64::from(attempt));
            push_registration(array, &registration);
            array.push_number(timeout_ms);
            push_flag(array, is_retried);
        }
        Action::Delete { attempt, registration, is_retried, is_abortable } => {
            array.push_number(f64::from(attempt));
            push_registration(array, &registration);
            push_flag(array, is_retried);
            push_flag(array, is_abortable);
        }
        action => push_write(array, action),
    }
}

fn push_write(array: &Array, action: Action<JsValue>) {
    match action {
        Action::StoreDesired { ticket, owner, key, desired } => {
            array.push_number(f64::from(ticket));
            array.push_texts(&owner, &key);
            push_desired(array, &desired);
        }
        Action::StoreGrant { ticket, owner, key, grant } => {
            array.push_number(f64::from(ticket));
            array.push_texts(&owner, &key);
            push_grant(array, &grant);
        }
        Action::Forget { ticket, owner, key, id } => {
            array.push_number(f64::from(ticket));
            array.push_texts(&owner, &key);
            array.push_text(&id);
        }
        Action::Erase { owner, key } => array.push_texts(&owner, &key),
        _ => {}
    }
}

fn push_message(array: &Array, message: TabMessage<JsValue>) {
    match message {
        TabMessage::Hello { tab } => array.push_texts("hello", &tab),
        TabMessage::Here { tab } => array.push_texts("here", &tab),
        TabMessage::Bye { tab } => array.push_texts("bye", &tab),
        TabMessage::Leads => array.push_texts("leads", ""),
        TabMessage::Tries { key } => array.push_texts("tries", &key),
        TabMessage::Desired { key, desired } => {
            array.push_texts("wished", &key);
            return push_desired(array, &desired);
        }
        message => return push_result(array, message),
    }
    push_fields(array, None, None, [f64::NAN; 3], None);
}

/// What became of a registration.
fn push_result(array: &Array, message: TabMessage<JsValue>) {
    const NONE: f64 = f64::NAN;
    match message {
        TabMessage::Granted { key, id, registration, age_ms, ttl_ms, refresh_after_ms } => {
            array.push_texts("granted", &key);
            push_fields(array, Some(&id), registration.as_deref(), [age_ms, ttl_ms, refresh_after_ms], None);
        }
        TabMessage::Failed { key, wait_ms, ago_ms, trouble } => {
            array.push_texts("failed", &key);
            push_fields(array, None, None, [wait_ms, ago_ms, NONE], Some(&trouble));
        }
        TabMessage::Rejected { key, id, trouble } => {
            array.push_texts("rejected", &key);
            push_fields(array, Some(&id), None, [NONE; 3], Some(&trouble));
        }
        TabMessage::Gone { key, id, trouble, wait_ms } => {
            array.push_texts("gone", &key);
            push_fields(array, id.as_deref(), None, [wait_ms.unwrap_or(NONE), NONE, NONE], trouble.as_ref());
        }
        TabMessage::Late { key, id, trouble } => {
            array.push_texts("late", &key);
            push_fields(array, Some(&id), None, [NONE; 3], trouble.as_ref());
        }
        _ => {}
    }
}

fn push_fields(
    array: &Array,
    id: Option<&str>,
    registration: Option<&Registration>,
    numbers: [f64; 3],
    trouble: Option<&Trouble<JsValue>>,
) {
    push_any_text(array, id);
    push_any_registration(array, registration);
    numbers.iter().for_each(|number| array.push_number(*number));
    push_trouble(array, trouble);
}
