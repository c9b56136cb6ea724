//! The legs of a call, and their order.

use super::{Behavior, RouteType};

/// How long the core lets the callee ring before it calls a FALLBACK's PBX.
const NO_ANSWER_SECONDS: u8 = 30;

/// An end of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Who calls.
    Caller,
    /// The operator's core.
    Core,
    /// The PBX of the registration that applies.
    Pbx,
    /// Who is called.
    Callee,
}

impl End {
    /// As JavaScript names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Core => "core",
            Self::Pbx => "pbx",
            Self::Callee => "callee",
        }
    }
}

/// Why there is a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the call.
    Call,
    /// The core sends the call on.
    Route,
    /// The PBX passed the call back.
    Returned,
    /// The PBX is called beside the callee.
    Fork,
    /// The callee was busy.
    Busy,
    /// The callee did not answer.
    NoAnswer,
}

impl Reason {
    /// As JavaScript names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Route => "route",
            Self::Returned => "returned",
            Self::Fork => "fork",
            Self::Busy => "busy",
            Self::NoAnswer => "noAnswer",
        }
    }
}

/// One SIP dialog of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Its number, from 1.
    pub leg: u8,
    /// Legs of one step are made at once; a later step begins after it.
    pub step: u8,
    /// Who makes it.
    pub from: End,
    /// To whom.
    pub to: End,
    /// Why.
    pub reason: Reason,
}

impl Leg {
    const fn new(leg: u8, step: u8, from: End, to: End, reason: Reason) -> Self {
        Self { leg, step, from, to, reason }
    }

    /// How long the leg before has to lead to something.
    pub fn after_seconds(self) -> Option<u8> {
        (self.reason == Reason::NoAnswer).then_some(NO_ANSWER_SECONDS)
    }

    /// Whether a PBX is sent an INVITE.
    pub fn is_to_pbx(self) -> bool {
        self.to == End::Pbx
    }

    /// Whether a PBX is at one of its ends.
    pub fn is_at_pbx(self) -> bool {
        self.is_to_pbx() || self.from == End::Pbx
    }
}

const CALL: Leg = Leg::new(1, 1, End::Caller, End::Core, Reason::Call);
const ROUTE: Leg = Leg::new(2, 2, End::Core, End::Callee, Reason::Route);
const TO_PBX: Leg = Leg::new(2, 2, End::Core, End::Pbx, Reason::Route);
const BACK: Leg = Leg::new(3, 3, End::Pbx, End::Core, Reason::Returned);
const ON: Leg = Leg::new(4, 4, End::Core, End::Callee, Reason::Returned);

/// Of an ordinary call.
pub const ORDINARY: &[Leg] = &[CALL, ROUTE];
const ENDS_AT_PBX: &[Leg] = &[CALL, TO_PBX];
const LOOP: &[Leg] = &[CALL, TO_PBX, BACK, ON];
const FORK: &[Leg] = &[CALL, ROUTE, Leg::new(3, 2, End::Core, End::Pbx, Reason::Fork)];
const BUSY: &[Leg] = &[CALL, ROUTE, Leg::new(3, 3, End::Core, End::Pbx, Reason::Busy)];
const NO_ANSWER: &[Leg] = &[CALL, ROUTE, Leg::new(3, 3, End::Core, End::Pbx, Reason::NoAnswer)];
const INGRESS: &[Leg] = &[Leg::new(1, 1, End::Pbx, End::Core, Reason::Call), ROUTE];

/// Of a call whose way a registration of this type decides.
pub const fn legs(route: RouteType, behavior: Behavior) -> &'static [Leg] {
    match (route, behavior) {
        (RouteType::Loop | RouteType::LoopMo | RouteType::LoopMt, _) if behavior.is_the_pbx() => ENDS_AT_PBX,
        (RouteType::Loop | RouteType::LoopMo | RouteType::LoopMt, _) => LOOP,
        (RouteType::Fork, _) => FORK,
        (RouteType::Fallback, Behavior::Busy) => BUSY,
        (RouteType::Fallback, Behavior::NoAnswer) => NO_ANSWER,
        (RouteType::Fallback, _) => ORDINARY,
        (RouteType::Ingress, _) => INGRESS,
    }
}
