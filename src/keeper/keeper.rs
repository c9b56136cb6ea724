//! The keeper of one client in one page: what it knows, and what it does when something happens. It waits for nothing: what
//! takes time is an action, and what came of it an event.

use super::actions::Actions;
use super::attempt::Attempt;
use super::clock::{Now, SteadyClock};
use super::desired::DesiredRegistration;
use super::event::{Event, Failure};
use super::kept_registration::KeptRegistration;
use super::leadership::Leadership;
use super::load_progress::Load;
use super::message::{Post, Told};
use super::pending_removal::Removal;
use super::schedule::Schedule;
use super::snapshot::{Change, Trouble};
use crate::moment::Moment;
use std::mem::take;

/// What goes on when the store has done what was asked.
#[derive(Debug)]
pub enum Unwritten<E> {
    /// What is newly desired was stored. `is_news`: other tabs are to be told. `is_told`: so is the application.
    Desired { key: String, id: String, is_news: bool, is_told: bool, era: u32 },
    /// What the core granted was stored.
    Grant { attempt: u32, change: Change },
    /// A deletion that has ended was removed.
    Deletion { attempt: u32, failure: Option<Failure<E>>, is_final: bool },
}

/// A keeper. `E` is the caller's error, `A` what actions are written down in.
pub struct Keeper<E, A> {
    /// This page's name among the tabs.
    pub(super) tab: String,
    pub(super) schedule: Schedule<E>,
    clock: SteadyClock,
    /// When the event came that is being handled.
    pub(super) now: Now,
    /// From 0 to 1, drawn anew for each event.
    pub(super) random: f64,
    /// What is to be done.
    pub(super) actions: A,
    /// Something that must be looked at.
    is_changed: bool,
    /// The last number that was given to something.
    pub(super) number: u32,
    /// Under way.
    pub(super) attempts: Vec<Attempt>,
    unwritten: Vec<(u32, Unwritten<E>)>,
    /// Whose registrations may be kept now.
    pub(super) owner: Option<String>,
    /// What the owner was called before it was known who that is.
    pub(super) session: Option<String>,
    /// Whose registrations were kept last. What is wanted while nobody is there is wanted for that one.
    pub(super) last_owner: Option<String>,
    /// Why the session can't be renewed for now, if it can't.
    pub(super) session_trouble: Option<Trouble<E>>,
    /// The owner's registrations are shared with other tabs.
    pub(super) is_shared: bool,
    /// Counts the owners, so that work for an earlier one is known to be over.
    pub(super) era: u32,
    /// Counts the times that this page led, so that calls of an earlier one are known to be over.
    pub(super) term: u32,
    /// It is known whose registrations may be kept, and what is stored of them.
    pub(super) is_ready: bool,
    pub(super) is_closed: bool,
    pub(super) load: Option<Load>,
    /// Something that this page wanted was replaced before the core was told, by what another tab wants.
    pub(super) has_crossed: bool,
    /// When the store is read again that could not be read, or did not take something: by this page's monotonic clock.
    pub(super) unread_at_ms: Option<f64>,
    /// There is no store: nothing is read or removed again.
    pub(super) has_no_store: bool,
    /// How long it was waited for that last.
    pub(super) unread_wait_ms: f64,
    /// What the store has not removed yet, though it is kept no more.
    pub(super) removals: Vec<Removal>,
    pub(super) leadership: Leadership,
    pub(super) is_leading: bool,
    /// The lock that is held, or asked for.
    pub(super) lock: u32,
    /// The owner's lock was held once, so there are locks.
    pub(super) has_held: bool,
    /// The page is frozen, or kept for the back button.
    pub(super) is_away: bool,
    /// When the leader was heard of last.
    pub(super) heard_at_ms: f64,
    pub(super) yielded_at_ms: f64,
    /// The other tabs.
    pub(super) others: Vec<String>,
    /// Since when it is asked who is there, and who has answered.
    pub(super) roll: Option<(f64, Vec<String>)>,
}

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Nothing is kept yet. `tab` is a name that no other tab has.
    pub fn new(max_per_second: usize, tab: String) -> Self {
        let moment = Moment { wall_ms: 0.0, monotonic_ms: 0.0, page: 0.0 };
        Self {
            tab,
            schedule: Schedule::new(max_per_second),
            clock: SteadyClock::default(),
            now: Now { moment, steady_ms: 0.0 },
            random: 0.0,
            actions: A::default(),
            is_changed: false,
            number: 0,
            attempts: Vec::new(),
            unwritten: Vec::new(),
            owner: None,
            session: None,
            last_owner: None,
            session_trouble: None,
            is_shared: false,
            era: 0,
            term: 0,
            is_ready: false,
            is_closed: false,
            load: None,
            has_crossed: false,
            unread_at_ms: None,
            has_no_store: false,
            unread_wait_ms: 0.0,
            removals: Vec::new(),
            leadership: Leadership::Idle,
            is_leading: false,
            lock: 0,
            has_held: false,
            is_away: false,
            heard_at_ms: 0.0,
            yielded_at_ms: f64::NEG_INFINITY,
            others: Vec::new(),
            roll: None,
        }
    }

    /// What is to be done because of `event`. `random` is from 0 to 1.
    pub fn handle(&mut self, event: Event<E>, moment: Moment, random: f64) -> A {
        self.now = self.clock.at(moment);
        self.random = random;
        self.end_roll_call();
        self.take(event);
        if take(&mut self.is_changed) {
            self.actions.look_again(0.0);
        }
        take(&mut self.actions)
    }

    fn take(&mut self, event: Event<E>) {
        match event {
            Event::Look { is_online } => self.look(is_online),
            Event::Owner { name, is_shared, session, is_unknown } => {
                self.owner_seen(name, is_shared, session, is_unknown);
            }
            Event::OwnerLeft => self.owner_left(),
            Event::FoundDesired { load, key, desired } => self.found_desired(load, &key, desired),
            Event::FoundGrant { load, key, grant } => self.found_grant(load, &key, grant),
            Event::Moved { load, key } => self.moved(load, &key),
            Event::Loaded { load, reading } => self.loaded(load, reading),
            Event::Desired { desired, owner, was_stored, was_rejected } => {
                self.keep(desired, owner, was_stored, was_rejected);
            }
            Event::Updated { key, id, registration } => self.update(&key, id, Some(registration)),
            Event::Refresh { key, id } => self.update(&key, id, None),
            Event::Stop { id, registration, is_deletion, is_awaited } => {
                self.stop(id, registration, is_deletion, is_awaited);
            }
            Event::Overrule { key, id } => self.overrule(&key, id.as_deref()),
            Event::Checked { attempt, stored, grant } => self.checked(attempt, stored, grant),
            Event::Registered { attempt, ttl_ms, sent } => self.registered(attempt, ttl_ms, sent),
            Event::Deleted { attempt } => self.deletion_answered(attempt, None),
            Event::Failed { attempt, failure } => self.call_failed(attempt, failure),
            Event::Written { ticket, is_stored, newer } => self.written(ticket, is_stored, newer),
            Event::Lock { number, news } => self.lock_news(number, news),
            Event::Heard(message) => self.hear(message),
            Event::HeardDesired { key, desired, is_stored, is_again } => {
                // It may have been stopped here since, or something newer be wanted, which is not stored yet.
                let is_older = |kept: &KeptRegistration<E>| !kept.is_stored && kept.desired.id != desired.id;
                if !(is_again && self.schedule.get(&key).is_none_or(is_older)) {
                    self.take_desired(&key, desired, is_stored);
                }
            }
            Event::Leaving { is_for_good } => self.leaving(is_for_good),
            Event::Back => self.back(),
            Event::Close => self.close(),
            Event::List { is_all } => self.list(is_all),
            Event::LookUp { key } => self.look_up(&key),
            Event::Doubted { trouble } => self.doubt_session(trouble),
        }
    }

    /// Tells the other tabs of this one.
    pub(super) fn post_tab(&mut self, told: Told) {
        self.actions.post(Post::of(told, &self.tab));
    }

    /// Something has changed that the schedule depends on.
    pub(super) fn changed(&mut self) {
        self.is_changed = true;
    }

    /// A number that nothing else has.
    pub(super) fn next_number(&mut self) -> u32 {
        self.number = self.number.wrapping_add(1);
        self.number
    }

    /// A number for what goes on when the store has done what is asked.
    pub(super) fn ticket(&mut self, unwritten: Unwritten<E>) -> u32 {
        let ticket = self.next_number();
        self.unwritten.push((ticket, unwritten));
        ticket
    }

    /// Whether what goes by `id` is being stored, for the owner who is there.
    pub(super) fn is_being_stored(&self, id: &str) -> bool {
        self.unwritten.iter().any(|(_, unwritten)| {
            matches!(unwritten, Unwritten::Desired { id: of, era, .. } if of == id && *era == self.era)
        })
    }

    pub(super) fn written(&mut self, ticket: u32, is_stored: bool, newer: Option<DesiredRegistration>) {
        self.removed(ticket, is_stored);
        let Some(at) = self.unwritten.iter().position(|(known, _)| *known == ticket) else { return };
        match self.unwritten.swap_remove(at).1 {
            Unwritten::Desired { key, id, is_news, is_told, era } => {
                let is_news = is_news && era == self.era;
                self.desired_stored(&key, &id, is_stored, is_news, is_told);
            }
            Unwritten::Grant { attempt, change } => self.grant_stored(attempt, change),
            Unwritten::Deletion { attempt, failure, is_final } => {
                self.deletion_removed(attempt, failure, is_final, newer);
            }
        }
    }

    /// Whether what goes by `id` is what is desired.
    pub(super) fn is_current(&self, key: &str, id: &str) -> bool {
        self.schedule.get(key).is_some_and(|kept| kept.desired.id == id)
    }

    /// The core is told what is desired instead of these deletions.
    pub(super) fn overtake(&mut self, overtaken: &[String]) {
        for id in overtaken {
            self.actions.settled(id, Some(&Trouble::KeptAgain));
        }
    }

    /// It is kept no more, here.
    pub(super) fn end(&mut self, key: &str, trouble: Option<Trouble<E>>) {
        let Some(mut kept) = self.schedule.remove(key) else { return };
        self.said_while_reading(key, kept.owner.as_ref());
        if kept.desired.is_deletion {
            for id in &kept.overtaken {
                self.actions.settled(id, trouble.as_ref());
            }
            self.actions.settled(&kept.desired.id, trouble.as_ref());
        } else {
            self.overtake(&kept.overtaken);
        }
        kept.trouble = trouble;
        self.actions.tell(key, Change::Stopped, &kept.last_snapshot(self.now));
        self.changed();
    }

    /// Adds a registration. A call of an earlier one of the same number may be under way.
    pub(super) fn insert(&mut self, mut kept: KeptRegistration<E>) {
        if self.attempts.iter().any(|attempt| attempt.key == kept.key) {
            kept.state.wait_for_call();
        }
        self.schedule.insert(kept);
    }

    /// Keeps nothing in this page any more. What is stored stays: other tabs go on with it.
    fn close(&mut self) {
        if std::mem::replace(&mut self.is_closed, true) {
            return;
        }
        self.post_tab(Told::Bye);
        self.halt();
        for key in self.keys() {
            self.settle_deletion(&key, &Trouble::Closed);
            self.end(&key, None);
        }
    }

    /// Of all that is kept.
    pub(super) fn keys(&self) -> Vec<String> {
        self.schedule.iter().map(|kept| kept.key.clone()).collect()
    }

    /// Of the registrations that are kept for `owner`.
    pub(super) fn keys_of(&self, owner: Option<&str>) -> Vec<String> {
        let own = self.schedule.iter().filter(|kept| kept.owner.as_deref() == owner);
        own.map(|kept| kept.key.clone()).collect()
    }
}
