//! The PBX's address. The transport is TLS and the PBX must show a certificate for the name, so only a DNS name after
//! `sips:` can work. The bounds are this product's: the API names none.

use super::written::{Refusal, find, is_invisible, refuse, refuse_letter};
use crate::text::{all, number, split_first, split_once};

/// A `sips:` URI of a host, kept exactly as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipUri(String);

/// Longest DNS name in characters (RFC 1035, section 2.3.4, without the root's dot).
const MAX_NAME: usize = 253;
const NO_ADDRESS: &str = "Use a DNS name instead of an IP address: the certificate is checked against it.";
const MAX_LABEL: usize = 63;

impl SipUri {
    /// Accepts `sips:` in any case, an ASCII DNS name and optionally a port; otherwise the code and the words for
    /// the person who typed it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return refuse("missing", "Enter the address of the PBX, for example sips:pbx.example.com.");
        }
        if let Some(blank) = find(text, char::is_whitespace) {
            return refuse_letter("has_blanks", "Remove the blanks: a SIP URI has none. Found: ", blank, ".");
        }
        if let Some(mark) = find(text, is_invisible) {
            return refuse_letter("not_ascii", "Remove ", mark, ".");
        }
        if let Some(odd) = find(text, |letter| !letter.is_ascii()) {
            let before = "Write the host name in ASCII (internationalized names as xn--…). Found: ";
            return refuse_letter("not_ascii", before, odd, ".");
        }
        let (scheme, rest) = split_once(text, b':').unwrap_or_default();
        if scheme.eq_ignore_ascii_case("sip") {
            return refuse("bad_scheme", "Use sips: instead of sip:, because the core connects over TLS only.");
        }
        if !scheme.eq_ignore_ascii_case("sips") {
            return refuse("bad_scheme", "Begin with sips: as in sips:pbx.example.com.");
        }
        if rest.starts_with("//") {
            return refuse("bad_scheme", "Remove the slashes after sips: as in sips:pbx.example.com.");
        }
        Self::check_rest(rest)?;
        Ok(Self(text.to_owned()))
    }

    /// As it goes to the core.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn check_rest(rest: &str) -> Result<(), Refusal> {
        if find(rest, |letter| letter == '@').is_some() {
            return refuse("has_user", "Remove the user part before the @: the core calls the host itself.");
        }
        if find(rest, |letter| matches!(letter, ';' | '?')).is_some() {
            return refuse("has_parameters", "Remove parameters and headers (; and ? and what follows).");
        }
        if rest.starts_with("[") {
            return refuse("ip_address", NO_ADDRESS);
        }
        let (host, port) = split_first(rest, b':');
        if let Some(port) = port {
            check_port(port)?;
        }
        check_name(host)
    }
}

fn check_port(port: &str) -> Result<(), Refusal> {
    if port.len() <= 5 && number(port.as_bytes()).is_some_and(|port| (1.0..=65535.0).contains(&port)) {
        return Ok(());
    }
    refuse("bad_port", "After the host comes nothing, or a colon and a port from 1 to 65535.")
}

fn check_name(host: &str) -> Result<(), Refusal> {
    if host.is_empty() {
        return refuse("bad_host", "Enter a host name after sips: as in sips:pbx.example.com.");
    }
    if host.len() > MAX_NAME {
        return refuse("bad_host", "The host name is longer than the 253 characters that DNS allows.");
    }
    let mut last = host;
    let mut rest = Some(host);
    while let Some(labels) = rest {
        (last, rest) = split_first(labels, b'.');
        if !is_label(last) {
            let message = "The host must be a DNS name: letters, digits and hyphens in parts divided by single dots.";
            return refuse("bad_host", message);
        }
    }
    if number(last.as_bytes()).is_some() {
        return refuse("ip_address", NO_ADDRESS);
    }
    Ok(())
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= MAX_LABEL
        && !label.starts_with("-")
        && !label.ends_with("-")
        && all(label.as_bytes(), |byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> &'static str {
        SipUri::parse(text).expect_err(text).0
    }

    #[test]
    fn accepts_a_name_with_and_without_port_unchanged() {
        for text in [
            "sips:pbx.example.com",
            "SIPS:pbx.example.com:8888",
            "sIpS:PBX.Example.COM:1",
            "sips:a:65535",
            "sips:xn--bcher-kva.example",
            "sips:1a.2b",
        ] {
            assert_eq!(SipUri::parse(text).expect(text).as_str(), text);
        }
    }

    #[test]
    fn refuses_with_the_reason() {
        for (text, expected) in [
            ("", "missing"),
            ("pbx.example.com", "bad_scheme"),
            ("sip:pbx.example.com", "bad_scheme"),
            ("https://pbx.example.com", "bad_scheme"),
            ("sips://pbx.example.com", "bad_scheme"),
            ("sips:", "bad_host"),
            ("sips: pbx.example.com", "has_blanks"),
            ("sips:pbx.example.com\n", "has_blanks"),
            ("sips:pbx.example.com\u{a0}", "has_blanks"),
            ("sips:bücher.example", "not_ascii"),
            ("\u{feff}sips:pbx.example.com", "not_ascii"),
            ("sips:pbx.example.com\u{200e}", "not_ascii"),
            ("sips:alice@pbx.example.com", "has_user"),
            ("sips:pbx.example.com;transport=tls", "has_parameters"),
            ("sips:pbx.example.com?subject=x", "has_parameters"),
            ("sips:[2001:db8::1]", "ip_address"),
            ("sips:192.0.2.1", "ip_address"),
            ("sips:192.0.2.1:5061", "ip_address"),
            ("sips:pbx.example.com:", "bad_port"),
            ("sips:pbx.example.com:0", "bad_port"),
            ("sips:pbx.example.com:65536", "bad_port"),
            ("sips:pbx.example.com:+80", "bad_port"),
            ("sips:pbx.example.com:5061:1", "bad_port"),
            ("sips:pbx.example.com.", "bad_host"),
            ("sips:.example.com", "bad_host"),
            ("sips:pbx..example.com", "bad_host"),
            ("sips:-pbx.example.com", "bad_host"),
            ("sips:pbx-.example.com", "bad_host"),
            ("sips:pbx_1.example.com", "bad_host"),
            ("sips:pbx.example.com/path", "bad_host"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
        let (_, message) = SipUri::parse("sips:pbx.example.com\u{200e}").expect_err("a mark");
        assert!(message.contains("U+200E, an invisible left-to-right mark"), "{message}");
        assert_eq!(code(&format!("sips:{}.com", "a".repeat(64))), "bad_host");
        assert_eq!(code(&format!("sips:{}com", "abcdefg.".repeat(32))), "bad_host");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = SipUri::parse(&text);
        }

        #[test]
        fn what_is_accepted_is_sent_as_given(host in "[a-z][a-z0-9]{0,10}(\\.[a-z][a-z0-9]{0,10}){0,4}", port in 1u16..) {
            let text = format!("sips:{host}:{port}");
            prop_assert_eq!(SipUri::parse(&text).map(|uri| uri.0), Ok(text));
        }
    }
}
