//! A removal that is owed: the store has not done it yet.

/// Something that the store is to remove.
#[derive(Debug)]
pub struct Removal {
    pub owner: String,
    pub key: String,
    /// Only what goes by this id. Without one whatever is there: it is older than the end of what was kept.
    pub id: Option<String>,
    /// Of the request that is under way, if one is.
    pub ticket: Option<u32>,
}
