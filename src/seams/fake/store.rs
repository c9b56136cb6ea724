//! A store in memory.

use crate::seams::{Store, StoreFailure};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A store in memory that can be told to refuse.
#[derive(Clone, Default)]
pub struct FakeStore {
    entries: Rc<RefCell<BTreeMap<String, String>>>,
    refuses: Rc<Cell<bool>>,
    refuses_writes: Rc<Cell<bool>>,
}

impl FakeStore {
    /// From now on every access fails (or no longer).
    pub fn refuse(&self, refuses: bool) {
        self.refuses.set(refuses);
    }

    /// From now on nothing can be written (no room), but read.
    pub fn refuse_writes(&self, refuses: bool) {
        self.refuses_writes.set(refuses);
    }

    /// All that is kept.
    pub fn entries(&self) -> BTreeMap<String, String> {
        self.entries.borrow().clone()
    }

    fn check(&self) -> Result<(), StoreFailure> {
        if self.refuses.get() {
            return Err(StoreFailure);
        }
        Ok(())
    }
}

impl Store for FakeStore {
    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.check()?;
        Ok(self.entries.borrow().get(key).cloned())
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.check()?;
        if self.refuses_writes.get() {
            return Err(StoreFailure);
        }
        self.entries.borrow_mut().insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.check()?;
        self.entries.borrow_mut().remove(key);
        Ok(())
    }

    async fn remove_same(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        if self.get(key).await?.as_deref() == Some(value) { self.remove(key).await } else { Ok(()) }
    }

    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreFailure> {
        self.check()?;
        let entries = self.entries.borrow();
        let owned = entries.iter().filter(|(key, _)| key.starts_with(prefix));
        Ok(owned.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}
