//! What outlives the page: wishes and grants in a store that all tabs share, or for owners without a name in this page's.

use super::book::Entry;
use super::calls::Core;
use super::ending::nobody;
use super::keeping::Keeping;
use super::news::News;
use super::owner::NAMELESS;
use super::owners::{Owner, Owners};
use super::wish::{Names, Wish, key_of, read_granted};
use crate::breakout::Target;
use crate::seams::{Platform, Store};

/// The name of the wish to delete the number of `target` that another page has left in the store, if there is one. It is
/// of who is signed in. Nothing begins by asking.
pub async fn stored_deletion<S: Store>(
    owners: &dyn Owners,
    core: &Core,
    lasting: &S,
    target: &Target,
) -> Option<String> {
    let owner = match owners.owner().await {
        Owner::Named(name) | Owner::Session { person: Some(name), .. } => name,
        Owner::Session { session, is_lasting: true, .. } => session,
        _ => return None,
    };
    let names = Names::of(&owner, &core.base_url, core.api_version);
    let text = lasting.get(&[&names.wishes, key_of(target).as_str()].concat()).await.ok().flatten()?;
    let wish = Wish::read(&text, core.api_version)?;
    wish.is_end().then_some(wish.id)
}

impl<P: Platform, S: Store> Keeping<P, S> {
    pub(super) fn store_of(&self, owner: &str) -> &S {
        if owner.starts_with(NAMELESS) { &self.0.fleeting } else { &self.0.lasting }
    }

    /// Of the registrations that are kept for `owner`.
    pub(super) fn keys_of(&self, owner: &str) -> Vec<String> {
        let book = self.0.book.borrow();
        book.iter().filter(|entry| entry.owner.as_deref() == Some(owner)).map(|entry| entry.key.clone()).collect()
    }

    pub(super) fn names_of(&self, owner: &str) -> Names {
        Names::of(owner, &self.0.core.base_url, self.0.core.api_version)
    }

    /// What is stored joins what is known. A wish of this page that is not stored yet came later.
    pub(super) async fn load(&self) {
        let Some(owner) = self.0.owner.borrow().clone() else { return };
        let (names, store, era) = (self.names_of(&owner), self.store_of(&owner), self.0.era.get());
        // A store that refuses has nothing to say.
        let known = self.stored_of(&owner);
        let Ok(wishes) = store.entries(&names.wishes).await else { return };
        let grants = store.entries(&names.grants).await.unwrap_or_default();
        if self.0.era.get() != era {
            return;
        }
        let (now, version) = (self.now(), self.0.core.api_version);
        self.end_missing(known, &names.wishes, &wishes);
        for (name, text) in wishes {
            let (Some(key), Some(wish)) = (name.strip_prefix(&names.wishes), Wish::read(&text, version)) else {
                continue;
            };
            self.make_room(key, Some(&owner));
            let mut book = self.0.book.borrow_mut();
            match book.get_mut(key) {
                // Before anybody was signed in somebody wanted something: the same, or something later.
                Some(entry) if entry.owner.is_none() => {
                    // What was to be deleted may be under way still.
                    entry.is_unsure |= wish.is_end();
                    if entry.wish.what == wish.what {
                        entry.wish = wish;
                    }
                }
                Some(entry) if entry.wish.id == wish.id => {}
                // What is wanted here came later, and could not be stored.
                Some(entry) if !entry.is_stored => continue,
                Some(entry) => {
                    entry.replace(wish, now);
                    entry.is_tried = true;
                }
                None => {
                    book.insert(Entry { is_tried: true, ..Entry::new(key, Some(owner.clone()), wish, now) });
                }
            }
            if let Some(entry) = book.get_mut(key).filter(|entry| entry.owner.as_ref() == Some(&owner)) {
                entry.is_stored = true;
            }
        }
        for (name, text) in grants {
            let (Some(key), Some(stored)) = (name.strip_prefix(&names.grants), read_granted(&text, now, version))
            else {
                continue;
            };
            let mut book = self.0.book.borrow_mut();
            let is_own = |entry: &&mut Entry| entry.owner.as_ref().is_none_or(|known| *known == owner);
            if let Some(entry) = book.get_mut(key).filter(is_own) {
                let mut granted = stored.granted;
                if entry.wish.delete_on_leave && granted.sent.page != now.moment.page {
                    // The page that was granted it may have deleted it when it went, and the deletion be under way still:
                    // who leads tells the core again, at once and once more.
                    entry.is_unsure = true;
                    granted.refresh_after_ms = 0.0;
                }
                entry.adopt(granted, &stored.wish, stored.registration, now);
            }
        }
    }

    /// Wishes to delete what has ended by itself since, while no page was there.
    pub(super) async fn drop_over(&self) {
        let now = self.now();
        let over: Vec<(String, String)> = {
            let book = self.0.book.borrow();
            book.iter()
                .filter(|entry| entry.is_over(now))
                .map(|entry| (entry.key.clone(), entry.wish.id.clone()))
                .collect()
        };
        for (key, id) in over {
            self.forget(&key, &id).await;
            if self.is_current(&key, &id) {
                self.end(&key, None);
            }
        }
    }

    /// Whether the wish that is called `id` is what is wanted.
    pub(super) fn is_current(&self, key: &str, id: &str) -> bool {
        self.0.book.borrow().get(key).is_some_and(|entry| entry.wish.id == id)
    }

    /// The keys and wishes that are known to be stored.
    fn stored_of(&self, owner: &str) -> Vec<(String, String)> {
        let book = self.0.book.borrow();
        let stored = book.iter().filter(|entry| entry.is_stored && entry.owner.as_deref() == Some(owner));
        stored.map(|entry| (entry.key.clone(), entry.wish.id.clone())).collect()
    }

    /// What was stored, and is no more, was stopped while this page was away or its owner was. `known` from before the store
    /// was read: what was stored since is not missing.
    fn end_missing(&self, known: Vec<(String, String)>, prefix: &str, wishes: &[(String, String)]) {
        // In the book's order; there may be thousands.
        let mut is_there = vec![false; known.len()];
        for key in wishes.iter().filter_map(|(name, _)| name.strip_prefix(prefix)) {
            let place = known.binary_search_by(|(known, _)| known.as_str().cmp(key));
            if let Some(there) = place.ok().and_then(|place| is_there.get_mut(place)) {
                *there = true;
            }
        }
        for ((key, wish), _) in known.into_iter().zip(is_there).filter(|(_, is_there)| !is_there) {
            let is_same = self.0.book.borrow().get(&key).is_some_and(|entry| entry.wish.id == wish);
            if is_same {
                self.end(&key, None);
            }
        }
    }

    /// Those that were wanted before it was known for whom.
    pub(super) async fn store_wishes(&self) {
        let owner = self.0.owner.borrow().clone();
        let wishes: Vec<(String, Wish)> = {
            let book = self.0.book.borrow();
            let own = book.iter().filter(|entry| entry.owner == owner && !entry.kept.is_settled() && !entry.is_stored);
            own.map(|entry| (entry.key.clone(), entry.wish.clone())).collect()
        };
        for (key, wish) in wishes {
            self.store_wish(&key, &wish).await;
            self.post(&News::Wished { key, wish: wish.write() });
        }
    }

    /// Somebody else's registration that waits for its owner makes room: of one name there is one in a page. It is
    /// stored, and comes back with its owner.
    pub(super) fn make_room(&self, key: &str, owner: Option<&String>) {
        let is_others = {
            let book = self.0.book.borrow();
            book.get(key).is_some_and(|entry| entry.owner.is_some() && entry.owner.as_ref() != owner)
        };
        if is_others {
            self.settle_ending(key, nobody());
            self.end(key, None);
        }
    }

    /// Stores the wish for its owner, if that is known.
    pub(super) async fn store_wish(&self, key: &str, wish: &Wish) {
        let owner = self.0.book.borrow().get(key).and_then(|entry| entry.owner.clone());
        let Some(owner) = owner else { return };
        let name = [&self.names_of(&owner).wishes, key].concat();
        // A store that refuses: it is kept all the same, until the page goes.
        let stored = self.store_of(&owner).set(&name, &wish.write()).await;
        if let Some(entry) = self.0.book.borrow_mut().get_mut(key).filter(|entry| entry.wish.id == wish.id) {
            entry.is_stored = stored.is_ok();
        }
    }

    /// Removes it from its owner's store, also while that one is not there, whatever is wanted there.
    pub(super) async fn erase(&self, key: &str) {
        let Some((names, store)) = self.place_of(key) else { return };
        let _ = store.remove(&[&names.wishes, key].concat()).await;
        let _ = store.remove(&[&names.grants, key].concat()).await;
    }

    /// As `erase`, if the wish that is called `id` is what is stored. Returns the newer one that is stored instead.
    pub(super) async fn forget(&self, key: &str, id: &str) -> Option<Wish> {
        let (names, store) = self.place_of(key)?;
        let name = [&names.wishes, key].concat();
        if let Some(text) = store.get(&name).await.ok().flatten() {
            match Wish::read(&text, self.0.core.api_version) {
                Some(stored) if stored.id == id => {
                    let _ = store.remove_same(&name, &text).await;
                }
                // What a later version wrote is left alone.
                newer => return newer,
            }
        }
        let _ = store.remove(&[&names.grants, key].concat()).await;
        None
    }

    /// Where it is remembered.
    fn place_of(&self, key: &str) -> Option<(Names, &S)> {
        let owner = self.0.book.borrow().get(key).and_then(|entry| entry.owner.clone());
        let owner = owner.or_else(|| self.0.owner.borrow().clone())?;
        Some((self.names_of(&owner), self.store_of(&owner)))
    }
}
