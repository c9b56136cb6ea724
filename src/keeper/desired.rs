//! The desired registration of a number, and what was granted for it, as both cross from TypeScript and are stored.
//! Never a token.

use super::clock::Now;
use super::granted_ttl::Grant;
use crate::breakout::{Registration, Target};
use crate::moment::Moment;
use std::rc::Rc;

/// Up to this share of its time to live a grant is young: a clock that was set back by no more than half as much does not
/// make it lapse unseen.
const YOUNG: f64 = 0.25;

/// What somebody wants for a number. Of two for one number the one that was written last counts.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredRegistration {
    /// Tells it from others.
    pub id: String,
    /// What is, or was, to be registered.
    pub registration: Rc<Registration>,
    /// It is to be deleted, and kept no more.
    pub is_deletion: bool,
    /// Delete it when the last page goes.
    pub delete_on_leave: bool,
    /// When it was desired that it is deleted, by the wall clock: nobody deletes what somebody may have registered since.
    /// Versions up to 0.1.0 did not store it.
    pub at_ms: Option<f64>,
}

impl DesiredRegistration {
    /// What a delete needs.
    pub fn target(&self) -> &Target {
        &self.registration.target
    }

    /// Whether it is of the registration that `key` tells from others.
    pub fn is_of(&self, key: &str) -> bool {
        key_of(self.target()) == key
    }
}

/// A grant as it is stored.
#[derive(Clone, Debug)]
pub struct StoredGrant {
    /// Of what was desired when it was granted.
    pub id: String,
    /// When the request was sent.
    pub sent: Moment,
    /// For how long it holds, from then.
    pub ttl_ms: f64,
    /// When it is refreshed, from then.
    pub refresh_after_ms: f64,
    /// What the core took. Versions up to 0.1.0 did not store it.
    pub registration: Option<Rc<Registration>>,
}

impl StoredGrant {
    /// What it means now. A grant from the future is none: the clock was set back since, and what is left of it can't be
    /// told. Nor whether it was set back a little: what another page was granted is refreshed at once, unless it is so
    /// young that this makes no difference.
    pub fn grant(&self, now: Now) -> Option<Grant> {
        let is_of_this_page = self.sent.page == now.moment.page;
        if self.ttl_ms <= 0.0 || !(is_of_this_page || self.sent.wall_ms <= now.moment.wall_ms) {
            return None;
        }
        let is_old = !is_of_this_page && self.sent.age_ms(now.moment) > self.ttl_ms * YOUNG;
        let refresh_after_ms = if is_old { 0.0 } else { self.refresh_after_ms };
        Some(Grant::of(self.sent, self.ttl_ms, refresh_after_ms, now))
    }
}

/// What tells registrations of one owner apart: the number, or that it is the token's own.
pub fn key_of(target: &Target) -> String {
    target.phone_number.as_ref().map_or("own", |number| number.as_str()).to_owned()
}
