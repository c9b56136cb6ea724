//! The surroundings of a test: a core that remembers what it is told, a session that comes and goes, and pages that share
//! a browser.

use crate::auth::{AuthCode, AuthError, Owner, Secret, Signal, TokenSource};
use crate::breakout::{ApiVersion, Client, ClientOptions, Lanes, Registration};
use crate::grpc_web::{Metadata, RetryPolicy};
use crate::keeper::{Event, KeepOptions, Keeping, Listeners, Snapshot};
use crate::seams::fake::{Fake, FakeStore, Reply};
use crate::seams::{HttpRequest, Timer};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub const TTL_SECONDS: f64 = 3600.0;

/// A session as its tabs see it.
#[derive(Clone)]
pub struct FakeSession(Rc<State>);

struct State {
    owner: RefCell<Owner>,
    changed: Signal,
    ended: Signal,
    is_left: Cell<bool>,
}

impl Default for FakeSession {
    fn default() -> Self {
        let owner = RefCell::new(Owner::Named("ada".to_owned()));
        let (changed, ended) = (Signal::default(), Signal::default());
        Self(Rc::new(State { owner, changed, ended, is_left: Cell::new(false) }))
    }
}

impl FakeSession {
    /// Somebody signs in.
    pub fn sign_in(&self, owner: Owner) {
        self.0.owner.replace(owner);
        self.0.changed.fire();
    }

    /// The session ends by itself.
    pub fn expire(&self) {
        self.0.is_left.set(false);
        self.0.owner.replace(Owner::Nobody);
        self.0.ended.fire();
        self.0.changed.fire();
    }

    /// The person leaves.
    pub fn sign_out(&self) {
        self.0.is_left.set(true);
        self.0.owner.replace(Owner::Nobody);
        self.0.ended.fire();
        self.0.changed.fire();
    }
}

impl TokenSource for FakeSession {
    fn token<'a>(&'a self, _: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>> {
        let token = match &*self.0.owner.borrow() {
            Owner::Nobody | Owner::Unknown => Err(AuthError::new(AuthCode::SignInRequired, "Sign in first.")),
            Owner::Nameless => Ok(Secret::new("somebody")),
            Owner::Named(name) | Owner::Session { session: name, .. } => Ok(Secret::new(name.clone())),
        };
        std::future::ready(token).boxed_local()
    }

    fn owner(&self) -> LocalBoxFuture<'_, Owner> {
        std::future::ready(self.0.owner.borrow().clone()).boxed_local()
    }

    fn changed(&self) -> LocalBoxFuture<'_, ()> {
        self.0.changed.next().boxed_local()
    }

    fn ended(&self) -> LocalBoxFuture<'_, AuthError> {
        let ended = self.0.ended.next();
        async move {
            ended.await;
            let code = if self.0.is_left.get() { AuthCode::SignInRequired } else { AuthCode::SessionExpired };
            AuthError::new(code, "It has ended.")
        }
        .boxed_local()
    }
}

/// One request to the core.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at_ms: f64,
    pub is_upsert: bool,
    pub token: String,
    pub body: Vec<u8>,
}

impl Asked {
    /// Whether the message has `text` in it.
    pub fn has(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|part| part == text.as_bytes())
    }
}

/// What a page heard.
pub type Heard = Rc<RefCell<Vec<(f64, String, Event, Snapshot)>>>;

/// A page that keeps registrations.
pub struct Page {
    pub keeping: Keeping<Fake, FakeStore>,
    pub heard: Heard,
    pub leads: Rc<Cell<bool>>,
}

impl Page {
    /// The events so far, those of views left out.
    pub fn events(&self) -> Vec<Event> {
        self.heard.borrow().iter().map(|(_, _, event, _)| *event).filter(|event| *event != Event::Changed).collect()
    }
}

/// The browser and the core.
#[derive(Clone)]
pub struct Bench {
    pub fake: Fake,
    pub lasting: FakeStore,
    pub session: FakeSession,
    pub asked: Rc<RefCell<Vec<Asked>>>,
    /// What the core answers: `None` that it took it.
    pub answers: Rc<RefCell<Vec<Option<Reply>>>>,
    pages: Rc<Cell<u32>>,
}

impl Default for Bench {
    fn default() -> Self {
        let bench = Self {
            fake: Fake::new(),
            lasting: FakeStore::default(),
            session: FakeSession::default(),
            asked: Rc::default(),
            answers: Rc::default(),
            pages: Rc::default(),
        };
        let (fake, asked, answers) = (bench.fake.clone(), Rc::clone(&bench.asked), Rc::clone(&bench.answers));
        bench.fake.answer(move |request: &HttpRequest| {
            let header = |name: &str| request.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            let is_upsert = request.url.ends_with("UpsertRegistration");
            asked.borrow_mut().push(Asked {
                at_ms: fake.elapsed_ms(),
                is_upsert,
                token: header("authorization").cloned().unwrap_or_default().replace("Bearer ", ""),
                body: request.body.clone().unwrap_or_default(),
            });
            let mut answers = answers.borrow_mut();
            let answer = if answers.is_empty() { None } else { answers.remove(0) };
            answer.unwrap_or_else(|| taken(is_upsert)).after(50.0)
        });
        bench
    }
}

/// One message frame and OK trailers.
fn framed(message: &[u8]) -> Reply {
    let trailers = b"grpc-status: 0\r\n";
    let mut body = vec![0, 0, 0, 0, message.len() as u8];
    body.extend(message);
    body.extend([0x80, 0, 0, 0, trailers.len() as u8]);
    body.extend(trailers);
    Reply::new(200, &[("content-type", "application/grpc-web+proto")], body)
}

/// The core takes it: an hour.
fn taken(is_upsert: bool) -> Reply {
    framed(if is_upsert { &[8, 1, 26, 3, 8, 0x90, 0x1c] } else { &[8, 1] })
}

/// NOT_ACCEPTABLE.
pub fn refused() -> Reply {
    framed(&[8, 2, 18, 3, b'n', b'o', b'!'])
}

/// A gRPC status.
pub fn status(code: &str) -> Reply {
    Reply::new(200, &[("content-type", "application/grpc-web+proto"), ("grpc-status", code)], "")
}

impl Bench {
    /// The next answers of the core.
    pub fn answer(&self, answers: impl IntoIterator<Item = Reply>) {
        self.answers.borrow_mut().extend(answers.into_iter().map(Some));
    }

    /// One more page of this browser.
    pub fn page(&self) -> Page {
        self.page_with(FakeStore::default(), 50)
    }

    pub fn page_with(&self, fleeting: FakeStore, max_per_second: usize) -> Page {
        let options = ClientOptions {
            base_url: "https://api.example.com".to_owned(),
            api_version: ApiVersion::V1,
            timeout_ms: 30_000.0,
            metadata: Metadata::new(),
            tokens: Rc::new(self.session.clone()),
            retry: RetryPolicy::default(),
            max_message_bytes: 1_000,
            lanes: Rc::<Lanes>::default(),
        };
        let client = Rc::new(Client::new(self.fake.clone(), options));
        let (heard, leads) = (Heard::default(), Rc::new(Cell::new(false)));
        self.pages.set(self.pages.get() + 1);
        let page = self.pages.get();
        let (fake, log, lead) = (self.fake.clone(), Rc::clone(&heard), Rc::clone(&leads));
        let listeners = Listeners {
            on_event: Box::new(move |key, event, snapshot| {
                log.borrow_mut().push((fake.elapsed_ms(), key.to_owned(), event, snapshot.clone()));
            }),
            on_lead: Box::new(move |is_leading| lead.set(is_leading)),
            nameless: {
                let names = Cell::new(0);
                Box::new(move |is_another| {
                    names.set(names.get() + u32::from(is_another));
                    format!("{page}.{}", names.get())
                })
            },
        };
        let keeping = Keeping::new(client, self.lasting.clone(), fleeting, KeepOptions { max_per_second }, listeners);
        Page { keeping, heard, leads }
    }

    /// Lets time pass.
    pub fn pass(&self, ms: f64) {
        self.fake.run(self.fake.sleep(ms));
    }

    /// Forgets what was asked so far, and returns it.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.take()
    }

    /// Keeps a registration.
    pub fn keep(&self, page: &Page, registration: Registration) -> String {
        self.fake.run(page.keeping.keep(registration, false, None)).expect("kept")
    }
}
