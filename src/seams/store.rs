//! A place for strings by name: the face's database, or its memory.

/// The store refused (private mode, quota).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreFailure;

/// Keeps strings by name.
pub trait Store: 'static {
    /// What is kept under `key`.
    async fn get(&self, key: &str) -> Result<Option<String>, StoreFailure>;
    /// Keeps `value` under `key`.
    async fn set(&self, key: &str, value: &str) -> Result<(), StoreFailure>;
    /// Forgets `key`; also when there is none.
    async fn remove(&self, key: &str) -> Result<(), StoreFailure>;
    /// Forgets `key` if `value` is what is kept there.
    async fn remove_same(&self, key: &str, value: &str) -> Result<(), StoreFailure>;
    /// All that is kept under names that begin with `prefix`.
    async fn entries(&self, prefix: &str) -> Result<Vec<(String, String)>, StoreFailure>;
}
