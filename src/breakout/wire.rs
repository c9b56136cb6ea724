//! Registrations as protobuf messages. v0 and v1 are the same bytes on the wire (a test below shows it), so one set
//! of messages serves both and only one reaches the wasm.

use super::{DEFAULT_TTL_SECONDS, Registration, Target};
use crate::proto::messages::wgtwo::common::v1::E164;
use crate::proto::messages::wgtwo::sipbreakout::v1 as wire;
use crate::text::decimal;
use prost::{DecodeError, Message};

/// Ten years: beyond it a number is a mistake, and dates made of it may not be dates.
const LONGEST_TTL_SECONDS: f64 = 315_360_000.0;

/// The core's answer, as far as its status says.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Taken; for an upsert with the seconds that the core will remember it.
    Ok {
        /// Positive; only an upsert has it.
        ttl_seconds: f64,
    },
    /// Refused, with the core's words.
    NotAcceptable {
        /// May be empty.
        message: String,
    },
    /// A status, or a time to live, that makes no sense.
    Nonsense {
        /// What came.
        what: String,
    },
}

/// The request of an upsert, encoded.
pub fn encode_upsert(registration: &Registration) -> Vec<u8> {
    let message = wire::Registration {
        mobile_originating_prefix: registration.mobile_originating_prefix.as_str().to_owned(),
        mobile_terminating_prefix: registration.mobile_terminating_prefix.as_str().to_owned(),
        route_type: registration.route_type.wire().into(),
        ..target(&registration.target)
    };
    wire::UpsertRegistrationRequest { registration: Some(message) }.encode_to_vec()
}

/// The request of a delete, encoded.
pub fn encode_delete(target_: &Target) -> Vec<u8> {
    wire::DeleteRegistrationRequest { registration: Some(target(target_)) }.encode_to_vec()
}

fn target(target: &Target) -> wire::Registration {
    wire::Registration {
        sip_uri: target.sip_uri.as_str().to_owned(),
        phone_number: target.phone_number.as_ref().map(|number| E164 { e164: number.as_str().to_owned() }),
        ..wire::Registration::default()
    }
}

pub fn decode_upsert(bytes: &[u8]) -> Result<Answer, DecodeError> {
    let mut reply = wire::UpsertRegistrationResponse::default();
    reply.merge(bytes)?;
    let seconds = match reply.time_to_live {
        None => DEFAULT_TTL_SECONDS,
        Some(ttl) => ttl.seconds as f64 + f64::from(ttl.nanos) / 1e9,
    };
    Ok(match answer(reply.status_code, reply.error_message) {
        Answer::Ok { .. } if seconds <= 0.0 || seconds > LONGEST_TTL_SECONDS => {
            Answer::Nonsense { what: "a time to live that makes no sense".to_owned() }
        }
        Answer::Ok { .. } => Answer::Ok { ttl_seconds: seconds },
        other => other,
    })
}

pub fn decode_delete(bytes: &[u8]) -> Result<Answer, DecodeError> {
    let mut reply = wire::DeleteRegistrationResponse::default();
    reply.merge(bytes)?;
    Ok(answer(reply.status_code, reply.error_message))
}

fn answer(status: i32, message: String) -> Answer {
    match wire::StatusCode::try_from(status) {
        Ok(wire::StatusCode::Ok) => Answer::Ok { ttl_seconds: 0.0 },
        Ok(wire::StatusCode::NotAcceptable) => Answer::NotAcceptable { message },
        _ => {
            let sign = if status < 0 { "-" } else { "" };
            Answer::Nonsense { what: ["status code ", sign, &decimal(status.unsigned_abs().into())].concat() }
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::breakout::{ApiVersion, RegistrationInput, RouteType, validate};
    use crate::proto::messages::wgtwo::common::v0::PhoneNumber;
    use crate::proto::messages::wgtwo::sipbreakout::v0;
    use proptest::prelude::*;

    fn registration(route: RouteType, number: Option<&str>) -> Registration {
        let input = RegistrationInput {
            sip_uri: Some("sips:pbx.example.com:5061".to_owned()),
            route_type: Some(route.as_str().to_owned()),
            phone_number: number.map(str::to_owned),
            mobile_originating_prefix: Some("00".to_owned()),
            mobile_terminating_prefix: Some("11".to_owned()),
        };
        validate(&input, ApiVersion::V1).expect("valid")
    }

    #[test]
    fn v0_and_v1_are_the_same_bytes() {
        for route in [RouteType::Loop, RouteType::Fork, RouteType::Fallback] {
            for number in [None, Some("+4799900001")] {
                let registration = registration(route, number);
                let v0 = v0::Registration {
                    mobile_originating_prefix: "00".to_owned(),
                    mobile_terminating_prefix: "11".to_owned(),
                    sip_uri: "sips:pbx.example.com:5061".to_owned(),
                    route_type: v0::RouteType::from_str_name(&format!("ROUTE_TYPE_{}", route.as_str()))
                        .expect("route type")
                        .into(),
                    phone_number: number.map(|e164| PhoneNumber { e164: e164.to_owned() }),
                };
                let as_v0 = v0::UpsertRegistrationRequest { registration: Some(v0) }.encode_to_vec();
                assert_eq!(encode_upsert(&registration), as_v0);
                let delete = v0::DeleteRegistrationRequest::decode(encode_delete(&registration.target).as_slice());
                let delete = delete.expect("v0").registration.expect("registration");
                assert_eq!(delete.sip_uri, "sips:pbx.example.com:5061");
                assert_eq!(delete.phone_number.map(|number| number.e164).as_deref(), number);
            }
        }
        let reply = v0::UpsertRegistrationResponse {
            status_code: v0::StatusCode::NotAcceptable.into(),
            error_message: "no".to_owned(),
            time_to_live: None,
        };
        let answer = decode_upsert(&reply.encode_to_vec()).expect("decodes");
        assert_eq!(answer, Answer::NotAcceptable { message: "no".to_owned() });
    }

    fn upsert_reply(status: i32, ttl: Option<(i64, i32)>) -> Answer {
        let reply = wire::UpsertRegistrationResponse {
            status_code: status,
            error_message: String::new(),
            time_to_live: ttl.map(|(seconds, nanos)| prost_types::Duration { seconds, nanos }),
        };
        decode_upsert(&reply.encode_to_vec()).expect("decodes")
    }

    #[test]
    fn the_time_to_live() {
        assert_eq!(upsert_reply(1, None), Answer::Ok { ttl_seconds: 3600.0 });
        assert_eq!(upsert_reply(1, Some((90, 500_000_000))), Answer::Ok { ttl_seconds: 90.5 });
        assert!(matches!(upsert_reply(1, Some((0, 0))), Answer::Nonsense { .. }));
        assert!(matches!(upsert_reply(1, Some((-1, 0))), Answer::Nonsense { .. }));
        assert!(matches!(upsert_reply(1, Some((i64::MAX, 0))), Answer::Nonsense { .. }));
    }

    #[test]
    fn a_status_that_is_none_is_nonsense() {
        for status in [0, 3, -1, i32::MAX] {
            assert!(matches!(upsert_reply(status, None), Answer::Nonsense { .. }), "{status}");
        }
        assert_eq!(decode_delete(&[]), Ok(Answer::Nonsense { what: "status code 0".to_owned() }));
        assert_eq!(decode_delete(&[8, 1]), Ok(Answer::Ok { ttl_seconds: 0.0 }));
    }

    proptest! {
        #[test]
        fn any_bytes_decode_or_are_refused(bytes: Vec<u8>) {
            let _ = decode_upsert(&bytes);
            let _ = decode_delete(&bytes);
        }
    }
}
