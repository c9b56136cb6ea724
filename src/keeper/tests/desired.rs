//! Keys of registrations, and when a stored grant still counts.

use super::fake_browser::registration;
use crate::keeper::clock::Now;
use crate::keeper::desired::{StoredGrant, key_of};
use crate::moment::Moment;
use std::rc::Rc;

fn now(wall_ms: f64, page: f64) -> Now {
    Now { moment: Moment { wall_ms, monotonic_ms: wall_ms, page }, steady_ms: wall_ms }
}

#[test]
fn registrations_go_by_their_number_or_are_the_token_s_own() {
    for number in [None, Some("+4799900001")] {
        let registration = registration(number, "sips:pbx.example.com:5061");
        assert_eq!(key_of(&registration.target), number.unwrap_or("own"));
    }
}

#[test]
fn a_grant_of_another_page_is_refreshed_at_once_unless_it_is_young() {
    let stored = StoredGrant {
        id: "a1".to_owned(),
        sent: now(1_000.0, 1.0).moment,
        ttl_ms: 3_600_000.0,
        refresh_after_ms: 2_880_000.0,
        registration: Some(Rc::new(registration(Some("+4799900001"), "sips:pbx.example.com"))),
    };
    let read = |now| stored.grant(now).map(|grant| (grant.refresh_after_ms, grant.left_ms(now)));
    assert_eq!(read(now(2_000.0, 1.0)), Some((2_880_000.0, 3_599_000.0)));
    assert_eq!(read(now(601_000.0, 2.0)), Some((2_880_000.0, 3_000_000.0)));
    assert_eq!(read(now(1_801_000.0, 2.0)), Some((0.0, 1_800_000.0)));
    assert_eq!(read(now(500.0, 2.0)), None, "from the future");
    assert!(StoredGrant { ttl_ms: 0.0, ..stored }.grant(now(1_000.0, 1.0)).is_none());
}
