//! One call at a time for each registration. Two that overlap could reach the core in either order, and it would keep
//! what the earlier one wanted.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// A later call took the place of this one, which had not been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Superseded;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Running,
    Superseded,
}

/// One call's place.
struct Turn {
    state: Cell<State>,
    waker: RefCell<Option<Waker>>,
}

impl Turn {
    fn become_(&self, state: State) {
        self.state.set(state);
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// A registration with a call under way, and the one that is to follow.
struct Lane {
    key: String,
    next: Option<Rc<Turn>>,
}

/// The registrations with a call under way.
#[derive(Default)]
pub struct Lanes(RefCell<Vec<Lane>>);

impl Lanes {
    /// Waits until no call for `key` is under way. Who comes while another waits takes that one's place: the last wish
    /// is the one that counts. Dropping the ticket, or this future, lets the next one go.
    pub async fn enter(self: &Rc<Self>, key: String) -> Result<Ticket, Superseded> {
        let turn = Rc::new(Turn { state: Cell::new(State::Running), waker: RefCell::default() });
        let overtaken = self.queue(&key, &turn);
        if let Some(overtaken) = overtaken {
            overtaken.become_(State::Superseded);
        }
        let ticket = Ticket { lanes: Rc::clone(self), key, turn };
        poll_fn(|context| match ticket.turn.state.get() {
            State::Waiting => {
                ticket.turn.waker.replace(Some(context.waker().clone()));
                Poll::Pending
            }
            State::Running => Poll::Ready(Ok(())),
            State::Superseded => Poll::Ready(Err(Superseded)),
        })
        .await?;
        Ok(ticket)
    }

    /// Returns whose place it takes.
    fn queue(&self, key: &str, turn: &Rc<Turn>) -> Option<Rc<Turn>> {
        let mut lanes = self.0.borrow_mut();
        if let Some(lane) = lanes.iter_mut().find(|lane| lane.key == key) {
            turn.state.set(State::Waiting);
            return lane.next.replace(Rc::clone(turn));
        }
        lanes.push(Lane { key: key.to_owned(), next: None });
        None
    }

    /// The next one's turn; without one the lane is gone.
    fn leave(&self, key: &str) -> Option<Rc<Turn>> {
        let mut lanes = self.0.borrow_mut();
        let place = lanes.iter().position(|lane| lane.key == key)?;
        let next = lanes.get_mut(place).and_then(|lane| lane.next.take());
        if next.is_none() {
            lanes.swap_remove(place);
        }
        next
    }

    fn give_up(&self, key: &str, turn: &Rc<Turn>) {
        let mut lanes = self.0.borrow_mut();
        if let Some(lane) = lanes.iter_mut().find(|lane| lane.key == key) {
            lane.next.take_if(|next| Rc::ptr_eq(next, turn));
        }
    }
}

/// Leave to call, as long as it is kept.
pub struct Ticket {
    lanes: Rc<Lanes>,
    key: String,
    turn: Rc<Turn>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        match self.turn.state.get() {
            State::Waiting => self.lanes.give_up(&self.key, &self.turn),
            State::Running => {
                let next = self.lanes.leave(&self.key);
                if let Some(next) = next {
                    next.become_(State::Running);
                }
            }
            State::Superseded => {}
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use futures_util::future::LocalBoxFuture;
    use std::task::Context;

    type Entering = LocalBoxFuture<'static, Result<Ticket, Superseded>>;

    fn enter(lanes: &Rc<Lanes>, key: &str) -> Entering {
        let (lanes, key) = (Rc::clone(lanes), key.to_owned());
        async move { lanes.enter(key).await }.boxed_local()
    }

    fn poll(entering: &mut Entering) -> Option<Result<Ticket, Superseded>> {
        match entering.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    #[test]
    fn one_at_a_time_for_each_key() {
        let lanes = Rc::<Lanes>::default();
        let first = poll(&mut enter(&lanes, "a")).expect("at once").expect("its turn");
        let other = poll(&mut enter(&lanes, "b")).expect("at once");
        let mut second = enter(&lanes, "a");
        assert!(poll(&mut second).is_none());
        drop(other);
        assert!(poll(&mut second).is_none());
        drop(first);
        drop(poll(&mut second).expect("ready").expect("its turn"));
        assert!(lanes.0.borrow().is_empty());
    }

    #[test]
    fn the_last_wish_counts() {
        let lanes = Rc::<Lanes>::default();
        let first = poll(&mut enter(&lanes, "a"));
        let (mut second, mut third) = (enter(&lanes, "a"), enter(&lanes, "a"));
        assert!(poll(&mut second).is_none());
        assert!(poll(&mut third).is_none());
        assert!(matches!(poll(&mut second), Some(Err(Superseded))));
        assert!(poll(&mut third).is_none());
        drop(first);
        assert!(matches!(poll(&mut third), Some(Ok(_))));
        assert!(lanes.0.borrow().is_empty());
    }

    #[test]
    fn who_goes_away_blocks_nobody() {
        let lanes = Rc::<Lanes>::default();
        let first = poll(&mut enter(&lanes, "a"));
        let mut second = enter(&lanes, "a");
        assert!(poll(&mut second).is_none());
        drop(second);
        // One that had its turn and did not take it.
        let mut third = enter(&lanes, "a");
        assert!(poll(&mut third).is_none());
        drop(first);
        drop(third);
        assert!(matches!(poll(&mut enter(&lanes, "a")), Some(Ok(_))));
        assert!(lanes.0.borrow().is_empty());
    }
}
