//! The gRPC status codes.

/// A gRPC status code. The numbers are those on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// 0: no error.
    Ok,
    /// 1: the caller gave up.
    Cancelled,
    /// 2: an error of no known kind.
    Unknown,
    /// 3: the request is wrong whatever the state of the system.
    InvalidArgument,
    /// 4: the deadline passed.
    DeadlineExceeded,
    /// 5: what was asked for is not there.
    NotFound,
    /// 6: what was to be made is there already.
    AlreadyExists,
    /// 7: the caller is known and may not do this.
    PermissionDenied,
    /// 8: a quota or a size limit.
    ResourceExhausted,
    /// 9: the system is not in the state that this needs.
    FailedPrecondition,
    /// 10: a conflict with something concurrent.
    Aborted,
    /// 11: past a valid range.
    OutOfRange,
    /// 12: the method is not there.
    Unimplemented,
    /// 13: something promised was broken.
    Internal,
    /// 14: out of service for now.
    Unavailable,
    /// 15: data is lost for good.
    DataLoss,
    /// 16: no valid credentials.
    Unauthenticated,
}

impl Code {
    /// All codes; each stands at the place of its number.
    pub const ALL: [Self; 17] = [
        Self::Ok,
        Self::Cancelled,
        Self::Unknown,
        Self::InvalidArgument,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::OutOfRange,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::DataLoss,
        Self::Unauthenticated,
    ];

    /// The code with this number; `None` over 16.
    pub fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self as u32
    }

    /// As JavaScript sees it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Cancelled => "cancelled",
            Self::Unknown => "unknown",
            Self::InvalidArgument => "invalid_argument",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::PermissionDenied => "permission_denied",
            Self::ResourceExhausted => "resource_exhausted",
            Self::FailedPrecondition => "failed_precondition",
            Self::Aborted => "aborted",
            Self::OutOfRange => "out_of_range",
            Self::Unimplemented => "unimplemented",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
            Self::DataLoss => "data_loss",
            Self::Unauthenticated => "unauthenticated",
        }
    }

    /// For a reply that has an HTTP status other than 200 and no gRPC status. 431 is UNKNOWN: gRPC's newer table
    /// says INTERNAL, the conformance suite UNKNOWN, and the suite is what others are tested with. 520 and above are of proxies
    /// that many APIs stand behind (Cloudflare's, above all), and mean what 502 to 504 do.
    pub const fn from_http_status(status: u16) -> Self {
        match status {
            400 => Self::Internal,
            401 => Self::Unauthenticated,
            403 => Self::PermissionDenied,
            404 => Self::Unimplemented,
            429 | 502..=504 | 520..=527 | 530 => Self::Unavailable,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn numbers_and_places_agree() {
        for (place, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(code.number() as usize, place);
            assert_eq!(Code::from_number(code.number()), Some(code));
        }
        assert_eq!(Code::Unauthenticated.number(), 16);
        assert_eq!(Code::from_number(17), None);
        assert_eq!(Code::from_number(u32::MAX), None);
    }

    #[test]
    fn names_are_the_variants_in_snake_case_and_all_different() {
        for code in Code::ALL {
            let mut expected = String::new();
            for letter in format!("{code:?}").chars() {
                if letter.is_ascii_uppercase() && !expected.is_empty() {
                    expected.push('_');
                }
                expected.push(letter.to_ascii_lowercase());
            }
            assert_eq!(code.as_str(), expected);
        }
    }

    #[test]
    fn http_statuses_map_as_the_conformance_suite_wants() {
        let table = [
            (400, Code::Internal),
            (401, Code::Unauthenticated),
            (403, Code::PermissionDenied),
            (404, Code::Unimplemented),
            (429, Code::Unavailable),
            (502, Code::Unavailable),
            (503, Code::Unavailable),
            (504, Code::Unavailable),
        ];
        for status in 0..=1000 {
            let expected = table.iter().find(|(known, _)| *known == status).map_or(Code::Unknown, |(_, code)| *code);
            if !(520..=530).contains(&status) {
                assert_eq!(Code::from_http_status(status), expected, "{status}");
            }
        }
    }

    #[test]
    fn a_proxy_that_does_not_reach_its_origin_is_an_outage() {
        for status in 520..=530 {
            let expected = if matches!(status, 528 | 529) { Code::Unknown } else { Code::Unavailable };
            assert_eq!(Code::from_http_status(status), expected, "{status}");
        }
    }
}
