//! `application/x-www-form-urlencoded`: queries and forms, as the URL Standard reads and writes them.

use crate::text::{percent_decoded, split_first};

/// Names and values.
pub(crate) fn pairs(form: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = Some(form);
    while let Some(parts) = rest {
        let (pair, behind) = split_first(parts, b'&');
        rest = behind;
        if !pair.is_empty() {
            let (name, value) = split_first(pair, b'=');
            pairs.push((decoded(name), decoded(value.unwrap_or_default())));
        }
    }
    pairs
}

fn decoded(text: &str) -> String {
    let mut blanks = String::with_capacity(text.len());
    for letter in text.chars() {
        blanks.push(if letter == '+' { ' ' } else { letter });
    }
    percent_decoded(&blanks)
}

/// `text` as a name or a value.
pub(crate) fn encoded(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| char::from(HEX.get(usize::from(value)).copied().unwrap_or_default());
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => {
                encoded.push('%');
                encoded.push(digit(byte >> 4));
                encoded.push(digit(byte & 15));
            }
        }
    }
    encoded
}

/// Adds a pair to `form`.
pub(crate) fn push(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    form.push_str(&encoded(name));
    form.push('=');
    form.push_str(&encoded(value));
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn forms_are_read_as_by_others(form in "[a-cA-F0-9%+&=;é]{0,24}") {
            let others: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            prop_assert_eq!(pairs(&form), others);
        }

        #[test]
        fn and_written(name in any::<String>(), value in any::<String>()) {
            let others = form_urlencoded::Serializer::new("a=b".to_owned()).append_pair(&name, &value).finish();
            let mut form = "a=b".to_owned();
            push(&mut form, &name, &value);
            prop_assert_eq!(&form, &others);
            prop_assert_eq!(pairs(&form), [("a".to_owned(), "b".to_owned()), (name, value)]);
        }
    }
}
