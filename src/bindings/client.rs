//! `createClient` and `validateRegistration`.

use super::auth::AuthHandle;
use super::call_options::{Defaults, is_same_origin};
use super::promise;
use super::raw_error::{problems, raw};
use super::read::{Reader, refuse};
use super::supplier::JsSupplier;
use crate::auth::{Supplied, TokenSource};
use crate::breakout::{
    ApiVersion, Call, Client, ClientOptions, InvalidRequest, Lanes, Problem, RegistrationInput, parse_phone_number,
    validate, validate_target,
};
use crate::browser::{Browser, aborted, object};
use crate::error::Error;
use crate::grpc_web::{DEFAULT_MAX_MESSAGE_BYTES, DEFAULT_TIMEOUT_MS, parse_base_url};
use crate::seams::Cancelled;
use futures_util::future::{Either, select};
use js_sys::{Array, Date, Promise};
use std::pin::pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

const VERSIONS: [(&str, ApiVersion); 2] = [("v1", ApiVersion::V1), ("v0", ApiVersion::V0)];

/// A client of one endpoint.
#[wasm_bindgen]
pub struct ClientHandle {
    client: Rc<Client<Browser>>,
    version: ApiVersion,
    defaults: Defaults,
    closed: JsValue,
}

thread_local! {
    /// Of all clients of this page.
    static LANES: Rc<Lanes> = Rc::default();
}

#[wasm_bindgen]
impl ClientHandle {
    /// `auth` is the handle behind `options.auth`; `closed` is aborted by `close()`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, auth: Option<AuthHandle>, closed: JsValue) -> Result<Self, JsValue> {
        Self::read(options, auth, closed).map_err(raw)
    }

    /// Resolves to a RegistrationResponse.
    #[wasm_bindgen(js_name = upsertRegistration)]
    pub fn upsert_registration(&self, request: &JsValue, options: &JsValue) -> Promise {
        let (input, mut found) = registration_input(request);
        let call = self.call_options(options, &mut found);
        let registration = merged(found, validate(&input, self.version));
        let (client, closed) = (self.client.clone(), self.closed.clone());
        #[cfg(feature = "test-doors")]
        call.door.at_entry();
        promise(async move {
            #[cfg(feature = "test-doors")]
            call.door.later().await;
            let registration = registration.map_err(raw)?;
            let cancelled = either(call.signal, closed);
            let registered = client.upsert(&registration, &call.call, cancelled).await.map_err(raw)?;
            Ok(object(&[
                ("status", JsValue::from_str("OK")),
                ("timeToLiveSeconds", JsValue::from_f64(registered.ttl_seconds)),
                ("expiresAt", Date::new(&JsValue::from_f64(registered.expires_at_ms)).into()),
            ])
            .into())
        })
    }

    /// Resolves to a DeleteRegistrationResponse.
    #[wasm_bindgen(js_name = deleteRegistration)]
    pub fn delete_registration(&self, request: &JsValue, options: &JsValue) -> Promise {
        let (input, mut found) = registration_input(request);
        let call = self.call_options(options, &mut found);
        let target = merged(found, validate_target(&input));
        let (client, closed) = (self.client.clone(), self.closed.clone());
        promise(async move {
            let target = target.map_err(raw)?;
            client.delete(&target, &call.call, either(call.signal, closed)).await.map_err(raw)?;
            Ok(object(&[("status", JsValue::from_str("OK"))]).into())
        })
    }

    /// The same client for a keeper, whose calls `close()` does not end: the keeper ends them itself, except for what it
    /// deletes when the page goes.
    #[wasm_bindgen(js_name = forKeeper)]
    pub fn for_keeper(&self) -> Self {
        let (client, defaults) = (Rc::clone(&self.client), self.defaults.clone());
        Self { client, version: self.version, defaults, closed: JsValue::UNDEFINED }
    }

    fn read(options: &JsValue, auth: Option<AuthHandle>, closed: JsValue) -> Result<Self, Error> {
        let mut reader = Reader::new(options, "options");
        let base_url = reader.string("baseUrl");
        let auth_given = reader.value("auth").is_some();
        let supplier = reader.function("accessToken");
        let version = reader.choice("apiVersion", &VERSIONS).unwrap_or_default();
        let timeout_ms = reader.milliseconds("timeoutMs").unwrap_or(DEFAULT_TIMEOUT_MS);
        let metadata = reader.headers("headers");
        let max_message_bytes = reader.number("maxMessageBytes", 0.0, f64::from(i32::MAX));
        let keeping = reader.value("keeping").unwrap_or_default();
        let mut keeping = Reader::nested(&keeping, "keeping.");
        let owner = keeping.string("owner");
        keeping.number("maxPerSecond", 1.0, 1_000.0);
        if owner.is_some() && auth_given {
            keeping.problem("owner", "conflict", "With auth it is who is signed in. Leave it out.");
        }
        let wanted = "Give the address of the gRPC-Web endpoint, for example https://api.example.com.";
        let base_url = match base_url.as_deref().map(|base| parse_base_url(&Browser::default(), base)) {
            Some(Ok(base)) => base,
            Some(Err(problem)) => {
                reader.problem("baseUrl", "bad_url", &problem.to_string());
                String::new()
            }
            None => {
                reader.problem("baseUrl", "missing", wanted);
                String::new()
            }
        };
        let mut problems = Vec::new();
        let defaults = Defaults::new(is_same_origin(&base_url)).read(&mut reader, &mut problems);
        let browser = defaults.browser.clone();
        let tokens: Option<Rc<dyn TokenSource>> = match (auth_given, auth, supplier) {
            (true, Some(auth), None) => Some(Rc::new(auth.session())),
            (true, None, None) => {
                reader.problem("auth", "wrong_type", "Give what createAuth returned.");
                None
            }
            (false, _, Some(supplier)) => Some(Rc::new(Supplied::new(browser.clone(), JsSupplier::new(supplier)))),
            (true, _, Some(_)) => {
                reader.problem("accessToken", "conflict", "Give either auth or accessToken, not both.");
                None
            }
            (false, _, None) => {
                reader.problem("auth", "missing", "Give auth (from createAuth) or accessToken (a function).");
                None
            }
        };
        let mut found = reader.finish();
        found.append(&mut problems);
        found.extend(keeping.finish());
        refuse(found)?;
        let tokens = tokens.ok_or_else(|| InvalidRequest { problems: Vec::new() })?;
        let options = ClientOptions {
            base_url,
            api_version: version,
            timeout_ms,
            metadata,
            tokens,
            retry: defaults.retry,
            max_message_bytes: max_message_bytes.map_or(DEFAULT_MAX_MESSAGE_BYTES, |bytes| bytes as usize),
            lanes: LANES.with(Rc::clone),
        };
        Ok(Self { client: Rc::new(Client::new(browser, options)), version, defaults, closed })
    }

    fn call_options(&self, options: &JsValue, problems: &mut Vec<Problem>) -> CallInput {
        let mut reader = Reader::new(options, "options");
        let signal = reader.signal("signal");
        let timeout_ms = reader.milliseconds("timeoutMs");
        let metadata = reader.headers("headers");
        let mut nested = Vec::new();
        let call = self.defaults.read(&mut reader, &mut nested).into_call(timeout_ms, metadata);
        #[cfg(feature = "test-doors")]
        let door = super::doors::Door::read(&mut reader);
        problems.extend(reader.finish());
        problems.extend(nested);
        CallInput {
            call,
            signal,
            #[cfg(feature = "test-doors")]
            door,
        }
    }
}

/// All that is wrong with a request, for a form; an empty array when nothing is.
#[wasm_bindgen(js_name = validateRegistration)]
pub fn validate_registration(request: &JsValue, options: &JsValue) -> Result<Array, JsValue> {
    let mut reader = Reader::new(options, "options");
    let version = reader.choice("apiVersion", &VERSIONS).unwrap_or_default();
    refuse(reader.finish()).map_err(raw)?;
    let (input, found) = registration_input(request);
    match merged(found, validate(&input, version)) {
        Err(Error::Invalid(invalid)) => Ok(problems(&invalid.problems)),
        _ => Ok(Array::new()),
    }
}

/// A number as it goes to the core. `given` is an object with `phoneNumber`.
#[wasm_bindgen(js_name = parsePhoneNumber)]
pub fn phone_number(given: &JsValue) -> Result<String, JsValue> {
    let mut reader = Reader::new(given, "phoneNumber");
    let text = reader.string("phoneNumber");
    let parsed = parse_phone_number(&text.unwrap_or_default());
    merged(reader.finish(), parsed).map(|number| number.as_str().to_owned()).map_err(raw)
}

pub fn registration_input(request: &JsValue) -> (RegistrationInput, Vec<Problem>) {
    read_registration(Reader::new(request, "request"))
}

/// A registration, and what is wrong with how it is given.
pub fn read_registration(mut reader: Reader) -> (RegistrationInput, Vec<Problem>) {
    let input = RegistrationInput {
        sip_uri: reader.string("sipUri"),
        route_type: reader.string("routeType"),
        phone_number: reader.string("phoneNumber"),
        mobile_originating_prefix: reader.string("mobileOriginatingPrefix"),
        mobile_terminating_prefix: reader.string("mobileTerminatingPrefix"),
    };
    (input, reader.finish())
}

struct CallInput {
    call: Call<Browser>,
    signal: Option<JsValue>,
    #[cfg(feature = "test-doors")]
    door: super::doors::Door,
}

/// What reading found comes first; of the same field validation need not speak again.
pub fn merged<T>(found: Vec<Problem>, validated: Result<T, InvalidRequest>) -> Result<T, Error> {
    match validated {
        Ok(value) => refuse(found).map(|()| value),
        Err(invalid) => Err(joined(found, invalid)),
    }
}

fn joined(mut found: Vec<Problem>, invalid: InvalidRequest) -> Error {
    for problem in invalid.problems {
        if found.iter().all(|other| other.field != problem.field) {
            found.push(problem);
        }
    }
    InvalidRequest { problems: found }.into()
}

async fn either(signal: Option<JsValue>, closed: JsValue) -> Cancelled {
    let closed = (!closed.is_undefined()).then_some(closed);
    match select(pin!(aborted(signal)), pin!(aborted(closed))).await {
        Either::Left((cancelled, _)) | Either::Right((cancelled, _)) => cancelled,
    }
}
