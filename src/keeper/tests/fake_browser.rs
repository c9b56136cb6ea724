//! A browser with pages that keep registrations, in virtual time: carries out what their keepers want done.

use super::actions::{Action, List, Message, Snapshot};
use super::fake_core::{Answer, Asked, Core, Error, Limits, TTL_MS, aborted};
use super::store::Store;
use crate::breakout::{ApiVersion, Registration, RegistrationInput, validate};
use crate::keeper::Keeper;
use crate::keeper::event::Event;
use crate::keeper::snapshot::{Change, Trouble};
use crate::moment::Moment;
use std::collections::BTreeMap;
use std::rc::Rc;

pub const MINUTE_MS: f64 = 60_000.0;
const START_WALL_MS: f64 = 1_800_000_000_000.0;
/// The client's own deadline.
pub const TIMEOUT_MS: f64 = 30_000.0;

/// Whose registrations may be kept with the tokens.
#[derive(Clone, Debug, PartialEq)]
pub enum Owner {
    Nobody,
    Nameless,
    Named(&'static str),
    Session { session: &'static str, person: Option<&'static str> },
    Unknown,
}

/// What happens later.
pub enum Task {
    /// An event for a keeper, if it is the same still.
    Event(u32, Event<Error>),
    /// If no later look was asked for.
    Look(u32, u32),
    Do(u32, Vec<Action<Error>>),
    Post(u32, Message<Error>),
    /// What was kept by an instance that stopped is begun anew.
    Reseed(u32),
    LookAtOwner(u32),
    Ask(u32, Call),
    CallEnds(u32, u32),
    Abort(u32),
    AskForLock(u32, u32, String, bool),
}

#[derive(Clone)]
pub struct Call {
    pub attempt: u32,
    pub is_upsert: bool,
    pub registration: Rc<Registration>,
    pub limits: Limits,
    pub is_abortable: bool,
    pub tries: u32,
    /// From here on it can't end in time.
    pub ends_at_ms: f64,
    pub sent: Moment,
    pub answer: Option<Answer>,
}

/// A page. An instance of the wasm in it goes by a number, which another one does not have.
pub struct Tab {
    pub instance: u32,
    pub keeper: Keeper<Error, List<Error>>,
    pub heard: Vec<(f64, String, Change, Snapshot<Error>)>,
    pub leads: bool,
    pub fleeting: Store,
    pub answers: Vec<(String, Snapshot<Error>)>,
    pub settled: Vec<(String, Option<Trouble<Error>>)>,
    /// What the application keeps, as the page knows it.
    pub known: BTreeMap<String, Snapshot<Error>>,
    pub waits: Option<String>,
    pub is_refused: bool,
    pub is_begun: bool,
    pub is_ready: bool,
    /// As the keeper has said.
    pub owner: Option<String>,
    pub look: u32,
    pub channel: Option<String>,
    pub calls: Vec<Call>,
    pub names: u32,
    pub page: u32,
    pub max_per_second: usize,
    pub is_closed: bool,
}

/// A page, by its number.
pub type Page = usize;

pub struct Bench {
    pub now_ms: f64,
    pub page_clock: f64,
    pub core: Core,
    pub lasting: Store,
    pub tabs: Vec<Tab>,
    pub owner: Owner,
    pub no_locks: bool,
    pub is_online: bool,
    pub stolen: usize,
    pub stolen_at_ms: f64,
    /// How often all that is stored was to be read.
    pub loads: usize,
    /// How long the stores take.
    pub store_ms: f64,
    /// What the core grants.
    pub ttl_ms: f64,
    pub tasks: Vec<(f64, u64, Task)>,
    pub count: u64,
    pub instances: u32,
    /// The page of each.
    pub homes: Vec<(u32, Page)>,
    pub draws: u64,
    /// Who holds a lock, and who waits for it.
    pub locks: BTreeMap<String, (u32, u32)>,
    pub queue: Vec<(String, u32, u32)>,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            now_ms: 0.0,
            page_clock: START_WALL_MS,
            core: Core::default(),
            lasting: Store::default(),
            tabs: Vec::new(),
            owner: Owner::Named("ada"),
            no_locks: false,
            is_online: true,
            stolen: 0,
            stolen_at_ms: f64::NEG_INFINITY,
            loads: 0,
            store_ms: 0.0,
            ttl_ms: TTL_MS,
            tasks: Vec::new(),
            count: 0,
            instances: 0,
            homes: Vec::new(),
            draws: 0,
            locks: BTreeMap::new(),
            queue: Vec::new(),
        }
    }
}

/// The registration of what a form says.
pub fn registration(number: Option<&str>, sip_uri: &str) -> Registration {
    let input = RegistrationInput {
        sip_uri: Some(sip_uri.to_owned()),
        route_type: Some("LOOP".to_owned()),
        phone_number: number.map(str::to_owned),
        ..RegistrationInput::default()
    };
    validate(&input, ApiVersion::V1).expect("valid")
}

/// What a tab hears that another one posts.
pub(super) fn heard(message: &Message<Error>) -> Event<Error> {
    match message.clone() {
        Message::Told(message) => Event::Heard(message),
        Message::Desired { key, desired, is_stored, is_again } => {
            Event::HeardDesired { key, desired, is_stored, is_again }
        }
    }
}

impl Bench {
    /// The next answers of the core; then it takes everything again.
    pub fn answer(&mut self, answers: impl IntoIterator<Item = Answer>) {
        self.core.answers.extend(answers);
    }

    /// Forgets what was asked so far, and returns it.
    pub fn asked(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.core.asked)
    }

    /// One more page of this browser.
    pub fn page(&mut self) -> Page {
        self.page_with(Store::default(), 50)
    }

    pub fn page_with(&mut self, fleeting: Store, max_per_second: usize) -> Page {
        self.instances += 1;
        let instance = self.instances;
        self.homes.push((instance, self.tabs.len()));
        self.tabs.push(Tab {
            instance,
            keeper: Keeper::new(max_per_second, format!("tab {instance}")),
            heard: Vec::new(),
            leads: false,
            fleeting,
            answers: Vec::new(),
            settled: Vec::new(),
            known: BTreeMap::new(),
            waits: None,
            is_refused: false,
            is_begun: false,
            is_ready: false,
            owner: None,
            look: 0,
            channel: None,
            calls: Vec::new(),
            names: 0,
            page: instance,
            max_per_second,
            is_closed: false,
        });
        self.tabs.len() - 1
    }

    /// One page is frozen.
    pub fn handle_leaving(&mut self, page: Page) {
        self.handle(page, Event::Leaving { is_for_good: false });
    }

    /// It runs again.
    pub fn handle_back(&mut self, page: Page) {
        let is_online = self.is_online;
        self.handle(page, Event::Back);
        self.handle(page, Event::Look { is_online });
    }

    pub fn random(&mut self) -> f64 {
        self.draws += 1;
        f64::from((self.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as u16) / f64::from(u16::MAX)
    }

    pub(super) fn id(&mut self) -> String {
        self.count += 1;
        format!("id {}", self.count)
    }

    pub fn moment(&self) -> Moment {
        Moment { wall_ms: START_WALL_MS + self.now_ms, monotonic_ms: self.now_ms, page: self.page_clock }
    }

    pub(super) fn later(&mut self, ms: f64, task: Task) {
        self.count += 1;
        self.tasks.push((self.now_ms + ms, self.count, task));
    }

    pub(super) fn page_of(&self, instance: u32) -> Option<Page> {
        self.tabs.iter().position(|tab| tab.instance == instance)
    }

    /// Hands an event to a page's keeper, and carries out what that wants done.
    pub fn handle(&mut self, page: Page, event: Event<Error>) {
        let (moment, random) = (self.moment(), self.random());
        let instance = self.tabs[page].instance;
        let actions = self.tabs[page].keeper.handle(event, moment, random);
        self.carry_out(instance, actions.0);
    }

    /// The next thing that happens, if it does so by `until_ms`.
    pub(super) fn step(&mut self, until_ms: f64) -> bool {
        let next = self
            .tasks
            .iter()
            .enumerate()
            .min_by(|(_, (one, first, _)), (_, (other, second, _))| one.total_cmp(other).then(first.cmp(second)));
        let Some((at, (due_ms, ..))) = next else { return false };
        if *due_ms > until_ms {
            return false;
        }
        self.now_ms = self.now_ms.max(*due_ms);
        let (_, _, task) = self.tasks.remove(at);
        let of = match &task {
            Task::Event(of, _)
            | Task::Look(of, _)
            | Task::Do(of, _)
            | Task::Post(of, _)
            | Task::Reseed(of)
            | Task::LookAtOwner(of)
            | Task::Ask(of, _)
            | Task::CallEnds(of, _)
            | Task::Abort(of)
            | Task::AskForLock(of, ..) => *of,
        };
        let Some(page) = self.page_of(of) else {
            if let Task::Do(_, actions) = task {
                self.go_on_writing(of, actions);
            }
            return true;
        };
        match task {
            Task::Reseed(_) => self.reseed(page),
            Task::LookAtOwner(_) => {
                let event = self.owner_event(page);
                self.handle(page, event);
            }
            Task::Event(_, event) => self.handle(page, event),
            Task::Look(_, look) => {
                if self.tabs[page].look == look {
                    let is_online = self.is_online;
                    self.handle(page, Event::Look { is_online });
                }
            }
            Task::Do(_, actions) => {
                for action in actions {
                    self.act(of, action);
                }
            }
            Task::Post(_, message) => {
                let channel = self.tabs[page].channel.clone();
                for other in 0..self.tabs.len() {
                    if other != page && channel.is_some() && self.tabs[other].channel == channel {
                        self.handle(other, heard(&message));
                    }
                }
            }
            Task::Ask(_, call) => self.ask(of, call),
            Task::CallEnds(_, attempt) => self.call_ends(page, attempt),
            Task::Abort(_) => self.end_calls(page, &aborted(), true),
            Task::AskForLock(_, number, name, is_steal) => self.ask_for_lock(of, number, name, is_steal),
        }
        true
    }

    /// Lets time pass.
    pub fn pass(&mut self, ms: f64) {
        let until_ms = self.now_ms + ms;
        while self.step(until_ms) {}
        self.now_ms = until_ms;
    }

    /// Lets time pass without anybody running: the machine sleeps.
    pub fn advance(&mut self, ms: f64) {
        self.now_ms += ms;
    }

    pub(super) fn until(&mut self, is_done: impl Fn(&Self) -> bool) {
        let until_ms = self.now_ms + 200_000.0;
        while !is_done(self) {
            assert!(self.step(until_ms), "hangs");
        }
    }

    pub(super) fn called(&self, page: Page) -> (Option<String>, bool, Option<String>) {
        let tab = &self.tabs[page];
        match &self.owner {
            Owner::Nobody | Owner::Unknown => (None, false, None),
            Owner::Nameless => (Some(format!("?{}.{}", tab.page, tab.names)), false, None),
            Owner::Named(name) => (Some((*name).to_owned()), true, None),
            Owner::Session { session, person: Some(person) } => {
                (Some((*person).to_owned()), true, Some((*session).to_owned()))
            }
            Owner::Session { session, person: None } => (Some((*session).to_owned()), true, None),
        }
    }

    pub(super) fn owner_event(&self, page: Page) -> Event<Error> {
        let (name, is_shared, session) = self.called(page);
        Event::Owner { name, is_shared, session, is_unknown: self.owner == Owner::Unknown }
    }
}
