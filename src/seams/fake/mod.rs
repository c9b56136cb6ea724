//! Scripted surroundings for native tests, in virtual time.
//! `Fake::run` polls a future, lets virtual time jump to the next timer whenever nothing else moves, and panics when
//! nothing ever will: a promise that would hang fails its test at once.

mod store;
mod tabs;

pub use store::FakeStore;

use super::{Clock, Moment, NoRandom, Random, Spawn, Timer};
use futures_util::future::LocalBoxFuture;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

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
    draws: Cell<u64>,
    spawned: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
    woken: Arc<Woken>,
    tabs: tabs::Tabs,
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
    /// At 1 800 000 000 s after 1970.
    pub fn new() -> Self {
        Self(Rc::new(Inner {
            start_wall_ms: 1_800_000_000_000.0,
            page: Cell::new(1_800_000_000_000.0),
            elapsed_ms: Cell::new(0.0),
            timers: RefCell::default(),
            draws: Cell::new(0),
            spawned: RefCell::default(),
            woken: Arc::default(),
            tabs: tabs::Tabs::default(),
        }))
    }

    /// Virtual milliseconds since the beginning.
    pub fn elapsed_ms(&self) -> f64 {
        self.0.elapsed_ms.get()
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
        let draw = self.0.draws.get() + 1;
        self.0.draws.set(draw);
        // Another value each time, the same in each run.
        Ok(std::array::from_fn(|index| (draw * 31 + index as u64 * 7) as u8))
    }
}
