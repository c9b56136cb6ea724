//! What the core does with one call: which registration applies, with which prefix. The legs are in `call_legs`.

use super::call_legs::{Leg, ORDINARY, legs};
use super::{
    ApiVersion, Behavior, InvalidRequest, Msisdn, Prefix, Problem, Registration, RegistrationInput, RouteType, SipUri,
    Target, validate,
};

/// Who places the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlacedBy {
    /// An ordinary call.
    #[default]
    Caller,
    /// The callee's PBX.
    Pbx,
}

impl PlacedBy {
    /// Both, as JavaScript names them.
    pub const NAMES: [(&str, Self); 2] = [("caller", Self::Caller), ("pbx", Self::Pbx)];
}

/// A party as it came in.
#[derive(Clone, Debug, Default)]
pub struct PartyInput {
    /// `phoneNumber`
    pub phone_number: Option<String>,
    /// `registration`
    pub registration: Option<RegistrationInput>,
}

/// A call as it came in.
#[derive(Clone, Debug, Default)]
pub struct CallFlowInput {
    /// `caller`
    pub caller: PartyInput,
    /// `callee`
    pub callee: PartyInput,
    /// `behavior`
    pub behavior: Behavior,
    /// `placedBy`
    pub placed_by: PlacedBy,
}

/// What the core does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFlow {
    /// In the order of their numbers.
    pub legs: &'static [Leg],
    /// What decides the call's way; an ordinary call has nothing.
    pub via: Option<Via>,
}

/// The registration that decides a call's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// Its type.
    pub route: RouteType,
    /// Its PBX.
    pub sip_uri: SipUri,
    /// What that PBX is sent, if it is called.
    pub invite: Option<Invite>,
}

/// An INVITE to a PBX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// Whom it is for, with the prefix before the number.
    pub uri: String,
    /// The digits in it before the number.
    pub prefix: Prefix,
    /// `mobileOriginating` or `mobileTerminating`.
    pub prefix_kind: &'static str,
}

impl Invite {
    fn new(prefix: &Prefix, prefix_kind: &'static str, number: &Msisdn) -> Self {
        let digits = number.as_str().strip_prefix('+').unwrap_or_default();
        Self { uri: ["sip:+", prefix.as_str(), digits].concat(), prefix: prefix.clone(), prefix_kind }
    }
}

/// Why nobody can say what the core does: the operator's documentation is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unspecified {
    /// A number calls itself.
    SameNumber,
    /// Two registrations apply that do different things.
    TwoRoutes,
    /// Two registrations apply, with different PBXes.
    TwoPbxes,
    /// The PBX acts in a call that it is not called in.
    PbxNotCalled,
    /// A PBX places a call without INGRESS.
    NoIngress,
}

impl Unspecified {
    /// Stable, for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SameNumber => "same_number",
            Self::TwoRoutes => "two_routes",
            Self::TwoPbxes => "two_pbxes",
            Self::PbxNotCalled => "pbx_not_called",
            Self::NoIngress => "no_ingress",
        }
    }

    /// For people.
    pub const fn message(self) -> &'static str {
        match self {
            Self::SameNumber => "Caller and callee are the same number.",
            Self::TwoRoutes => "Both numbers' registrations apply, and how these types combine is not said.",
            Self::TwoPbxes => "Both numbers' registrations apply, with different PBXes.",
            Self::PbxNotCalled => {
                "No PBX is called here that could answer or reject (a FALLBACK's is called after busy or noAnswer)."
            }
            Self::NoIngress => "Only to a number with an INGRESS registration may a PBX place calls.",
        }
    }
}

/// What the core does with this call, as far as it is documented.
pub fn describe_call_flow(input: &CallFlowInput) -> Result<Result<CallFlow, Unspecified>, InvalidRequest> {
    let mut problems = Vec::new();
    let caller = party(&input.caller, "caller.", &mut problems);
    let callee = party(&input.callee, "callee.", &mut problems);
    match (&caller, &callee) {
        (Some(caller), Some(callee)) if problems.is_empty() => {
            Ok(flow(caller, callee, input.behavior, input.placed_by))
        }
        _ => Err(InvalidRequest { problems }),
    }
}

/// A number and its registration.
type Party = (Msisdn, Option<Registration>);

/// All that is wrong with it is noted with its path.
fn party(input: &PartyInput, path: &str, problems: &mut Vec<Problem>) -> Option<Party> {
    let mut note = |mut problem: Problem| {
        problem.field.insert_str(0, path);
        problems.push(problem);
    };
    let number = Msisdn::parse(input.phone_number.as_deref().unwrap_or_default());
    let number = number.map_err(|(code, message)| note(Problem::new("phoneNumber", code, message))).ok();
    let mut registration = None;
    if let Some(input) = &input.registration {
        match validate(input, ApiVersion::V1) {
            Ok(valid) => registration = Some(valid),
            Err(invalid) => {
                for mut problem in invalid.problems {
                    problem.field.insert_str(0, "registration.");
                    note(problem);
                }
            }
        }
    }
    if let (Some(number), Some(registration)) = (&number, &registration)
        && registration.target.phone_number.as_ref().is_some_and(|own| own != number)
    {
        let message = "This is another number than the party's; leave it out.";
        note(Problem::new("registration.phoneNumber", "other_number", message));
    }
    Some((number?, registration))
}

fn flow(caller: &Party, callee: &Party, behavior: Behavior, placed_by: PlacedBy) -> Result<CallFlow, Unspecified> {
    let (number, terminating) = callee;
    let (caller_number, originating) = caller;
    if placed_by == PlacedBy::Pbx {
        return match terminating {
            Some(terminating) if terminating.route_type == RouteType::Ingress => {
                if behavior.is_the_pbx() {
                    return Err(Unspecified::PbxNotCalled);
                }
                Ok(through(terminating, None, behavior))
            }
            _ => Err(Unspecified::NoIngress),
        };
    }
    if caller_number == number {
        return Err(Unspecified::SameNumber);
    }
    let originating = originating.as_ref().filter(|it| applies_to_outgoing(it.route_type));
    let terminating = terminating.as_ref().filter(|it| applies_to_incoming(it.route_type, behavior));
    let (registration, prefix, kind) = match (originating, terminating) {
        (Some(one), Some(other)) if !is_same_way(one.route_type, other.route_type) => {
            return Err(Unspecified::TwoRoutes);
        }
        (Some(one), Some(other)) if !is_same_pbx(&one.target, &other.target) => return Err(Unspecified::TwoPbxes),
        (Some(it), _) => (it, &it.mobile_originating_prefix, "mobileOriginating"),
        (None, Some(it)) => (it, &it.mobile_terminating_prefix, "mobileTerminating"),
        (None, None) if behavior.is_the_pbx() => return Err(Unspecified::PbxNotCalled),
        (None, None) => return Ok(CallFlow { legs: ORDINARY, via: None }),
    };
    Ok(through(registration, Some(Invite::new(prefix, kind, number)), behavior))
}

fn through(registration: &Registration, invite: Option<Invite>, behavior: Behavior) -> CallFlow {
    let route = registration.route_type;
    let via = Via { route, sip_uri: registration.target.sip_uri.clone(), invite };
    CallFlow { legs: legs(route, behavior), via: Some(via) }
}

fn applies_to_outgoing(route: RouteType) -> bool {
    matches!(route, RouteType::Loop | RouteType::LoopMo | RouteType::Fork)
}

/// A FALLBACK applies to nothing until the call is missed.
fn applies_to_incoming(route: RouteType, behavior: Behavior) -> bool {
    match route {
        RouteType::Loop | RouteType::LoopMt | RouteType::Fork => true,
        RouteType::Fallback => behavior.is_missed(),
        RouteType::LoopMo | RouteType::Ingress => false,
    }
}

/// The loops differ in which calls they apply to, not in what becomes of those.
fn is_same_way(one: RouteType, other: RouteType) -> bool {
    let is_loop = |route| matches!(route, RouteType::Loop | RouteType::LoopMo | RouteType::LoopMt);
    one == other || is_loop(one) && is_loop(other)
}

/// Scheme and host have no case.
fn is_same_pbx(one: &Target, other: &Target) -> bool {
    one.sip_uri.as_str().eq_ignore_ascii_case(other.sip_uri.as_str())
}
