//! The newest document decides, and every address has one customer at most.

use super::*;
use crate::testing::{OrderBuilder, at, customer_id};

fn claim(address: &str, seconds: i64, shopify: i64, stored: Option<u64>) -> AddressClaim<String> {
    AddressClaim {
        address: address.to_owned(),
        at: at(seconds),
        shopify_customer_id: shopify,
        customer_id: stored.map(customer_id),
    }
}

fn holder(address: &str, seconds: Option<i64>, shopify: Option<i64>, id: u64) -> AddressHolder<String> {
    AddressHolder {
        address: address.to_owned(),
        at: seconds.map(at),
        shopify_customer_id: shopify,
        customer_id: customer_id(id),
    }
}

fn check(
    claims: &[AddressClaim<String>],
    holders: &[AddressHolder<String>],
    outcomes: &[ClaimOutcome],
    cleared: &[u64],
) {
    let assignment = assign_addresses(claims, holders);
    assert_eq!(assignment.outcomes, outcomes);
    assert_eq!(assignment.cleared, cleared.iter().map(|id| customer_id(*id)).collect::<Vec<_>>());
}

use ClaimOutcome::{Granted, Joins, Refused};

#[test]
fn a_free_address_is_granted_to_the_newest_of_those_who_claim_it() {
    check(&[claim("a", 1, 7, None)], &[], &[Granted], &[]);
    check(
        &[claim("a", 2, 7, None), claim("a", 1, 8, Some(8)), claim("b", 1, 9, None)],
        &[],
        &[Granted, Refused, Granted],
        &[],
    );
    check(&[claim("a", 1, 7, None), claim("a", 1, 8, None)], &[], &[Refused, Granted], &[]);
}

#[test]
fn an_address_stays_with_the_newer_document() {
    check(&[claim("a", 2, 7, None)], &[holder("a", Some(1), Some(8), 8)], &[Granted], &[8]);
    check(&[claim("a", 1, 7, None)], &[holder("a", Some(2), Some(8), 8)], &[Refused], &[]);
    check(&[claim("a", 1, 7, Some(7))], &[holder("a", None, Some(8), 8)], &[Granted], &[8]);
    check(&[claim("a", 1, 7, None)], &[holder("a", Some(1), Some(8), 8)], &[Refused], &[]);
    check(&[claim("a", 1, 9, None)], &[holder("a", Some(1), Some(8), 8)], &[Granted], &[8]);
}

#[test]
fn an_imported_customer_keeps_the_address_and_is_who_claims_it() {
    let imported = [holder("a", None, None, 1)];
    check(&[claim("a", 1, 7, None)], &imported, &[Joins(customer_id(1))], &[]);
    check(&[claim("a", 1, 7, None), claim("a", 2, 8, None)], &imported, &[Refused, Joins(customer_id(1))], &[]);
    check(&[claim("a", 1, 7, Some(7))], &imported, &[Refused], &[]);
    check(&[claim("a", 2, 7, Some(7)), claim("a", 1, 8, None)], &imported, &[Refused, Joins(customer_id(1))], &[]);
}

#[test]
fn two_customers_may_exchange_their_addresses_at_once() {
    let claims = [claim("b", 5, 7, Some(7)), claim("a", 5, 8, Some(8))];
    let holders = [holder("a", Some(9), Some(7), 7), holder("b", Some(1), Some(8), 8)];
    check(&claims, &holders, &[Granted, Granted], &[7, 8]);
}

#[test]
fn the_contact_of_a_message_is_as_old_as_the_later_of_document_and_customer() {
    let of = |customer_at: Option<i64>| {
        let order = OrderBuilder::new().updated(60).with(|document| {
            let customer = document.customer.as_mut().unwrap();
            (customer.email, customer.updated_at) = (Some("a@example.com".to_owned()), customer_at.map(at));
        });
        order.message().contact().map(|contact| (contact.at, contact.email.map(str::to_owned)))
    };
    for (customer_at, expected) in [(None, 60), (Some(5), 60), (Some(90), 90)] {
        assert_eq!(of(customer_at), Some((at(expected), Some("a@example.com".to_owned()))));
    }
    assert_eq!(OrderBuilder::new().customer(None).message().contact(), None);
}

#[test]
fn of_two_values_the_later_is_the_greater_and_milliseconds_are_what_counts() {
    assert!(Seen::new(at(2), "a") > Seen::new(at(1), "z"));
    assert!(Seen::new(at(1), "z") > Seen::new(at(1), "a"));
    let finer = at(1) + chrono::TimeDelta::microseconds(900);
    assert_eq!(Seen::new(finer, "a"), Seen::new(at(1), "a"));
}
