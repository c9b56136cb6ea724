use super::{BaseUrlProblem, build, parse_base_url};
use crate::error::Kind;
use crate::grpc_web::{CallOptions, Code, Metadata, UnaryRequest};
use crate::seams::fake::Fake;
use crate::seams::{HttpMethod, HttpRequest};

fn options() -> CallOptions {
    CallOptions { user_agent: "test/1", secrets: crate::redact::Secrets::default(), ..CallOptions::default() }
}

fn request<'a>(base_url: &'a str, metadata: &'a Metadata) -> UnaryRequest<'a> {
    UnaryRequest { base_url, path: "/pkg.Service/Method", message: b"abc".to_vec(), metadata }
}

fn built(metadata: &Metadata, options: &CallOptions) -> HttpRequest {
    build(request("https://api.example.com", metadata), options).unwrap()
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
        assert_eq!(parse_base_url(&Fake::new(), base).as_deref(), Ok(expected), "{base}");
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
        let problem = parse_base_url(&Fake::new(), base).unwrap_err();
        assert_eq!(problem, expected, "{base}");
        assert!(!problem.to_string().contains("secret"));
        assert!(problem.to_string().contains("wanted is"), "{problem}");
    }
}

#[test]
fn builds_exactly_this_request() {
    let mut metadata = Metadata::new();
    metadata.append("Authorization", "Bearer t");
    metadata.append("x-a", "1");
    metadata.append("x-a", "2");
    metadata.append("x-b-bin", b"\x00\xff".as_slice());
    metadata.append("content-type", "text/plain");
    metadata.append("grpc-timeout", "1H");
    metadata.append("X-User-Agent", "other");
    let request = built(&metadata, &options());
    assert_eq!(request.method, HttpMethod::Post);
    assert_eq!(request.url, "https://api.example.com/pkg.Service/Method");
    assert_eq!(request.body.unwrap(), b"\x00\x00\x00\x00\x03abc");
    let expected = [
        ("content-type", "application/grpc-web+proto"),
        ("accept", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
        ("x-user-agent", "test/1"),
        ("grpc-timeout", "30000m"),
        ("authorization", "Bearer t"),
        ("x-a", "1"),
        ("x-a", "2"),
        ("x-b-bin", "AP8"),
    ];
    let found: Vec<_> = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn joins_base_and_method_with_one_slash() {
    let metadata = Metadata::new();
    for base in ["https://api.example.com/grpc", "https://api.example.com/grpc/"] {
        let request = build(request(base, &metadata), &options()).unwrap();
        assert_eq!(request.url, "https://api.example.com/grpc/pkg.Service/Method");
    }
}

#[test]
fn takes_time_and_credentials_from_the_options() {
    let options = CallOptions { timeout_ms: 3.2e9, ..options() };
    let request = built(&Metadata::new(), &options);
    assert!(request.headers.contains(&("grpc-timeout".to_owned(), "3200000S".to_owned())));
}

#[test]
fn bad_metadata_is_the_callers_fault() {
    let mut metadata = Metadata::new();
    metadata.append("x-\u{e9}", "secret");
    let error = build(request("https://api.example.com", &metadata), &options()).unwrap_err();
    assert_eq!((error.code, error.kind), (Code::InvalidArgument, Kind::Invalid));
    assert_eq!(error.method, "/pkg.Service/Method");
    assert!(!format!("{error:?}").contains("secret"));
}
