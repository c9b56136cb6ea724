//! Whose registrations may be kept.

use crate::keeper::{Owner, Owners, SuppliedOwner};
use futures::FutureExt;

#[test]
fn with_supplied_tokens_it_is_whom_the_application_names_and_that_never_changes() {
    for (name, expected) in [
        (None, Owner::Nameless),
        (Some("ada"), Owner::Named("supplied/ada".to_owned())),
        (Some(""), Owner::Named("supplied/".to_owned())),
    ] {
        let owners = SuppliedOwner::new(name.map(str::to_owned));
        assert_eq!(owners.owner().now_or_never(), Some(expected));
        assert!(owners.changed().now_or_never().is_none() && owners.ended().now_or_never().is_none());
    }
}
