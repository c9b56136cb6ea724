//! What the application says, as far as it has to be checked. `config` does that.

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
}
