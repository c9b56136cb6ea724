//! Who is signed in, as the provider's user info says.

use super::json::flag;
use super::{AuthCode, AuthError};
use crate::json::{Fields, Json};

/// What is read of it; all claims are the application's to read.
pub(crate) struct UserInfo {
    /// The user, in this client's own numbering.
    pub sub: String,
    /// With the scope `phone`.
    pub phone_number: Option<String>,
    /// Whether the provider checked the number.
    pub phone_number_verified: Option<bool>,
}

impl UserInfo {
    pub fn read(text: &str) -> Result<Self, AuthError> {
        let unreadable = || {
            let message =
                "The user info endpoint's reply is not a JSON object with `sub` (signed user info is not read).";
            AuthError::new(AuthCode::InvalidResponse, message)
        };
        let mut fields = Fields::parse(text).ok_or_else(unreadable)?;
        Ok(Self {
            sub: fields.need_text("sub").filter(|sub| !sub.is_empty()).ok_or_else(unreadable)?,
            phone_number: fields.take("phone_number").and_then(Json::into_text),
            phone_number_verified: fields.take("phone_number_verified").and_then(flag),
        })
    }
}
