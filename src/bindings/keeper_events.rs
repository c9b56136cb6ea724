//! Events of a keeper, from the fields of an array (`js/keeper-machine/machine.ts`).

use super::js::Array;
use super::registration::input;
use crate::breakout::{ApiVersion, Registration, validate};
use crate::keeper::desired::{DesiredRegistration, StoredGrant};
use crate::keeper::event::{Event, Failure, FailureKind, LockNews, Reading, Stored};
use crate::keeper::message::{TabMessage, Told};
use crate::keeper::snapshot::Trouble;
use crate::moment::Moment;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The fields of an array, one after the other.
pub struct Fields<'a> {
    array: &'a Array,
    at: u32,
    version: ApiVersion,
}

impl<'a> Fields<'a> {
    pub const fn new(array: &'a Array, version: ApiVersion) -> Self {
        Self { array, at: 0, version }
    }

    const fn next(&mut self) -> u32 {
        self.at += 1;
        self.at - 1
    }

    /// NaN for none.
    pub fn number(&mut self) -> f64 {
        self.array.number(self.next())
    }

    fn any_number(&mut self) -> Option<f64> {
        Some(self.number()).filter(|number| number.is_finite())
    }

    fn id(&mut self) -> u32 {
        self.number() as u32
    }

    fn any_text(&mut self) -> Option<String> {
        self.array.text(self.next())
    }

    fn text(&mut self) -> String {
        self.any_text().unwrap_or_default()
    }

    fn flag(&mut self) -> bool {
        self.array.flag(self.next())
    }

    pub fn moment(&mut self) -> Moment {
        Moment { wall_ms: self.number(), monotonic_ms: self.number(), page: self.number() }
    }

    /// `None` for what this version would not register.
    fn registration(&mut self) -> Option<Rc<Registration>> {
        let fields = self.text();
        validate(&input(&fields), self.version).ok().map(Rc::new)
    }

    /// Of what is desired, which is read next.
    fn has_flag(&self, flag: u32) -> bool {
        self.array.number(self.at + 1) as u32 & flag != 0
    }

    fn desired(&mut self) -> Option<DesiredRegistration> {
        let (id, flags, at_ms, registration) = (self.any_text(), self.id(), self.any_number(), self.registration());
        let (is_deletion, delete_on_leave) = (flags & 1 != 0, flags & 2 != 0);
        Some(DesiredRegistration { id: id?, registration: registration?, is_deletion, delete_on_leave, at_ms })
    }

    fn grant(&mut self) -> Option<StoredGrant> {
        let (id, sent, ttl_ms, refresh_after_ms) = (self.any_text(), self.moment(), self.number(), self.number());
        Some(StoredGrant { id: id?, sent, ttl_ms, refresh_after_ms, registration: self.registration() })
    }

    fn trouble(&mut self) -> Option<Trouble<JsValue>> {
        Some(self.array.value(self.next())).filter(|error| !error.is_undefined()).map(Trouble::Failed)
    }

    /// `None` for what is no event.
    pub fn event(&mut self, code: u32) -> Option<Event<JsValue>> {
        match code {
            0 | 17..=23 => self.page_event(code),
            1 | 2 | 24 => Some(self.owner_event(code)),
            3..=6 | 12 | 16 => self.store_event(code),
            7..=11 => self.wanted(code),
            _ => self.call_event(code),
        }
    }

    fn page_event(&mut self, code: u32) -> Option<Event<JsValue>> {
        Some(match code {
            0 => Event::Look { is_online: self.flag() },
            17 => self.lock(),
            18 => return self.heard(),
            19 => Event::Leaving { is_for_good: self.flag() },
            20 => Event::Back,
            21 => Event::Close,
            22 => Event::List { is_all: self.flag() },
            _ => Event::LookUp { key: self.text() },
        })
    }

    fn owner_event(&mut self, code: u32) -> Event<JsValue> {
        match code {
            1 => self.owner(),
            2 => Event::OwnerLeft,
            _ => Event::Doubted { trouble: self.trouble() },
        }
    }

    fn owner(&mut self) -> Event<JsValue> {
        let (name, is_shared, session) = (self.any_text(), self.flag(), self.any_text());
        Event::Owner { name, is_shared, session, is_unknown: self.flag() }
    }

    fn lock(&mut self) -> Event<JsValue> {
        let number = self.id();
        let news = match self.id() {
            0 => LockNews::Got,
            1 => LockNews::Lost,
            _ => LockNews::Refused,
        };
        Event::Lock { number, news }
    }

    fn store_event(&mut self, code: u32) -> Option<Event<JsValue>> {
        let number = self.id();
        Some(match code {
            3 => Event::FoundDesired { load: number, key: self.text(), desired: self.desired()? },
            4 => Event::FoundGrant { load: number, key: self.text(), grant: self.grant()? },
            5 => Event::Moved { load: number, key: self.text() },
            6 => Event::Loaded { load: number, reading: self.reading() },
            12 => Event::Checked { attempt: number, stored: self.stored(), grant: self.grant() },
            _ => Event::Written { ticket: number, is_stored: self.flag(), newer: self.desired() },
        })
    }

    fn reading(&mut self) -> Reading {
        match self.id() {
            0 => Reading::Failed,
            1 => Reading::Done,
            _ => Reading::NoStore,
        }
    }

    fn stored(&mut self) -> Stored {
        let (what, desired) = (self.id(), self.desired());
        match (what, desired) {
            (0, _) => Stored::NotRead,
            (1, _) => Stored::Nothing,
            (_, Some(desired)) => Stored::Desired(desired),
            (_, None) => Stored::Other,
        }
    }

    fn wanted(&mut self, code: u32) -> Option<Event<JsValue>> {
        Some(match code {
            7 => {
                let (was_stored, was_rejected) = (self.has_flag(4), self.has_flag(8));
                Event::Desired { desired: self.desired()?, owner: self.any_text(), was_stored, was_rejected }
            }
            8 => Event::Updated { key: self.text(), id: self.text(), registration: self.registration()? },
            9 => Event::Refresh { key: self.text(), id: self.text() },
            10 => {
                let (registration, id) = (self.registration()?, self.text());
                Event::Stop { id, registration, is_deletion: self.flag(), is_awaited: self.flag() }
            }
            _ => Event::Overrule { key: self.text(), id: self.any_text() },
        })
    }

    fn call_event(&mut self, code: u32) -> Option<Event<JsValue>> {
        let attempt = self.id();
        match code {
            13 => Some(Event::Registered { attempt, ttl_ms: self.number(), sent: self.moment() }),
            14 => Some(Event::Deleted { attempt }),
            _ => Some(Event::Failed { attempt, failure: self.failure() }),
        }
    }

    fn failure(&mut self) -> Failure<JsValue> {
        let kind = FailureKind::of(&self.text(), &self.text(), &self.text());
        Failure { kind, retry_after_ms: self.any_number(), error: self.array.value(self.next()) }
    }

    fn heard(&mut self) -> Option<Event<JsValue>> {
        let (name, key) = (self.text(), self.text());
        if name == "wished" {
            let (is_stored, is_again) = (!self.has_flag(4), self.has_flag(8));
            return Some(Event::HeardDesired { key, desired: self.desired()?, is_stored, is_again });
        }
        let (id, registration) = (self.any_text(), self.registration());
        let times_ms = [self.number(), self.number(), self.number()];
        let (told, trouble) = (Told::parse(&name)?, self.trouble());
        Some(Event::Heard(TabMessage { told, key, id, registration, times_ms, trouble }))
    }
}
