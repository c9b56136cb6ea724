//! `createAuth`.

use super::promise;
use super::raw_error::{parsed, raw};
use super::read::{Reader, refuse};
use crate::auth::{
    AuthCode, AuthError, AuthOptions, EndpointOverrides, LogoutForm, Session, SessionEvent, SessionState, Sharing,
    SignIn, SignOut, Told, User,
};
use crate::browser::{AnyStore, Browser, aborted, call, get, object};
use crate::error::Error;
use crate::keeper::sign_out;
use futures_util::future::{Either, select};
use js_sys::{Array, Date, Function, Promise};
use std::pin::pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

type BrowserSession = Session<Browser, AnyStore>;

/// A session, or the lack of one.
#[wasm_bindgen]
pub struct AuthHandle {
    session: BrowserSession,
    /// Where registrations that are kept are stored.
    kept: JsValue,
}

#[wasm_bindgen]
impl AuthHandle {
    /// `face` has what lives in JavaScript: `memory` is the store behind `storage: "memory"`, which outlives this
    /// instance, and `isOwnMemory` whether no other `Auth` has it; `keys` are the key pairs for DPoP; `isCopied` promises
    /// whether the tab's storage was copied from another tab, and `tab` names the tab; `nameOf` gives an object a name
    /// that no other one has; `queues` stand in for Web Locks. `on_event` is called with the name of an event and its
    /// details, and with an empty name and the new state before that.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &JsValue, face: &JsValue, on_event: Function) -> Result<Self, JsValue> {
        let kept = get(face, "kept").unwrap_or_default();
        Self::read(options, face, on_event).map(|session| Self { session, kept }).map_err(raw)
    }

    /// Another handle of the same session, for a client to keep.
    pub fn share(&self) -> Self {
        Self { session: self.session.clone(), kept: self.kept.clone() }
    }

    /// Resolves to the address to navigate to. `others` promises whether each other issuer that the page has at this
    /// redirect URI names itself; undefined if there is none.
    #[wasm_bindgen(js_name = createSignInUrl)]
    pub fn create_sign_in_url(&self, options: &JsValue, others: JsValue) -> Promise {
        let session = self.session.clone();
        let sign_in = sign_in(options);
        promise(async move {
            let mut sign_in = sign_in.map_err(raw)?;
            sign_in.sharing = sharing(&JsFuture::from(Promise::resolve(&others)).await?);
            let url = session.authorization_url(sign_in).await.map_err(auth_error)?;
            Ok(JsValue::from_str(&url))
        })
    }

    /// Resolves to whether the issuer promises to name itself in its answers.
    #[wasm_bindgen(js_name = promisesIss)]
    pub fn promises_iss(&self) -> Promise {
        let session = self.session.clone();
        promise(async move { session.promises_iss().await.map(JsValue::from_bool).map_err(auth_error) })
    }

    /// Resolves to `{ appState }`. `is_shared`: the page has another issuer at this redirect URI.
    #[wasm_bindgen(js_name = handleRedirectCallback)]
    pub fn handle_redirect_callback(&self, url: String, is_shared: bool) -> Promise {
        let session = self.session.clone();
        let sharing = if is_shared { Sharing::WithPromise } else { Sharing::Alone };
        promise(async move {
            let callback = session.handle_answer(&url, sharing).await.map_err(auth_error)?;
            Ok(object(&[("appState", parsed(callback.app_state.as_deref()))]).into())
        })
    }

    /// Resolves to the access token.
    #[wasm_bindgen(js_name = getAccessToken)]
    pub fn get_access_token(&self, options: &JsValue) -> Promise {
        let session = self.session.clone();
        let mut reader = Reader::new(options, "options");
        let force = reader.boolean("forceRefresh").unwrap_or(false);
        let signal = reader.signal("signal");
        let checked = refuse(reader.finish());
        promise(async move {
            checked.map_err(raw)?;
            match select(pin!(aborted(signal)), pin!(session.access_token(force))).await {
                Either::Right((token, _)) => Ok(JsValue::from_str(token.map_err(auth_error)?.expose())),
                Either::Left((cancelled, _)) => {
                    let mut error = AuthError::new(AuthCode::Aborted, "The caller gave up waiting for a token.");
                    error.cause = cancelled.reason;
                    Err(auth_error(error))
                }
            }
        })
    }

    /// Resolves to true or false; asks nobody.
    #[wasm_bindgen(js_name = isSignedIn)]
    pub fn is_signed_in(&self) -> Promise {
        let session = self.session.clone();
        promise(async move { Ok(JsValue::from_bool(session.is_signed_in().await)) })
    }

    /// Resolves to a User.
    #[wasm_bindgen(js_name = getUser)]
    pub fn get_user(&self) -> Promise {
        let session = self.session.clone();
        promise(async move { session.user().await.map(|user| user_object(&user)).map_err(auth_error) })
    }

    /// Resolves to the `state` to send along.
    #[wasm_bindgen(js_name = beginConsentRevocation)]
    pub fn begin_consent_revocation(&self) -> Promise {
        let session = self.session.clone();
        promise(async move {
            let state = session.begin_consent_revocation().await.map_err(auth_error)?;
            Ok(JsValue::from_str(&state))
        })
    }

    /// Resolves when the answer is one, and no refusal.
    #[wasm_bindgen(js_name = finishConsentRevocation)]
    pub fn finish_consent_revocation(&self, url: String) -> Promise {
        let session = self.session.clone();
        promise(async move {
            session.finish_consent_revocation(&url).await.map_err(auth_error)?;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Resolves to `{ revoked, form }`; the form, if there is one, is `{ url, fields }`, to be posted to the provider.
    #[wasm_bindgen(js_name = signOut)]
    pub fn sign_out(&self, options: &JsValue) -> Promise {
        let session = self.session.clone();
        let mut reader = Reader::new(options, "options");
        let options =
            SignOut { return_to: reader.string("returnTo"), local_only: reader.boolean("localOnly").unwrap_or(false) };
        let delete = reader.boolean("deleteRegistrations").unwrap_or(false);
        let kept = AnyStore::Memory(self.kept.clone(), String::new());
        let checked = refuse(reader.finish());
        promise(async move {
            checked.map_err(raw)?;
            let (signed_out, deleted) = sign_out(&session, &kept, options, delete).await.map_err(auth_error)?;
            let form = signed_out.logout.as_ref().map(form_object);
            let revoked = JsValue::from_bool(signed_out.is_revoked());
            let deleted = if delete { JsValue::from_bool(deleted) } else { JsValue::UNDEFINED };
            Ok(object(&[("revoked", revoked), ("registrationsDeleted", deleted), ("form", form.unwrap_or_default())])
                .into())
        })
    }
}

impl AuthHandle {
    /// The session itself, for a client.
    pub fn session(&self) -> BrowserSession {
        self.session.clone()
    }

    fn read(options: &JsValue, face: &JsValue, on_event: Function) -> Result<BrowserSession, Error> {
        let mut reader = Reader::new(options, "options");
        let client_id = reader.string("clientId");
        let redirect_uri = reader.string("redirectUri");
        let scope = reader.names("scope");
        let issuer = reader.string("issuer");
        let preset = reader.string("preset");
        let endpoints = reader.value("endpoints").unwrap_or_default();
        let authorization_params = reader.record("authorizationParams");
        let tokens = store(&mut reader, face);
        let name = reader.string("name");
        let timeout_ms = reader.milliseconds("timeoutMs");
        let dpop = reader.boolean("dpop").unwrap_or(false);
        let auto_refresh = reader.boolean("autoRefresh").unwrap_or(true);
        let skip_signature = reader.boolean("dangerouslySkipIdTokenSignature").unwrap_or(false);
        let proof_keys = get(face, "keys").unwrap_or_default();
        let queues = get(face, "queues").unwrap_or_default();
        // A user info that a cache kept may be another person's.
        let cache = Some("no-store");
        let browser = Browser { fetch: reader.function("fetch"), cache, proof_keys, queues, ..Browser::default() };
        let mut nested = Reader::nested(&endpoints, "endpoints.");
        let endpoints = EndpointOverrides {
            authorization: nested.string("authorization"),
            token: nested.string("token"),
            revocation: nested.string("revocation"),
            end_session: nested.string("endSession"),
            user_info: nested.string("userInfo"),
            jwks: nested.string("jwks"),
        };
        let mut problems = reader.finish();
        problems.extend(nested.finish());
        refuse(problems)?;
        let options = AuthOptions {
            client_id: client_id.unwrap_or_default(),
            redirect_uri: redirect_uri.unwrap_or_default(),
            scope,
            issuer,
            preset,
            endpoints,
            authorization_params,
            name,
            timeout_ms,
            dpop,
            auto_refresh,
            skip_signature,
        };
        let on_event = Rc::new(move |told: Told| tell(&on_event, &told));
        Ok(Session::new(browser, options, tokens, AnyStore::Session(JsValue::UNDEFINED, String::new()), on_event)?)
    }
}

/// A name, or the application's own store.
fn store(reader: &mut Reader, face: &JsValue) -> AnyStore {
    let given = reader.value("storage").unwrap_or_default();
    if given.is_object() {
        let missing = ["get", "set", "remove"]
            .into_iter()
            .find(|name| !get(&given, name).is_ok_and(|method| method.is_function()));
        if let Some(name) = missing {
            reader.problem("storage", "wrong_type", &["Its method `", name, "` is missing."].concat());
        }
        let name = text(face, "nameOf", &[&given]);
        return AnyStore::Adapter(given, name);
    }
    match given.as_string().as_deref() {
        Some("session") => AnyStore::Session(get(face, "isCopied").unwrap_or_default(), text(face, "tab", &[])),
        Some("local") => AnyStore::Local(get(face, "kept").unwrap_or_default()),
        kind => {
            if kind != Some("memory") && !given.is_undefined() {
                let wanted = "Give `memory`, `session`, `local`, or an object with `get`, `set` and `remove`.";
                reader.problem("storage", "wrong_type", wanted);
            }
            let memory = get(face, "memory").unwrap_or_default();
            let is_own = get(face, "isOwnMemory").is_ok_and(|is_own| is_own.is_truthy());
            let name = if is_own { text(face, "nameOf", &[&memory]) } else { String::new() };
            AnyStore::Memory(memory, name)
        }
    }
}

/// What a function of the face says.
fn text(face: &JsValue, function: &str, arguments: &[&JsValue]) -> String {
    call(face, function, arguments).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

fn auth_error(error: AuthError) -> JsValue {
    raw(error.into())
}

fn sharing(others: &JsValue) -> Sharing {
    match others.as_bool() {
        None => Sharing::Alone,
        Some(true) => Sharing::WithPromise,
        Some(false) => Sharing::WithoutPromise,
    }
}

fn sign_in(options: &JsValue) -> Result<SignIn, Error> {
    let mut reader = Reader::new(options, "options");
    // The face made JSON text of it (`js/given/json.ts`), unless there is none.
    let app_state = reader.value("appState");
    let sign_in = SignIn {
        app_state: app_state.as_ref().and_then(JsValue::as_string),
        prompt: reader.string("prompt"),
        login_hint: reader.string("loginHint"),
        params: reader.record("authorizationParams"),
        popup: reader.boolean("popup").unwrap_or(false),
        sharing: Sharing::Alone,
    };
    if sign_in.popup {
        // The page heeds them (`js/popup.ts`).
        reader.signal("signal");
        reader.number("popupTimeoutMs", 1.0, 2_147_483_647.0);
    }
    if app_state.is_some() && sign_in.app_state.is_none() {
        reader.problem("appState", "wrong_type", "It must be something that JSON can say.");
    }
    refuse(reader.finish())?;
    Ok(sign_in)
}

fn user_object(user: &User) -> JsValue {
    object(&[
        ("sub", JsValue::from_str(&user.sub)),
        ("phoneNumber", user.phone_number.as_deref().map(JsValue::from_str).unwrap_or_default()),
        ("phoneNumberVerified", user.phone_number_verified.map(JsValue::from_bool).unwrap_or_default()),
        ("claims", parsed(Some(&user.claims_json))),
    ])
    .into()
}

fn form_object(form: &LogoutForm) -> JsValue {
    let fields: Array = form
        .fields
        .iter()
        .map(|(name, value)| Array::of2(&JsValue::from_str(name), &JsValue::from_str(value)))
        .collect();
    object(&[("url", JsValue::from_str(&form.url)), ("fields", fields.into())]).into()
}

fn tell(listener: &Function, told: &Told) {
    let (name, detail) = match told {
        Told::State(state) => ("", JsValue::from_str(state_name(*state))),
        Told::Event(event, error) => {
            let (name, mut detail) = event_detail(event);
            if let Some(error) = error {
                detail.push(("error", auth_error(error.clone())));
            }
            (name, object(&detail).into())
        }
    };
    // A listener that throws is the page's affair; it must not disturb the session.
    let _ = listener.call2(&JsValue::UNDEFINED, &JsValue::from_str(name), &detail);
}

fn state_name(state: SessionState) -> &'static str {
    match state {
        SessionState::Unknown => "unknown",
        SessionState::SignedOut => "signedOut",
        SessionState::SignedIn => "signedIn",
        SessionState::Uncertain => "uncertain",
    }
}

fn event_detail(event: &SessionEvent) -> (&'static str, Vec<(&'static str, JsValue)>) {
    let at = |wall_ms: &f64| vec![("expiresAt", Date::new(&JsValue::from_f64(*wall_ms)).into())];
    let with = |code: &AuthCode| vec![("code", JsValue::from_str(code.as_str()))];
    match event {
        SessionEvent::SignedIn => ("signedIn", Vec::new()),
        SessionEvent::TokenRefreshed { expires_at_wall_ms } => ("tokenRefreshed", at(expires_at_wall_ms)),
        SessionEvent::TokenExpiring { expires_at_wall_ms } => ("tokenExpiring", at(expires_at_wall_ms)),
        SessionEvent::SessionUncertain(code) => ("sessionUncertain", with(code)),
        SessionEvent::SessionExpired(code) => ("sessionExpired", with(code)),
        SessionEvent::SignedOut => ("signedOut", Vec::new()),
    }
}
