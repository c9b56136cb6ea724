//! The keepers of this instance, each by its number: an event in, actions out. `keeper_events.rs` and `keeper_actions.rs` have the numbers, and
//! `js/keeper-machine/machine.ts` those who use them.

use super::js::Array;
use super::keeper_actions::List;
use super::keeper_events::Fields;
use super::registration::version;
use crate::breakout::ApiVersion;
use crate::keeper::Keeper;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

type Kept = Option<(ApiVersion, Keeper<JsValue, List>)>;

thread_local! {
    static KEEPERS: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

/// The number of a new keeper. `tab` is a name that no other keeper has.
#[wasm_bindgen(js_name = newKeeper)]
pub fn new_keeper(is_v0: bool, max_per_second: f64, tab: String) -> usize {
    let keeper = Some((version(is_v0), Keeper::new(max_per_second as usize, tab)));
    KEEPERS.with_borrow_mut(|keepers| {
        let free = keepers.iter().position(Option::is_none).unwrap_or(keepers.len());
        keepers.resize_with(keepers.len().max(free + 1), || None);
        if let Some(place) = keepers.get_mut(free) {
            *place = keeper;
        }
        free
    })
}

/// Nobody uses the keeper any more. Another one may get its number.
#[wasm_bindgen(js_name = freeKeeper)]
pub fn free_keeper(number: usize) {
    KEEPERS.with_borrow_mut(|keepers| keepers.get_mut(number).and_then(Option::take));
}

/// What a keeper wants done because of an event: a list of numbers of actions, each with its fields behind it.
#[wasm_bindgen(js_name = keeperActions)]
pub fn keeper_actions(number: usize, event: &Array) -> Array {
    let actions = KEEPERS.with_borrow_mut(|keepers| {
        let (version, keeper) = keepers.get_mut(number)?.as_mut()?;
        let mut fields = Fields::new(event, *version);
        let (code, moment, random) = (fields.number(), fields.moment(), fields.number());
        Some(keeper.handle(fields.event(code as u32)?, moment, random))
    });
    actions.unwrap_or_default().0
}
