//! The states of a registration (registered, at risk, lapsed …), and the deadline and retry interval that follow from
//! them.

/// How a registration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The core has not taken it yet.
    Registering,
    /// The core has it.
    Registered,
    /// The core has it still, and could not be told again so far.
    AtRisk,
    /// The core has forgotten it.
    Lapsed,
    /// The core does not want it.
    Rejected,
}

impl State {
    /// As JavaScript names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registering => "registering",
            Self::Registered => "registered",
            Self::AtRisk => "atRisk",
            Self::Lapsed => "lapsed",
            Self::Rejected => "rejected",
        }
    }
}

/// Within which limits the next call is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CallLimits {
    /// The call's deadline.
    pub timeout_ms: f64,
    /// The first call for what is newly desired may be repeated by the transport: a person waits for it. All others are
    /// repeated here.
    pub is_first: bool,
}
