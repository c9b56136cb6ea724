//! Registrations over thirty days (ten thousand of them in the long form): whatever happens around one of them, it does not lapse as long as its
//! last ten minutes were good ones.

use super::world::{DAY_MS, Draws, HOUR_MS, MINUTE_MS, Span, World};
use crate::keeper::clock::SteadyClock;
use crate::keeper::grant::Grant;
use crate::keeper::registration_state::RegistrationState;
use crate::keeper::timing::LOOK_MS;

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

fn live(world: &World, draws: &mut Draws) -> Record {
    let end_of_days = f64::from(DAYS) * DAY_MS;
    let (mut state, mut clock, mut record) = (RegistrationState::new(), SteadyClock::default(), Record::default());
    let mut expires = f64::INFINITY;
    let mut time: f64 = 0.0;
    while time < end_of_days {
        if let Some(sleep) = world.sleep_at(time) {
            // Told by an event, or by the timer that looks at the clocks now and then.
            time = if sleep.is_told { sleep.to } else { sleep.to + draws.between(0.0, LOOK_MS) };
            continue;
        }
        let now = clock.at(world.moment(time));
        let due_ms = state.due_ms(now, world.is_online(time));
        if due_ms > 0.0 {
            let timer = world.timer(time, due_ms.max(1.0));
            let next = match world.next(time) {
                Some((at, true)) if at < timer => at,
                Some((at, false)) if at < timer => timer.min(at + draws.between(0.0, LOOK_MS)),
                _ => timer,
            };
            // The page looks at its clocks now and then; here at the last time before something happens to them.
            if let Some(at) = world.next_disturbance(time).filter(|at| *at < next) {
                clock.at(world.moment(at - draws.between(0.0, LOOK_MS.min(at - time))));
            }
            time = next;
            continue;
        }
        let attempt = state.begin(now);
        assert!(state.due_ms(now, true).is_infinite(), "two calls at once");
        match call(world, draws, time, attempt.timeout_ms) {
            Outcome::Taken { at, end } => {
                if at > expires {
                    record.lapses.push((expires, at));
                }
                expires = at + TTL_MS;
                record.upserts.push(time);
                state.succeeded(
                    Grant::new(now.moment, TTL_MS, draws.fraction(), clock.at(world.moment(end))),
                    true,
                    clock.at(world.moment(end)),
                );
                time = end;
            }
            Outcome::Failed { end } => {
                record.failures.push(time);
                state.failed(None, draws.fraction(), clock.at(world.moment(end)));
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
