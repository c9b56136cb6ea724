//! Access tokens from the application's own back end.

use super::flight::{Flight, Work};
use super::life::Life;
use super::source::TokenSource;
use super::{AuthCode, AuthError, Secret};
use crate::seams::{Cause, Platform};
use futures_util::FutureExt;
use futures_util::future::{Either, LocalBoxFuture, select};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::pin;
use std::rc::Rc;

/// How long the application may take.
const TIMEOUT_MS: f64 = 10_000.0;

/// What the application returned.
#[derive(Clone)]
pub struct SuppliedToken {
    /// The token.
    pub token: String,
    /// When it ends. Without it the token is used for one call, and the application is asked again for the next.
    pub expires_at_wall_ms: Option<f64>,
}

impl fmt::Debug for SuppliedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SuppliedToken").field("expires_at_wall_ms", &self.expires_at_wall_ms).finish_non_exhaustive()
    }
}

/// The application's function threw, rejected, or returned something that is no token.
#[derive(Clone, Debug)]
pub struct SupplyFailure {
    /// What was wrong with the returned value. With a `cause` it is not shown: what is thrown may quote a token.
    pub message: String,
    /// What was thrown.
    pub cause: Option<Cause>,
}

/// The application's function.
pub trait TokenSupplier: 'static {
    /// Asks it. `force_refresh`: the last token was refused. Dropping the future means that nobody waits any more.
    async fn supply(&self, force_refresh: bool) -> Result<SuppliedToken, SupplyFailure>;
}

struct Inner<P, F> {
    platform: P,
    supplier: F,
    kept: RefCell<Option<(Secret, Life)>>,
    /// The newest token, kept or not: only it is worth a question when it was refused.
    last: RefCell<Option<Secret>>,
    asking: Flight<Result<Secret, AuthError>>,
    asking_forced: Cell<bool>,
}

/// Tokens from the application. A token with an expiry is kept until little of its life is left, one without is asked
/// for before each call; the application is asked one question at a time.
pub struct Supplied<P: Platform, F: TokenSupplier>(Rc<Inner<P, F>>);

impl<P: Platform, F: TokenSupplier> Clone for Supplied<P, F> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<P: Platform, F: TokenSupplier> Supplied<P, F> {
    /// Asks nobody yet.
    pub fn new(platform: P, supplier: F) -> Self {
        Self(Rc::new(Inner {
            platform,
            supplier,
            kept: RefCell::default(),
            last: RefCell::default(),
            asking: Flight::default(),
            asking_forced: Cell::new(false),
        }))
    }

    async fn get(&self, refused: Option<&Secret>) -> Result<Secret, AuthError> {
        let Inner { platform, kept, last, asking, asking_forced, .. } = &*self.0;
        loop {
            let force = refused.is_some_and(|refused| last.borrow().as_ref().is_none_or(|last| last.is(refused)));
            if force {
                kept.replace(None);
            }
            let fresh = kept.borrow().as_ref().filter(|(_, life)| life.is_fresh(platform.now())).cloned();
            if let Some((token, _)) = fresh {
                return Ok(token);
            }
            // The answer to a plain question may be the very token that was refused.
            match asking.under_way().filter(|_| force && !asking_forced.get()) {
                Some(plain) => _ = plain.await,
                None => return self.ask(force).await,
            }
        }
    }

    fn ask(&self, force_refresh: bool) -> Work<Result<Secret, AuthError>> {
        let supplied = self.clone();
        self.0.asking.join(&self.0.platform, move || {
            supplied.0.asking_forced.set(force_refresh);
            async move { supplied.fetch(force_refresh).await }.boxed_local()
        })
    }

    async fn fetch(&self, force_refresh: bool) -> Result<Secret, AuthError> {
        let Inner { platform, supplier, kept, .. } = &*self.0;
        let asked_at = platform.now();
        let answer = pin!(supplier.supply(force_refresh));
        let limit = pin!(platform.sleep(TIMEOUT_MS));
        let supplied = match select(answer, limit).await {
            Either::Left((Ok(supplied), _)) => supplied,
            Either::Left((Err(failure), _)) => {
                let message = match failure.cause {
                    Some(_) => "accessToken() threw or rejected; what it threw is the cause.".to_owned(),
                    None => failure.message,
                };
                let error = AuthError::new(AuthCode::TokenSupplierFailed, message);
                return Err(error.with_cause(failure.cause));
            }
            Either::Right(_) => {
                let message = "accessToken() did not settle within 10 seconds.";
                return Err(AuthError::new(AuthCode::Timeout, message));
            }
        };
        let token = Secret::new(supplied.token);
        if !token.fits_a_header() {
            return Err(AuthError::new(
                AuthCode::TokenSupplierFailed,
                "accessToken() returned no token: it is empty, or has blanks, control or non-ASCII characters.",
            ));
        }
        let end = supplied.expires_at_wall_ms.filter(|end| end.is_finite());
        let life = end.map(|end| Life { since: asked_at, ms: end - asked_at.wall_ms });
        self.0.last.replace(Some(token.clone()));
        kept.replace(life.map(|life| (token.clone(), life)));
        Ok(token)
    }
}

impl<P: Platform, F: TokenSupplier> TokenSource for Supplied<P, F> {
    fn token<'a>(&'a self, refused: Option<&'a Secret>) -> LocalBoxFuture<'a, Result<Secret, AuthError>> {
        self.get(refused).boxed_local()
    }
}
