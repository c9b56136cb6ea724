//! A future that a JavaScript callback completes. (A `Promise` would keep its closures for as long as it is pending,
//! for ever where a timer is cleared.)

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct State {
    fired: bool,
    waker: Option<Waker>,
}

/// Completes when it is fired. Clones share it; one of them may be awaited.
#[derive(Clone, Default)]
pub struct Event(Rc<RefCell<State>>);

impl Event {
    /// Whether it was fired.
    pub fn has_fired(&self) -> bool {
        self.0.borrow().fired
    }

    /// Completes the future; again does nothing.
    pub fn fire(&self) {
        let waker = {
            let mut state = self.0.borrow_mut();
            state.fired = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for Event {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.borrow_mut();
        if state.fired {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
