//! A read of the store that is in progress: its reason, and how far it is.

/// Why the store is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// There is another owner.
    Owner,
    /// This page is to lead.
    Lead,
    /// It could not be read before.
    Again,
    /// This page and another tab wanted something at once.
    Crossed,
}

/// The store is being read.
#[derive(Debug)]
pub struct Load {
    pub number: u32,
    pub purpose: Purpose,
    /// The keys of what was replaced or ended since it began to be read: what is found of them is older.
    pub said: Vec<String>,
}
