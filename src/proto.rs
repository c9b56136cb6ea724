//! The generated messages, and each method's path and scope as the definitions in `proto/` say.

/// One method of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Method {
    /// `/package.Service/Method`, as it is appended to the base URL.
    pub path: &'static str,
    /// The OAuth scope that the access token must carry.
    pub scope: &'static str,
}

/// The methods, named `<VERSION>_<METHOD>`.
pub mod methods {
    use super::Method;
    include!(concat!(env!("OUT_DIR"), "/methods.rs"));
}

/// The messages, in modules named as their packages.
#[allow(missing_docs, clippy::all, rustdoc::all)]
pub mod messages {
    include!(concat!(env!("OUT_DIR"), "/messages.rs"));
}
