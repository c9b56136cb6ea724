//! What TypeScript must know as constants is written from Rust and `proto/`, never typed twice. This test compares
//! `js/generated.ts` with them, and writes it anew with `UPDATE_GENERATED=1`.
#![cfg(not(target_arch = "wasm32"))]

use sipbreakout_web::grpc_web::{Code, SUPERSEDED};
use sipbreakout_web::oauth::AuthCode;
use sipbreakout_web::proto::methods;
use std::fmt::Write;

fn union(names: impl Iterator<Item = &'static str>) -> String {
    names.fold(String::new(), |mut out, name| {
        let _ = write!(out, "\n  | {name:?}");
        out
    })
}

fn kinds() -> String {
    AuthCode::ALL.iter().fold(String::new(), |mut out, code| {
        let _ = write!(out, "\n  {}: {:?},", code.as_str(), code.kind().as_str());
        out
    })
}

fn passing() -> String {
    AuthCode::ALL.iter().filter(|code| code.retryable()).map(|code| code.as_str()).collect::<Vec<_>>().join(" ")
}

fn rendered() -> String {
    assert_eq!(methods::V1_UPSERT_REGISTRATION.scope, methods::V1_DELETE_REGISTRATION.scope);
    assert_eq!(methods::V0_UPSERT_REGISTRATION.scope, methods::V0_DELETE_REGISTRATION.scope);
    format!(
        r#"// Written from the Rust sources and proto/ by `UPDATE_GENERATED=1 cargo test --test generated`, which
// otherwise compares.

/** The scope that each version of the API demands of a token, as its definition says. */
export const requiredScopes = {{
  v1: {v1:?},
  v0: {v0:?},
}} as const;

/** @internal The path of each method, by the API's version. */
export const methods = {{
  v1: {{
    upsert: {v1_upsert:?},
    delete: {v1_delete:?},
  }},
  v0: {{
    upsert: {v0_upsert:?},
    delete: {v0_delete:?},
  }},
}} as const;

/** The version of this package. */
export const version = {version:?};

/** gRPC codes in lower snake case; `superseded`: a later call for the same registration took this one's place. */
export type RpcErrorCode ={rpc};

/** OAuth's own codes where the provider said them (`provider_error`: one that is in no standard), then ours. */
export type AuthErrorCode ={auth};

/** @internal The kind of an error of each code. */
export const authErrorKinds = {{{kinds}
}} as const;

/** @internal The codes of what may pass by itself. */
export const passingAuthErrors = {passing:?};
"#,
        v1 = methods::V1_UPSERT_REGISTRATION.scope,
        v0 = methods::V0_UPSERT_REGISTRATION.scope,
        v1_upsert = methods::V1_UPSERT_REGISTRATION.path,
        v1_delete = methods::V1_DELETE_REGISTRATION.path,
        v0_upsert = methods::V0_UPSERT_REGISTRATION.path,
        v0_delete = methods::V0_DELETE_REGISTRATION.path,
        version = env!("CARGO_PKG_VERSION"),
        rpc = union(
            (1..=16u8).filter_map(|number| Code::from_number(number.into())).map(Code::as_str).chain([SUPERSEDED])
        ),
        auth = union(AuthCode::ALL.iter().map(|code| code.as_str())),
        kinds = kinds(),
        passing = passing(),
    )
}

#[test]
fn generated_ts_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/js/generated.ts");
    let rendered = rendered();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(path, &rendered).expect("js/generated.ts can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == rendered, "js/generated.ts is stale: run UPDATE_GENERATED=1 cargo test --test generated");
}

#[test]
fn the_package_and_the_crate_have_one_version() {
    let manifest = include_str!("../package.json");
    assert!(manifest.contains(&format!("\"version\": {:?}", env!("CARGO_PKG_VERSION"))));
}
