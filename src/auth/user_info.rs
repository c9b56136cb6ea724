//! Who is signed in.

use super::json::flag;
use super::request::{Reply, get, refusal};
use super::session::{Session, sign_in_required};
use super::stored::Stored;
use super::{AuthCode, AuthError, Secret};
use crate::error::Kind;
use crate::seams::{Fields, Json, Platform, Store, text};
use std::fmt;

const PLACE: &str = "user info endpoint";

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
        if reply.status == 401 {
            // As when the core refuses a token: it does not live.
            if let Some(stored) = self.load().await?.filter(|stored| stored.access_token.is(&token)) {
                self.inner.realm.refuse(&stored);
            }
            let token = self.access_token(true).await?;
            reply = self.ask_who(&endpoint, &token).await?;
        }
        if !reply.is_success() {
            let stored = self.load().await?;
            let known = stored.as_deref().map(Stored::secrets).unwrap_or_default();
            let mut error = refusal(PLACE, &reply, &known);
            if matches!(reply.status, 401 | 403) {
                error.kind = Kind::Auth;
            }
            return Err(error);
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

    async fn ask_who(&self, endpoint: &str, token: &Secret) -> Result<Box<Reply>, AuthError> {
        let stored = self.load().await?.ok_or_else(sign_in_required)?;
        self.send(PLACE, get(endpoint), Some(token), stored.key()).await.map_err(|error| {
            if error.code != AuthCode::Network {
                return error;
            }
            let hint = "An expired or revoked token may look like this too: some providers leave the CORS headers out \
                        of that reply. getAccessToken({ forceRefresh: true }) tells the two apart.";
            let mut error = error;
            error.message = [error.message.as_str(), " ", hint].concat();
            error
        })
    }
}

/// Reads the claims.
pub(super) fn read(body: &[u8]) -> Result<User, AuthError> {
    let unreadable = || {
        let message = "The user info endpoint's reply is not a JSON object with `sub` (signed user info is not read).";
        AuthError::new(AuthCode::InvalidResponse, message)
    };
    let claims_json = text(body);
    let mut fields = Fields::parse(&claims_json).ok_or_else(unreadable)?;
    Ok(User {
        sub: fields.need_text("sub").filter(|sub| !sub.is_empty()).ok_or_else(unreadable)?,
        phone_number: fields.take("phone_number").and_then(Json::into_text),
        phone_number_verified: fields.take("phone_number_verified").and_then(flag),
        claims_json: claims_json.into_owned(),
    })
}
