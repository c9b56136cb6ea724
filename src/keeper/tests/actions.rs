//! Actions as values, for tests.

use crate::breakout::Registration;
use crate::keeper::actions::{Actions, LockRequest};
use crate::keeper::desired::{DesiredRegistration, StoredGrant};
use crate::keeper::message::{Post, TabMessage};
use crate::keeper::snapshot::{self, Change, Trouble};
use crate::keeper::standing::State;
use std::rc::Rc;

/// How a registration stood.
#[derive(Clone, Debug)]
pub struct Snapshot<E> {
    pub id: String,
    pub delete_on_leave: bool,
    pub is_stored: bool,
    pub owner: Option<String>,
    pub registration: Registration,
    pub state: State,
    pub is_suspended: bool,
    pub is_ending: bool,
    pub expires_at_wall_ms: Option<f64>,
    pub next_refresh_at_wall_ms: Option<f64>,
    pub trouble: Option<Trouble<E>>,
}

impl<E: Clone> Snapshot<E> {
    fn of(snapshot: &snapshot::Snapshot<'_, E>) -> Self {
        Self {
            id: snapshot.id.to_owned(),
            delete_on_leave: snapshot.delete_on_leave,
            is_stored: snapshot.is_stored,
            owner: snapshot.owner.map(str::to_owned),
            registration: snapshot.registration.clone(),
            state: snapshot.state,
            is_suspended: snapshot.is_suspended,
            is_ending: snapshot.is_ending,
            expires_at_wall_ms: snapshot.expires_at_wall_ms,
            next_refresh_at_wall_ms: snapshot.next_refresh_at_wall_ms,
            trouble: snapshot.trouble.cloned(),
        }
    }
}

/// What other tabs are told.
#[derive(Clone, Debug)]
pub enum Message<E> {
    Told(TabMessage<E>),
    Desired { key: String, desired: DesiredRegistration, is_stored: bool, is_again: bool },
}

/// What is to be done.
#[derive(Clone, Debug)]
pub enum Action<E> {
    LookAgain { ms: f64 },
    Tell { key: String, change: Change, snapshot: Snapshot<E> },
    Answer { key: String, snapshot: Snapshot<E> },
    Lead { is_leading: bool },
    Ready { owner: Option<String> },
    Halt,
    Abort,
    Open { owner: String },
    Load { load: u32, owner: String, session: Option<String> },
    Check { attempt: u32, owner: Option<String>, key: String, is_deletion: bool },
    Upsert { attempt: u32, registration: Registration, timeout_ms: f64, is_retried: bool },
    Delete { attempt: u32, registration: Registration, is_retried: bool, is_abortable: bool },
    DeleteAtLast { registration: Registration },
    StoreDesired { ticket: u32, owner: String, key: String, desired: DesiredRegistration },
    StoreGrant { ticket: u32, owner: String, key: String, grant: StoredGrant },
    Forget { ticket: u32, owner: String, key: String, id: Option<String> },
    Post(Message<E>),
    Lock { number: u32, owner: String, request: LockRequest },
    Unlock,
    LookAtOwner,
    Settled { id: String, trouble: Option<Trouble<E>> },
    Wait { id: String },
    Refused,
}

/// All of one event.
#[derive(Debug)]
pub struct List<E>(pub Vec<Action<E>>);

impl<E> Default for List<E> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<E: Clone> Actions<E> for List<E> {
    fn look_again(&mut self, ms: f64) {
        self.0.push(Action::LookAgain { ms });
    }

    fn tell(&mut self, key: &str, change: Change, snapshot: &snapshot::Snapshot<'_, E>) {
        self.0.push(Action::Tell { key: key.to_owned(), change, snapshot: Snapshot::of(snapshot) });
    }

    fn answer(&mut self, key: &str, snapshot: &snapshot::Snapshot<'_, E>) {
        self.0.push(Action::Answer { key: key.to_owned(), snapshot: Snapshot::of(snapshot) });
    }

    fn lead(&mut self, is_leading: bool) {
        self.0.push(Action::Lead { is_leading });
    }

    fn ready(&mut self, owner: Option<&str>) {
        self.0.push(Action::Ready { owner: owner.map(str::to_owned) });
    }

    fn halt(&mut self) {
        self.0.push(Action::Halt);
    }

    fn abort(&mut self) {
        self.0.push(Action::Abort);
    }

    fn open(&mut self, owner: &str) {
        self.0.push(Action::Open { owner: owner.to_owned() });
    }

    fn load(&mut self, load: u32, owner: &str, session: Option<&str>) {
        self.0.push(Action::Load { load, owner: owner.to_owned(), session: session.map(str::to_owned) });
    }

    fn check(&mut self, attempt: u32, owner: Option<&str>, key: &str, is_deletion: bool) {
        let owner = owner.map(str::to_owned);
        self.0.push(Action::Check { attempt, owner, key: key.to_owned(), is_deletion });
    }

    fn upsert(&mut self, attempt: u32, registration: &Registration, timeout_ms: f64, is_retried: bool) {
        self.0.push(Action::Upsert { attempt, registration: registration.clone(), timeout_ms, is_retried });
    }

    fn delete(&mut self, attempt: u32, registration: &Registration, is_retried: bool, is_abortable: bool) {
        self.0.push(Action::Delete { attempt, registration: registration.clone(), is_retried, is_abortable });
    }

    fn delete_at_last(&mut self, registration: &Registration) {
        self.0.push(Action::DeleteAtLast { registration: registration.clone() });
    }

    fn store_desired(&mut self, ticket: u32, owner: &str, key: &str, desired: &DesiredRegistration) {
        let (owner, key, desired) = (owner.to_owned(), key.to_owned(), desired.clone());
        self.0.push(Action::StoreDesired { ticket, owner, key, desired });
    }

    fn store_grant(&mut self, ticket: u32, owner: &str, key: &str, grant: &StoredGrant) {
        let (owner, key, grant) = (owner.to_owned(), key.to_owned(), grant.clone());
        self.0.push(Action::StoreGrant { ticket, owner, key, grant });
    }

    fn forget(&mut self, ticket: u32, owner: &str, key: &str, id: Option<&str>) {
        let (owner, key, id) = (owner.to_owned(), key.to_owned(), id.map(str::to_owned));
        self.0.push(Action::Forget { ticket, owner, key, id });
    }

    fn post(&mut self, message: Post<'_, E>) {
        let Post { told, key, id, registration, times_ms, trouble } = message;
        self.0.push(Action::Post(Message::Told(TabMessage {
            told,
            key: key.to_owned(),
            id: id.map(str::to_owned),
            registration: registration.map(|registration| Rc::new(registration.clone())),
            times_ms,
            trouble: trouble.cloned(),
        })));
    }

    fn post_desired(&mut self, key: &str, desired: &DesiredRegistration, is_stored: bool, is_again: bool) {
        let (key, desired) = (key.to_owned(), desired.clone());
        self.0.push(Action::Post(Message::Desired { key, desired, is_stored, is_again }));
    }

    fn lock(&mut self, number: u32, owner: &str, request: LockRequest) {
        self.0.push(Action::Lock { number, owner: owner.to_owned(), request });
    }

    fn unlock(&mut self) {
        self.0.push(Action::Unlock);
    }

    fn look_at_owner(&mut self) {
        self.0.push(Action::LookAtOwner);
    }

    fn settled(&mut self, id: &str, trouble: Option<&Trouble<E>>) {
        self.0.push(Action::Settled { id: id.to_owned(), trouble: trouble.cloned() });
    }

    fn wait(&mut self, id: &str) {
        self.0.push(Action::Wait { id: id.to_owned() });
    }

    fn refused(&mut self) {
        self.0.push(Action::Refused);
    }
}
