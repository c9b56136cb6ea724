//! Scripted surroundings for native tests: virtual time, replies from a script, requests kept for inspection.
//! `Fake::run` polls a future, lets virtual time jump to the next timer whenever nothing else moves, and panics when
//! nothing ever will: a promise that would hang fails its test at once.

mod crypto;
mod reply;
mod store;
mod tabs;

pub use reply::{Reply, Step};
pub use store::FakeStore;

use super::{
    Clock, Http, HttpBody, HttpFailure, HttpFailureKind, HttpRequest, HttpResponse, Moment, NoRandom, Random, Spawn,
    Timer, UrlParts, Urls,
};
use futures_util::future::LocalBoxFuture;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// What answers a request that the script has no reply for.
type Answer = Rc<dyn Fn(&HttpRequest) -> Reply>;

/// Whether somebody was woken since the last look: then there is something to do before time goes on.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Inner {
    start_wall_ms: f64,
    page: Cell<f64>,
    elapsed_ms: Cell<f64>,
    timers: RefCell<Vec<f64>>,
    replies: RefCell<VecDeque<Reply>>,
    requests: RefCell<Vec<HttpRequest>>,
    aborted: Cell<usize>,
    draws: Cell<u64>,
    no_random: Cell<bool>,
    spawned: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
    answer: RefCell<Option<Answer>>,
    woken: Arc<Woken>,
    tabs: tabs::Tabs,
    crypto: crypto::State,
}

/// The surroundings. Clones share everything.
#[derive(Clone)]
pub struct Fake(Rc<Inner>);

impl Default for Fake {
    fn default() -> Self {
        Self::new()
    }
}

impl Fake {
    /// With no replies, at 1 800 000 000 s after 1970.
    pub fn new() -> Self {
        Self(Rc::new(Inner {
            start_wall_ms: 1_800_000_000_000.0,
            page: Cell::new(1_800_000_000_000.0),
            elapsed_ms: Cell::new(0.0),
            timers: RefCell::default(),
            replies: RefCell::default(),
            requests: RefCell::default(),
            aborted: Cell::new(0),
            draws: Cell::new(0),
            no_random: Cell::new(false),
            spawned: RefCell::default(),
            answer: RefCell::default(),
            woken: Arc::default(),
            tabs: tabs::Tabs::default(),
            crypto: crypto::State::default(),
        }))
    }

    /// Adds a reply to the end of the script.
    pub fn reply(&self, reply: Reply) -> &Self {
        self.0.replies.borrow_mut().push_back(reply);
        self
    }

    /// Answers what comes when the script is at its end.
    pub fn answer(&self, answer: impl Fn(&HttpRequest) -> Reply + 'static) {
        self.0.answer.replace(Some(Rc::new(answer)));
    }

    /// The requests sent so far.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.0.requests.borrow().clone()
    }

    /// How many requests were dropped before their end.
    pub fn aborted(&self) -> usize {
        self.0.aborted.get()
    }

    /// Virtual milliseconds since the beginning.
    pub fn elapsed_ms(&self) -> f64 {
        self.0.elapsed_ms.get()
    }

    /// From now on there is no randomness.
    pub fn refuse_random(&self) {
        self.0.no_random.set(true);
    }

    /// From now on the clocks are those of another page.
    pub fn begin_page(&self) {
        self.0.page.set(self.0.page.get() + 1.0);
    }

    /// Lets `ms` pass at once.
    pub fn advance(&self, ms: f64) {
        self.0.elapsed_ms.set(self.0.elapsed_ms.get() + ms);
    }

    /// Runs `future` to its end in virtual time, spawned work beside it.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let waker = Waker::from(Arc::clone(&self.0.woken));
        let mut context = Context::from_waker(&waker);
        for _ in 0..1_000_000 {
            self.0.woken.0.store(false, Ordering::Relaxed);
            self.0.timers.borrow_mut().clear();
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            if !self.poll_spawned(&mut context) && !self.is_moved() {
                self.jump();
            }
        }
        panic!("still not done after a million turns");
    }

    /// Runs spawned work until nothing of it is left.
    pub fn drain(&self) {
        let waker = Waker::from(Arc::clone(&self.0.woken));
        let mut context = Context::from_waker(&waker);
        loop {
            self.0.woken.0.store(false, Ordering::Relaxed);
            self.0.timers.borrow_mut().clear();
            let progress = self.poll_spawned(&mut context);
            if self.0.spawned.borrow().is_empty() {
                return;
            }
            if !progress && !self.is_moved() {
                self.jump();
            }
        }
    }

    /// Somebody was woken, or a lock or the page's state changed.
    fn is_moved(&self) -> bool {
        self.0.woken.0.load(Ordering::Relaxed) || self.0.tabs.has_moved()
    }

    /// True when a spawned future ended.
    fn poll_spawned(&self, context: &mut Context<'_>) -> bool {
        let mut spawned = std::mem::take(&mut *self.0.spawned.borrow_mut());
        let before = spawned.len();
        spawned.retain_mut(|future| future.as_mut().poll(context).is_pending());
        let ended = spawned.len() < before;
        self.0.spawned.borrow_mut().extend(spawned);
        ended
    }

    fn jump(&self) {
        let now = self.elapsed_ms();
        let next = self.0.timers.borrow().iter().copied().filter(|due| *due > now).fold(f64::INFINITY, f64::min);
        assert!(next.is_finite(), "hangs: nothing is ready and no timer is set");
        self.0.elapsed_ms.set(next);
    }

    async fn wait_until(&self, due: f64) {
        poll_fn(|_| {
            if self.elapsed_ms() >= due {
                return Poll::Ready(());
            }
            self.0.timers.borrow_mut().push(due);
            Poll::Pending
        })
        .await;
    }
}

impl Clock for Fake {
    fn now(&self) -> Moment {
        let elapsed = self.elapsed_ms();
        Moment { wall_ms: self.0.start_wall_ms + elapsed, monotonic_ms: elapsed, page: self.0.page.get() }
    }
}

impl Timer for Fake {
    async fn sleep(&self, ms: f64) {
        self.wait_until(self.elapsed_ms() + ms.max(0.0)).await;
    }
}

impl Spawn for Fake {
    fn spawn(&self, future: LocalBoxFuture<'static, ()>) {
        self.0.spawned.borrow_mut().push(future);
        self.0.woken.0.store(true, Ordering::Relaxed);
    }
}

impl Random for Fake {
    fn random(&self) -> Result<[u8; 32], NoRandom> {
        if self.0.no_random.get() {
            return Err(NoRandom);
        }
        let draw = self.0.draws.get() + 1;
        self.0.draws.set(draw);
        // Another value each time, the same in each run.
        Ok(std::array::from_fn(|index| (draw * 31 + index as u64 * 7) as u8))
    }
}

impl Urls for Fake {
    fn parse(&self, text: &str) -> Option<UrlParts> {
        let url = url::Url::parse(text).ok()?;
        Some(UrlParts {
            href: url.as_str().to_owned(),
            scheme: url.scheme().to_owned(),
            host: url.host_str().unwrap_or_default().to_owned(),
            origin: url.origin().ascii_serialization(),
            path: url.path().to_owned(),
            query: url.query().unwrap_or_default().to_owned(),
            fragment: url.fragment().unwrap_or_default().to_owned(),
            has_credentials: !url.username().is_empty() || url.password().is_some(),
        })
    }
}

fn failure(kind: HttpFailureKind) -> HttpFailure {
    HttpFailure { kind, cause: None }
}

impl Http for Fake {
    type Body = FakeBody;

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse<FakeBody>, HttpFailure> {
        self.0.requests.borrow_mut().push(request);
        let reply = self.0.replies.borrow_mut().pop_front();
        let answer = self.0.answer.borrow().clone();
        let answered = || answer.zip(self.0.requests.borrow().last()).map(|(answer, request)| answer(request));
        let Some(reply) = reply.or_else(answered) else { panic!("a request that the script does not expect") };
        let body = FakeBody { fake: self.clone(), steps: reply.body.into(), ended: false };
        self.sleep(reply.delay_ms).await;
        if let Some(kind) = reply.failure {
            let mut body = body;
            body.ended = true;
            return Err(failure(kind));
        }
        let (status, headers) = (reply.status, reply.headers);
        Ok(HttpResponse { status, opaque_redirect: reply.opaque_redirect, headers, body })
    }
}

/// A scripted body.
pub struct FakeBody {
    fake: Fake,
    steps: VecDeque<Step>,
    ended: bool,
}

impl HttpBody for FakeBody {
    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, HttpFailure> {
        loop {
            match self.steps.pop_front() {
                Some(Step::Chunk(bytes)) => return Ok(Some(bytes)),
                Some(Step::Wait(ms)) => self.fake.clone().sleep(ms).await,
                Some(Step::Fail(kind)) => {
                    self.ended = true;
                    return Err(failure(kind));
                }
                Some(Step::Hang) => {
                    // Also for who gives this read up and tries again.
                    self.steps.push_front(Step::Hang);
                    std::future::pending().await
                }
                None => {
                    self.ended = true;
                    return Ok(None);
                }
            }
        }
    }
}

impl Drop for FakeBody {
    fn drop(&mut self) {
        if !self.ended {
            self.fake.0.aborted.set(self.fake.0.aborted.get() + 1);
        }
    }
}
