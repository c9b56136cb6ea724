//! What the tabs tell each other about the registrations they keep. Never a token.

use super::calls::CallError;
use super::granted::Granted;
use super::pulse::Now;
use super::snapshot::Trouble;
use super::wish::{Wish, write_registration};
use crate::error::Kind;
use crate::seams::{Fields, Json};

/// The form of the messages; a tab with another version of the package does not read them.
const VERSION: f64 = 1.0;

/// One message.
#[derive(Clone, Debug)]
pub enum News {
    /// A tab is here, and wants to know who else is.
    Hello { tab: String },
    /// An answer to that.
    Here { tab: String },
    /// A tab goes.
    Bye { tab: String },
    /// The sender leads from now on.
    Leads,
    /// There is a new wish, as it lies in the store.
    Wished { key: String, wish: String },
    /// The leader makes an attempt.
    Tries { key: String },
    /// The core took it, `age_ms` ago. `registration` is what it took, as it is written for other tabs; versions up to
    /// 0.1.0 do not say.
    Granted { key: String, wish: String, registration: Option<String>, age_ms: f64, ttl_ms: f64, refresh_after_ms: f64 },
    /// The attempt failed: nothing is tried for `wait_ms` from its beginning, `ago_ms` ago.
    Failed { key: String, wait_ms: f64, ago_ms: f64, trouble: Told },
    /// The core does not want it.
    Rejected { key: String, wish: String, trouble: Told },
    /// It is kept no more; if it was to be deleted, what came in the way. `wish`: the one that was fulfilled; versions up to
    /// 0.1.0 do not say. `wait_ms`: the deletion is tried again after so long.
    Gone { key: String, wish: Option<String>, trouble: Option<Told>, wait_ms: Option<f64> },
    /// A deletion for an older wish came to the core, or may have: what is wanted now is told again. `trouble` is for who
    /// waits for the deletion.
    Late { key: String, wish: String, trouble: Option<Told> },
}

/// An error, for other tabs: its words hold no token.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Which error it was: the name of the room that made it.
    pub family: &'static str,
    pub code: String,
    pub kind: Kind,
    pub message: String,
}

impl Told {
    /// Of this tab's error.
    pub fn of(error: &CallError) -> Self {
        let CallError { family, code, kind, message, .. } = error.clone();
        match family {
            // Their own wasm is there: all that they know is that this tab did not reach the core.
            "load" => Self { family: "rpc", code: "unavailable".to_owned(), kind: Kind::Network, message },
            // It quotes what the application gave.
            "invalid" => Self { family, code, kind, message: String::new() },
            _ => Self { family, code, kind, message },
        }
    }

    /// For the tabs, of what this one tells the application.
    pub fn of_trouble(trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Own(error) => Self::of(error),
            Trouble::Told { family, code, kind, message } => {
                Self { family, code: code.clone(), kind: *kind, message: message.clone() }
            }
        }
    }

    /// For the application.
    pub fn trouble(self) -> Trouble {
        Trouble::Told { family: self.family, code: self.code, kind: self.kind, message: self.message }
    }

    fn put(&self, fields: &mut Fields) {
        fields.put("family", self.family);
        fields.put("code", self.code.as_str());
        fields.put("kind", self.kind.as_str());
        fields.put("message", self.message.as_str());
    }

    fn take(fields: &mut Fields) -> Option<Self> {
        let family = fields.need_text("family")?;
        let family = ["rpc", "auth", "rejected", "invalid"].into_iter().find(|known| *known == family)?;
        let kind = fields.need_text("kind")?;
        let kind = Kind::parse(&kind)?;
        Some(Self { family, code: fields.need_text("code")?, kind, message: fields.need_text("message")? })
    }
}

impl News {
    /// The core took it.
    pub fn granted(key: &str, wish: &Wish, granted: &Granted, now: Now) -> Self {
        Self::Granted {
            key: key.to_owned(),
            wish: wish.id.clone(),
            registration: Some(write_registration(wish.registration())),
            age_ms: granted.age_ms(now),
            ttl_ms: granted.ttl_ms,
            refresh_after_ms: granted.refresh_after_ms,
        }
    }

    pub fn write(&self) -> String {
        let mut fields = Fields::default();
        fields.put("v", VERSION);
        let mut put = |name: &str, texts: &[(&str, &str)], numbers: &[(&str, f64)]| {
            fields.put("news", name);
            for (name, text) in texts {
                fields.put(name, *text);
            }
            for (name, number) in numbers {
                fields.put(name, *number);
            }
        };
        match self {
            Self::Hello { tab } => put("hello", &[("tab", tab)], &[]),
            Self::Here { tab } => put("here", &[("tab", tab)], &[]),
            Self::Bye { tab } => put("bye", &[("tab", tab)], &[]),
            Self::Leads => put("leads", &[], &[]),
            Self::Wished { key, wish } => put("wished", &[("key", key), ("wish", wish)], &[]),
            Self::Tries { key } => put("tries", &[("key", key)], &[]),
            Self::Granted { key, wish, registration, age_ms, ttl_ms, refresh_after_ms } => put(
                "granted",
                &[("key", key), ("wish", wish), ("registration", registration.as_deref().unwrap_or_default())],
                &[("age_ms", *age_ms), ("ttl_ms", *ttl_ms), ("refresh_after_ms", *refresh_after_ms)],
            ),
            Self::Failed { key, wait_ms, ago_ms, .. } => {
                put("failed", &[("key", key)], &[("wait_ms", *wait_ms), ("ago_ms", *ago_ms)]);
            }
            Self::Rejected { key, wish, .. } => put("rejected", &[("key", key), ("wish", wish)], &[]),
            Self::Gone { key, wish, wait_ms, .. } => {
                let mut texts = vec![("key", key.as_str())];
                texts.extend(wish.as_deref().map(|wish| ("wish", wish)));
                let numbers: Vec<_> = wait_ms.iter().map(|wait_ms| ("wait_ms", *wait_ms)).collect();
                put("gone", &texts, &numbers);
            }
            Self::Late { key, wish, .. } => put("late", &[("key", key), ("wish", wish)], &[]),
        }
        if let Self::Failed { trouble, .. }
        | Self::Rejected { trouble, .. }
        | Self::Gone { trouble: Some(trouble), .. }
        | Self::Late { trouble: Some(trouble), .. } = self
        {
            trouble.put(&mut fields);
        }
        Json::Object(fields).write()
    }

    /// `None` for what is no such message: other scripts of the origin can post there too.
    pub fn read(text: &str) -> Option<Self> {
        let mut fields = Fields::parse(text)?;
        if fields.need_number("v") != Some(VERSION) {
            return None;
        }
        let name = fields.need_text("news")?;
        let number = |fields: &mut Fields, name: &str| fields.need_number(name).filter(|number| number.is_finite());
        let text = |fields: &mut Fields, name: &str| fields.need_text(name);
        let fields = &mut fields;
        Some(match name.as_str() {
            "hello" => Self::Hello { tab: text(fields, "tab")? },
            "here" => Self::Here { tab: text(fields, "tab")? },
            "bye" => Self::Bye { tab: text(fields, "tab")? },
            "leads" => Self::Leads,
            "wished" => Self::Wished { key: text(fields, "key")?, wish: text(fields, "wish")? },
            "tries" => Self::Tries { key: text(fields, "key")? },
            "granted" => Self::Granted {
                key: text(fields, "key")?,
                wish: text(fields, "wish")?,
                registration: text(fields, "registration").filter(|text| !text.is_empty()),
                age_ms: number(fields, "age_ms")?,
                ttl_ms: number(fields, "ttl_ms")?,
                refresh_after_ms: number(fields, "refresh_after_ms")?,
            },
            "failed" => Self::Failed {
                key: text(fields, "key")?,
                wait_ms: number(fields, "wait_ms")?,
                ago_ms: number(fields, "ago_ms")?,
                trouble: Told::take(fields)?,
            },
            "rejected" => {
                Self::Rejected { key: text(fields, "key")?, wish: text(fields, "wish")?, trouble: Told::take(fields)? }
            }
            "gone" => Self::Gone {
                key: text(fields, "key")?,
                wish: text(fields, "wish"),
                wait_ms: number(fields, "wait_ms"),
                trouble: Told::take(fields),
            },
            "late" => {
                Self::Late { key: text(fields, "key")?, wish: text(fields, "wish")?, trouble: Told::take(fields) }
            }
            _ => return None,
        })
    }
}
