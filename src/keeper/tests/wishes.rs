//! What is stored and told.

use crate::breakout::ApiVersion;
use crate::error::Kind;
use crate::keeper::granted::Granted;
use crate::keeper::news::{News, Told};
use crate::keeper::pulse::Now;
use crate::keeper::wish::{Names, StoredGrant, What, Wish, key_of, read_granted, registration, write_granted};
use crate::seams::Moment;
use proptest::prelude::*;

fn now(wall_ms: f64, page: f64) -> Now {
    Now { moment: Moment { wall_ms, monotonic_ms: wall_ms, page }, steady_ms: wall_ms }
}

#[test]
fn a_wish_is_read_as_it_was_written() {
    for number in [None, Some("+4799900001")] {
        let registration = registration(number, "sips:pbx.example.com:5061");
        assert_eq!(key_of(&registration.target), number.unwrap_or("own"));
        for what in [What::Keep(registration.clone()), What::Delete(registration)] {
            let wish = Wish { id: "a1".to_owned(), what, delete_on_leave: true, at_ms: Some(1.0) };
            assert_eq!(Wish::read(&wish.write(), ApiVersion::V1), Some(wish));
        }
    }
    for other in ["", "[]", r#"{"v":2,"id":"a"}"#, r#"{"v":1,"id":"a","sip_uri":"sip:x"}"#, r#"{"v":1}"#] {
        assert_eq!(Wish::read(other, ApiVersion::V1), None, "{other}");
    }
}

#[test]
fn a_grant_of_another_page_is_refreshed_at_once_unless_it_is_young() {
    let granted = Granted::new(now(1_000.0, 1.0).moment, 3_600_000.0, 0.5, now(1_000.0, 1.0));
    let told = registration(Some("+4799900001"), "sips:pbx.example.com");
    let text = write_granted(&granted, "a1", &told);
    let read = |now| {
        let StoredGrant { granted, wish, registration } = read_granted(&text, now, ApiVersion::V1)?;
        assert_eq!(registration.as_ref(), Some(&told));
        Some((granted.refresh_after_ms, granted.left_ms(now), wish))
    };
    assert_eq!(read(now(2_000.0, 1.0)), Some((2_880_000.0, 3_599_000.0, "a1".to_owned())));
    assert_eq!(read(now(601_000.0, 2.0)), Some((2_880_000.0, 3_000_000.0, "a1".to_owned())));
    assert_eq!(read(now(1_801_000.0, 2.0)), Some((0.0, 1_800_000.0, "a1".to_owned())));
    assert_eq!(read(now(500.0, 2.0)), None, "from the future");
    assert!(read_granted("{}", now(0.0, 1.0), ApiVersion::V1).is_none());
    // As version 0.1.0 wrote it.
    let old = r#"{"v":1,"wish":"a1","wall_ms":1000,"monotonic_ms":1000,"page":1,"ttl_ms":9000,"refresh_after_ms":1}"#;
    let old = read_granted(old, now(1_000.0, 1.0), ApiVersion::V1).expect("readable");
    assert_eq!((old.wish.as_str(), old.registration), ("a1", None));
}

#[test]
fn names_of_one_owner_are_no_beginning_of_another_s() {
    let (one, other) = (Names::of("a/b", "https://c", ApiVersion::V1), Names::of("a", "b/https://c", ApiVersion::V1));
    assert!(!one.wishes.starts_with(&other.wishes) && !other.wishes.starts_with(&one.wishes));
    // As `js/auth/sign-out.ts` looks for them.
    assert!(!one.wishes.starts_with("sipbreakout/kept/a/") && !one.grants.starts_with("sipbreakout/granted/a/"));
    assert!(one.wishes.starts_with("sipbreakout/kept/a%2Fb/") && one.grants.starts_with("sipbreakout/granted/a%2Fb/"));
}

#[test]
fn news_are_read_as_they_were_written() {
    let (key, wish, tab) = ("+47".to_owned(), "a1".to_owned(), "t".to_owned());
    let trouble = Told { family: "rpc", code: "unavailable".to_owned(), kind: Kind::Network, message: "no".to_owned() };
    let all = [
        News::Hello { tab: tab.clone() },
        News::Here { tab: tab.clone() },
        News::Bye { tab },
        News::Leads,
        News::Wished { key: key.clone(), wish: "{}".to_owned() },
        News::Tries { key: key.clone() },
        News::Granted {
            key: key.clone(),
            wish: wish.clone(),
            registration: None,
            age_ms: 1.5,
            ttl_ms: 2.0,
            refresh_after_ms: 3.0,
        },
        News::Failed { key: key.clone(), wait_ms: 1.0, ago_ms: 2.0, trouble: trouble.clone() },
        News::Rejected { key: key.clone(), wish: wish.clone(), trouble: trouble.clone() },
        News::Gone { key: key.clone(), wish: None, trouble: None, wait_ms: None },
        News::Gone { key: key.clone(), wish: Some(wish.clone()), trouble: Some(trouble.clone()), wait_ms: Some(1.0) },
        News::Late { key: key.clone(), wish: wish.clone(), trouble: None },
        News::Late { key, wish, trouble: Some(trouble) },
    ];
    for news in all {
        let text = news.write();
        assert_eq!(format!("{:?}", News::read(&text)), format!("{:?}", Some(news)));
    }
}

proptest! {
    #[test]
    fn whatever_is_in_the_store_or_on_the_channel_is_read_or_left(text in "\\PC*|\\{\"v\":1,\"news\":\"(granted|failed|gone|wished)\"[^}]{0,40}\\}") {
        let _ = (News::read(&text), Wish::read(&text, ApiVersion::V1), read_granted(&text, now(0.0, 1.0), ApiVersion::V1));
    }
}
