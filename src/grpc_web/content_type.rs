//! What the content type of a reply says about its body.

use crate::text::split_first;

/// How the frames of a gRPC-Web body are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Binary,
    Base64,
}

/// A body that is not gRPC-Web with protobuf messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    /// `application/grpc`: the server itself answered, no gRPC-Web proxy is in front of it.
    NativeGrpc,
    /// Text that a person could read: an error page, JSON.
    Readable,
    /// Anything else.
    Opaque,
}

/// Case does not matter, parameters are ignored.
pub(super) fn classify(content_type: Option<&str>) -> Result<Encoding, Foreign> {
    // Without a type the body is most likely a proxy's plain words.
    let Some(content_type) = content_type else { return Err(Foreign::Readable) };
    let essence = split_first(content_type, b';').0;
    let essence = essence.trim_ascii().to_ascii_lowercase();
    match essence.as_str() {
        "application/grpc-web" | "application/grpc-web+proto" => Ok(Encoding::Binary),
        "application/grpc-web-text" | "application/grpc-web-text+proto" => Ok(Encoding::Base64),
        "application/grpc" => Err(Foreign::NativeGrpc),
        other if other.starts_with("application/grpc+") => Err(Foreign::NativeGrpc),
        // Frames, even if of a codec that is not ours, are not for people.
        other if other.starts_with("application/grpc-web") => Err(Foreign::Opaque),
        other if other.starts_with("text/") || other.ends_with("json") || other.ends_with("xml") => {
            Err(Foreign::Readable)
        }
        "" => Err(Foreign::Readable),
        _ => Err(Foreign::Opaque),
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Foreign, classify};

    #[test]
    fn takes_grpc_web_in_any_case_and_with_parameters() {
        for binary in [
            "application/grpc-web",
            "application/grpc-web+proto",
            "Application/gRPC-Web+Proto",
            " application/grpc-web+proto ; charset=utf-8",
            "application/grpc-web;",
        ] {
            assert_eq!(classify(Some(binary)), Ok(Encoding::Binary), "{binary}");
        }
        for text in ["application/grpc-web-text", "APPLICATION/GRPC-WEB-TEXT+PROTO; x=\"y;z\""] {
            assert_eq!(classify(Some(text)), Ok(Encoding::Base64), "{text}");
        }
    }

    #[test]
    fn tells_foreign_bodies_apart() {
        for native in ["application/grpc", "application/grpc+proto", "application/gRPC; a=b"] {
            assert_eq!(classify(Some(native)), Err(Foreign::NativeGrpc), "{native}");
        }
        for readable in ["text/html; charset=utf-8", "text/plain", "application/json", "application/problem+json", ""] {
            assert_eq!(classify(Some(readable)), Err(Foreign::Readable), "{readable}");
        }
        assert_eq!(classify(None), Err(Foreign::Readable));
        for opaque in
            ["application/grpc-web+json", "application/grpc-web+thrift", "application/grpc-webx", "image/jpeg"]
        {
            assert_eq!(classify(Some(opaque)), Err(Foreign::Opaque), "{opaque}");
        }
    }
}
