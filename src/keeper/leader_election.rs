//! Which tab makes the calls: the one that holds a Web Lock. Where there are none every tab does, and what they tell each
//! other keeps them from doing it twice.

use super::actions::{Actions, LockRequest};
use super::event::LockNews;
use super::keeper::Keeper;
use super::leadership::{ANSWER_MS, Leadership};
use super::load_progress::Purpose;
use super::message::{Post, Told};
use super::schedule::Stand;
use super::timing::LEAST_MS;

impl<E: Clone, A: Actions<E>> Keeper<E, A> {
    /// Looks at all registrations, begins what is due, and says when to look again.
    pub(super) fn look(&mut self, is_online: bool) {
        let (now, owner) = (self.now, self.owner.clone());
        let stand = Stand {
            owner: owner.as_deref().filter(|_| self.is_ready),
            is_leading: self.is_leading && !self.is_away && self.leadership != Leadership::Yielding,
            is_online,
            hesitation: if let Leadership::WithoutLocks(hesitation) = self.leadership {
                Some(hesitation)
            } else {
                None
            },
            silent_ms: now.moment.monotonic_ms - self.heard_at_ms,
            under_way: self.attempts.len(),
        };
        let look = self.schedule.look(now, stand);
        for (key, change) in look.changes {
            self.tell(&key, change);
        }
        for (key, limits) in look.begin {
            self.begin_attempt(key, limits);
        }
        if look.overtake && self.leadership == Leadership::Following {
            self.hear_leader();
            self.ask_for_lock(LockRequest::Steal);
        }
        // Nothing is kept: no process need live for it.
        let ms = if self.schedule.is_empty() { f64::INFINITY } else { look.wait_ms };
        let again_ms = self.read_again();
        self.actions.look_again(ms.min(again_ms));
    }

    /// Makes the calls for the owner whenever it is this tab's turn.
    pub(super) fn lead(&mut self) {
        if !self.is_shared {
            self.leadership = Leadership::Alone;
            return self.set_leading(true);
        }
        self.hear_leader();
        self.has_held = false;
        self.follow(LockRequest::Wait);
    }

    fn follow(&mut self, request: LockRequest) {
        if self.is_away {
            self.leadership = Leadership::Away;
        } else {
            self.leadership = Leadership::Following;
            self.ask_for_lock(request);
        }
    }

    fn ask_for_lock(&mut self, request: LockRequest) {
        let number = self.next_number();
        self.lock = number;
        if let Some(owner) = &self.owner {
            self.actions.lock(number, owner, request);
        }
    }

    /// What became of the lock.
    pub(super) fn lock_news(&mut self, number: u32, news: LockNews) {
        if number != self.lock {
            return;
        }
        match news {
            LockNews::Got if self.leadership == Leadership::Following => {
                self.has_held = true;
                self.leadership = Leadership::Beginning;
                self.actions.post(Post::of(Told::Leads, ""));
                // What others did that this tab did not hear of.
                self.read_store(Purpose::Lead);
            }
            LockNews::Got => {}
            // There are locks: this page just could not have one.
            LockNews::Refused if self.has_held => self.follow(LockRequest::Later),
            LockNews::Refused => {
                self.leadership = Leadership::WithoutLocks(self.random);
                self.set_leading(true);
                self.changed();
            }
            LockNews::Lost => {
                // Somebody else leads: what this tab has under way ends.
                self.load = None;
                self.set_leading(false);
                self.hear_leader();
                self.end_calls();
                self.follow(LockRequest::Wait);
                self.changed();
            }
        }
    }

    /// What others did is known.
    pub(super) fn begin_to_lead(&mut self) {
        self.leadership = Leadership::Leading;
        self.hear_leader();
        self.set_leading(true);
        self.changed();
        // Who crashed has not said that it goes, and not every browser passes on what a page says that goes.
        self.roll = Some((self.now.moment.monotonic_ms, Vec::new()));
        self.post_tab(Told::Hello);
    }

    /// Whoever has not answered in time is not there.
    pub(super) fn end_roll_call(&mut self) {
        if let Some((since_ms, _)) = self.roll
            && self.now.moment.monotonic_ms - since_ms >= ANSWER_MS
            && let Some((_, here)) = self.roll.take()
        {
            self.others = here;
        }
    }

    pub(super) fn hear_leader(&mut self) {
        self.heard_at_ms = self.now.moment.monotonic_ms;
    }

    pub(super) fn set_leading(&mut self, is_leading: bool) {
        if std::mem::replace(&mut self.is_leading, is_leading) != is_leading {
            self.actions.lead(is_leading);
        }
    }

    /// Calls under way end, and are not gone on with.
    fn end_calls(&mut self) {
        self.term = self.term.wrapping_add(1);
        self.actions.abort();
    }

    /// After a failure: if there are other tabs, one of them may have what this one lacks. Not more often than calls are
    /// made, and not before the last call has ended: of two tabs each would make one.
    pub(super) fn let_others_try(&mut self, wait_ms: f64) {
        let now_ms = self.now.moment.monotonic_ms;
        if self.leadership != Leadership::Leading
            || self.others.is_empty()
            || now_ms - self.yielded_at_ms < wait_ms.max(LEAST_MS)
        {
            return;
        }
        self.yielded_at_ms = now_ms;
        self.leadership = Leadership::Yielding;
    }

    /// The last call has ended.
    pub(super) fn yield_lock(&mut self) {
        if self.leadership == Leadership::Yielding {
            self.set_leading(false);
            self.follow(LockRequest::Yield);
        }
    }

    /// The page is about to stop running. Who is frozen, or kept for the back button, does not lead; who leads without a lock
    /// still does, when it is back.
    pub(super) fn leaving(&mut self, is_for_good: bool) {
        if self.is_closed {
            return;
        }
        if is_for_good {
            self.post_tab(Told::Bye);
            return self.delete_at_last();
        }
        self.is_away = true;
        self.end_calls();
        let has_lock = match self.leadership {
            Leadership::Following | Leadership::Beginning | Leadership::Leading | Leadership::Yielding => true,
            Leadership::Idle | Leadership::Away | Leadership::Alone | Leadership::WithoutLocks(_) => false,
        };
        if has_lock {
            self.load.take_if(|load| load.purpose == Purpose::Lead);
            self.leadership = Leadership::Away;
            self.lock = 0;
            self.actions.unlock();
            self.set_leading(false);
        }
    }

    /// The page runs again.
    pub(super) fn back(&mut self) {
        if !std::mem::replace(&mut self.is_away, false) {
            return;
        }
        if self.leadership == Leadership::Away {
            // What was told meanwhile comes after this.
            self.hear_leader();
            self.follow(LockRequest::Wait);
        }
        self.changed();
    }

    /// The page goes, and takes along what was to end with it: unless another tab is there, or another has the lead.
    /// Nobody will know what came of it.
    fn delete_at_last(&mut self) {
        if !self.is_leading || !self.others.is_empty() {
            return;
        }
        for kept in self.schedule.iter() {
            let is_own = kept.owner == self.owner && !kept.desired.is_deletion;
            if is_own && kept.desired.delete_on_leave {
                self.actions.delete_at_last(&kept.desired.registration);
            }
        }
    }
}
