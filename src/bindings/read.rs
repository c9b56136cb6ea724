//! Reading options field by field, so that each mistake names its field. All of them are found at once.

use crate::breakout::{InvalidRequest, Problem};
use crate::browser::{get, is_array, is_nullish, is_signal, items, keys};
use crate::error::Error;
use crate::grpc_web::Metadata;
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

/// Reads the properties of one object and remembers what is wrong with them.
pub struct Reader {
    object: JsValue,
    what: String,
    prefix: &'static str,
    known: Vec<&'static str>,
    problems: Vec<Problem>,
}

impl Reader {
    /// `what` names the object where it is none itself. Undefined and null are an empty object.
    pub fn new(object: &JsValue, what: &str) -> Self {
        let mut problems = Vec::new();
        if !is_nullish(object) && (!object.is_object() || is_array(object)) {
            problems.push(Problem::new(what, "wrong_type", ["An object is wanted, not ", &kind(object), "."].concat()));
        }
        Self { object: object.clone(), what: what.to_owned(), prefix: "", known: Vec::new(), problems }
    }

    /// For an object within options: problems are named `prefix` + field.
    pub fn nested(object: &JsValue, prefix: &'static str) -> Self {
        Self { prefix, ..Self::new(object, prefix.trim_end_matches('.')) }
    }

    fn name(&self, field: &str) -> String {
        [self.prefix, field].concat()
    }

    /// Notes a problem of `field`, unless it has one.
    pub fn problem(&mut self, field: &str, code: &'static str, message: &str) {
        let field = self.name(field);
        if self.problems.iter().all(|problem| problem.field != field) {
            self.problems.push(Problem::new(field, code, message));
        }
    }

    /// The value of `field`; undefined and null are none.
    pub fn value(&mut self, field: &'static str) -> Option<JsValue> {
        self.known.push(field);
        match get(&self.object, field) {
            Ok(value) => (!is_nullish(&value)).then_some(value),
            // What it threw may quote anything, a token as well.
            Err(_) => {
                self.problem(field, "unreadable", "Reading it threw an error.");
                None
            }
        }
    }

    fn typed<T>(
        &mut self,
        field: &'static str,
        wanted: &str,
        convert: impl FnOnce(&JsValue) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(field)?;
        let converted = convert(&value);
        if converted.is_none() {
            self.problem(field, "wrong_type", &[wanted, " is wanted, not ", &kind(&value), "."].concat());
        }
        converted
    }

    pub fn string(&mut self, field: &'static str) -> Option<String> {
        self.typed(field, "A string", JsValue::as_string)
    }

    pub fn boolean(&mut self, field: &'static str) -> Option<bool> {
        self.typed(field, "true or false", JsValue::as_bool)
    }

    /// A finite number of milliseconds.
    pub fn milliseconds(&mut self, field: &'static str) -> Option<f64> {
        self.typed(field, "A finite number of milliseconds", |value| value.as_f64().filter(|ms| ms.is_finite()))
    }

    /// A finite number from `least` to `most`.
    pub fn number(&mut self, field: &'static str, least: f64, most: f64) -> Option<f64> {
        let number = self.typed(field, "A finite number", |value| value.as_f64().filter(|ms| ms.is_finite()))?;
        if (least..=most).contains(&number) {
            return Some(number);
        }
        let [least, most] = [least, most].map(|limit| (limit as u64).to_string());
        self.problem(field, "out_of_range", &["Give a number from ", &least, " to ", &most, "."].concat());
        None
    }

    pub fn function(&mut self, field: &'static str) -> Option<Function> {
        self.typed(field, "A function", |value| value.clone().dyn_into().ok())
    }

    pub fn signal(&mut self, field: &'static str) -> Option<JsValue> {
        self.typed(field, "An AbortSignal", |value| is_signal(value).then(|| value.clone()))
    }

    /// A string of names divided by blanks, or an array of strings.
    pub fn names(&mut self, field: &'static str) -> Option<Vec<String>> {
        self.typed(field, "A string or an array of strings", |value| {
            if let Some(text) = value.as_string() {
                return Some(text.split_ascii_whitespace().map(str::to_owned).collect());
            }
            if !is_array(value) {
                return None;
            }
            items(value).ok()??.iter().map(|name| name.as_string()).collect()
        })
    }

    /// An object whose values are strings.
    pub fn record(&mut self, field: &'static str) -> Vec<(String, String)> {
        let wanted = "An object whose values are strings";
        let pairs = self
            .typed(field, wanted, |value| if is_array(value) || value.is_function() { None } else { fields(value) });
        pairs.unwrap_or_default()
    }

    /// What `new Headers()` takes: a Headers object, an array of pairs, or an object.
    pub fn headers(&mut self, field: &'static str) -> Metadata {
        let pairs = self.typed(field, "A Headers object, an array of pairs or an object of strings", |value| {
            match items(value).ok()? {
                Some(entries) => entries.iter().map(|entry| pair(&entry)).collect(),
                None => fields(value),
            }
        });
        let mut metadata = Metadata::new();
        for (name, value) in pairs.unwrap_or_default() {
            if let Err(problem) = metadata.append_checked(&name, value) {
                self.problem(field, "bad_header", &problem.to_string());
            }
        }
        metadata
    }

    /// One of `allowed`.
    pub fn choice<T: Copy>(&mut self, field: &'static str, allowed: &[(&str, T)]) -> Option<T> {
        let text = self.string(field)?;
        let found = allowed.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            self.problem(
                field,
                "unknown_value",
                &["Use one of:", &listed(allowed.iter().map(|(name, _)| *name)), "."].concat(),
            );
        }
        found
    }

    /// All problems, unknown fields among them.
    pub fn finish(mut self) -> Vec<Problem> {
        if self.object.is_object() && !is_array(&self.object) {
            let Some(names) = keys(&self.object) else {
                self.problems.push(Problem::new(self.what, "unreadable", "Its fields can't be listed."));
                return self.problems;
            };
            for name in names {
                if !self.known.contains(&name.as_str()) {
                    let message =
                        ["There is no such option. Known are:", &listed(self.known.iter().copied()), "."].concat();
                    self.problem(&name, "unknown_field", &message);
                }
            }
        }
        self.problems
    }
}

/// Each with a blank before it and a comma behind all but the last.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut list = String::new();
    for name in names {
        list.push_str(if list.is_empty() { " " } else { ", " });
        list.push_str(name);
    }
    list
}

/// The entries of an object of strings.
fn fields(value: &JsValue) -> Option<Vec<(String, String)>> {
    if !value.is_object() {
        return None;
    }
    keys(value)?.into_iter().map(|name| get(value, &name).ok()?.as_string().map(|value| (name, value))).collect()
}

fn pair(entry: &JsValue) -> Option<(String, String)> {
    if !is_array(entry) {
        return None;
    }
    Some((get(entry, "0").ok()?.as_string()?, get(entry, "1").ok()?.as_string()?))
}

/// For people: what came instead.
fn kind(value: &JsValue) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    if is_array(value) {
        return "an array".to_owned();
    }
    let kind = value.js_typeof().as_string().unwrap_or_default();
    match kind.as_str() {
        "undefined" => kind,
        "object" => "an object".to_owned(),
        _ => ["a ", &kind].concat(),
    }
}

/// An error if there are problems.
pub fn refuse(problems: Vec<Problem>) -> Result<(), Error> {
    if problems.is_empty() { Ok(()) } else { Err(InvalidRequest { problems }.into()) }
}
