//! A place for strings by name: sessionStorage, or the face's own memory.

use super::Cause;

/// The storage refused (private mode, quota, a caller's adapter that threw).
#[derive(Clone, Debug)]
pub struct StoreFailure {
    /// What it said.
    pub message: String,
    /// What it threw.
    pub cause: Option<Cause>,
}

/// Keeps strings by name.
pub trait Store: 'static {
    /// The kind of place it is, which tabs tell each other. Two stores of the application's own have the same, although
    /// they may hold the sessions of two people.
    fn place(&self) -> String;
    /// What tells two stores in a page apart: sessions in two stores share no token, whatever they are called.
    fn identity(&self) -> String {
        self.place()
    }
    /// Whether others than the sessions of this page see the same: other tabs, a frame, a second copy of the package.
    fn is_shared(&self) -> bool {
        false
    }
    /// Whether what is kept is there after a reload.
    fn outlives_page(&self) -> bool {
        self.place() != "memory"
    }
    /// The tab that alone sees it; empty if all tabs do.
    fn tab(&self) -> String {
        String::new()
    }
    /// Whether only one object in the whole process can see it: there is nobody to hear from.
    fn is_private(&self) -> bool {
        false
    }
    /// Whether its content was copied from another tab, which is still there (browsers copy sessionStorage into windows
    /// that a page opens).
    async fn is_copy(&self) -> bool {
        false
    }
    /// Whether it is the application's own: that may take its time, or never answer.
    fn is_foreign(&self) -> bool {
        false
    }
    /// Where tabs may read what others have overwritten already (browsers carry localStorage from process to process in
    /// their own time): tells them, on a way that is no slower than a lock, which stage of `key` they have to wait for.
    async fn set_stage(&self, _key: &str, _stage: &str) {}
    /// The stage that was told last; `None` where nobody need wait.
    async fn stage(&self, _key: &str) -> Option<String> {
        None
    }
    /// What is kept under `key`.
    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure>;
    /// Keeps `value` under `key`.
    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure>;
    /// Forgets `key`; also when there is none.
    async fn remove(&self, key: &str) -> Result<(), StoreFailure>;
    /// Forgets `key` if `value` is what is kept there.
    async fn remove_same(&self, key: &str, value: &str) -> Result<(), StoreFailure> {
        if self.get(key).await?.as_deref() == Some(value) { self.remove(key).await } else { Ok(()) }
    }
    /// All names that begin with `prefix`.
    async fn keys(&self, prefix: &str) -> Result<Vec<String>, StoreFailure>;
    /// All that is kept under names that begin with `prefix`.
    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreFailure> {
        let mut entries = Vec::new();
        for key in self.keys(prefix).await? {
            if let Some(value) = self.get(&key).await? {
                entries.push((key, value));
            }
        }
        Ok(entries)
    }
}
