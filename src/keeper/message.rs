//! What the tabs tell each other about the registrations they keep. TypeScript writes and reads the text of it.

use super::snapshot::Trouble;
use crate::breakout::Registration;
use std::rc::Rc;

/// What a message tells. (What is desired goes by a message of its own.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A tab is here, and wants to know who else is.
    Hello,
    /// An answer to that.
    Here,
    /// A tab goes.
    Bye,
    /// The sender leads from now on.
    Leads,
    /// The leader makes a call.
    Tries,
    /// The core took it: milliseconds ago, time to live, refreshed after. With what it took; versions up to 0.1.0 do not say.
    Granted,
    /// The call failed: nothing is tried for so long from its beginning, which was so long ago.
    Failed,
    /// The core does not want it.
    Rejected,
    /// It is kept no more; if it was to be deleted, what came in the way. Versions up to 0.1.0 do not say what was desired. With
    /// a time the deletion is tried again after it.
    Gone,
    /// A deletion that is desired no more came to the core, or may have: what is desired now is told again. The trouble is for
    /// who waits for the deletion.
    Late,
}

impl Told {
    const ALL: [Self; 10] = [
        Self::Hello,
        Self::Here,
        Self::Bye,
        Self::Leads,
        Self::Tries,
        Self::Granted,
        Self::Failed,
        Self::Rejected,
        Self::Gone,
        Self::Late,
    ];

    /// As it is posted.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Here => "here",
            Self::Bye => "bye",
            Self::Leads => "leads",
            Self::Tries => "tries",
            Self::Granted => "granted",
            Self::Failed => "failed",
            Self::Rejected => "rejected",
            Self::Gone => "gone",
            Self::Late => "late",
        }
    }

    /// From its name, exactly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|told| told.as_str() == name)
    }
}

/// One message of another tab.
#[derive(Clone, Debug)]
pub struct TabMessage<E> {
    pub told: Told,
    /// Of the registration; or the tab's name.
    pub key: String,
    /// Of what was desired.
    pub id: Option<String>,
    pub registration: Option<Rc<Registration>>,
    /// Milliseconds; NaN for none.
    pub times_ms: [f64; 3],
    pub trouble: Option<Trouble<E>>,
}

/// One message of this tab.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a, E> {
    pub told: Told,
    pub key: &'a str,
    pub id: Option<&'a str>,
    pub registration: Option<&'a Registration>,
    pub times_ms: [f64; 3],
    pub trouble: Option<&'a Trouble<E>>,
}

/// No times.
pub const NO_TIMES: [f64; 3] = [f64::NAN; 3];

impl<'a, E> Post<'a, E> {
    /// With nothing but a key, or the tab's name.
    pub const fn of(told: Told, key: &'a str) -> Self {
        Self { told, key, id: None, registration: None, times_ms: NO_TIMES, trouble: None }
    }
}
