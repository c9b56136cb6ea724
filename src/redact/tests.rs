use super::*;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

const TOKEN: &str = "ory_at_k3J9+x/Zq8=W7vN2mP5tR1yB6cD4fG0hL.sE~aU-iO_nK";

fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).into()
            } else {
                format!("%{byte:02x}")
            }
        })
        .collect()
}

/// Ways in which a server may write `text` that leave most characters as they are, or change all alike.
fn encodings(text: &str) -> Vec<String> {
    let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let json = serde_json::to_string(text).unwrap();
    let mut all = vec![text.to_owned(), percent(text), percent(&form), text.replace('/', "\\/"), form];
    all.push(json.trim_matches('"').to_owned());
    for before in ["", "u", "us", "user:"] {
        let both = [before, text].concat();
        // What the secret alone decides.
        let from = (before.len() * 4).div_ceil(3);
        let behind = |text: String| text.trim_end_matches('=').chars().skip(from).collect::<String>();
        let base64 = behind(STANDARD.encode(&both));
        all.extend([percent(&base64), base64, behind(URL_SAFE_NO_PAD.encode(&both))]);
    }
    all
}

/// Ways that make more of each character.
fn long_encodings(text: &str) -> Vec<String> {
    let base64 = STANDARD.encode(text);
    let lines: Vec<_> = base64.as_bytes().chunks(20).map(String::from_utf8_lossy).collect();
    let each = |write: fn(u8) -> String| text.bytes().map(write).collect::<String>();
    vec![
        lines.join("\r\n").trim_end_matches('=').to_owned(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("%25{byte:02x}")),
        each(|byte| format!("&#{byte};")),
        each(|byte| format!("&#x{byte:X};")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("\\x{byte:02x}")),
    ]
}

/// No piece of a secret is left in `shown`, in none of the encodings.
fn is_clean(shown: &str, secret: &str) -> bool {
    encodings(secret).iter().all(|written| {
        let letters: Vec<char> = written.chars().collect();
        letters.windows(16).all(|piece| !shown.contains(&piece.iter().collect::<String>()))
    })
}

#[test]
fn every_encoding_is_cut_out_and_the_rest_stays() {
    let secrets = Secrets::new([TOKEN]);
    for written in encodings(TOKEN).into_iter().chain(long_encodings(TOKEN)) {
        let shown = secrets.cut(&format!("The token <{written}> is not good."));
        let shown = shown.replace(REMOVED, "");
        // One letter of base64 may belong to what stood before the token.
        let left = shown.strip_prefix("The token <").and_then(|rest| rest.strip_suffix("> is not good."));
        assert!(left.is_some_and(|left| left.len() <= 1), "{written}: {shown}");
    }
}

#[test]
fn pieces_are_cut_out_too() {
    let secrets = Secrets::new([TOKEN]);
    for written in encodings(TOKEN) {
        for end in [16, 20, 33] {
            let piece: String = written.chars().take(end).collect();
            let shown = secrets.cut(&format!("begins <{piece}"));
            assert!(is_clean(&shown, TOKEN), "{piece}: {shown}");
        }
    }
    assert_eq!(secrets.cut("…R1yB6cD4fG0hL.sE~aU…"), "…[removed]…");
    assert_eq!(secrets.cut("k3J9+x/Zq8=W7vN"), "k3J9+x/Zq8=W7vN", "15 characters");
}

#[test]
fn short_secrets_are_cut_out_whole() {
    assert_eq!(Secrets::new(["ab1d"]).cut("ab1d, xab1dab1dy and abc"), "[removed], x[removed]y and abc");
    assert_eq!(Secrets::new(["a b+c"]).cut("a+b%2Bc"), "[removed]");
    assert_eq!(Secrets::new(["abc", ""]).cut("abc"), "abc", "no secret, but part of many words");
    assert_eq!(Secrets::default().cut("text"), "text");
    assert!(!Secrets::new(["ab1d"]).without_short().is_in(b"ab1d"));
}

#[test]
fn ordinary_words_stay() {
    for word in ["token", "Token", "TOKEN", "access", "password", "authorization"] {
        let text = format!("the {word} is missing");
        assert_eq!(Secrets::new([word]).cut(&text), text);
    }
    for secret in ["tOken", "token1", "to-ken", "abcdefghijklmnop"] {
        assert_eq!(Secrets::new([secret]).cut(&format!("the {secret} is bad")), "the [removed] is bad");
    }
}

#[test]
fn a_text_is_shortened_behind_the_search() {
    let secrets = Secrets::new([TOKEN]);
    for before in 0..30 {
        let text = [&"x".repeat(before), TOKEN, " and more"].concat();
        let shown = secrets.cut_to(&text, 20);
        assert!(!shown.contains("ory"), "{shown}");
        assert!(shown.chars().count() <= 20);
    }
    let many = TOKEN.repeat(50);
    assert_eq!(secrets.cut_to(&many, 40).replace(REMOVED, ""), "");
    assert_eq!(secrets.cut_to("short", 20), "short");
    assert_eq!(secrets.cut_to(&"å".repeat(500), 20), "å".repeat(20));
}

#[test]
fn bytes_are_searched_too() {
    let secrets = Secrets::new([TOKEN]);
    assert!(secrets.is_in(&[b"\xff\x00", TOKEN.as_bytes(), b"\xff"].concat()));
    assert!(!secrets.is_in(b"\xff\xfe nothing"));
}

#[test]
fn a_request_has_its_secrets_in_its_headers() {
    let headers = [
        ("authorization", "Bearer access-token-1"),
        ("x-api-key", "the-key-of-the-api"),
        ("x-auth-bin", "c2VjcmV0LWJ5dGVz"),
        ("proxy-authorization", "Basic dXNlcjpodW50ZXIy"),
        ("x-request-id", "an-id-that-is-no-secret"),
    ];
    let secrets = Secrets::of_headers(headers);
    for secret in ["access-token-1", "the-key-of-the-api", "secret-bytes", "hunter2"] {
        assert_eq!(secrets.cut(secret), REMOVED, "{secret}");
    }
    for word in ["Bearer", "an-id-that-is-no-secret"] {
        assert_eq!(secrets.cut(word), word);
    }
}

/// Letters as a token has them, the same in each run.
fn letters(count: usize) -> String {
    let mut dice = 0x5eed_u64;
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut next = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(alphabet[(dice >> 58) as usize])
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn a_long_text_is_searched_for_a_long_token_at_once() {
    let token = letters(2_048);
    let alike = "a".repeat(2_048);
    for (secret, text) in [
        (&token, [letters(3_000).get(1_000..).unwrap(), &STANDARD.encode(&token)].concat()),
        (&token, "%41".repeat(1_400)),
        (&alike, "a".repeat(4_096)),
        (&alike, ["a".repeat(15), "b".to_owned()].concat().repeat(32)),
    ] {
        let secrets = Secrets::new([secret.as_str()]);
        let started = std::time::Instant::now();
        secrets.cut(&text);
        let took = started.elapsed();
        println!("{} bytes: {took:?}", text.len());
        // Some milliseconds where it is optimized.
        assert!(took.as_millis() < 2_000, "{took:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_left_of_any_secret(secret in "([A-Za-z0-9._-]{3}[A-Za-z0-9+/=~]){4,25}", before in "[ -~å]{0,40}", behind in "[ -~å]{0,40}", end in 16_usize..200) {
        let secrets = Secrets::new([secret.clone()]);
        for written in encodings(&secret) {
            let piece: String = written.chars().take(end).collect();
            let shown = secrets.cut(&format!("{before} <{piece}> {behind}"));
            prop_assert!(is_clean(&shown, &secret), "{shown:?}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are(secret in "[!-~]{16,60}", text in "[ -~å☃]{0,200}") {
        prop_assert_eq!(Secrets::new([secret]).cut(&text), text);
    }

    #[test]
    fn any_bytes_can_be_searched(secrets: Vec<Vec<u8>>, bytes: Vec<u8>, text: String, limit in 0_usize..50) {
        let secrets = Secrets::new(secrets);
        secrets.is_in(&bytes);
        secrets.cut(&text);
        prop_assert!(secrets.cut_to(&text, limit).chars().count() <= limit);
    }
}
