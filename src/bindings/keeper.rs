//! The keepers of this instance, each by its number: an event in, actions out. `docs/decisions/0017` names the numbers, and
//! `js/keeper/machine.ts` those who use them.

use super::calls::version;
use super::js::Array;
use super::keeper_actions::List;
use super::keeper_events::Fields;
use crate::breakout::ApiVersion;
use crate::keeper::Keeper;
use std::cell::RefCell;
use wasm_bindgen::prelude::*;

thread_local! {
    static KEEPERS: RefCell<Vec<(ApiVersion, Keeper<JsValue, List>)>> = const { RefCell::new(Vec::new()) };
}

/// The number of a new keeper. `tab` is a name that no other keeper has.
#[wasm_bindgen(js_name = newKeeper)]
pub fn new_keeper(is_v0: bool, max_per_second: f64, tab: String) -> usize {
    let keeper = Keeper::new(max_per_second as usize, tab);
    KEEPERS.with_borrow_mut(|keepers| {
        keepers.push((version(is_v0), keeper));
        keepers.len() - 1
    })
}

/// What a keeper wants done because of an event: a list of numbers of actions, each with its fields behind it.
#[wasm_bindgen(js_name = keeperActions)]
pub fn keeper_actions(number: usize, event: &Array) -> Array {
    let actions = KEEPERS.with_borrow_mut(|keepers| {
        let (version, keeper) = keepers.get_mut(number)?;
        let mut fields = Fields::new(event, *version);
        let (code, moment, random) = (fields.number(), fields.moment(), fields.number());
        Some(keeper.handle(fields.event(code as u32)?, moment, random))
    });
    actions.unwrap_or_default().0
}
