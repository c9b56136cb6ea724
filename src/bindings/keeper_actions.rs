//! Actions of a keeper, as fields of an array (`js/keeper-machine/machine.ts`).

use super::flat::push_any_text;
use super::js::Array;
use crate::breakout::Registration;
use crate::keeper::actions::{Actions, LockRequest};
use crate::keeper::desired::{DesiredRegistration, StoredGrant};
use crate::keeper::message::Post;
use crate::keeper::snapshot::{Change, Snapshot, Trouble};
use crate::keeper::standing::State;
use wasm_bindgen::JsValue;

fn push_flag(array: &Array, flag: bool) {
    array.push_flag(flag);
}

/// Its fields as `js/client/encode.ts` has them, divided by a line break, which is in none of them.
fn push_registration(array: &Array, registration: &Registration) {
    let mut text = String::new();
    for field in registration.texts() {
        text.push('\n');
        text.push_str(field);
    }
    array.push_text(&text);
}

fn push_any_registration(array: &Array, registration: Option<&Registration>) {
    match registration {
        Some(registration) => push_registration(array, registration),
        None => array.push_text(""),
    }
}

fn push_desired(array: &Array, desired: &DesiredRegistration, told: u8) {
    array.push_text(&desired.id);
    array.push_number(f64::from(u8::from(desired.is_deletion) + 2 * u8::from(desired.delete_on_leave) + told));
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
        None => array.push(JsValue::UNDEFINED),
        Some(Trouble::Failed(error)) => array.push(error.clone()),
        Some(Trouble::KeptAgain) => array.push_number(1.0),
        Some(Trouble::Closed) => array.push_number(2.0),
        Some(Trouble::Nobody) => array.push_number(3.0),
    }
}

fn push_snapshot(array: &Array, snapshot: &Snapshot<'_, JsValue>) {
    array.push_text(snapshot.id);
    push_any_text(array, snapshot.owner);
    push_registration(array, snapshot.registration);
    push_any_registration(array, snapshot.in_effect);
    array.push_text(snapshot.state_name());
    let flags = u8::from(snapshot.is_ending)
        + 2 * u8::from(snapshot.delete_on_leave)
        + 4 * u8::from(snapshot.is_stored)
        + 8 * u8::from(snapshot.state == State::Rejected);
    array.push_number(f64::from(flags));
    array.push_number(snapshot.expires_at_wall_ms.unwrap_or(f64::NAN));
    array.push_number(snapshot.next_refresh_at_wall_ms.unwrap_or(f64::NAN));
    push_trouble(array, snapshot.trouble);
}

/// Each action is its number, with its fields behind it.
pub struct List(pub Array);

impl Default for List {
    fn default() -> Self {
        Self(Array::new())
    }
}

impl List {
    fn begin(&self, action: u8) -> &Array {
        self.0.push_number(f64::from(action));
        &self.0
    }

    /// With the number of who waits.
    fn numbered(&self, action: u8, number: u32) -> &Array {
        let array = self.begin(action);
        array.push_number(f64::from(number));
        array
    }
}

impl Actions<JsValue> for List {
    fn look_again(&mut self, ms: f64) {
        self.begin(0).push_number(ms);
    }

    fn tell(&mut self, key: &str, change: Change, snapshot: &Snapshot<'_, JsValue>) {
        self.begin(1).push_texts(key, change.as_str());
        push_snapshot(&self.0, snapshot);
    }

    fn answer(&mut self, key: &str, snapshot: &Snapshot<'_, JsValue>) {
        self.begin(2).push_text(key);
        push_snapshot(&self.0, snapshot);
    }

    fn lead(&mut self, is_leading: bool) {
        push_flag(self.begin(3), is_leading);
    }

    fn ready(&mut self, owner: Option<&str>) {
        push_any_text(self.begin(4), owner);
    }

    fn halt(&mut self) {
        self.begin(5);
    }

    fn abort(&mut self) {
        self.begin(6);
    }

    fn open(&mut self, owner: &str) {
        self.begin(7).push_text(owner);
    }

    fn load(&mut self, load: u32, owner: &str, session: Option<&str>) {
        self.numbered(8, load).push_text(owner);
        push_any_text(&self.0, session);
    }

    fn check(&mut self, attempt: u32, owner: Option<&str>, key: &str, is_deletion: bool) {
        push_any_text(self.numbered(9, attempt), owner);
        self.0.push_text(key);
        push_flag(&self.0, is_deletion);
    }

    fn upsert(&mut self, attempt: u32, registration: &Registration, timeout_ms: f64, is_retried: bool) {
        push_registration(self.numbered(10, attempt), registration);
        self.0.push_number(timeout_ms);
        push_flag(&self.0, is_retried);
    }

    fn delete(&mut self, attempt: u32, registration: &Registration, is_retried: bool, is_abortable: bool) {
        push_registration(self.numbered(11, attempt), registration);
        push_flag(&self.0, is_retried);
        push_flag(&self.0, is_abortable);
    }

    fn delete_at_last(&mut self, registration: &Registration) {
        push_registration(self.begin(12), registration);
    }

    fn store_desired(&mut self, ticket: u32, owner: &str, key: &str, desired: &DesiredRegistration) {
        self.numbered(13, ticket).push_texts(owner, key);
        push_desired(&self.0, desired, 0);
    }

    fn store_grant(&mut self, ticket: u32, owner: &str, key: &str, grant: &StoredGrant) {
        self.numbered(14, ticket).push_texts(owner, key);
        push_grant(&self.0, grant);
    }

    fn forget(&mut self, ticket: u32, owner: &str, key: &str, id: Option<&str>) {
        self.numbered(15, ticket).push_texts(owner, key);
        push_any_text(&self.0, id);
    }

    fn post(&mut self, message: Post<'_, JsValue>) {
        self.begin(17).push_texts(message.told.as_str(), message.key);
        push_any_text(&self.0, message.id);
        push_any_registration(&self.0, message.registration);
        message.times_ms.iter().for_each(|ms| self.0.push_number(*ms));
        push_trouble(&self.0, message.trouble);
    }

    fn post_desired(&mut self, key: &str, desired: &DesiredRegistration, is_stored: bool, is_again: bool) {
        self.begin(17).push_texts("wished", key);
        push_desired(&self.0, desired, 4 * u8::from(!is_stored) + 8 * u8::from(is_again));
    }

    fn lock(&mut self, number: u32, owner: &str, request: LockRequest) {
        self.numbered(18, number).push_text(owner);
        self.0.push_number(f64::from(request as u8));
    }

    fn unlock(&mut self) {
        self.begin(19);
    }

    fn look_at_owner(&mut self) {
        self.begin(20);
    }

    fn settled(&mut self, id: &str, trouble: Option<&Trouble<JsValue>>) {
        self.begin(21).push_text(id);
        push_trouble(&self.0, trouble);
    }

    fn wait(&mut self, id: &str) {
        self.begin(22).push_text(id);
    }

    fn refused(&mut self) {
        self.begin(16);
    }
}
