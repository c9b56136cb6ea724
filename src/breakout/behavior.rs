//! How a call is met: with its route that decides which legs it has.

/// How the call is met, by the callee or by the PBX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behavior {
    /// The callee answers.
    #[default]
    Answered,
    /// The callee is busy.
    Busy,
    /// The callee is silent.
    NoAnswer,
    /// The PBX takes the call itself.
    PbxAnswers,
    /// The PBX refuses the call.
    PbxRejects,
}

impl Behavior {
    /// All, as JavaScript names them.
    pub const NAMES: [(&str, Self); 5] = [
        ("answered", Self::Answered),
        ("busy", Self::Busy),
        ("noAnswer", Self::NoAnswer),
        ("pbxAnswers", Self::PbxAnswers),
        ("pbxRejects", Self::PbxRejects),
    ];

    /// Whether it is the PBX that ends the call's way.
    pub const fn is_the_pbx(self) -> bool {
        matches!(self, Self::PbxAnswers | Self::PbxRejects)
    }

    /// Whether the callee was called and did not take the call.
    pub(super) const fn is_missed(self) -> bool {
        matches!(self, Self::Busy | Self::NoAnswer)
    }
}
