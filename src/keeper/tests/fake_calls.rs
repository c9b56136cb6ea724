//! Simulates the client's calls: time-outs, retries, cancellation.

use super::fake_browser::{Bench, Call, Owner, Page, TIMEOUT_MS, Task};
use super::fake_core::{Answer, Asked, Error, Limits, failure};
use crate::breakout::Registration;
use crate::keeper::desired::key_of;
use crate::keeper::event::{Event, Failure};
use std::rc::Rc;

const MOST_ATTEMPTS: u32 = 5;

impl Bench {
    pub(super) fn call(
        &mut self,
        instance: u32,
        attempt: u32,
        is_upsert: bool,
        registration: Rc<Registration>,
        limits: Limits,
        is_abortable: bool,
    ) {
        let ends_at_ms = self.now_ms + limits.timeout_ms.unwrap_or(TIMEOUT_MS);
        let sent = self.moment();
        let call =
            Call { attempt, is_upsert, registration, limits, is_abortable, tries: 0, ends_at_ms, sent, answer: None };
        let page = self.page_of(instance).expect("there");
        if attempt > 0 {
            let key = key_of(&call.registration.target);
            // Nor in any other tab, if there are locks, and none was stolen just now.
            let is_alone = self.no_locks || self.now_ms - self.stolen_at_ms < 1_000.0;
            let is_free = self.tabs.iter().enumerate().all(|(other, tab)| {
                let is_other = |call: &Call| call.attempt == 0 || key_of(&call.registration.target) != key;
                (other != page && is_alone) || tab.calls.iter().all(is_other)
            });
            assert!(is_free, "two calls for {key} at once");
        }
        self.ask(instance, call);
    }

    pub(super) fn ask(&mut self, instance: u32, mut call: Call) {
        let token = match &self.owner {
            Owner::Nobody | Owner::Unknown => {
                call.answer = Some(Answer::failing("auth", "sign_in_required", "auth").after(0.0));
                String::new()
            }
            Owner::Nameless => "somebody".to_owned(),
            Owner::Named(name) | Owner::Session { session: name, .. } => (*name).to_owned(),
        };
        if call.ends_at_ms <= self.now_ms {
            call.answer = Some(Answer::failing("rpc", "deadline_exceeded", "timeout").after(0.0));
        }
        let mut answer = call.answer.take().unwrap_or_else(|| {
            let asked = Asked::of(self.now_ms, call.is_upsert, token, &call.registration, call.limits);
            let answer = self.core.answers.pop_front().unwrap_or_else(Answer::taken);
            if answer.is_done {
                self.core.carry_out(&asked);
            }
            self.core.asked.push(asked);
            answer
        });
        call.tries += 1;
        call.sent = self.moment();
        let left_ms = call.ends_at_ms - self.now_ms;
        if answer.after_ms >= left_ms {
            answer = Answer::failing("rpc", "deadline_exceeded", "timeout").after(left_ms);
        }
        let after_ms = answer.after_ms;
        call.answer = Some(answer);
        let attempt = call.attempt;
        if let Some(page) = self.page_of(instance) {
            self.tabs[page].calls.push(call);
            self.later(after_ms, Task::CallEnds(instance, attempt));
        }
    }

    pub(super) fn call_ends(&mut self, page: Page, attempt: u32) {
        let instance = self.tabs[page].instance;
        let Some(at) = self.tabs[page].calls.iter().position(|call| call.attempt == attempt) else { return };
        let mut call = self.tabs[page].calls.remove(at);
        let answer = call.answer.take().expect("asked");
        if answer.may_pass() && call.limits.is_retried && call.tries < MOST_ATTEMPTS {
            self.later(1_000.0, Task::Ask(instance, call));
            return;
        }
        if attempt == 0 {
            return;
        }
        let is_deleted_before = !call.is_upsert && call.tries > 1;
        let event = match answer.error {
            Some(error) if !(is_deleted_before && error.family == "rejected") => {
                Event::Failed { attempt, failure: failure(error, answer.retry_after_ms) }
            }
            _ if call.is_upsert => Event::Registered { attempt, ttl_ms: self.ttl_ms, sent: call.sent },
            _ => Event::Deleted { attempt },
        };
        self.handle(page, event);
    }

    /// Ends what can be ended with `failure`.
    pub(super) fn end_calls(&mut self, page: Page, failing: &Failure<Error>, is_abort: bool) {
        let instance = self.tabs[page].instance;
        let mut ended = Vec::new();
        self.tabs[page].calls.retain(|call| {
            let stays = call.attempt == 0 || (is_abort && !call.is_abortable);
            if !stays {
                ended.push(call.attempt);
            }
            stays
        });
        for (_, _, task) in &mut self.tasks {
            if let Task::Ask(of, call) = task
                && *of == instance
                && call.attempt > 0
                && (call.is_abortable || !is_abort)
            {
                ended.push(call.attempt);
                call.attempt = u32::MAX;
            }
        }
        self.tasks.retain(|(_, _, task)| !matches!(task, Task::Ask(_, call) if call.attempt == u32::MAX));
        if is_abort {
            self.core.cancelled += ended.len();
        }
        for attempt in ended {
            self.handle(page, Event::Failed { attempt, failure: failing.clone() });
        }
    }
}
