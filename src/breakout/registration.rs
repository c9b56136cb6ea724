//! A registration as it was asked for, and as it may be sent.

use super::written::{Refusal, looks_empty, refuse};
use super::{Msisdn, Prefix, SipUri};
use crate::proto::messages::wgtwo::sipbreakout::v1;

/// The version of the API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ApiVersion {
    /// The current one.
    #[default]
    V1,
    /// The deprecated one: LOOP, FORK and FALLBACK only.
    V0,
}

impl ApiVersion {
    /// `v1` or `v0`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V0 => "v0",
        }
    }
}

/// How the core treats the number's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteType {
    /// Every call goes through the PBX.
    Loop,
    /// Callee and PBX are called at once.
    Fork,
    /// The PBX is called when the number is busy or silent for 30 s.
    Fallback,
    /// As Loop, outgoing calls only.
    LoopMo,
    /// As Loop, incoming calls only.
    LoopMt,
    /// Calls are left alone; the PBX may call the number.
    Ingress,
}

impl RouteType {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 6] = [Self::Loop, Self::Fork, Self::Fallback, Self::LoopMo, Self::LoopMt, Self::Ingress];

    /// As JavaScript names it: the definition's name without `ROUTE_TYPE_`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Loop => "LOOP",
            Self::Fork => "FORK",
            Self::Fallback => "FALLBACK",
            Self::LoopMo => "LOOP_MO",
            Self::LoopMt => "LOOP_MT",
            Self::Ingress => "INGRESS",
        }
    }

    /// The number on the wire.
    pub const fn wire(self) -> v1::RouteType {
        match self {
            Self::Loop => v1::RouteType::Loop,
            Self::Fork => v1::RouteType::Fork,
            Self::Fallback => v1::RouteType::Fallback,
            Self::LoopMo => v1::RouteType::LoopMo,
            Self::LoopMt => v1::RouteType::LoopMt,
            Self::Ingress => v1::RouteType::Ingress,
        }
    }

    /// Whether `version` of the API has it.
    pub const fn in_version(self, version: ApiVersion) -> bool {
        match version {
            ApiVersion::V1 => true,
            ApiVersion::V0 => matches!(self, Self::Loop | Self::Fork | Self::Fallback),
        }
    }

    /// From its name, exactly.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|route| route.as_str() == text)
    }
}

/// A request as it came in, nothing checked but that strings are strings.
#[derive(Clone, Debug, Default)]
pub struct RegistrationInput {
    /// `sipUri`
    pub sip_uri: Option<String>,
    /// `routeType`
    pub route_type: Option<String>,
    /// `phoneNumber`
    pub phone_number: Option<String>,
    /// `mobileOriginatingPrefix`
    pub mobile_originating_prefix: Option<String>,
    /// `mobileTerminatingPrefix`
    pub mobile_terminating_prefix: Option<String>,
}

/// A registration that may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Which PBX, and whose calls.
    pub target: Target,
    /// How calls are treated.
    pub route_type: RouteType,
    /// For calls that the number makes.
    pub mobile_originating_prefix: Prefix,
    /// For calls that the number receives.
    pub mobile_terminating_prefix: Prefix,
}

impl Registration {
    /// Its fields, in the order of `RegistrationInput`; without a number, empty.
    pub fn texts(&self) -> [&str; 5] {
        [
            self.target.sip_uri.as_str(),
            self.route_type.as_str(),
            self.target.phone_number.as_ref().map_or("", |number| number.as_str()),
            self.mobile_originating_prefix.as_str(),
            self.mobile_terminating_prefix.as_str(),
        ]
    }

    /// Refuses a route type that `version` of the API does not have.
    pub fn check_version(&self, version: ApiVersion) -> Result<(), InvalidRequest> {
        if self.route_type.in_version(version) {
            return Ok(());
        }
        Err(InvalidRequest { problems: vec![Problem::new("routeType", "not_in_version", NOT_IN_VERSION)] })
    }
}

/// What names a registration: all that a delete needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which PBX.
    pub sip_uri: SipUri,
    /// Whose calls; without one the token's.
    pub phone_number: Option<Msisdn>,
}

/// One thing wrong with the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// As JavaScript names it.
    pub field: String,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong and what is wanted, for people.
    pub message: String,
}

impl Problem {
    /// A problem of `field`.
    pub fn new(field: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }
}

/// Input that can't be sent; at least one problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    /// At most one for each field.
    pub problems: Vec<Problem>,
}

/// Checks everything, so that a form can show all its errors at once.
pub fn validate(input: &RegistrationInput, version: ApiVersion) -> Result<Registration, InvalidRequest> {
    let mut problems = Vec::new();
    let sip_uri = note(&mut problems, "sipUri", SipUri::parse(input.sip_uri.as_deref().unwrap_or_default()));
    let route_type = route_type(input.route_type.as_deref(), version, &mut problems);
    let phone_number = phone_number(input, &mut problems);
    let mobile_originating_prefix =
        prefix(&mut problems, "mobileOriginatingPrefix", input.mobile_originating_prefix.as_deref());
    let mobile_terminating_prefix =
        prefix(&mut problems, "mobileTerminatingPrefix", input.mobile_terminating_prefix.as_deref());
    match (sip_uri, route_type) {
        (Some(sip_uri), Some(route_type)) if problems.is_empty() => Ok(Registration {
            target: Target { sip_uri, phone_number },
            route_type,
            mobile_originating_prefix,
            mobile_terminating_prefix,
        }),
        _ => Err(InvalidRequest { problems }),
    }
}

/// Checks what a delete needs.
pub fn validate_target(input: &RegistrationInput) -> Result<Target, InvalidRequest> {
    let mut problems = Vec::new();
    let sip_uri = note(&mut problems, "sipUri", SipUri::parse(input.sip_uri.as_deref().unwrap_or_default()));
    let phone_number = phone_number(input, &mut problems);
    match sip_uri {
        Some(sip_uri) if problems.is_empty() => Ok(Target { sip_uri, phone_number }),
        _ => Err(InvalidRequest { problems }),
    }
}

fn note<T>(problems: &mut Vec<Problem>, field: &str, result: Result<T, Refusal>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(refusal) => {
            push(problems, field, refusal);
            None
        }
    }
}

/// Apart, because `note` is compiled anew for each type.
fn push(problems: &mut Vec<Problem>, field: &str, (code, message): Refusal) {
    problems.push(Problem { field: field.to_owned(), code, message });
}

fn prefix(problems: &mut Vec<Problem>, field: &str, text: Option<&str>) -> Prefix {
    note(problems, field, Prefix::parse(text.unwrap_or_default())).unwrap_or_default()
}

/// An empty field of a form is no number.
fn phone_number(input: &RegistrationInput, problems: &mut Vec<Problem>) -> Option<Msisdn> {
    let text = input.phone_number.as_deref().filter(|text| !looks_empty(text))?;
    note(problems, "phoneNumber", Msisdn::parse(text))
}

/// A number alone.
pub fn parse_phone_number(text: &str) -> Result<Msisdn, InvalidRequest> {
    let mut problems = Vec::new();
    note(&mut problems, "phoneNumber", Msisdn::parse(text)).ok_or(InvalidRequest { problems })
}

fn route_type(text: Option<&str>, version: ApiVersion, problems: &mut Vec<Problem>) -> Option<RouteType> {
    note(problems, "routeType", parse_route_type(text.unwrap_or_default(), version))
}

fn parse_route_type(text: &str, version: ApiVersion) -> Result<RouteType, Refusal> {
    if text.is_empty() {
        return refuse("missing", "Choose how calls are treated: LOOP, FORK, FALLBACK, …");
    }
    let Some(route) = RouteType::parse(text) else {
        return refuse("unknown_route_type", "Use one of LOOP, FORK, FALLBACK, LOOP_MO, LOOP_MT and INGRESS.");
    };
    if !route.in_version(version) {
        return refuse("not_in_version", NOT_IN_VERSION);
    }
    Ok(route)
}

const NOT_IN_VERSION: &str = "Version v0 of the API has LOOP, FORK and FALLBACK only; use v1 for the others.";

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
#[path = "registration_tests.rs"]
mod tests;
