//! What a call sees of all this.

use super::{AuthError, Secret, Session};
use crate::seams::{Platform, Store};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Gives access tokens.
pub trait TokenSource {
    /// A token that is good for a call. `force_refresh`: the last one was refused.
    fn token(&self, force_refresh: bool) -> LocalBoxFuture<'_, Result<Secret, AuthError>>;
}

impl<P: Platform, S: Store> TokenSource for Session<P, S> {
    fn token(&self, force_refresh: bool) -> LocalBoxFuture<'_, Result<Secret, AuthError>> {
        self.access_token(force_refresh).boxed_local()
    }
}
