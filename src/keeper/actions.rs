//! What a keeper wants done. Who carries it out says what came of it by events.

use super::desired::{DesiredRegistration, StoredGrant};
use super::message::Post;
use super::snapshot::{Change, Snapshot, Trouble};
use crate::breakout::Registration;

/// How a lock is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockRequest {
    /// In turn.
    Wait = 0,
    /// From whoever has it.
    Steal = 1,
    /// In turn, a little later: it was refused just now.
    Later = 2,
    /// What is held is let go first; who waits for it gets it before this tab.
    Yield = 3,
}

/// A list of actions: each method adds one. They are borrowed, and written down at once: a list of values, each with texts of
/// its own, weighed 1.8 KB more in the wasm.
pub trait Actions<E>: Default {
    /// `Event::Look` after so long; at zero when the page has had a turn, if infinite never.
    fn look_again(&mut self, ms: f64);
    /// The application is told.
    fn tell(&mut self, key: &str, change: Change, snapshot: &Snapshot<'_, E>);
    /// How one stands, for who has asked.
    fn answer(&mut self, key: &str, snapshot: &Snapshot<'_, E>);
    /// Whether this page makes the calls.
    fn lead(&mut self, is_leading: bool);
    /// It is known whose registrations are kept, and what is stored of them.
    fn ready(&mut self, owner: Option<&str>);
    /// All that was begun for the owner ends: calls, the lock, the channel.
    fn halt(&mut self);
    /// Calls under way end.
    fn abort(&mut self);
    /// The channel of this owner's tabs is opened.
    fn open(&mut self, owner: &str);
    /// All that is stored for the owner is read. Records that go by the session's name are moved first.
    fn load(&mut self, load: u32, owner: &str, session: Option<&str>);
    /// What is stored for one is read, unless there is no owner; before a deletion the page has a turn.
    fn check(&mut self, attempt: u32, owner: Option<&str>, key: &str, is_deletion: bool);
    /// The core is told.
    fn upsert(&mut self, attempt: u32, registration: &Registration, timeout_ms: f64, is_retried: bool);
    /// The core deletes it.
    fn delete(&mut self, attempt: u32, registration: &Registration, is_retried: bool, is_abortable: bool);
    /// The core deletes it; the request outlives the page, and nobody hears what came of it.
    fn delete_at_last(&mut self, registration: &Registration);
    /// What is desired is stored.
    fn store_desired(&mut self, ticket: u32, owner: &str, key: &str, desired: &DesiredRegistration);
    /// What was granted is stored.
    fn store_grant(&mut self, ticket: u32, owner: &str, key: &str, grant: &StoredGrant);
    /// Both are removed, if `id` is what is stored; without one whatever is there.
    fn forget(&mut self, ticket: u32, owner: &str, key: &str, id: Option<&str>);
    /// The other tabs are told, when the store has done what was asked before.
    fn post(&mut self, message: Post<'_, E>);
    /// They are told what is desired, whether the store has it, and whether they were told before.
    fn post_desired(&mut self, key: &str, desired: &DesiredRegistration, is_stored: bool, is_again: bool);
    /// The lock of this owner's tabs is asked for.
    fn lock(&mut self, number: u32, owner: &str, request: LockRequest);
    /// It is let go, or not asked for any more.
    fn unlock(&mut self);
    /// Who is signed in is asked again.
    fn look_at_owner(&mut self);
    /// What became of the deletion of this id.
    fn settled(&mut self, id: &str, trouble: Option<&Trouble<E>>);
    /// The deletion that was asked for goes by this id.
    fn wait(&mut self, id: &str);
    /// Nobody is signed in who could make the deletion that was asked for.
    fn refused(&mut self);
}
