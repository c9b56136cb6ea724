//! A session whose person becomes known: what was kept for the session is kept for the person from then on.

use super::keeping::Keeping;
use super::snapshot::Event;
use super::wish::{MOVED, Wish};
use crate::seams::{Platform, Store};

impl<P: Platform, S: Store> Keeping<P, S> {
    /// What was kept under the name `session` is `person`'s, here and in the store.
    pub(super) async fn rename(&self, session: &str, person: &str) {
        let mut stored = Vec::new();
        for key in self.keys_of(session) {
            if let Some(entry) = self.0.book.borrow_mut().get_mut(&key) {
                entry.owner = Some(person.to_owned());
                // Where it is to be now.
                if std::mem::take(&mut entry.is_stored) {
                    stored.push(key.clone());
                }
            }
            // The face says whose it is when another instance goes on with it.
            self.tell(&key, Event::Changed);
        }
        let (before, after) = (self.names_of(session), self.names_of(person));
        let (source, target) = (self.store_of(session), self.store_of(person));
        let Ok(wishes) = source.entries(&before.wishes).await else { return };
        let version = self.0.core.api_version;
        for (name, text) in wishes {
            let Some(key) = name.strip_prefix(&before.wishes) else { continue };
            if text == MOVED && stored.iter().any(|stored| stored == key) {
                // Another tab was first. What is there now, or is not there any more, is what it wants since.
                if let Some(entry) = self.0.book.borrow_mut().get_mut(key) {
                    entry.is_stored = true;
                }
            }
            if Wish::read(&text, version).is_none() {
                continue;
            }
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
