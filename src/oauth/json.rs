//! Values that providers write in more than one form, like `3600`, `3600.0` and `"3600"`. Forms of no use are read over,
//! so that one odd optional field does not cost the whole reply.

use crate::json::Json;

/// A number, or a text that says one.
pub(crate) fn number(value: Json) -> Option<f64> {
    match value {
        Json::Text(text) => Json::parse(text.trim_ascii())?.into_number(),
        other => other.into_number(),
    }
}

/// A flag, or a text that says one.
pub(crate) fn flag(value: Json) -> Option<bool> {
    match value {
        Json::Flag(flag) => Some(flag),
        Json::Text(text) => text.parse().ok(),
        _ => None,
    }
}

/// One text or several (the ID token's `aud`).
pub(crate) fn texts(value: Json) -> Option<Vec<String>> {
    match value {
        Json::Text(text) => Some(vec![text]),
        Json::List(list) => {
            let mut texts = Vec::new();
            for value in list {
                texts.push(value.into_text()?);
            }
            Some(texts)
        }
        _ => None,
    }
}
