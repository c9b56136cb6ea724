//! What a server is told by `schedule` is what a keeper does: the same calls, at the same times, with the same deadlines, after
//! the same answers.

use super::actions::{Action, List, Snapshot};
use super::fake_browser::registration;
use super::fake_core::{Error, failure};
use crate::keeper::Keeper;
use crate::keeper::desired::DesiredRegistration;
use crate::keeper::event::{Event, Reading, Stored};
use crate::moment::Moment;
use crate::schedule::ScheduledRegistration;
use proptest::prelude::*;
use std::rc::Rc;

const START_MS: f64 = 1_800_000_000_000.0;

/// A call of the keeper's.
struct Begun {
    attempt: u32,
    timeout_ms: f64,
}

/// A keeper of one registration, which is alone with its core.
struct Alone {
    keeper: Keeper<Error, List<Error>>,
    now_ms: f64,
    look_at_ms: f64,
    begun: Option<Begun>,
    snapshot: Option<Snapshot<Error>>,
    key: String,
    names: u32,
}

impl Alone {
    fn new() -> Self {
        let mut alone = Self {
            keeper: Keeper::new(50, "tab".to_owned()),
            now_ms: START_MS,
            look_at_ms: f64::INFINITY,
            begun: None,
            snapshot: None,
            key: String::new(),
            names: 0,
        };
        let name = Some("somebody".to_owned());
        alone.handle(Event::Owner { name, is_shared: false, session: None, is_unknown: false }, 0.0);
        let desired = DesiredRegistration {
            id: "1".to_owned(),
            registration: Rc::new(registration(Some("+4799900001"), "sips:pbx.example.com")),
            is_deletion: false,
            delete_on_leave: false,
            at_ms: None,
        };
        alone.key = "+4799900001".to_owned();
        alone.handle(Event::Desired { desired, owner: None, was_stored: false, was_rejected: false }, 0.0);
        alone
    }

    fn moment(&self) -> Moment {
        Moment { wall_ms: self.now_ms, monotonic_ms: self.now_ms, page: 0.0 }
    }

    fn handle(&mut self, event: Event<Error>, random: f64) {
        let List(actions) = self.keeper.handle(event, self.moment(), random);
        for action in actions {
            match action {
                Action::LookAgain { ms } => self.look_at_ms = self.now_ms + ms,
                Action::Load { load, .. } => self.handle(Event::Loaded { load, reading: Reading::NoStore }, random),
                Action::Check { attempt, .. } => {
                    self.handle(Event::Checked { attempt, stored: Stored::NotRead, grant: None }, random);
                }
                Action::StoreDesired { ticket, .. }
                | Action::StoreGrant { ticket, .. }
                | Action::Forget { ticket, .. } => {
                    self.handle(Event::Written { ticket, is_stored: true, newer: None }, random);
                }
                Action::Upsert { attempt, timeout_ms, .. } => self.begun = Some(Begun { attempt, timeout_ms }),
                Action::Answer { snapshot, .. } => self.snapshot = Some(snapshot),
                _ => {}
            }
        }
    }

    /// Time passes, until a call begins or `until_ms`.
    fn pass(&mut self, until_ms: f64) {
        while self.begun.is_none() && self.look_at_ms <= until_ms {
            self.now_ms = self.look_at_ms;
            self.handle(Event::Look { is_online: true }, 0.0);
        }
        if self.begun.is_none() {
            self.now_ms = until_ms;
        }
    }

    fn desire_otherwise(&mut self) {
        self.names += 1;
        let id = format!("other {}", self.names);
        let registration = Rc::new(registration(Some("+4799900001"), "sips:other.example.com"));
        self.handle(Event::Updated { key: self.key.clone(), id, registration }, 0.0);
    }

    fn snapshot(&mut self) -> Option<Snapshot<Error>> {
        self.snapshot = None;
        self.handle(Event::LookUp { key: self.key.clone() }, 0.0);
        self.snapshot.take()
    }
}

/// What the core answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Granted { ttl_ms: f64 },
    Failed { family: &'static str, code: &'static str, kind: &'static str, asked_ms: Option<f64> },
}

/// One call: what is answered, after how long, what the dice say, and what is looked at and desired meanwhile.
#[derive(Clone, Debug)]
struct Turn {
    answer: Answer,
    after_ms: f64,
    random: f64,
    /// At which share of the time until the next call it is looked at.
    looks_at: f64,
    desires_during: bool,
    desires_after: bool,
}

fn answers() -> impl Strategy<Value = Answer> {
    let ttls = prop_oneof![Just(3_600_000.0), Just(300_000.0), Just(60_000.0), 2_000.0..90_000_000.0, 0.0..2_000.0];
    let failed = |family, code, kind| Just((family, code, kind));
    let failures = prop_oneof![
        8 => failed("rpc", "unavailable", "network"),
        2 => failed("rpc", "permission_denied", "auth"),
        2 => failed("auth", "token_supplier_failed", "auth"),
        1 => failed("rpc", "cancelled", "aborted"),
        1 => failed("rpc", "superseded", "aborted"),
        1 => failed("invalid", "invalid_input", "invalid"),
        1 => failed("rejected", "not_acceptable", "rejected"),
    ];
    let asked = prop_oneof![3 => Just(None), 1 => (1.0..100_000_000.0).prop_map(Some)];
    let failed =
        (failures, asked).prop_map(|((family, code, kind), asked_ms)| Answer::Failed { family, code, kind, asked_ms });
    prop_oneof![ttls.prop_map(|ttl_ms: f64| Answer::Granted { ttl_ms: ttl_ms.round() }), failed]
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = (answers(), 0.0..1.0, 0.0..1.0, 0.0..1.2, prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    let turn = turn.prop_map(|(answer, share, random, looks_at, desires_during, desires_after)| Turn {
        answer,
        after_ms: share * 900.0,
        random,
        looks_at,
        desires_during,
        desires_after,
    });
    prop::collection::vec(turn, 1..40)
}

/// Through JSON's numbers, as between two processes.
fn stored(scheduled: &ScheduledRegistration) -> ScheduledRegistration {
    ScheduledRegistration::of_numbers(&scheduled.numbers())
}

fn is_near(one_ms: f64, other_ms: f64) -> bool {
    (one_ms - other_ms).abs() < 3.0 || one_ms == other_ms
}

fn same_standing(alone: &mut Alone, scheduled: &ScheduledRegistration) {
    let next = scheduled.next(alone.now_ms);
    let snapshot = alone.snapshot().expect("kept");
    assert_eq!(snapshot.state.as_str(), next.state, "at {}", alone.now_ms - START_MS);
    assert_eq!(snapshot.expires_at_wall_ms, next.expires_at_ms);
}

/// Both take the turns.
fn decide_the_same(turns: &[Turn]) {
    let mut alone = Alone::new();
    let mut scheduled = ScheduledRegistration::new();
    for turn in turns {
        let next = scheduled.next(alone.now_ms);
        if next.call.is_none() {
            alone.pass(alone.now_ms + 1e8);
            assert!(alone.begun.is_none(), "a call that the schedule does not have");
            same_standing(&mut alone, &scheduled);
            alone.desire_otherwise();
            scheduled.desired(alone.now_ms);
        } else if alone.begun.is_none() {
            let look_at_ms = alone.now_ms + (next.at_ms - alone.now_ms) * turn.looks_at.min(0.99);
            alone.pass(look_at_ms);
            assert!(alone.begun.is_none() || is_near(alone.now_ms, next.at_ms), "the keeper's call is earlier");
            if alone.begun.is_none() {
                same_standing(&mut alone, &scheduled);
            }
        }
        let next = scheduled.next(alone.now_ms);
        alone.pass(next.at_ms.max(alone.now_ms) + 5.0);
        let Some(Begun { attempt, timeout_ms }) = alone.begun.take() else { panic!("the keeper made no call") };
        let now_ms = alone.now_ms;
        assert!(is_near(now_ms, next.at_ms.max(now_ms - 3.0)), "{} ms apart", now_ms - next.at_ms);
        // The keeper may be a fraction of a millisecond earlier.
        let begins_ms = now_ms.max(next.at_ms);
        assert!(scheduled.begin(f64::INFINITY, begins_ms));
        scheduled = stored(&scheduled);
        assert!(is_near(timeout_ms, next.timeout_ms), "{timeout_ms} and {}", next.timeout_ms);
        let lock = scheduled.next(begins_ms);
        assert!(is_near(lock.at_ms, begins_ms + timeout_ms), "nobody else calls meanwhile");
        assert!(!scheduled.begin(f64::INFINITY, begins_ms), "one call at a time");
        if turn.desires_during {
            alone.desire_otherwise();
            scheduled.desired(begins_ms);
        }
        let sent = alone.moment();
        alone.now_ms = begins_ms + turn.after_ms;
        match turn.answer {
            Answer::Granted { ttl_ms } => {
                alone.handle(Event::Registered { attempt, ttl_ms, sent }, turn.random);
                scheduled.registered(ttl_ms, Some(sent.wall_ms), turn.random, alone.now_ms);
            }
            Answer::Failed { family, code, kind, asked_ms } => {
                let failure = failure(Error { family, code, kind }, asked_ms);
                scheduled.failed(failure.kind, asked_ms, turn.random, alone.now_ms);
                alone.handle(Event::Failed { attempt, failure }, turn.random);
            }
        }
        if turn.desires_after {
            alone.desire_otherwise();
            scheduled.desired(alone.now_ms);
        }
        scheduled = stored(&scheduled);
        if alone.begun.is_none() {
            same_standing(&mut alone, &scheduled);
        }
    }
}

proptest! {
    #![proptest_config(super::race_cases())]

    #[test]
    fn a_keeper_and_the_schedule_decide_the_same(turns in turns()) {
        decide_the_same(&turns);
    }
}
