use super::{Failure, Next, Retries, RetryBucket, RetryPolicy, Wish};
use crate::error::Kind;
use crate::grpc_web::details::tests::retry_info;
use crate::grpc_web::{Code, Received, RpcError};
use proptest::prelude::*;

const FOREVER_MS: f64 = 1e9;

/// One call whose attempts are begun and fail, as its driver does it.
struct Attempts {
    retries: Retries,
    is_cut_short: bool,
}

impl Attempts {
    fn new(policy: RetryPolicy) -> Self {
        Self::with(policy, RetryBucket::default())
    }

    fn with(policy: RetryPolicy, bucket: RetryBucket) -> Self {
        Self { retries: Retries::new(policy, bucket), is_cut_short: false }
    }

    fn begin(&mut self, left_ms: f64) -> f64 {
        let limit_ms = self.retries.limit_ms(left_ms);
        self.retries.attempts += 1;
        self.is_cut_short = limit_ms < left_ms;
        limit_ms
    }

    fn failed(&mut self, error: &RpcError, left_ms: f64, random: f64) -> Next {
        self.retries.failed(Failure::of(error), self.is_cut_short, left_ms, random)
    }
}

fn unavailable() -> RpcError {
    RpcError::new(Code::Unavailable, Kind::Network, "", "")
}

fn with_pushback(value: &str) -> RpcError {
    let mut error = unavailable();
    error.trailers = Received::new(&[("grpc-retry-pushback-ms".to_owned(), value.to_owned())]);
    error.complete();
    error
}

#[test]
fn waits_grow_to_their_limit_and_attempts_end() {
    let policy = RetryPolicy { max_delay_ms: 3_000.0, ..RetryPolicy::default() };
    let mut retries = Attempts::new(policy);
    for expected in [1_000.0, 2_000.0, 3_000.0, 3_000.0] {
        retries.begin(FOREVER_MS);
        assert_eq!(retries.failed(&unavailable(), FOREVER_MS, 0.5), Next::Again(expected));
    }
    retries.begin(FOREVER_MS);
    assert_eq!(retries.retries.attempts, 5);
    assert_eq!(retries.failed(&unavailable(), FOREVER_MS, 0.5), Next::Stop);
}

#[test]
fn a_wait_is_a_fifth_shorter_or_longer() {
    for (random, expected) in [(0.0, 800.0), (0.5, 1_000.0), (1.0, 1_200.0)] {
        let mut retries = Attempts::new(RetryPolicy::default());
        retries.begin(FOREVER_MS);
        let next = retries.failed(&unavailable(), FOREVER_MS, random);
        assert!(matches!(next, Next::Again(ms) if (ms - expected).abs() < 1e-6), "{next:?}");
    }
}

#[test]
fn only_what_may_pass_is_repeated() {
    for code in Code::ALL {
        let mut retries = Attempts::new(RetryPolicy::default());
        retries.begin(FOREVER_MS);
        let error = RpcError::new(code, Kind::Protocol, "", "");
        let is_again = matches!(retries.failed(&error, FOREVER_MS, 0.5), Next::Again(_));
        assert_eq!(is_again, code == Code::Unavailable, "{code:?}");
        let misconfigured = RpcError::new(code, Kind::Config, "", "");
        assert_eq!(retries.failed(&misconfigured, FOREVER_MS, 0.5), Next::Stop, "{code:?}");
    }
}

#[test]
fn an_attempt_leaves_time_for_another() {
    let timed_out = RpcError::new(Code::DeadlineExceeded, Kind::Timeout, "", "");
    for (left_ms, limit_ms) in [(30_000.0, 15_000.0), (100_000.0, 15_000.0), (5_000.0, 2_500.0), (2_400.1, 1_200.05)] {
        let mut retries = Attempts::new(RetryPolicy::default());
        assert_eq!(retries.begin(left_ms), limit_ms);
    }
    // A wait would not fit behind it: the attempt has all there is, and its time-out is the call's.
    for left_ms in [2_400.0, 300.0, 1.0] {
        let mut retries = Attempts::new(RetryPolicy::default());
        assert_eq!(retries.begin(left_ms), left_ms);
        assert_eq!(retries.failed(&timed_out, 0.0, 0.5), Next::Stop);
    }
    let mut retries = Attempts::new(RetryPolicy { max_attempts: 1, ..RetryPolicy::default() });
    assert_eq!(retries.begin(30_000.0), 30_000.0);
    let mut retries = Attempts::new(RetryPolicy { max_attempts: 2, ..RetryPolicy::default() });
    retries.begin(30_000.0);
    assert_eq!(retries.failed(&timed_out, 15_000.0, 0.5), Next::Again(1_000.0));
    assert_eq!(retries.begin(14_000.0), 14_000.0, "no other can follow");
}

#[test]
fn the_bucket_stops_retries_and_fills_again() {
    let mut bucket = RetryBucket::default();
    let fail = |bucket: &mut RetryBucket| {
        let mut attempts = Attempts::with(RetryPolicy::default(), *bucket);
        attempts.begin(FOREVER_MS);
        let next = attempts.failed(&unavailable(), FOREVER_MS, 0.5);
        *bucket = attempts.retries.bucket;
        next
    };
    for _ in 0..4 {
        assert!(matches!(fail(&mut bucket), Next::Again(_)));
    }
    for _ in 0..20 {
        assert_eq!(fail(&mut bucket), Next::Stop);
    }
    bucket = bucket.succeeded(60.0);
    assert_eq!(fail(&mut bucket), Next::Stop, "6 less 1 is 5");
    bucket = bucket.succeeded(1_000.0);
    assert!(matches!(fail(&mut bucket), Next::Again(_)), "never more than 10");
    assert!((bucket.0 - 9.0).abs() < 1e-6);
}

#[test]
fn what_needs_no_retry_costs_no_token() {
    let mut retries = Attempts::new(RetryPolicy::default());
    retries.begin(FOREVER_MS);
    let error = RpcError::new(Code::NotFound, Kind::Protocol, "", "");
    assert_eq!(retries.failed(&error, FOREVER_MS, 0.5), Next::Stop);
    assert_eq!(retries.retries.bucket.0, 10.0);
}

#[test]
fn the_server_says_when() {
    let mut error = unavailable();
    error.retry_after_ms = Some(5_000.0);
    assert_eq!(error.wish(), Some(Wish::After(5_000.0)));
    error.set_details(&retry_info(3, 0), &crate::redact::Secrets::default());
    assert_eq!(error.wish(), Some(Wish::After(3_000.0)));
    error.headers = Received::new(&[("grpc-retry-pushback-ms".to_owned(), "200".to_owned())]);
    assert_eq!(error.wish(), Some(Wish::After(200.0)));
    error.trailers = Received::new(&[("grpc-retry-pushback-ms".to_owned(), "100".to_owned())]);
    assert_eq!(error.wish(), Some(Wish::After(100.0)));
    error.complete();
    assert_eq!(error.retry_after_ms, Some(100.0));
    assert_eq!(unavailable().wish(), None);
}

#[test]
fn a_negative_or_garbled_pushback_stops() {
    for value in ["-1", "", "soon", "1.5", "+5", "0x10", "99999999999999999999999", " 5"] {
        let error = with_pushback(value);
        assert_eq!(error.retry_after_ms, None);
        let mut retries = Attempts::new(RetryPolicy::default());
        retries.begin(FOREVER_MS);
        assert_eq!(retries.failed(&error, FOREVER_MS, 0.5), Next::Stop, "{value}");
    }
    let mut retries = Attempts::new(RetryPolicy::default());
    retries.begin(FOREVER_MS);
    assert_eq!(retries.failed(&with_pushback("0"), FOREVER_MS, 0.5), Next::Again(0.0));
}

#[test]
fn a_wish_starts_our_own_waits_again() {
    let mut retries = Attempts::new(RetryPolicy::default());
    for (error, expected) in
        [(unavailable(), 1_000.0), (with_pushback("7"), 7.0), (unavailable(), 1_000.0), (unavailable(), 2_000.0)]
    {
        retries.begin(FOREVER_MS);
        assert_eq!(retries.failed(&error, FOREVER_MS, 0.5), Next::Again(expected));
    }
}

#[test]
fn a_wait_beyond_the_deadline_is_not_begun() {
    let mut retries = Attempts::new(RetryPolicy::default());
    retries.begin(30_000.0);
    assert_eq!(retries.failed(&with_pushback("60000"), 29_000.0, 0.5), Next::TooLate(60_000.0));
    let mut retries = Attempts::new(RetryPolicy::default());
    retries.begin(30_000.0);
    assert_eq!(retries.failed(&unavailable(), 1_000.0, 0.5), Next::TooLate(1_000.0));
}

proptest! {
    #[test]
    fn attempts_and_waits_are_always_within_the_call(
        timeout_ms in 1.0..1e6_f64,
        took in prop::collection::vec(0.0..1.0_f64, 8),
        random in 0.0..1.0_f64,
        pushback in prop::option::of("[0-9]{1,6}"),
    ) {
            let mut retries = Attempts::new(RetryPolicy::default());
        let mut left_ms = timeout_ms;
        for part in took {
            let limit_ms = retries.begin(left_ms);
            prop_assert!(limit_ms > 0.0 && limit_ms <= left_ms);
            left_ms -= limit_ms * part;
            let error = pushback.as_deref().map_or_else(unavailable, with_pushback);
            match retries.failed(&error, left_ms, random) {
                Next::Again(ms) => {
                    prop_assert!(ms >= 0.0 && ms < left_ms);
                    left_ms -= ms;
                }
                Next::TooLate(ms) => {
                    prop_assert!(ms >= left_ms);
                    break;
                }
                Next::Stop => break,
            }
        }
        prop_assert!(retries.retries.attempts <= 5);
    }
}
