//! What is wanted, and what was granted, as it outlives the page. Never a token.

use super::granted::Granted;
use super::pulse::Now;
use crate::breakout::{ApiVersion, Registration, RegistrationInput, Target, validate};
use crate::form::encoded;
use crate::seams::{Fields, Json, Moment};

/// The form of the records; what a later version of this package wrote is left alone.
const VERSION: f64 = 1.0;

/// Up to this share of its time to live a grant is young: a clock that was set back by no more than half as much does not
/// make it lapse unseen.
const YOUNG: f64 = 0.25;

/// In the place of a wish that is stored under another name now.
pub const MOVED: &str = r#"{"v":1,"is_moved":true}"#;

/// What is wanted for a number.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// That it stays registered.
    Keep(Registration),
    /// That it is deleted, and kept no more.
    Delete(Registration),
}

/// A wish. Of two for one number the one that was written last counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Tells it from others.
    pub id: String,
    /// What is wanted.
    pub what: What,
    /// Delete it when the last page goes.
    pub delete_on_leave: bool,
    /// When it was wished that it is deleted, by the wall clock: nobody deletes what somebody may have registered since.
    /// Versions up to 0.1.0 did not store it.
    pub at_ms: Option<f64>,
}

impl Wish {
    /// What is, or was, to be registered.
    pub fn registration(&self) -> &Registration {
        match &self.what {
            What::Keep(registration) | What::Delete(registration) => registration,
        }
    }

    /// What a delete needs.
    pub fn target(&self) -> &Target {
        &self.registration().target
    }

    /// Whether it is for the number to be deleted.
    pub fn is_end(&self) -> bool {
        matches!(self.what, What::Delete(_))
    }

    pub fn write(&self) -> String {
        let registration = self.registration();
        let mut fields = Fields::default();
        fields.put("v", VERSION);
        fields.put("id", self.id.as_str());
        fields.put("is_end", Json::Flag(self.is_end()));
        fields.put("delete_on_leave", Json::Flag(self.delete_on_leave));
        if let Some(at_ms) = self.at_ms {
            fields.put("at_ms", at_ms);
        }
        put_registration(&mut fields, registration);
        Json::Object(fields).write()
    }

    /// `None` for what is no wish, or one that this version would not make.
    pub fn read(text: &str, version: ApiVersion) -> Option<Self> {
        let mut fields = Fields::parse(text)?;
        if fields.need_number("v") != Some(VERSION) {
            return None;
        }
        let is_set = |value: Option<Json>| value == Some(Json::Flag(true));
        let (is_end, delete_on_leave) = (is_set(fields.take("is_end")), is_set(fields.take("delete_on_leave")));
        let id = fields.need_text("id")?;
        let at_ms = fields.need_number("at_ms").filter(|at_ms| at_ms.is_finite());
        let registration = take_registration(&mut fields, version)?;
        let what = if is_end { What::Delete(registration) } else { What::Keep(registration) };
        Some(Self { id, what, delete_on_leave, at_ms })
    }
}

fn put_registration(fields: &mut Fields, registration: &Registration) {
    fields.put("sip_uri", registration.target.sip_uri.as_str());
    fields.put("phone_number", registration.target.phone_number.as_ref().map(|number| number.as_str()));
    fields.put("route_type", registration.route_type.as_str());
    fields.put("mo_prefix", registration.mobile_originating_prefix.as_str());
    fields.put("mt_prefix", registration.mobile_terminating_prefix.as_str());
}

fn take_registration(fields: &mut Fields, version: ApiVersion) -> Option<Registration> {
    let input = RegistrationInput {
        sip_uri: fields.take_text("sip_uri").ok()?,
        route_type: fields.take_text("route_type").ok()?,
        phone_number: fields.take_text("phone_number").ok()?,
        mobile_originating_prefix: fields.take_text("mo_prefix").ok()?,
        mobile_terminating_prefix: fields.take_text("mt_prefix").ok()?,
    };
    validate(&input, version).ok()
}

/// A registration as text, for other tabs.
pub fn write_registration(registration: &Registration) -> String {
    let mut fields = Fields::default();
    put_registration(&mut fields, registration);
    Json::Object(fields).write()
}

/// `None` for what is no registration of `key`: other scripts of the origin can write there too.
pub fn read_registration(text: &str, key: &str, version: ApiVersion) -> Option<Registration> {
    let registration = take_registration(&mut Fields::parse(text)?, version)?;
    (key_of(&registration.target) == key).then_some(registration)
}

/// A grant as it is stored, with what the core was told and took.
#[derive(Debug)]
pub struct StoredGrant {
    pub granted: Granted,
    /// The wish that it was for.
    pub wish: String,
    /// What the core took. Versions up to 0.1.0 did not store it.
    pub registration: Option<Registration>,
}

/// A grant of what the core took for the wish called `wish`.
pub fn write_granted(granted: &Granted, wish: &str, registration: &Registration) -> String {
    let mut fields = Fields::default();
    fields.put("v", VERSION);
    fields.put("wish", wish);
    fields.put("wall_ms", granted.sent.wall_ms);
    fields.put("monotonic_ms", granted.sent.monotonic_ms);
    fields.put("page", granted.sent.page);
    fields.put("ttl_ms", granted.ttl_ms);
    fields.put("refresh_after_ms", granted.refresh_after_ms);
    put_registration(&mut fields, registration);
    Json::Object(fields).write()
}

/// As `write_granted` wrote it. A grant from the future is none: the clock was set back since, and what is left of it
/// can't be told. Nor whether it was set back a little: what another page was granted is refreshed at once, unless it is
/// so young that this makes no difference.
pub fn read_granted(text: &str, now: Now, version: ApiVersion) -> Option<StoredGrant> {
    let mut fields = Fields::parse(text)?;
    if fields.need_number("v") != Some(VERSION) {
        return None;
    }
    let mut number = |name: &str| fields.need_number(name).filter(|number| number.is_finite());
    let sent = Moment { wall_ms: number("wall_ms")?, monotonic_ms: number("monotonic_ms")?, page: number("page")? };
    let (ttl_ms, mut refresh_after_ms) = (number("ttl_ms")?, number("refresh_after_ms")?);
    let is_of_this_page = sent.page == now.moment.page;
    if ttl_ms <= 0.0 || !(is_of_this_page || sent.wall_ms <= now.moment.wall_ms) {
        return None;
    }
    if !is_of_this_page && sent.age_ms(now.moment) > ttl_ms * YOUNG {
        refresh_after_ms = 0.0;
    }
    let granted = Granted::of(sent, ttl_ms, refresh_after_ms, now);
    let wish = fields.need_text("wish")?;
    Some(StoredGrant { granted, wish, registration: take_registration(&mut fields, version) })
}

/// The names under which things are kept, shared and locked.
#[derive(Clone, Debug, PartialEq)]
pub struct Names {
    /// Of all wishes of one owner at one core.
    pub wishes: String,
    /// Of all grants of them.
    pub grants: String,
    /// The lock of who leads.
    pub lock: String,
    /// The channel of the tabs.
    pub channel: String,
}

/// Begins the names of all that is stored of `owner`, at whatever core. (`js/auth/sign-out.ts` has it too.)
fn owned(kind: &str, owner: &str) -> String {
    let owner = encoded(owner);
    ["sipbreakout/", kind, "/", &owner, "/"].concat()
}

impl Names {
    /// Of `owner` at `base_url`. Versions of the API are apart: who speaks the old one can't make the calls of the new.
    pub fn of(owner: &str, base_url: &str, version: ApiVersion) -> Self {
        let base = encoded(base_url);
        let name = |kind| [&owned(kind, owner), base.as_str(), "/", version.as_str(), "/"].concat();
        Self { wishes: name("kept"), grants: name("granted"), lock: name("keeper"), channel: name("keeper") }
    }
}

/// What tells registrations of one owner apart: the number, or that it is the token's own.
pub fn key_of(target: &Target) -> String {
    target.phone_number.as_ref().map_or_else(|| "own".to_owned(), |number| number.as_str().to_owned())
}

/// The registration of what a form says; only used by tests and `read`.
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
pub fn registration(number: Option<&str>, sip_uri: &str) -> Registration {
    let input = RegistrationInput {
        sip_uri: Some(sip_uri.to_owned()),
        route_type: Some("LOOP".to_owned()),
        phone_number: number.map(str::to_owned),
        ..RegistrationInput::default()
    };
    validate(&input, ApiVersion::V1).expect("valid")
}
