//! The surroundings of a test: a scripted core, a session, and pages that share a browser.

use super::core::{Answer, Asked, Core, ScriptedCalls};
use super::session::FakeSession;
use crate::breakout::{ApiVersion, Registration};
use crate::keeper::{Event, KeepOptions, Keeping, Listeners, Snapshot, Surroundings};
use crate::seams::Timer;
use crate::seams::fake::{Fake, FakeStore};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// What a page heard.
pub type Heard = Rc<RefCell<Vec<(f64, String, Event, Snapshot)>>>;

/// A page that keeps registrations.
pub struct Page {
    pub keeping: Keeping<Fake, FakeStore>,
    pub heard: Heard,
    pub leads: Rc<Cell<bool>>,
}

impl Page {
    /// The events so far, those of views left out.
    pub fn events(&self) -> Vec<Event> {
        self.heard.borrow().iter().map(|(_, _, event, _)| *event).filter(|event| *event != Event::Changed).collect()
    }
}

/// The browser and the core.
#[derive(Clone, Default)]
pub struct Bench {
    pub fake: Fake,
    pub lasting: FakeStore,
    pub session: FakeSession,
    pub core: Core,
    pages: Rc<Cell<u32>>,
}

impl Bench {
    /// The next answers of the core; then it takes everything again.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.core.answer(answers);
    }

    /// One more page of this browser.
    pub fn page(&self) -> Page {
        self.page_with(FakeStore::default(), 50)
    }

    pub fn page_with(&self, fleeting: FakeStore, max_per_second: usize) -> Page {
        let surroundings = Surroundings {
            calls: Rc::new(ScriptedCalls::new(&self.fake, &self.session, &self.core)),
            owners: Rc::new(self.session.clone()),
            core: crate::keeper::Core { base_url: "https://api.example.com".to_owned(), api_version: ApiVersion::V1 },
            lasting: self.lasting.clone(),
            fleeting,
        };
        let (heard, leads) = (Heard::default(), Rc::new(Cell::new(false)));
        self.pages.set(self.pages.get() + 1);
        let page = self.pages.get();
        let (fake, log, lead) = (self.fake.clone(), Rc::clone(&heard), Rc::clone(&leads));
        let listeners = Listeners {
            on_event: Box::new(move |key, event, snapshot| {
                log.borrow_mut().push((fake.elapsed_ms(), key.to_owned(), event, snapshot.clone()));
            }),
            on_lead: Box::new(move |is_leading| lead.set(is_leading)),
            nameless: {
                let names = Cell::new(0);
                Box::new(move |is_another| {
                    names.set(names.get() + u32::from(is_another));
                    format!("{page}.{}", names.get())
                })
            },
        };
        let keeping = Keeping::new(self.fake.clone(), surroundings, KeepOptions { max_per_second }, listeners);
        Page { keeping, heard, leads }
    }

    /// Lets time pass.
    pub fn pass(&self, ms: f64) {
        self.fake.run(self.fake.sleep(ms));
    }

    /// Forgets what was asked so far, and returns it.
    pub fn asked(&self) -> Vec<Asked> {
        self.core.asked.take()
    }

    /// Keeps a registration.
    pub fn keep(&self, page: &Page, registration: Registration) -> String {
        self.fake.run(page.keeping.keep(registration, false, None)).expect("kept")
    }
}
