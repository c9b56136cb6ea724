//! The events that a `Keeper` handles, and the results that they carry.

use super::desired::{DesiredRegistration, StoredGrant};
use super::message::TabMessage;
use super::snapshot::Trouble;
use crate::breakout::Registration;
use crate::moment::Moment;
use std::rc::Rc;

/// What lies in the store for a registration that is about to be told to the core.
#[derive(Clone, Debug)]
pub enum Stored {
    /// The store was not read, or refused.
    NotRead,
    /// Nothing.
    Nothing,
    /// This is desired.
    Desired(DesiredRegistration),
    /// Something that this version does not read.
    Other,
}

/// Why a call did not come to what it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The core does not want what it was told.
    Rejected,
    /// The request was wrong.
    Invalid,
    /// A call of the application's took its turn: that came later.
    Superseded,
    /// It was given up, not for its own sake.
    Aborted,
    /// There was no token to call with.
    NoToken,
    /// The rights or the set-up are wrong.
    Unusable,
    /// It may work later.
    Passing,
}

impl FailureKind {
    /// Of an error of the package, by its family, code and kind.
    pub fn of(family: &str, code: &str, kind: &str) -> Self {
        match (family, kind) {
            ("rejected", _) => Self::Rejected,
            ("invalid", _) => Self::Invalid,
            _ if code == "superseded" => Self::Superseded,
            (_, "aborted") => Self::Aborted,
            ("auth", _) => Self::NoToken,
            ("rpc", "auth" | "config") => Self::Unusable,
            _ => Self::Passing,
        }
    }
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct Failure<E> {
    pub kind: FailureKind,
    /// How long the other side asked to be left alone.
    pub retry_after_ms: Option<f64>,
    /// The error itself.
    pub error: E,
}

/// What became of the lock that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockNews {
    Got,
    /// Another tab has taken it.
    Lost,
    /// There are no locks here.
    Refused,
}

/// What came of reading the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It could not be read.
    Failed,
    /// All is read.
    Done,
    /// There is no store here, nor will there be one.
    NoStore,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Event<E> {
    /// The clocks are looked at.
    Look { is_online: bool },
    /// Whose registrations may be kept now: nobody's without a name. `session` is what the owner was called before it was
    /// known who that is. `is_unknown`: it can't be told now.
    Owner { name: Option<String>, is_shared: bool, session: Option<String>, is_unknown: bool },
    /// The person has signed out.
    OwnerLeft,
    /// A record of what is desired, while `load` is carried out.
    FoundDesired { load: u32, key: String, desired: DesiredRegistration },
    /// A record of what was granted.
    FoundGrant { load: u32, key: String, grant: StoredGrant },
    /// Another tab has moved the record from the session's name to the person's.
    Moved { load: u32, key: String },
    /// Reading is over.
    Loaded { load: u32, reading: Reading },
    /// The application wants this kept. `owner`: whose it was, if it was kept by an instance of the wasm that stopped.
    /// `was_stored`: the store had it then. `was_rejected`: the core did not want it.
    Desired { desired: DesiredRegistration, owner: Option<String>, was_stored: bool, was_rejected: bool },
    /// The application wants this instead of what is kept under `key`.
    Updated { key: String, id: String, registration: Rc<Registration> },
    /// The application wants the core told now.
    Refresh { key: String, id: String },
    /// The application wants the number kept no more. `id` is for the deletion, if there is to be one. `is_awaited`: the page is
    /// about to want it again.
    Stop { id: String, registration: Rc<Registration>, is_deletion: bool, is_awaited: bool },
    /// The application registers the number by a call of its own: it is not deleted any more. `id`: only that deletion.
    Overrule { key: String, id: Option<String> },
    /// What the store has is known, before the core is told.
    Checked { attempt: u32, stored: Stored, grant: Option<StoredGrant> },
    /// The core took it.
    Registered { attempt: u32, ttl_ms: f64, sent: Moment },
    /// The core deleted it.
    Deleted { attempt: u32 },
    /// The call failed.
    Failed { attempt: u32, failure: Failure<E> },
    /// The store has done what was asked, or refused. `newer`: what is there instead of what was to be removed.
    Written { ticket: u32, is_stored: bool, newer: Option<DesiredRegistration> },
    /// What became of the lock.
    Lock { number: u32, news: LockNews },
    /// Another tab tells something.
    Heard(TabMessage<E>),
    /// Another tab wants something else, which the store has taken or not. `is_again`: as it has told before.
    HeardDesired { key: String, desired: DesiredRegistration, is_stored: bool, is_again: bool },
    /// The page is about to stop running.
    Leaving { is_for_good: bool },
    /// The page may have missed something; it runs again, if it did not.
    Back,
    /// The client is closed.
    Close,
    /// How those stand that are kept for who is signed in; with `is_all` also what is being deleted.
    List { is_all: bool },
    /// One of them.
    LookUp { key: String },
    /// Why the session can't be renewed for now, if it can't.
    Doubted { trouble: Option<Trouble<E>> },
}
