//! Fake Web Locks: one page holds a lock, the others queue for it.

use super::fake_browser::{Bench, Task};
use crate::keeper::event::{Event, LockNews};

impl Bench {
    /// Lets go of the lock that the page's instance has, and takes back what it asked for.
    pub(super) fn release(&mut self, instance: u32) {
        self.locks.retain(|_, (holder, _)| *holder != instance);
        self.queue.retain(|(_, waiting, _)| *waiting != instance);
        self.tasks.retain(|(_, _, task)| !matches!(task, Task::AskForLock(of, ..) if *of == instance));
        self.grant_locks();
    }

    pub(super) fn grant_locks(&mut self) {
        let mut at = 0;
        while at < self.queue.len() {
            let (name, instance, number) = self.queue[at].clone();
            if self.locks.contains_key(&name) {
                at += 1;
                continue;
            }
            self.queue.remove(at);
            self.locks.insert(name, (instance, number));
            self.later(0.0, Task::Event(instance, Event::Lock { number, news: LockNews::Got }));
        }
    }

    /// Somebody else takes the lock of an owner and does nothing: takes it from whoever has it if `is_steal`.
    pub fn hang(&mut self, owner: &str, is_steal: bool) {
        if is_steal {
            self.steal(owner)
        }
        self.locks.insert(owner.to_owned(), (0, 0));
    }

    pub(super) fn steal(&mut self, name: &str) {
        if let Some((holder, number)) = self.locks.remove(name) {
            self.stolen += 1;
            self.stolen_at_ms = self.now_ms;
            self.later(0.0, Task::Event(holder, Event::Lock { number, news: LockNews::Lost }));
        }
    }

    pub(super) fn ask_for_lock(&mut self, instance: u32, number: u32, name: String, is_steal: bool) {
        if self.no_locks {
            return self.later(0.0, Task::Event(instance, Event::Lock { number, news: LockNews::Refused }));
        }
        if is_steal {
            self.steal(&name);
            self.queue.insert(0, (name, instance, number));
        } else {
            self.queue.push((name, instance, number));
        }
        self.grant_locks();
    }
}
