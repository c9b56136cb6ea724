//! Who is signed in.

use super::json::{Scalar, object};
use super::request::{Reply, exchange, get, refusal};
use super::session::{Inner, Session};
use super::{AuthCode, AuthError, Secret};
use crate::error::Kind;
use crate::seams::{Platform, Store};
use serde::Deserialize;
use std::fmt;

const PLACE: &str = "user info endpoint";

#[derive(Deserialize)]
struct Wire {
    sub: String,
    phone_number: Option<Scalar>,
    phone_number_verified: Option<Scalar>,
}

/// Who is signed in, as the provider says.
#[derive(Clone)]
pub struct User {
    /// The user, in this client's own numbering.
    pub sub: String,
    /// With the scope `phone`.
    pub phone_number: Option<String>,
    /// Whether the provider checked the number.
    pub phone_number_verified: Option<bool>,
    /// All claims, the JSON as it came.
    pub claims_json: String,
}

/// Personal data is not shown.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("sub", &self.sub).finish_non_exhaustive()
    }
}

impl<P: Platform, S: Store> Session<P, S> {
    /// Asks the provider who is signed in, and makes sure that it speaks of this session's user.
    pub async fn user(&self) -> Result<User, AuthError> {
        let token = self.access_token(false).await?;
        let endpoint = self.endpoints().await?.user_info.clone();
        let endpoint = endpoint.ok_or_else(|| {
            AuthError::config("endpoints.userInfo", "is needed: the provider names no user info endpoint.")
        })?;
        let mut reply = self.ask_who(&endpoint, &token).await?;
        let mut used = token;
        if reply.status == 401 {
            used = self.access_token(true).await?;
            reply = self.ask_who(&endpoint, &used).await?;
        }
        if reply.status != 200 {
            let error = refusal(PLACE, &reply, &[&used]);
            let kind = if matches!(reply.status, 401 | 403) { Kind::Auth } else { error.kind };
            return Err(AuthError { kind, ..error });
        }
        let user = read(&reply.body)?;
        let expected = self.load().await?.and_then(|stored| stored.sub);
        if expected.is_some_and(|expected| expected != user.sub) {
            return Err(AuthError::new(
                AuthCode::SubjectMismatch,
                "The user info is about another user than the one who signed in; it is not used.",
            ));
        }
        Ok(user)
    }

    async fn ask_who(&self, endpoint: &str, token: &Secret) -> Result<Reply, AuthError> {
        let Inner { platform, config, .. } = &*self.inner;
        exchange(platform, PLACE, get(endpoint, Some(token)), config.timeout_ms).await.map_err(|error| {
            if error.code != AuthCode::Network {
                return error;
            }
            let hint = "An expired or revoked token may look like this too: some providers leave the CORS headers out \
                        of that reply. getAccessToken({ forceRefresh: true }) tells the two apart.";
            AuthError { message: format!("{} {hint}", error.message), ..error }
        })
    }
}

/// Reads the claims.
pub(super) fn read(body: &[u8]) -> Result<User, AuthError> {
    let claims_json = std::str::from_utf8(body).ok();
    let read = claims_json.and_then(|text| Some((text, object::<Wire>(text.as_bytes())?)));
    let (claims_json, wire) = read.filter(|(_, wire)| !wire.sub.is_empty()).ok_or_else(|| {
        let message = "The user info endpoint's reply is not a JSON object with `sub` (signed user info is not read).";
        AuthError::new(AuthCode::InvalidResponse, message)
    })?;
    Ok(User {
        sub: wire.sub,
        phone_number: wire.phone_number.and_then(Scalar::into_text),
        phone_number_verified: wire.phone_number_verified.and_then(Scalar::into_flag),
        claims_json: claims_json.to_owned(),
    })
}
