//! `createAuth`.

use super::auth_settings;
use super::promise;
use super::raw_error::{parsed, raw};
use crate::auth::{AuthCode, AuthError, LogoutForm, Session, SessionEvent, SessionState, Sharing, SignOut, Told, User};
use crate::browser::{AnyStore, Browser, get, object};
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
    /// `settings` are what `js/auth-settings.ts` read. `face` has what lives in JavaScript: `keys` are the key pairs for DPoP,
    /// `page` is `js/platform/waiting.ts`, `kept` is where registrations are kept. `on_event` is called with the name of an event
    /// and its details, and with an empty name and the new state before that.
    #[wasm_bindgen(constructor)]
    pub fn new(settings: Vec<JsValue>, face: &JsValue, on_event: Function) -> Result<Self, JsValue> {
        let kept = get(face, "kept").unwrap_or_default();
        let (browser, options, tokens) = auth_settings::session(settings, face);
        let pending = AnyStore::Session(JsValue::UNDEFINED, String::new());
        let on_event = Rc::new(move |told: Told| tell(&on_event, &told));
        let session = Session::new(browser, options, tokens, pending, on_event).map_err(auth_error)?;
        Ok(Self { session, kept })
    }

    /// Another handle of the same session, for a client to keep.
    pub fn share(&self) -> Self {
        Self { session: self.session.clone(), kept: self.kept.clone() }
    }

    /// Resolves to the address to navigate to. `others` promises whether each other issuer that the page has at this
    /// redirect URI names itself; undefined if there is none.
    #[wasm_bindgen(js_name = createSignInUrl)]
    pub fn create_sign_in_url(&self, settings: Vec<JsValue>, others: JsValue) -> Promise {
        let session = self.session.clone();
        let mut sign_in = auth_settings::sign_in(settings);
        promise(async move {
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
    pub fn get_access_token(&self, force: bool, signal: JsValue) -> Promise {
        let session = self.session.clone();
        promise(async move {
            match select(pin!(session.platform().aborted(&signal)), pin!(session.access_token(force))).await {
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
    pub fn sign_out(&self, return_to: Option<String>, local_only: bool, delete: bool) -> Promise {
        let session = self.session.clone();
        let options = SignOut { return_to, local_only };
        let kept = AnyStore::Memory(self.kept.clone(), String::new());
        promise(async move {
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
        Told::Ended(error) => ("ended", auth_error(error.clone())),
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
