//! What the application says. `config` checks it.

use super::mix_up::Sharing;

/// The provider's addresses, each overriding what discovery or the preset says.
#[derive(Clone, Default)]
pub struct EndpointOverrides {
    /// Where the user is sent.
    pub authorization: Option<String>,
    /// Where codes and refresh tokens are turned into tokens.
    pub token: Option<String>,
    /// Where tokens are revoked.
    pub revocation: Option<String>,
    /// Where the provider's own session is ended.
    pub end_session: Option<String>,
    /// Who is signed in.
    pub user_info: Option<String>,
    /// The keys that ID tokens are signed with.
    pub jwks: Option<String>,
}

/// The options of a session, named as in JavaScript.
#[derive(Clone, Default)]
pub struct AuthOptions {
    /// A public client: it has no secret.
    pub client_id: String,
    /// Where the provider sends the browser back to; sent character for character.
    pub redirect_uri: String,
    /// Default: `openid offline_access phone` and the API's scope. An entry may hold several, separated by blanks.
    pub scope: Option<Vec<String>>,
    /// The provider, by its issuer.
    pub issuer: Option<String>,
    /// The provider, by a name known here.
    pub preset: Option<String>,
    /// Single addresses.
    pub endpoints: EndpointOverrides,
    /// Sent with every authorization request.
    pub authorization_params: Vec<(String, String)>,
    /// Tells several sessions in one page apart.
    pub name: Option<String>,
    /// For each request to the provider.
    pub timeout_ms: Option<f64>,
    /// Bind tokens to a key of this browser (RFC 9449).
    pub dpop: bool,
    /// Renew the access token before it ends, also when nobody asks for it.
    pub auto_refresh: bool,
    /// Take ID tokens without checking their signature (OpenID Connect Core, 3.1.3.7, permits it).
    pub skip_signature: bool,
}

/// What one sign-in adds.
#[derive(Clone, Default)]
pub struct SignIn {
    /// JSON text that comes back with the callback.
    pub app_state: Option<String>,
    /// `none`, `login`, `consent` or `select_account`.
    pub prompt: Option<String>,
    /// Whom the provider should offer: a phone number, say.
    pub login_hint: Option<String>,
    /// Further parameters; each replaces the one of the same name in `AuthOptions::authorization_params`.
    pub params: Vec<(String, String)>,
    /// The answer comes to a popup window, which is to pass it on.
    pub popup: bool,
    /// Which other issuers the page has at this redirect URI.
    pub sharing: Sharing,
}

/// How to sign out.
#[derive(Clone, Default)]
pub struct SignOut {
    /// Where the provider sends the browser after its log-out.
    pub return_to: Option<String>,
    /// Only forget and revoke: the provider's own session stays.
    pub local_only: bool,
}
