//! The fields of a registration, and the version of the API that they are for.

use crate::breakout::{ApiVersion, RegistrationInput};
use crate::text::split_first;

/// The fields of a registration, each behind the character that `fields` begins with (`js/client/encode.ts`).
pub fn input(fields: &str) -> RegistrationInput {
    let divider = fields.as_bytes().first().copied().unwrap_or_default();
    let mut rest = split_first(fields, divider).1;
    let mut next = || {
        let (field, behind) = split_first(rest?, divider);
        rest = behind;
        Some(field.to_owned())
    };
    let input = RegistrationInput {
        sip_uri: next(),
        route_type: next(),
        phone_number: next(),
        mobile_originating_prefix: next(),
        mobile_terminating_prefix: next(),
    };
    #[cfg(feature = "test-doors")]
    super::doors::knock(input.sip_uri.as_deref());
    input
}

pub const fn version(is_v0: bool) -> ApiVersion {
    if is_v0 { ApiVersion::V0 } else { ApiVersion::V1 }
}
