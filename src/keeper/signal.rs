//! News that any number of futures wait for.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
struct Inner {
    count: Cell<u64>,
    next_id: Cell<u64>,
    waiting: RefCell<Vec<(u64, Waker)>>,
}

/// Fired any number of times; each future of it ends at the first time after it was made.
#[derive(Clone, Default)]
pub(crate) struct Signal(Rc<Inner>);

impl Signal {
    pub fn fire(&self) {
        self.0.count.set(self.0.count.get() + 1);
        // Not under the borrow: who wakes may wait again at once.
        let waiting = self.0.waiting.take();
        for (_, waker) in waiting {
            waker.wake();
        }
    }

    pub fn next(&self) -> Next {
        let id = self.0.next_id.get() + 1;
        self.0.next_id.set(id);
        Next { signal: self.clone(), seen: self.0.count.get(), id }
    }
}

/// Ends when the signal fires.
pub(crate) struct Next {
    signal: Signal,
    seen: u64,
    id: u64,
}

impl Future for Next {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let inner = &self.signal.0;
        if inner.count.get() != self.seen {
            return Poll::Ready(());
        }
        let mut waiting = inner.waiting.borrow_mut();
        match waiting.iter_mut().find(|(id, _)| *id == self.id) {
            Some((_, waker)) => waker.clone_from(context.waker()),
            None => waiting.push((self.id, context.waker().clone())),
        }
        Poll::Pending
    }
}

/// A page makes many calls, each of which waits for a news that hardly ever comes.
impl Drop for Next {
    fn drop(&mut self) {
        self.signal.0.waiting.borrow_mut().retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn it_ends_at_the_first_time_after_it_was_made_and_nobody_is_left_waiting() {
        let signal = Signal::default();
        signal.fire();
        let mut early = signal.next();
        assert!((&mut early).now_or_never().is_none());
        let given_up = signal.next();
        signal.fire();
        assert!(early.now_or_never().is_some());
        drop(given_up);
        let mut late = signal.next();
        assert!((&mut late).now_or_never().is_none());
        drop(late);
        assert!(signal.0.waiting.borrow().is_empty());
    }
}
