//! What an `AuthError` is called. The words are stable: applications branch on them.

use crate::error::Kind;

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// The code of an `AuthError`: OAuth's and OpenID Connect's own words first, then those of the SDK.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuthCode {
            $($(#[$doc])+ $name,)+
        }

        impl AuthCode {
            /// Every code, OAuth's first, `ProviderError` closing them.
            pub const ALL: &'static [AuthCode] = &[$(AuthCode::$name),+];

            /// As JavaScript sees it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    /// The user, or the provider, said no.
    AccessDenied = "access_denied",
    /// The provider found the request malformed.
    InvalidRequest = "invalid_request",
    /// The client may not use this grant.
    UnauthorizedClient = "unauthorized_client",
    /// The provider does not do the code flow.
    UnsupportedResponseType = "unsupported_response_type",
    /// A scope is unknown, or not for this client.
    InvalidScope = "invalid_scope",
    /// The provider failed.
    ServerError = "server_error",
    /// The provider is busy.
    TemporarilyUnavailable = "temporarily_unavailable",
    /// The client is unknown, or must authenticate with a secret.
    InvalidClient = "invalid_client",
    /// The code or the refresh token is no longer good.
    InvalidGrant = "invalid_grant",
    /// The refresh token is no longer active: Hydra's word for one that was used before.
    TokenInactive = "token_inactive",
    /// The token is revoked, expired or malformed.
    InvalidToken = "invalid_token",
    /// The token has expired.
    ExpiredToken = "expired_token",
    /// The provider does not do this grant.
    UnsupportedGrantType = "unsupported_grant_type",
    /// `prompt=none`, and nobody is signed in at the provider.
    LoginRequired = "login_required",
    /// `prompt=none`, and the provider has to show something.
    InteractionRequired = "interaction_required",
    /// `prompt=none`, and consent is missing.
    ConsentRequired = "consent_required",
    /// `prompt=none`, and the user has to pick an account.
    AccountSelectionRequired = "account_selection_required",
    /// The provider refused with another code, or none; the message has it.
    ProviderError = "provider_error",
    /// An option is wrong; the message names it.
    InvalidConfig = "invalid_config",
    /// There is no session.
    SignInRequired = "sign_in_required",
    /// The session ended; it has been removed.
    SessionExpired = "session_expired",
    /// A renewed token was lost on its way, and the provider did not take the old one again.
    RefreshReplyLost = "refresh_reply_lost",
    /// What the browser kept of the session could not be read.
    StoredSessionDamaged = "stored_session_damaged",
    /// The callback belongs to no sign-in of this tab.
    StateUnknown = "state_unknown",
    /// The answer, or the discovery document, comes from another issuer.
    IssuerMismatch = "issuer_mismatch",
    /// The page went away while the code was being exchanged.
    SignInInterrupted = "sign_in_interrupted",
    /// The URL carries no answer of a provider.
    NotACallback = "not_a_callback",
    /// The browser's storage refuses.
    StorageUnavailable = "storage_unavailable",
    /// No reply.
    Network = "network",
    /// No reply in time.
    Timeout = "timeout",
    /// The caller gave up.
    Aborted = "aborted",
    /// The provider answered with a redirect, which is never followed.
    Redirected = "redirected",
    /// A reply is not what the protocol says.
    InvalidResponse = "invalid_response",
    /// The ID token fails a check.
    IdTokenInvalid = "id_token_invalid",
    /// The provider's keys could not be had, so nobody can tell whether the ID token is its own.
    JwksUnreachable = "jwks_unreachable",
    /// The browser did not open the window.
    PopupBlocked = "popup_blocked",
    /// The window was closed before the sign-in was finished.
    PopupClosed = "popup_closed",
    /// The user info is about somebody else.
    SubjectMismatch = "subject_mismatch",
    /// The application's token function failed, or returned no token.
    TokenSupplierFailed = "token_supplier_failed",
}

impl AuthCode {
    /// The code that is called `word`.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }

    /// The code for what a provider wrote into `error`; `None` for words of no specification read here.
    pub(crate) fn from_oauth(word: &str) -> Option<Self> {
        // Those of the specifications come first.
        Self::of(word).filter(|code| (*code as u8) < Self::ProviderError as u8)
    }

    /// The kind it usually has.
    pub const fn kind(self) -> Kind {
        match self {
            Self::AccessDenied
            | Self::InvalidGrant
            | Self::TokenInactive
            | Self::InvalidToken
            | Self::ExpiredToken
            | Self::LoginRequired
            | Self::InteractionRequired
            | Self::ConsentRequired
            | Self::AccountSelectionRequired
            | Self::SignInRequired
            | Self::SessionExpired
            | Self::RefreshReplyLost
            | Self::StoredSessionDamaged
            | Self::StateUnknown
            | Self::SignInInterrupted
            | Self::TokenSupplierFailed => Kind::Auth,
            Self::InvalidRequest
            | Self::UnauthorizedClient
            | Self::UnsupportedResponseType
            | Self::InvalidScope
            | Self::InvalidClient
            | Self::UnsupportedGrantType
            | Self::InvalidConfig
            | Self::StorageUnavailable
            | Self::PopupBlocked
            | Self::Redirected => Kind::Config,
            Self::ServerError
            | Self::TemporarilyUnavailable
            | Self::ProviderError
            | Self::IssuerMismatch
            | Self::InvalidResponse
            | Self::IdTokenInvalid
            | Self::SubjectMismatch => Kind::Protocol,
            Self::NotACallback => Kind::Invalid,
            Self::Network | Self::JwksUnreachable => Kind::Network,
            Self::Timeout => Kind::Timeout,
            Self::Aborted | Self::PopupClosed => Kind::Aborted,
        }
    }

    /// Whether the same thing may succeed a little later.
    pub const fn retryable(self) -> bool {
        matches!(self, Self::ServerError | Self::TemporarilyUnavailable | Self::Network | Self::Timeout)
    }

    /// What to do about a refusal by the provider.
    pub(crate) const fn advice(self) -> &'static str {
        match self {
            Self::InvalidGrant | Self::TokenInactive | Self::InvalidToken | Self::ExpiredToken => {
                "The code or refresh token is used up, expired or revoked: sign in again."
            }
            Self::InvalidClient => {
                "Check clientId. If the client needs a secret, put a gateway that adds it at endpoints.token."
            }
            Self::UnauthorizedClient | Self::UnsupportedGrantType | Self::UnsupportedResponseType => {
                "The client must be registered for the authorization code and refresh token grants."
            }
            Self::InvalidScope => "Ask for scopes that the provider knows and the client is registered for.",
            Self::InvalidRequest => "Check redirectUri and authorizationParams against the client's registration.",
            Self::AccessDenied => "The user or the provider refused; signing in can be offered again.",
            Self::LoginRequired
            | Self::InteractionRequired
            | Self::ConsentRequired
            | Self::AccountSelectionRequired => "Sign in without prompt=none.",
            Self::ServerError | Self::TemporarilyUnavailable => "Try again later.",
            _ => "Check the client's registration and the endpoints.",
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_word_of_its_own() {
        for (index, code) in AuthCode::ALL.iter().enumerate() {
            let word = code.as_str();
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{word}");
            assert_eq!(AuthCode::ALL.iter().position(|other| other.as_str() == word), Some(index), "{word}");
        }
        assert_eq!(AuthCode::ALL.len(), 39);
    }

    #[test]
    fn only_words_of_oauth_are_read_as_such() {
        assert_eq!(AuthCode::from_oauth("invalid_grant"), Some(AuthCode::InvalidGrant));
        for word in ["provider_error", "session_expired", "network", "INVALID_GRANT", ""] {
            assert_eq!(AuthCode::from_oauth(word), None, "{word}");
        }
    }

    #[test]
    fn what_passes_is_retryable_and_nothing_else() {
        let retryable: Vec<_> =
            AuthCode::ALL.iter().filter(|code| code.retryable()).map(|code| code.as_str()).collect();
        assert_eq!(retryable, ["server_error", "temporarily_unavailable", "network", "timeout"]);
    }
}
