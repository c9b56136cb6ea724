//! What an answered call came to.

use super::wire::{self, Answer};
use crate::error::Kind;
use crate::grpc_web::{Code, RpcError};
use crate::redact::Secrets;
use prost::DecodeError;

/// The core took the registration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registered {
    /// How long it is remembered, from when the request was sent.
    pub ttl_seconds: f64,
}

/// The core answered NOT_ACCEPTABLE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// The core's words; a sentence of ours when it had none.
    pub message: String,
}

/// Why an answer is not the wanted one.
#[derive(Clone, Debug)]
pub enum CallFailure {
    /// The core understood the request and refuses it.
    Rejected(Rejected),
    /// The answer makes no sense.
    Rpc(RpcError),
}

/// What the answer to an upsert means.
pub fn registered(message: &[u8], path: &str, secrets: &Secrets) -> Result<Registered, CallFailure> {
    judge(wire::decode_upsert(message), path, secrets).map(|ttl_seconds| Registered { ttl_seconds })
}

/// What the answer to a delete means. `is_repeated`: an earlier attempt of this call may have been carried out.
pub fn deleted(message: &[u8], path: &str, is_repeated: bool, secrets: &Secrets) -> Result<(), CallFailure> {
    match judge(wire::decode_delete(message), path, secrets) {
        // An earlier attempt, whose answer was lost, has deleted it.
        Err(CallFailure::Rejected(_)) if is_repeated => Ok(()),
        result => result.map(drop),
    }
}

fn judge(answer: Result<Answer, DecodeError>, path: &str, secrets: &Secrets) -> Result<f64, CallFailure> {
    let what = match answer {
        Ok(Answer::Ok { ttl_seconds }) => return Ok(ttl_seconds),
        Ok(Answer::NotAcceptable { message }) => {
            let silent = "The operator does not accept this registration and gives no reason.";
            let message = if message.is_empty() { silent.to_owned() } else { secrets.cut(&message) };
            return Err(CallFailure::Rejected(Rejected { message }));
        }
        Ok(Answer::Nonsense { what }) => what,
        Err(_) => "a message that can't be decoded".to_owned(),
    };
    let message = ["The core answered with ", &what, ". Whether it took the request is not known."].concat();
    Err(CallFailure::Rpc(RpcError::new(Code::Internal, Kind::Protocol, message, path)))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    const PATH: &str = "/wgtwo.sipbreakout.v1.SipBreakoutService/UpsertRegistration";

    fn upsert(message: &[u8]) -> Result<Registered, CallFailure> {
        registered(message, PATH, &Secrets::new(["a-token-of-24-characters"]))
    }

    #[test]
    fn an_upsert_tells_how_long_it_holds() {
        assert_eq!(upsert(&[8, 1, 26, 2, 8, 120]).unwrap(), Registered { ttl_seconds: 120.0 });
        assert_eq!(upsert(&[8, 1]).unwrap(), Registered { ttl_seconds: 3600.0 });
    }

    #[test]
    fn not_acceptable_has_the_cores_words_without_the_token() {
        let words = |text: &str| [&[8, 2, 18, text.len() as u8][..], text.as_bytes()].concat();
        for (message, expected) in [
            (words("Not your number."), "Not your number."),
            (words("No: a-token-of-24-characters!"), "No: [removed]!"),
            (vec![8, 2], "The operator does not accept this registration and gives no reason."),
        ] {
            match upsert(&message) {
                Err(CallFailure::Rejected(rejected)) => assert_eq!(rejected.message, expected),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn nonsense_is_a_protocol_error() {
        for (message, what) in [
            (&[8, 9][..], "status code 9"),
            (&[8, 1, 26, 0], "a time to live that makes no sense"),
            (&[0xff], "a message that can't be decoded"),
            (&[], "status code 0"),
        ] {
            match upsert(message) {
                Err(CallFailure::Rpc(error)) => {
                    assert_eq!((error.code, error.kind, error.retryable), (Code::Internal, Kind::Protocol, false));
                    assert_eq!(
                        error.message,
                        format!("The core answered with {what}. Whether it took the request is not known.")
                    );
                    assert_eq!(error.method, PATH);
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn a_repeated_delete_that_finds_nothing_is_done() {
        let secrets = Secrets::default();
        assert!(deleted(&[8, 2], PATH, true, &secrets).is_ok());
        assert!(matches!(deleted(&[8, 2], PATH, false, &secrets), Err(CallFailure::Rejected(_))));
        assert!(matches!(deleted(&[8, 0], PATH, true, &secrets), Err(CallFailure::Rpc(_))));
        assert!(deleted(&[8, 1], PATH, false, &secrets).is_ok());
    }
}
