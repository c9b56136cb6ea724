//! What the other tabs tell of a session.

use super::news::News;
use super::session::{Inner, Session, SessionEvent, session_expired, signed_out};
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use std::rc::Rc;

/// How long what was removed may still be seen.
const LEFT_MS: f64 = 500.0;

impl<P: Platform, S: Store> Session<P, S> {
    pub(super) fn join_realm(&self) {
        let Inner { platform, config, tokens, realm, .. } = &*self.inner;
        let weak = Rc::downgrade(&self.inner);
        let member = move |news: Option<&News>| {
            let Some(session) = weak.upgrade().map(|inner| Self { inner }) else { return false };
            match news {
                Some(news) => session.hear(news),
                None => session.keep_alive(),
            }
            true
        };
        // A server has the sessions of many people: who shares its store with nobody is told nothing.
        if !tokens.is_private() {
            realm.join(platform, &config.channel_name(), Rc::new(member));
        }
    }

    /// Another tab's session began, went on or ended. What it says is a hint to read one's own store again: another
    /// store of the same kind may have another person's session.
    fn hear(&self, news: &News) {
        let Inner { platform, tokens, realm, .. } = &*self.inner;
        let is_ours = tokens.is_shared() && news.place == tokens.place();
        let (session, news) = (self.clone(), news.clone());
        match news.event {
            SessionEvent::SessionUncertain(_) if is_ours => {
                let work = async move {
                    if let Ok(Some(stored)) = session.load().await {
                        session.share_doubt(&stored).await;
                    }
                };
                platform.spawn(work.boxed_local());
            }
            SessionEvent::SignedIn | SessionEvent::SessionExpired(_) | SessionEvent::SignedOut if is_ours => {
                if news.event == SessionEvent::SignedIn {
                    realm.announce(news.session.clone());
                }
                platform.spawn(async move { session.believe(news).await }.boxed_local());
            }
            // Too frequent to read the store each time.
            _ if is_ours && (!tokens.is_foreign() || realm.has_met(news.session.as_deref())) => realm.tell(&news.event),
            // A session of its own, but the same person, who has left.
            SessionEvent::SignedOut => {
                platform.spawn(async move { session.sign_out_with(&news).await }.boxed_local());
            }
            _ => {}
        }
    }

    /// A session that was signed out, and is in the store all the same: another tab's refresh, which the sign-out did not
    /// wait for, put it back. Unless it is only seen still.
    async fn forget_what_was_left(&self) {
        let before = self.load().await.ok().flatten();
        self.inner.platform.sleep(LEFT_MS).await;
        let _held = self.hold_briefly().await;
        let after = self.load().await.ok().flatten();
        if let (Some(before), Some(after)) = (before, after)
            && before.id == after.id
            && self.forget(Some(&after)).await.is_ok()
        {
            self.revoke(&after).await;
        }
    }

    /// The shared session began or ended: but a page that slept hears of an end when another session may have begun. The
    /// one that ended may still be seen for a moment, because storage and news go from tab to tab on different ways.
    async fn believe(&self, news: News) {
        let Inner { tokens, realm, .. } = &*self.inner;
        let had_met = realm.has_met(news.session.as_deref());
        // Looking also ends what is under way for another person.
        let stored = self.load().await.ok().flatten();
        let is_it = stored.as_ref().is_some_and(|stored| news.session.as_ref() == Some(&stored.id));
        let is_another = stored.is_some() && !is_it;
        if tokens.is_foreign() && !is_it && (is_another || !had_met) {
            return;
        }
        match &news.event {
            SessionEvent::SessionExpired(_) | SessionEvent::SignedOut if is_another => return,
            SessionEvent::SessionExpired(_) => realm.end(session_expired()),
            SessionEvent::SignedOut => realm.end(signed_out()),
            SessionEvent::SignedIn => self.keep_alive(),
            _ => {}
        }
        realm.tell(&news.event);
        if news.event == SessionEvent::SignedOut && stored.is_some() {
            self.forget_what_was_left().await;
        }
    }
}
