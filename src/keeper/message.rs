//! What the tabs tell each other about the registrations they keep. TypeScript writes and reads the text of it.

use super::desired::DesiredRegistration;
use super::snapshot::Trouble;
use crate::breakout::Registration;
use std::rc::Rc;

/// One message.
#[derive(Clone, Debug)]
pub enum TabMessage<E> {
    /// A tab is here, and wants to know who else is.
    Hello { tab: String },
    /// An answer to that.
    Here { tab: String },
    /// A tab goes.
    Bye { tab: String },
    /// The sender leads from now on.
    Leads,
    /// Something else is desired, as it lies in the store.
    Desired { key: String, desired: DesiredRegistration },
    /// The leader makes a call.
    Tries { key: String },
    /// The core took it, `age_ms` ago. `registration` is what it took; versions up to 0.1.0 do not say.
    Granted {
        key: String,
        id: String,
        registration: Option<Rc<Registration>>,
        age_ms: f64,
        ttl_ms: f64,
        refresh_after_ms: f64,
    },
    /// The call failed: nothing is tried for `wait_ms` from its beginning, `ago_ms` ago.
    Failed { key: String, wait_ms: f64, ago_ms: f64, trouble: Trouble<E> },
    /// The core does not want it.
    Rejected { key: String, id: String, trouble: Trouble<E> },
    /// It is kept no more; if it was to be deleted, what came in the way. `id`: of what was desired; versions up to 0.1.0
    /// do not say. `wait_ms`: the deletion is tried again after so long.
    Gone { key: String, id: Option<String>, trouble: Option<Trouble<E>>, wait_ms: Option<f64> },
    /// A deletion that is desired no more came to the core, or may have: what is desired now is told again. `trouble` is for
    /// who waits for the deletion.
    Late { key: String, id: String, trouble: Option<Trouble<E>> },
}
