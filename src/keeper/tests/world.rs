//! What happens around one registration: sleep, outages, clocks that are set. Every moment of it follows from a seed.

use crate::moment::Moment;

pub const MINUTE_MS: f64 = 60_000.0;
pub const HOUR_MS: f64 = 60.0 * MINUTE_MS;
pub const DAY_MS: f64 = 24.0 * HOUR_MS;

/// Splitmix64: small, and the same everywhere.
#[derive(Clone)]
pub struct Draws(pub u64);

impl Draws {
    pub fn fraction(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.fraction()
    }

    pub fn is_in(&mut self, share: f64) -> bool {
        self.fraction() < share
    }
}

/// A span of real time.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: f64,
    pub to: f64,
    /// The page is told of its end (`online`, `visibilitychange`), and of an outage all along (`navigator.onLine`).
    pub is_told: bool,
}

impl Span {
    fn has(&self, time: f64) -> bool {
        (self.from..self.to).contains(&time)
    }

    fn meets(&self, from: f64, to: f64) -> bool {
        self.from < to && from < self.to
    }
}

/// The world of one registration.
pub struct World {
    pub sleeps: Vec<Span>,
    pub outages: Vec<Span>,
    /// When the wall clock is set, and by how much.
    pub steps: Vec<(f64, f64)>,
    /// Whether the monotonic clock stands still while the machine sleeps: it depends on the system.
    is_monotonic_asleep: bool,
    start_wall_ms: f64,
}

impl World {
    /// One sleep of 10 to 50 minutes, one outage of 1 to 40 minutes and one clock step of up to 10 minutes a day.
    pub fn new(draws: &mut Draws, days: u32) -> Self {
        let mut world = Self {
            sleeps: Vec::new(),
            outages: Vec::new(),
            steps: Vec::new(),
            is_monotonic_asleep: draws.is_in(0.5),
            start_wall_ms: 1_800_000_000_000.0,
        };
        for day in 0..days {
            let begin = f64::from(day) * DAY_MS;
            let mut span = |least: f64, most: f64| {
                let length = draws.between(least, most) * MINUTE_MS;
                let from = begin + draws.between(0.0, DAY_MS - length);
                Span { from, to: from + length, is_told: draws.is_in(0.5) }
            };
            let (sleep, outage) = (span(10.0, 50.0), span(1.0, 40.0));
            world.sleeps.push(sleep);
            world.outages.push(outage);
            let mut at = begin + draws.between(0.0, DAY_MS);
            while sleep.has(at) {
                at = begin + draws.between(0.0, DAY_MS);
            }
            world.steps.push((at, draws.between(-10.0, 10.0) * MINUTE_MS));
        }
        world
    }

    pub fn sleep_at(&self, time: f64) -> Option<Span> {
        self.sleeps.iter().copied().find(|sleep| sleep.has(time))
    }

    pub fn outage_at(&self, time: f64) -> Option<Span> {
        self.outages.iter().copied().find(|outage| outage.has(time))
    }

    pub fn is_online(&self, time: f64) -> bool {
        self.outage_at(time).is_none_or(|outage| !outage.is_told)
    }

    /// Whether the page was awake and the network there all the time.
    pub fn is_good(&self, from: f64, to: f64) -> bool {
        self.sleeps.iter().chain(&self.outages).all(|span| !span.meets(from, to))
    }

    pub fn moment(&self, time: f64) -> Moment {
        let step: f64 = self.steps.iter().filter(|(at, _)| *at <= time).map(|(_, by)| by).sum();
        let slept = |sleep: &Span| (time.min(sleep.to) - sleep.from).max(0.0);
        let stood: f64 = if self.is_monotonic_asleep { self.sleeps.iter().map(slept).sum() } else { 0.0 };
        Moment { wall_ms: self.start_wall_ms + time + step, monotonic_ms: time - stood, page: 1.0 }
    }

    /// When a timer ends that is set at `time`: it stands still with the machine.
    pub fn timer(&self, time: f64, ms: f64) -> f64 {
        let mut end = time + ms;
        for sleep in &self.sleeps {
            if sleep.meets(time, end) {
                end =
                    if self.is_monotonic_asleep { end + (sleep.to - sleep.from.max(time)) } else { end.max(sleep.to) };
            }
        }
        end
    }

    /// The next thing that happens after `time`, and whether the page is told.
    pub fn next(&self, time: f64) -> Option<(f64, bool)> {
        let wakes = self.sleeps.iter().map(|sleep| (sleep.to, sleep.is_told));
        let backs = self.outages.iter().map(|outage| (outage.to, outage.is_told));
        let steps = self.steps.iter().map(|(at, _)| (*at, false));
        let all = wakes.chain(backs).chain(steps).filter(|(at, _)| *at > time);
        all.min_by(|(one, _), (other, _)| one.total_cmp(other))
    }

    /// The next time after `time` that the clocks part, or are parted.
    pub fn next_disturbance(&self, time: f64) -> Option<f64> {
        let sleeps = self.sleeps.iter().map(|sleep| sleep.from);
        let all = sleeps.chain(self.steps.iter().map(|(at, _)| *at)).filter(|at| *at > time);
        all.min_by(f64::total_cmp)
    }
}
