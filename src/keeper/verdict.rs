//! What a failed try to delete means.

use super::event::FailureKind;

/// What a try means that came to nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was ended for another reason than its own: whoever leads next tries again.
    Interrupted,
    /// It may work later.
    Passing,
    /// The core, or the application, does not want it.
    Final,
}

/// Of a failure of that kind. `may_go_on`: who tried it may make calls still.
pub fn verdict(kind: FailureKind, may_go_on: bool) -> Verdict {
    match kind {
        FailureKind::Rejected | FailureKind::Invalid | FailureKind::Superseded => Verdict::Final,
        FailureKind::Aborted => Verdict::Interrupted,
        _ if !may_go_on => Verdict::Interrupted,
        FailureKind::Unusable => Verdict::Final,
        FailureKind::NoToken | FailureKind::Passing => Verdict::Passing,
    }
}
