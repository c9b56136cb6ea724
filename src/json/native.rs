//! JSON outside of a browser: serde_json.

use super::{Fields, Json, MAX_DEPTH};
use serde_json::Value;

pub fn parse(text: &str) -> Option<Json> {
    from(serde_json::from_str(text).ok()?, MAX_DEPTH)
}

pub fn write(json: &Json) -> String {
    to(json).to_string()
}

fn from(value: Value, depth: usize) -> Option<Json> {
    let deeper = depth.checked_sub(1)?;
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Flag(flag),
        Value::Number(number) => Json::Number(number.as_f64()?),
        Value::String(text) => Json::Text(text),
        Value::Array(list) => Json::List(list.into_iter().map(|value| from(value, deeper)).collect::<Option<_>>()?),
        Value::Object(object) => {
            let fields = object.into_iter().map(|(name, value)| Some((name, from(value, deeper)?)));
            Json::Object(Fields(fields.collect::<Option<_>>()?))
        }
    })
}

fn to(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Flag(flag) => Value::Bool(*flag),
        Json::Number(number) => (*number).into(),
        Json::Text(text) => Value::String(text.clone()),
        Json::List(list) => list.iter().map(to).collect(),
        Json::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), to(value))).collect(),
    }
}
