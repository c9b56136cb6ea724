//! The states of a tab in the election of the leader.

/// How long other tabs, hidden ones too, may take to answer.
pub const ANSWER_MS: f64 = 3_000.0;

/// How this page stands towards the lead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leadership {
    /// There is nobody to lead for.
    Idle,
    /// It waits for the lock: another tab leads.
    Following,
    /// It has the lock, and reads what the others did.
    Beginning,
    /// It makes the calls.
    Leading,
    /// It lets the lock go when its last call has ended: another tab may do better.
    Yielding,
    /// The page is frozen, or kept for the back button: it neither has the lock nor asks for it.
    Away,
    /// The owner's registrations are this page's alone.
    Alone,
    /// There are no locks: each tab leads, and hesitates by this share of its time.
    WithoutLocks(f64),
}
