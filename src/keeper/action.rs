//! What a keeper wants done. Who carries it out says what came of it by events.

use super::desired::{DesiredRegistration, StoredGrant};
use super::message::TabMessage;
use super::snapshot::{Change, Snapshot, Trouble};
use crate::breakout::Registration;
use std::rc::Rc;

/// How a lock is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockRequest {
    /// In turn.
    Wait,
    /// From whoever has it.
    Steal,
    /// In turn, a little later: it was refused just now.
    Later,
    /// What is held is let go first; who waits for it gets it before this tab.
    Yield,
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Action<E> {
    /// `Event::Look` after so long; at zero when the page has had a turn, if infinite never.
    LookAgain { ms: f64 },
    /// The application is told.
    Tell { key: String, change: Change, snapshot: Snapshot<E> },
    /// How one stands, for who has asked.
    Answer { key: String, snapshot: Snapshot<E> },
    /// Whether this page makes the calls.
    Lead { is_leading: bool },
    /// It is known whose registrations are kept, and what is stored of them.
    Ready { owner: Option<String> },
    /// All that was begun for the owner ends: calls, the lock, the channel.
    Halt,
    /// Calls under way end.
    Abort,
    /// The channel of this owner's tabs is opened.
    Open { owner: String },
    /// All that is stored for the owner is read. Records that go by the session's name are moved first.
    Load { load: u32, owner: String, session: Option<String> },
    /// What is stored for one is read, unless there is no owner; before a deletion the page has a turn.
    Check { attempt: u32, owner: Option<String>, key: String, is_deletion: bool },
    /// The core is told.
    Upsert { attempt: u32, registration: Rc<Registration>, timeout_ms: f64, is_retried: bool },
    /// The core deletes it.
    Delete { attempt: u32, registration: Rc<Registration>, is_retried: bool, is_abortable: bool },
    /// The core deletes it; the request outlives the page, and nobody hears what came of it.
    DeleteAtLast { registration: Rc<Registration> },
    /// What is desired is stored.
    StoreDesired { ticket: u32, owner: String, key: String, desired: DesiredRegistration },
    /// What was granted is stored.
    StoreGrant { ticket: u32, owner: String, key: String, grant: StoredGrant },
    /// Both are removed, if `id` is what is stored.
    Forget { ticket: u32, owner: String, key: String, id: String },
    /// Both are removed.
    Erase { owner: String, key: String },
    /// The other tabs are told, when the store has done what was asked before.
    Post(TabMessage<E>),
    /// The lock of this owner's tabs is asked for.
    Lock { number: u32, owner: String, request: LockRequest },
    /// It is let go, or not asked for any more.
    Unlock,
    /// Who is signed in is asked again.
    LookAtOwner,
    /// What became of the deletion of this id.
    Settled { id: String, trouble: Option<Trouble<E>> },
    /// The deletion that was asked for goes by this id.
    Wait { id: String },
    /// Nobody is signed in who could make the deletion that was asked for.
    Refused,
}
