//! What the tabs tell each other about a session: that it began, went on or ended. Never a token.

use super::AuthCode;
use super::session::SessionEvent;
use super::stored::Stored;
use crate::seams::{Fields, Json};

/// The form of the messages; a tab with another version of the package does not read them.
const VERSION: f64 = 1.0;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct News {
    pub event: SessionEvent,
    /// Which kind of store the session is in: only who has the same one has the same session.
    pub place: String,
    /// Whose session it was.
    pub sub: Option<String>,
    /// Which one, where that is known: news may come late, when there is another one already.
    pub session: Option<String>,
}

impl News {
    /// Whether it is about the session `stored`, or another one of the same person. Somebody whose name is not known is
    /// nobody's equal.
    pub fn is_about(&self, stored: &Stored) -> bool {
        let is_same =
            |one: Option<&str>, other: Option<&str>| one.is_some_and(|one| !one.is_empty() && Some(one) == other);
        is_same(self.sub.as_deref(), stored.sub.as_deref()) || is_same(self.session.as_deref(), Some(&stored.id))
    }

    pub fn write(&self) -> String {
        let mut fields = Fields::default();
        fields.put("v", VERSION);
        fields.put("place", self.place.as_str());
        fields.put("sub", self.sub.as_deref());
        fields.put("session", self.session.as_deref());
        let (name, detail) = match &self.event {
            SessionEvent::SignedIn => ("signedIn", Json::Null),
            SessionEvent::TokenRefreshed { expires_at_wall_ms } => ("tokenRefreshed", (*expires_at_wall_ms).into()),
            SessionEvent::TokenExpiring { expires_at_wall_ms } => ("tokenExpiring", (*expires_at_wall_ms).into()),
            SessionEvent::SessionUncertain(code) => ("sessionUncertain", code.as_str().into()),
            SessionEvent::SessionExpired(code) => ("sessionExpired", code.as_str().into()),
            SessionEvent::SignedOut => ("signedOut", Json::Null),
        };
        fields.put("event", name);
        fields.put("detail", detail);
        Json::Object(fields).write()
    }

    /// `None` for what is no such message: other scripts of the origin can post there too.
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = Fields::parse(text)?;
        if fields.need_number("v") != Some(VERSION) {
            return None;
        }
        let detail = fields.take("detail");
        let time = || detail.clone().and_then(Json::into_number).filter(|time| time.is_finite());
        let event = match fields.need_text("event")?.as_str() {
            "signedIn" => SessionEvent::SignedIn,
            "tokenRefreshed" => SessionEvent::TokenRefreshed { expires_at_wall_ms: time()? },
            "sessionUncertain" => SessionEvent::SessionUncertain(AuthCode::of(&detail.and_then(Json::into_text)?)?),
            "sessionExpired" => SessionEvent::SessionExpired(AuthCode::of(&detail.and_then(Json::into_text)?)?),
            "signedOut" => SessionEvent::SignedOut,
            _ => return None,
        };
        let place = fields.need_text("place")?;
        Some(Self { event, place, sub: fields.take_text("sub").ok()?, session: fields.take_text("session").ok()? })
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_and_anything_else_is_nothing() {
        for event in [
            SessionEvent::SignedIn,
            SessionEvent::TokenRefreshed { expires_at_wall_ms: 1.5 },
            SessionEvent::SessionUncertain(AuthCode::InvalidClient),
            SessionEvent::SessionExpired(AuthCode::RefreshReplyLost),
            SessionEvent::SignedOut,
        ] {
            let news = News { event, place: "local".into(), sub: Some("user-1".into()), session: Some("id".into()) };
            assert_eq!(News::read(&news.write()), Some(news));
        }
        for other in [
            "",
            "[]",
            r#"{"v":2,"event":"signedOut","place":"local"}"#,
            r#"{"v":1,"event":"signedOut"}"#,
            r#"{"v":1,"event":"sessionExpired","detail":"nonsense","place":"local"}"#,
            r#"{"v":1,"event":"tokenRefreshed","detail":"soon","place":"local"}"#,
        ] {
            assert_eq!(News::read(other), None, "{other}");
        }
    }
}
