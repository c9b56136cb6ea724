//! A store in memory.

use crate::seams::{Store, StoreFailure};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Old entries, and how many reads still see them.
type Behind = (BTreeMap<String, String>, u32);

/// A store in memory that can be told to refuse.
#[derive(Clone, Default)]
pub struct FakeStore {
    entries: Rc<RefCell<BTreeMap<String, String>>>,
    refuses: Rc<Cell<bool>>,
    refuses_writes: Rc<Cell<bool>>,
    is_shared: Rc<Cell<bool>>,
    is_copy: Rc<Cell<bool>>,
    stages: Rc<RefCell<BTreeMap<String, String>>>,
    /// What is read instead of what was written, and how many times still.
    behind: Rc<RefCell<Option<Behind>>>,
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

    /// From now on all tabs of the browser see it.
    pub fn share(&self) {
        self.is_shared.set(true);
    }

    /// Its content is another tab's, copied.
    pub fn mark_as_copy(&self) {
        self.is_copy.set(true);
    }

    /// The next `reads` do not see what is written from now on.
    pub fn fall_behind(&self, reads: u32) {
        self.behind.replace(Some((self.entries(), reads)));
    }

    /// All that is kept.
    pub fn entries(&self) -> BTreeMap<String, String> {
        self.entries.borrow().clone()
    }

    fn check(&self) -> Result<(), StoreFailure> {
        if self.refuses.get() {
            return Err(StoreFailure { message: "scripted refusal".to_owned(), cause: None });
        }
        Ok(())
    }
}

impl Store for FakeStore {
    fn place(&self) -> String {
        format!("{:p}", Rc::as_ptr(&self.entries))
    }

    fn is_shared(&self) -> bool {
        self.is_shared.get()
    }

    async fn is_copy(&self) -> bool {
        self.is_copy.get()
    }

    async fn set_stage(&self, key: &str, stage: &str) {
        self.stages.borrow_mut().insert(key.to_owned(), stage.to_owned());
    }

    async fn stage(&self, key: &str) -> Option<String> {
        self.stages.borrow().get(key).cloned()
    }

    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure> {
        self.check()?;
        if let Some((old, reads)) = self.behind.borrow_mut().as_mut().filter(|(_, reads)| *reads > 0) {
            *reads -= 1;
            return Ok(old.get(key).cloned());
        }
        Ok(self.entries.borrow().get(key).cloned())
    }

    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        self.check()?;
        if self.refuses_writes.get() {
            return Err(StoreFailure { message: "scripted refusal".to_owned(), cause: None });
        }
        self.entries.borrow_mut().insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreFailure> {
        self.check()?;
        self.entries.borrow_mut().remove(key);
        Ok(())
    }

    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure> {
        self.check()?;
        Ok(self.entries.borrow().keys().filter(|key| key.starts_with(prefix)).cloned().collect())
    }
}
