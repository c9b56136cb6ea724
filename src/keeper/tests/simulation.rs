//! Registrations over thirty days (ten thousand of them in the long form): whatever happens around one of them, it does not lapse as long as its
//! last ten minutes were good ones.

use super::actions::{Action, List};
use super::fake_browser::registration;
use super::world::{DAY_MS, Draws, HOUR_MS, MINUTE_MS, Span, World};
use crate::keeper::Keeper;
use crate::keeper::desired::DesiredRegistration;
use crate::keeper::event::{Event, Failure, FailureKind, Reading, Stored};
use crate::keeper::timing::LOOK_MS;
use std::rc::Rc;

const DAYS: u32 = 30;
const TTL_MS: f64 = HOUR_MS;

/// What became of one registration.
#[derive(Debug, Default)]
struct Record {
    /// When each attempt that succeeded was begun.
    upserts: Vec<f64>,
    /// When each that failed was begun.
    failures: Vec<f64>,
    /// From when to when the core had forgotten it.
    lapses: Vec<(f64, f64)>,
}

/// What comes of a call, and when it is over.
enum Outcome {
    Taken { at: f64, end: f64 },
    Failed { end: f64 },
}

fn call(world: &World, draws: &mut Draws, begun: f64, timeout_ms: f64) -> Outcome {
    let latency = draws.between(30.0, 2_000.0);
    let reaches = begun + latency / 2.0;
    // A machine that falls asleep takes the call along: its connection is gone when it wakes.
    let sleep_in = |end: f64| world.sleeps.iter().copied().find(|sleep: &Span| begun < sleep.from && sleep.from < end);
    if let Some(outage) = world.outage_at(begun) {
        // Known at once, or the packets just vanish.
        let lasts = if outage.is_told || draws.is_in(0.5) { 200.0 } else { timeout_ms };
        let end = sleep_in(begun + lasts).map_or(begun + lasts, |sleep| sleep.to);
        return Outcome::Failed { end };
    }
    if let Some(sleep) = sleep_in(begun + latency) {
        return Outcome::Failed { end: sleep.to };
    }
    if draws.is_in(0.05) || latency > timeout_ms {
        return Outcome::Failed { end: begun + latency.min(timeout_ms) };
    }
    Outcome::Taken { at: reaches, end: begun + latency }
}

/// A keeper of one registration, in a page of its own.
struct Page<'a> {
    keeper: Keeper<(), List<()>>,
    world: &'a World,
    draws: Draws,
}

impl Page<'_> {
    /// Carries out what the keeper wants done, but for a call, which it returns, and the next look.
    fn handle(&mut self, time: f64, event: Event<()>) -> (Option<(u32, f64)>, f64) {
        let random = self.draws.fraction();
        let (mut call, mut wait_ms) = (None, f64::INFINITY);
        for action in self.keeper.handle(event, self.world.moment(time), random).0 {
            let next = match action {
                Action::LookAgain { ms } => {
                    wait_ms = wait_ms.min(ms);
                    continue;
                }
                Action::Upsert { attempt, timeout_ms, .. } => {
                    assert!(call.is_none(), "two calls at once");
                    call = Some((attempt, timeout_ms));
                    continue;
                }
                Action::Load { load, .. } => Event::Loaded { load, reading: Reading::Done },
                Action::Check { attempt, .. } => Event::Checked { attempt, stored: Stored::NotRead, grant: None },
                Action::StoreDesired { ticket, .. } | Action::StoreGrant { ticket, .. } => {
                    Event::Written { ticket, is_stored: true, newer: None }
                }
                _ => continue,
            };
            let (next, _) = self.handle(time, next);
            call = call.or(next);
        }
        (call, wait_ms)
    }

    /// Milliseconds until the keeper means to tell the core again.
    fn next_ms(&mut self, time: f64) -> f64 {
        let moment = self.world.moment(time);
        let actions = self.keeper.handle(Event::LookUp { key: "own".to_owned() }, moment, 0.0);
        let next = actions.0.into_iter().find_map(|action| match action {
            Action::Answer { snapshot, .. } => snapshot.next_refresh_at_wall_ms,
            _ => None,
        });
        next.map_or(f64::INFINITY, |at_ms| at_ms - moment.wall_ms)
    }
}

fn live(world: &World, draws: &mut Draws) -> Record {
    let end_of_days = f64::from(DAYS) * DAY_MS;
    let mut record = Record::default();
    let mut page = Page { keeper: Keeper::new(50, "tab".to_owned()), world, draws: draws.clone() };
    let owner = Event::Owner { name: Some("?1".to_owned()), is_shared: false, session: None, is_unknown: false };
    page.handle(0.0, owner);
    let registration = Rc::new(registration(None, "sips:pbx.example.com"));
    let desired = DesiredRegistration {
        id: "1".to_owned(),
        registration,
        is_deletion: false,
        delete_on_leave: false,
        at_ms: None,
    };
    page.handle(0.0, Event::Desired { desired, owner: None, was_stored: false, was_rejected: false });
    let mut expires = f64::INFINITY;
    let mut time: f64 = 0.0;
    while time < end_of_days {
        if let Some(sleep) = world.sleep_at(time) {
            // Told by an event, or by the timer that looks at the clocks now and then.
            time = if sleep.is_told { sleep.to } else { sleep.to + draws.between(0.0, LOOK_MS) };
            continue;
        }
        let (begun, look_ms) = page.handle(time, Event::Look { is_online: world.is_online(time) });
        let Some((attempt, timeout_ms)) = begun else {
            // The looks between are passed over: nothing changes in them.
            let timer = world.timer(time, look_ms.max(page.next_ms(time)).max(1.0));
            let next = match world.next(time) {
                Some((at, true)) if at < timer => at,
                Some((at, false)) if at < timer => timer.min(at + draws.between(0.0, LOOK_MS)),
                _ => timer,
            };
            // The page looks at its clocks now and then; here at the last time before something happens to them.
            if let Some(at) = world.next_disturbance(time).filter(|at| *at < next) {
                let before = at - draws.between(0.0, LOOK_MS.min(at - time));
                page.handle(before, Event::LookUp { key: "own".to_owned() });
            }
            time = next;
            continue;
        };
        match call(world, draws, time, timeout_ms) {
            Outcome::Taken { at, end } => {
                if at > expires {
                    record.lapses.push((expires, at));
                }
                expires = at + TTL_MS;
                record.upserts.push(time);
                page.handle(end, Event::Registered { attempt, ttl_ms: TTL_MS, sent: world.moment(time) });
                time = end;
            }
            Outcome::Failed { end } => {
                record.failures.push(time);
                let failure = Failure { kind: FailureKind::Passing, retry_after_ms: None, error: () };
                page.handle(end, Event::Failed { attempt, failure });
                time = end;
            }
        }
    }
    if expires < end_of_days {
        record.lapses.push((expires, end_of_days));
    }
    record
}

/// What must hold for each of them.
fn check(record: &Record, world: &World, what: &str) {
    for (from, _) in &record.lapses {
        let good = world.is_good(from - 10.0 * MINUTE_MS, *from);
        let near = |at: f64| (at - from).abs() < 2.0 * HOUR_MS;
        let upserts: Vec<_> = record.upserts.iter().filter(|at| near(**at)).collect();
        let failures: Vec<_> = record.failures.iter().filter(|at| near(**at)).collect();
        assert!(!good, "{what}: lapsed at {from} after ten good minutes; upserts {upserts:?}, failures {failures:?}");
    }
    for day in 0..DAYS {
        let begin = f64::from(day) * DAY_MS;
        let of_day = record.upserts.iter().filter(|at| (begin..begin + DAY_MS).contains(at)).count();
        assert!((27..=33).contains(&of_day), "{what}: {of_day} upserts on day {day}");
    }
    for pair in record.failures.windows(2) {
        assert!(pair[1] - pair[0] >= MINUTE_MS, "{what}: two failures within a minute, at {pair:?}");
    }
}

#[test]
fn none_lapses_in_thirty_days_after_ten_good_minutes() {
    let seed = std::env::var("KEEPER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_127);
    let many: u64 = std::env::var("KEEPER_REGISTRATIONS").ok().and_then(|many| many.parse().ok()).unwrap_or(300);
    println!("seed {seed} (KEEPER_SEED), {many} registrations (KEEPER_REGISTRATIONS)");
    let (mut upserts, mut failures, mut lapses, mut lapsed_ms) = (0, 0, 0, 0.0);
    for registration in 0..many {
        let mut draws = Draws(seed ^ registration.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let world = World::new(&mut draws, DAYS);
        let record = live(&world, &mut draws);
        check(&record, &world, &format!("seed {seed}, registration {registration}"));
        upserts += record.upserts.len();
        failures += record.failures.len();
        lapses += record.lapses.len();
        lapsed_ms += record.lapses.iter().map(|(from, to)| to - from).sum::<f64>();
    }
    println!(
        "{upserts} upserts, {failures} failed attempts, {lapses} lapses in sleep or outages, {:.1} minutes each",
        lapsed_ms / MINUTE_MS / f64::max(f64::from(lapses as u32), 1.0)
    );
}
