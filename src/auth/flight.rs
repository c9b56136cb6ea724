//! One at a time: whoever comes while the work is under way gets the same result.

use crate::seams::Spawn;
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared};
use std::cell::RefCell;
use std::rc::Rc;

/// The work; each clone of it yields the same result.
pub(super) type Work<T> = Shared<LocalBoxFuture<'static, T>>;

/// The work under way, if any. Clones share it.
pub(super) struct Flight<T: Clone + 'static>(Rc<RefCell<Option<Work<T>>>>);

impl<T: Clone + 'static> Clone for Flight<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: Clone + 'static> Default for Flight<T> {
    fn default() -> Self {
        Self(Rc::default())
    }
}

impl<T: Clone + 'static> Flight<T> {
    /// The result of the work under way; without one, of `start`, which then runs to its end even if nobody waits.
    pub fn join<P: Spawn>(&self, platform: &P, start: impl FnOnce() -> LocalBoxFuture<'static, T>) -> Work<T> {
        self.under_way().unwrap_or_else(|| self.begin(platform, start()))
    }

    /// The work under way.
    pub fn under_way(&self) -> Option<Work<T>> {
        self.0.borrow().as_ref().filter(|work| work.peek().is_none()).cloned()
    }

    fn begin<P: Spawn>(&self, platform: &P, work: LocalBoxFuture<'static, T>) -> Work<T> {
        let work = work.shared();
        self.0.replace(Some(work.clone()));
        let (flight, own) = (self.clone(), work.clone());
        let to_the_end = async move {
            own.await;
            flight.forget();
        };
        platform.spawn(to_the_end.boxed_local());
        work
    }

    /// Drops the result of finished work: it may hold a token. Newer work is left alone.
    fn forget(&self) {
        if self.under_way().is_none() {
            self.0.replace(None);
        }
    }

    /// Whether finished work was not forgotten.
    #[cfg(test)]
    #[cfg(not(target_arch = "wasm32"))]
    pub fn keeps_a_result(&self) -> bool {
        self.0.borrow().is_some()
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::seams::Timer;
    use crate::seams::fake::Fake;
    use futures::future::join;
    use std::cell::Cell;

    /// Work of 10 ms that counts how often it was begun.
    fn work(fake: &Fake, begun: &Rc<Cell<u32>>) -> impl FnOnce() -> LocalBoxFuture<'static, u32> + use<> {
        let (fake, begun) = (fake.clone(), Rc::clone(begun));
        move || {
            begun.set(begun.get() + 1);
            async move {
                fake.sleep(10.0).await;
                begun.get()
            }
            .boxed_local()
        }
    }

    #[test]
    fn later_work_begins_anew_and_results_are_dropped() {
        let (fake, flight, begun) = (Fake::new(), Flight::default(), Rc::default());
        let both = join(flight.join(&fake, work(&fake, &begun)), flight.join(&fake, work(&fake, &begun)));
        assert_eq!(fake.run(both), (1, 1));
        // Finished but not yet forgotten: not joined.
        assert_eq!(fake.run(flight.join(&fake, work(&fake, &begun))), 2);
        fake.drain();
        assert!(!flight.keeps_a_result());
    }

    #[test]
    fn forgetting_old_work_leaves_new_work_alone() {
        let (fake, flight, begun) = (Fake::new(), Flight::default(), Rc::default());
        fake.run(flight.join(&fake, work(&fake, &begun)));
        let newer = flight.join(&fake, work(&fake, &begun));
        flight.forget();
        assert!(flight.under_way().is_some());
        assert_eq!(fake.run(newer), 2);
    }
}
