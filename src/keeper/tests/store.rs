//! The stores of a browser: one that all its pages share, and one of each page.

use crate::keeper::desired::{DesiredRegistration, StoredGrant};
use std::collections::BTreeMap;

type Name = (String, String);

/// What is stored, by owner and key.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// `None` in the place of what was moved to another owner's name.
    pub desired: BTreeMap<Name, Option<DesiredRegistration>>,
    pub grants: BTreeMap<Name, StoredGrant>,
    pub refuses: bool,
    /// There is none, so it refuses.
    pub is_absent: bool,
    pub refuses_writes: bool,
}

impl Store {
    pub fn len(&self) -> usize {
        self.desired.len() + self.grants.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_writable(&self) -> bool {
        !self.refuses && !self.refuses_writes
    }

    /// What is there instead, if it is not `id`.
    pub fn forget(&mut self, name: &Name, id: Option<&str>) -> Option<DesiredRegistration> {
        if !self.is_writable() {
            return None;
        }
        if let Some(other) = self.desired.get(name)
            && let Some(id) = id
            && other.as_ref().is_none_or(|other| other.id != id)
        {
            return other.clone();
        }
        self.desired.remove(name);
        self.grants.remove(name);
        None
    }

    /// The session's records go by the person's name from now on. Returns the keys of those that did so already.
    pub fn rename(&mut self, session: &str, person: &str) -> Vec<String> {
        let names: Vec<Name> = self.desired.keys().filter(|(owner, _)| owner == session).cloned().collect();
        let mut moved = Vec::new();
        for name in names {
            let person = (person.to_owned(), name.1.clone());
            match self.desired.insert(name.clone(), None).flatten() {
                Some(desired) => {
                    self.desired.insert(person.clone(), Some(desired));
                    if let Some(grant) = self.grants.remove(&name) {
                        self.grants.insert(person, grant);
                    }
                }
                None => moved.push(name.1),
            }
        }
        moved
    }
}
