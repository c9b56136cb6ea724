//! Intervals of refreshing, retrying and waiting, in milliseconds; most are calculated from the time to live.

/// Between two attempts for one registration, whatever happens.
pub const LEAST_MS: f64 = 1_000.0;

/// By then a deletion has arrived that somebody made late, and whose answer nobody has heard.
pub const UNSURE_MS: f64 = 10_000.0;

/// Between two looks at the clocks while nothing is due: a machine that slept tells nobody.
pub const LOOK_MS: f64 = 30_000.0;

/// A registration that the core forgets sooner can't be kept: it is told again once a minute, as long as somebody wants it.
const LEAST_TTL_MS: f64 = 2_000.0;

/// The time to live as the keeper plans by it.
fn planned_ms(ttl_ms: f64) -> f64 {
    if ttl_ms < LEAST_TTL_MS { 60_000.0 } else { ttl_ms }
}

/// How much of its time to live is used up when a registration is refreshed: 80 %, give or take 5 points.
pub fn refresh_after_ms(ttl_ms: f64, random: f64) -> f64 {
    planned_ms(ttl_ms) * (0.75 + 0.1 * random)
}

/// From here on a registration that was not refreshed is at risk, even if nothing is known to have failed.
pub fn at_risk_after_ms(ttl_ms: f64) -> f64 {
    ttl_ms * 0.9
}

/// From here on a failed refresh is a risk. An update that fails earlier is none.
pub fn may_be_due_ms(ttl_ms: f64) -> f64 {
    ttl_ms * 0.75
}

/// Who is not refreshed by then has a leader that does not do its work.
pub fn overdue_after_ms(ttl_ms: f64) -> f64 {
    planned_ms(ttl_ms) * 0.85
}

/// After a failure: a sixtieth of the time to live, that is a minute of an hour. It does not grow: there is no more than
/// one attempt a minute as it is, and what is not registered should be soon.
pub fn retry_ms(ttl_ms: f64, random: f64) -> f64 {
    (planned_ms(ttl_ms) / 60.0).clamp(LEAST_MS, 60_000.0) * (1.0 + 0.1 * random)
}

/// How many times as long it is between attempts while the browser says that there is no network. Not for ever: it has
/// been wrong before.
pub const OFFLINE_FACTOR: f64 = 5.0;

/// The longest that one call may take.
pub const LONGEST_MS: f64 = 30_000.0;

/// How long one call may take: a third of what is left, so that others can follow, and 30 s at most.
pub fn deadline_ms(left_ms: f64) -> f64 {
    if left_ms <= 0.0 { LONGEST_MS } else { (left_ms / 3.0).clamp(LEAST_MS, LONGEST_MS) }
}

/// How long a leader may be silent about something overdue: one attempt that hangs, and the wait before the next.
pub fn patience_ms(ttl_ms: f64, left_ms: f64) -> f64 {
    retry_ms(ttl_ms, 1.0) + deadline_ms(left_ms.max(LEAST_MS)) + 2_000.0
}

/// What a server may ask for: not so long that the registration lapses over it, and ten minutes at most.
pub fn heeded_ms(asked_ms: f64, left_ms: f64) -> f64 {
    let most_ms = if left_ms > 0.0 { left_ms / 2.0 } else { 600_000.0 };
    asked_ms.min(most_ms).min(600_000.0)
}
