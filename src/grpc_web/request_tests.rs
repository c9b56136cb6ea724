use super::{BaseUrlProblem, body, check_base_url, headers, headers_with};
use crate::grpc_web::Metadata;
use crate::url::UrlParts;

fn parsed(base: &str) -> Result<String, BaseUrlProblem> {
    let parts = url::Url::parse(base).ok().map(|url| UrlParts {
        href: url.as_str().to_owned(),
        scheme: url.scheme().to_owned(),
        host: url.host_str().unwrap_or_default().to_owned(),
        origin: url.origin().ascii_serialization(),
        path: url.path().to_owned(),
        query: url.query().unwrap_or_default().to_owned(),
        fragment: url.fragment().unwrap_or_default().to_owned(),
        has_credentials: !url.username().is_empty() || url.password().is_some(),
    });
    check_base_url(parts.as_ref())
}

#[test]
fn normalizes_base_urls() {
    for (base, expected) in [
        ("https://api.example.com", "https://api.example.com"),
        ("https://api.example.com/", "https://api.example.com"),
        ("HTTPS://API.Example.com:443/grpc/v1//", "https://api.example.com/grpc/v1"),
        ("https://api.example.com:8443/a%20b", "https://api.example.com:8443/a%20b"),
        (" http://localhost:8700/ ", "http://localhost:8700"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://[::1]:8700/x", "http://[::1]:8700/x"),
        ("http://core.localhost", "http://core.localhost"),
    ] {
        assert_eq!(parsed(base).as_deref(), Ok(expected), "{base}");
    }
}

#[test]
fn refuses_other_base_urls_without_quoting_them() {
    for (base, expected) in [
        ("", BaseUrlProblem::NotAUrl),
        ("/api", BaseUrlProblem::NotAUrl),
        ("api.secret.example", BaseUrlProblem::NotAUrl),
        ("https://", BaseUrlProblem::NotAUrl),
        ("http://api.secret.example", BaseUrlProblem::Insecure),
        ("http://localhost.secret.example", BaseUrlProblem::Insecure),
        ("ftp://localhost", BaseUrlProblem::Insecure),
        ("javascript:alert(1)", BaseUrlProblem::Insecure),
        ("https://user:secret@api.example.com", BaseUrlProblem::Credentials),
        ("https://secret@api.example.com", BaseUrlProblem::Credentials),
        ("https://api.example.com/?key=secret", BaseUrlProblem::Query),
        ("https://api.example.com/x?", BaseUrlProblem::Query),
        ("https://api.example.com/#secret", BaseUrlProblem::Fragment),
        ("https://api.example.com#", BaseUrlProblem::Fragment),
    ] {
        let problem = parsed(base).unwrap_err();
        assert_eq!(problem, expected, "{base}");
        assert!(!problem.to_string().contains("secret"));
        assert!(problem.to_string().contains("wanted is"), "{problem}");
    }
}

#[test]
fn builds_exactly_this_request() {
    let mut metadata = Metadata::new();
    for (name, value) in [
        ("Authorization", "Bearer t"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b-bin", "AP8="),
        ("content-type", "text/plain"),
        ("grpc-timeout", "1H"),
        ("X-User-Agent", "other"),
    ] {
        metadata.append(name, value).unwrap();
    }
    let user_agent = concat!("sipbreakout-web/", env!("CARGO_PKG_VERSION"));
    let expected = [
        ("content-type", "application/grpc-web+proto"),
        ("accept", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
        ("x-user-agent", user_agent),
        ("grpc-timeout", "30000m"),
        ("grpc-previous-rpc-attempts", "2"),
        ("authorization", "Bearer t"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b-bin", "AP8"),
    ];
    let headers = headers_with(30_000.0, 2, &metadata);
    let found: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(found, expected);
    assert_eq!(body(b"abc").unwrap(), b"\x00\x00\x00\x00\x03abc");
}

#[test]
fn headers_say_the_time_that_is_left_and_no_attempt_before_the_first() {
    for (timeout_ms, expected) in [(3.2e9, "3200000S"), (f64::MAX, "99999999H"), (0.2, "1m")] {
        let headers = headers(timeout_ms, 0);
        assert!(headers.contains(&("grpc-timeout", expected.to_owned())), "{timeout_ms}");
        assert!(headers.iter().all(|(name, _)| *name != "grpc-previous-rpc-attempts"));
    }
}
