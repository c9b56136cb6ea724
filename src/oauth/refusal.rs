//! What a refused refresh means for the session. The table is in docs/signing-in.md, "A refused refresh".

use super::reply::Reply;
use crate::form;
use crate::json::{Fields, Json};
use crate::text::{has, header, split_first};

/// They say that the refresh token is no longer good, or that the person has to sign in again.
const ENDING: [&str; 9] = [
    "invalid_grant",
    // Hydra's word for a token that was used before.
    "token_inactive",
    "invalid_token",
    "expired_token",
    // Older Hydras' word for the same.
    "invalid_request",
    "login_required",
    "interaction_required",
    "consent_required",
    "access_denied",
];

/// They say nothing about the session: the provider is in trouble, or whoever stands between has a wrong secret or proof.
const SILENT: [&str; 7] = [
    "temporarily_unavailable",
    "server_error",
    "slow_down",
    "use_dpop_nonce",
    "invalid_client",
    "unauthorized_client",
    "invalid_dpop_proof",
];

/// Gateways write them where a provider writes its error.
const REASON_PHRASES: [&str; 11] = [
    "Bad Request",
    "Unauthorized",
    "Payment Required",
    "Forbidden",
    "Not Found",
    "Method Not Allowed",
    "Not Acceptable",
    "Conflict",
    "Unsupported Media Type",
    "Unprocessable Entity",
    "Too Many Requests",
];

/// What a refusal means for the session once the access token is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The session has ended.
    End,
    /// The provider said no in words that do not tell whether the session lives. With `is_counted` the session ends when
    /// the same is said often enough, for long enough.
    Uncertain { is_counted: bool },
    /// It was not the provider that answered, or it could not.
    Infrastructure,
}

impl Verdict {
    /// As `js/provider/tokens.ts` knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Uncertain { is_counted: true } => "counted",
            Self::Uncertain { is_counted: false } => "silent",
            Self::Infrastructure => "infrastructure",
        }
    }
}

/// What a reply says of an error.
#[derive(Default)]
pub(crate) struct Said {
    /// `error`, or what stands for it in a refusal of another form that names the refresh token.
    pub word: Option<String>,
    pub description: Option<String>,
    pub uri: Option<String>,
    names_refresh_token: bool,
}

impl Said {
    pub fn of(reply: &Reply) -> Self {
        let content_type = header(&reply.headers, "content-type");
        Self::read(content_type, &reply.body)
    }

    fn read(content_type: Option<&str>, body: &str) -> Self {
        let Some(mut fields) = Fields::parse(body).or_else(|| form(content_type, body)) else {
            return Self::default();
        };
        let error = fields.take("error");
        let mut codes = named(&mut fields);
        let mut text = |name: &str| fields.take(name).and_then(Json::into_text).filter(|text| !text.is_empty());
        let (description, uri) = (text("error_description"), text("error_uri"));
        let in_words = text("msg").or_else(|| text("message"));
        let word = match error {
            Some(Json::Text(word)) => Some(word).filter(|word| !word.is_empty() && !is_reason_phrase(word)),
            Some(Json::Object(mut nested)) => {
                codes.extend(named(&mut nested));
                None
            }
            _ => None,
        };
        let refresh_token = codes.into_iter().find(|code| names_refresh_token(code));
        let names_refresh_token = refresh_token.is_some();
        let in_words = in_words.filter(|_| names_refresh_token);
        Self { word: word.or(refresh_token), description: description.or(in_words), uri, names_refresh_token }
    }

    /// What it means under `status`.
    pub fn verdict(&self, status: u16) -> Verdict {
        if !matches!(status, 200..=299 | 400..=499) || matches!(status, 404 | 408 | 410 | 425 | 429) {
            return Verdict::Infrastructure;
        }
        let Some(word) = self.word.as_deref() else { return Verdict::Infrastructure };
        let may_end = matches!(status, 200..=299 | 400 | 401 | 403);
        if SILENT.contains(&word) {
            return Verdict::Uncertain { is_counted: false };
        }
        if may_end && (self.names_refresh_token || ENDING.contains(&word)) {
            return Verdict::End;
        }
        Verdict::Uncertain { is_counted: true }
    }
}

/// Providers that answer by forms at all answer so also when asked for JSON.
fn form(content_type: Option<&str>, body: &str) -> Option<Fields> {
    if !is_form(content_type) {
        return None;
    }
    let mut fields = Fields::default();
    for (name, value) in form::pairs(body) {
        fields.put(&name, value.as_str());
    }
    Some(fields)
}

/// Whether a reply says that it is a form.
pub(crate) fn is_form(content_type: Option<&str>) -> bool {
    let essence = content_type.map(|text| split_first(text, b';').0).unwrap_or_default();
    essence.as_bytes().trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

fn is_reason_phrase(word: &str) -> bool {
    REASON_PHRASES.contains(&word)
}

/// What stands where other forms of JSON name an error.
fn named(fields: &mut Fields) -> Vec<String> {
    let mut codes = Vec::new();
    for name in ["error_code", "errorCode", "code", "type", "status"] {
        codes.extend(fields.take(name).and_then(Json::into_text));
    }
    codes
}

/// `refresh_token_not_found`, `RefreshTokenExpired`, `invalid-refresh-token`, …
fn names_refresh_token(code: &str) -> bool {
    let mut letters = String::new();
    for letter in code.chars() {
        if letter.is_ascii_alphanumeric() {
            letters.push(letter.to_ascii_lowercase());
        }
    }
    has(&letters, "refreshtoken")
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    const JSON: Option<&str> = Some("application/json");
    const HTML: Option<&str> = Some("text/html; charset=utf-8");
    const FORM: Option<&str> = Some("Application/X-WWW-Form-Urlencoded; charset=utf-8");
    const COUNTED: Verdict = Verdict::Uncertain { is_counted: true };
    const SILENTLY: Verdict = Verdict::Uncertain { is_counted: false };

    fn verdict(status: u16, content_type: Option<&str>, body: &str) -> Verdict {
        Said::read(content_type, body).verdict(status)
    }

    fn error(word: &str) -> String {
        format!(r#"{{"error":"{word}"}}"#)
    }

    #[test]
    fn words_by_status() {
        for word in ENDING {
            for status in [200, 201, 299, 400, 401, 403] {
                assert_eq!(verdict(status, JSON, &error(word)), Verdict::End, "{word} under {status}");
            }
            for status in [402, 405, 409, 422, 451] {
                assert_eq!(verdict(status, JSON, &error(word)), COUNTED, "{word} under {status}");
            }
        }
        for word in SILENT {
            for status in [200, 400, 401, 403, 409] {
                assert_eq!(verdict(status, JSON, &error(word)), SILENTLY, "{word} under {status}");
            }
        }
        for word in ["invalid_scope", "unsupported_grant_type", "account_selection_required", "INVALID_GRANT", "no"] {
            for status in [200, 400, 401, 403, 409] {
                assert_eq!(verdict(status, JSON, &error(word)), COUNTED, "{word} under {status}");
            }
        }
        for word in ["invalid_grant", "invalid_client", "no"] {
            for status in [0, 100, 302, 404, 408, 410, 425, 429, 500, 502, 503, 504, 599] {
                assert_eq!(verdict(status, JSON, &error(word)), Verdict::Infrastructure, "{word} under {status}");
            }
        }
    }

    #[test]
    fn the_body_counts_and_not_what_it_calls_itself() {
        for content_type in [JSON, HTML, FORM, None, Some("text/plain"), Some("application/problem+json")] {
            assert_eq!(verdict(400, content_type, &error("invalid_grant")), Verdict::End, "{content_type:?}");
        }
        assert_eq!(verdict(200, FORM, "error=invalid_grant&error_description=no"), Verdict::End);
        assert_eq!(verdict(200, HTML, "error=invalid_grant"), Verdict::Infrastructure);
    }

    #[test]
    fn what_is_not_the_providers() {
        for body in [
            "",
            "<!doctype html><title>Forbidden</title>",
            "[]",
            "null",
            "{}",
            r#"{"error":null}"#,
            r#"{"error":""}"#,
            r#"{"error":7}"#,
            r#"{"error":["invalid_grant"]}"#,
            r#"{"error":{"code":403,"message":"invalid_grant"}}"#,
            r#"{"message":"no Route matched with those values"}"#,
            r#"{"code":"ECONNREFUSED","message":"upstream"}"#,
            r#"{"fault":{"faultstring":"Invalid ApiKey"}}"#,
            r#"{"statusCode":401,"error":"Unauthorized","message":"no refresh_token"}"#,
            r#"{"error":"Forbidden"}"#,
            r#"{"error":"invalid_grant""#,
        ] {
            for status in [200, 400, 401, 403] {
                assert_eq!(verdict(status, JSON, body), Verdict::Infrastructure, "{body} under {status}");
            }
        }
    }

    #[test]
    fn other_forms_that_name_a_refresh_token() {
        for body in [
            r#"{"code":400,"error_code":"refresh_token_not_found","msg":"Gone."}"#,
            r#"{"errorCode":"RefreshTokenExpired","message":"Gone."}"#,
            r#"{"code":"invalid-refresh-token","message":"Gone."}"#,
            r#"{"error":{"code":"REFRESH_TOKEN_REVOKED"},"message":"Gone."}"#,
            r#"{"statusCode":401,"error":"Unauthorized","code":"refresh_token_reused","message":"Gone."}"#,
        ] {
            let said = Said::read(JSON, body);
            for status in [200, 400, 401, 403] {
                assert_eq!(said.verdict(status), Verdict::End, "{body} under {status}");
            }
            for status in [404, 429, 500] {
                assert_eq!(said.verdict(status), Verdict::Infrastructure, "{body} under {status}");
            }
            assert!(said.word.is_some() && said.description.as_deref() == Some("Gone."), "{body}");
        }
        let busy = r#"{"error":"temporarily_unavailable","error_code":"refresh_token_service_down"}"#;
        assert_eq!(verdict(400, JSON, busy), SILENTLY);
    }
}
