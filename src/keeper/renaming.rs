//! A session whose person becomes known: what was kept for the session is kept for the person from then on.

use super::keeping::Keeping;
use super::wish::{MOVED, Wish};
use crate::seams::{Platform, Store};

impl<P: Platform, S: Store> Keeping<P, S> {
    /// What was kept under the name `session` is `person`'s, here and in the store.
    pub(super) async fn rename(&self, session: &str, person: &str) {
        for entry in self.0.book.borrow_mut().iter_mut() {
            if entry.owner.as_deref() == Some(session) {
                entry.owner = Some(person.to_owned());
                // Where it is to be now.
                entry.is_stored = false;
            }
        }
        let (before, after) = (self.names_of(session), self.names_of(person));
        let (source, target) = (self.store_of(session), self.store_of(person));
        let Ok(wishes) = source.entries(&before.wishes).await else { return };
        let version = self.0.client.api_version();
        for (name, text) in wishes {
            let Some(key) = name.strip_prefix(&before.wishes).filter(|_| Wish::read(&text, version).is_some()) else {
                continue;
            };
            // A reload at any moment finds the one or the other.
            let grant = [&before.grants, key].concat();
            if let Ok(Some(granted)) = source.get(&grant).await {
                let _ = target.set(&[&after.grants, key].concat(), &granted).await;
            }
            if target.set(&[&after.wishes, key].concat(), &text).await.is_ok() {
                // Not removed: another tab, which does not know the person yet, would take it for stopped.
                let _ = source.set(&name, MOVED).await;
                let _ = source.remove(&grant).await;
            }
        }
    }
}
