//! What a sign-out deletes.

use super::bench::{Bench, Page};
use super::core::{forbidden, refused};
use crate::keeper::wish::registration;
use crate::keeper::{Owner, delete_all_kept};

const NUMBER: &str = "+4799900001";

fn ada() -> Owner {
    Owner::Named("ada".to_owned())
}

/// A page of a fresh browser that keeps a number, and whose core has it.
fn kept(number: &str) -> (Bench, Page) {
    let bench = Bench::default();
    let page = bench.page();
    bench.keep(&page, registration(Some(number), "sips:pbx.example.com"));
    bench.pass(1_500.0);
    bench.asked();
    (bench, page)
}

fn deleted(bench: &Bench) -> Vec<String> {
    bench.asked().into_iter().filter(|asked| !asked.is_upsert).filter_map(|asked| asked.number).collect()
}

#[test]
fn all_that_the_page_keeps_for_the_person_is_deleted_one_after_the_other() {
    let (bench, page) = kept(NUMBER);
    bench.keep(&page, registration(Some("+4799900002"), "sips:pbx.example.com"));
    bench.pass(1_500.0);
    assert!(bench.fake.run(delete_all_kept(ada())));
    assert_eq!(deleted(&bench), [NUMBER, "+4799900002"]);
    assert!(bench.lasting.entries().is_empty());
}

#[test]
fn nothing_of_somebody_else_is_deleted() {
    let (bench, _page) = kept(NUMBER);
    for owner in [Owner::Named("bob".to_owned()), Owner::Nobody, Owner::Unknown] {
        assert!(bench.fake.run(delete_all_kept(owner)), "there is nothing to delete");
    }
    assert!(deleted(&bench).is_empty());
}

#[test]
fn one_that_could_not_be_deleted_is_told_and_keeps_no_other_from_being_deleted() {
    for answer in [forbidden(), refused()] {
        let (bench, page) = kept(NUMBER);
        bench.keep(&page, registration(Some("+4799900002"), "sips:pbx.example.com"));
        bench.pass(1_500.0);
        bench.answer([answer]);
        assert!(!bench.fake.run(delete_all_kept(ada())));
        assert!(deleted(&bench).contains(&"+4799900002".to_owned()));
    }
}

#[test]
fn a_page_that_is_gone_deletes_nothing() {
    let (bench, page) = kept(NUMBER);
    page.keeping.close();
    drop(page);
    bench.pass(1_000.0);
    assert!(bench.fake.run(delete_all_kept(ada())));
    assert!(deleted(&bench).is_empty());
}
