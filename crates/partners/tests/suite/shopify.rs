//! Shopify: discounts of each kind in the shape that the shop keeps, codes that are taken, store credit, metafields, the budget.

use chrono::{DateTime, TimeDelta, Utc};
use partners::CallError;
use partners::shopify::{
    CombinesWith, Discount, DiscountKind, Items, METAFIELDS_BATCH_MAX, Metafield, Minimum, SHOPIFY, StoreCredit,
};
use platform::Clock;
use platform::clock::SystemClock;
use sandbox::Partner;
use serde_json::{Value, json};

use crate::support::{Rig, http, kind};

const CUSTOMER: &str = "gid://shopify/Customer/7";
const PRODUCT: &str = "gid://shopify/Product/1";

pub(crate) fn amount() -> DiscountKind {
    DiscountKind::Amount { amount: "5.00".to_owned(), items: Items::All }
}

pub(crate) fn discount(code: &str, kind: DiscountKind) -> Discount<'_> {
    Discount {
        title: "500 points",
        code,
        customer: Some(CUSTOMER),
        starts_at: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
        ends_at: DateTime::from_timestamp(1_900_000_000, 0),
        usage_limit: Some(1),
        minimum: None,
        combines_with: CombinesWith { product: true, ..CombinesWith::default() },
        kind,
    }
}

/// The discount in the variables of the latest request.
fn input(rig: &Rig) -> Value {
    rig.received(Partner::Shopify).pop().unwrap().json()["variables"]["discount"].clone()
}

#[tokio::test]
async fn each_kind_of_discount_is_created_in_its_shape() {
    let rig = Rig::start().await;
    let shopify = &rig.clients.shopify;
    let created = shopify.create_discount(&rig.merchant, &discount("A1", amount())).await.unwrap();
    assert!(created.id.starts_with("gid://shopify/DiscountCodeNode/") && !created.existed);
    let basic = input(&rig);
    assert_eq!(basic["context"], json!({ "customers": { "add": [CUSTOMER] } }));
    assert_eq!((&basic["usageLimit"], &basic["appliesOncePerCustomer"]), (&json!(1), &json!(true)));
    assert_eq!(
        basic["customerGets"],
        json!({ "value": { "discountAmount": { "amount": "5.00", "appliesOnEachItem": false } }, "items": { "all": true } })
    );

    let minimum = Some(Minimum::Subtotal("20.00".to_owned()));
    let percentage = DiscountKind::Percentage { percent: 10.0, items: Items::Products(vec![PRODUCT.to_owned()]) };
    let percentage = Discount { minimum, ..discount("P1", percentage) };
    shopify.create_discount(&rig.merchant, &percentage).await.unwrap();
    let basic = input(&rig);
    assert_eq!(
        basic["customerGets"],
        json!({ "value": { "percentage": 0.1 }, "items": { "products": { "productsToAdd": [PRODUCT] } } })
    );
    assert_eq!(basic["minimumRequirement"], json!({ "subtotal": { "greaterThanOrEqualToSubtotal": "20.00" } }));

    let shipping = DiscountKind::FreeShipping { shipping_price_max: Some("15.00".to_owned()) };
    shopify.create_discount(&rig.merchant, &discount("S1", shipping)).await.unwrap();
    let shipping = input(&rig);
    assert_eq!(
        (&shipping["destination"], &shipping["maximumShippingPrice"]),
        (&json!({ "all": true }), &json!("15.00"))
    );

    let free = DiscountKind::BuyXGetY {
        buys_quantity: 1,
        buys: Items::Products(vec![PRODUCT.to_owned()]),
        gets_quantity: 1,
        gets: Items::Variants(vec!["gid://shopify/ProductVariant/2".to_owned()]),
    };
    shopify.create_discount(&rig.merchant, &discount("B1", free)).await.unwrap();
    let free = input(&rig);
    assert_eq!(
        free["customerGets"]["value"]["discountOnQuantity"],
        json!({ "quantity": "1", "effect": { "percentage": 1.0 } })
    );
    assert_eq!(free["usesPerOrderLimit"], 1);
}

#[tokio::test]
async fn a_code_that_is_taken_by_the_same_discount_was_created_before() {
    let rig = Rig::start().await;
    let shopify = &rig.clients.shopify;
    let first = shopify.create_discount(&rig.merchant, &discount("SAME", amount())).await.unwrap();
    let again = shopify.create_discount(&rig.merchant, &discount("SAME", amount())).await.unwrap();
    assert_eq!((again.id, again.existed), (first.id, true));
    let other = Discount { title: "another", ..discount("SAME", amount()) };
    let refused = shopify.create_discount(&rig.merchant, &other).await;
    assert_eq!(kind(&refused), "rejected");
    assert!(format!("{refused:?}").contains("TAKEN at basicCodeDiscount.code"), "{refused:?}");
}

#[tokio::test]
async fn an_answer_that_was_lost_leaves_one_code() {
    let rig = Rig::start().await;
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    rig.fault(Partner::Shopify, json!({ "cut": true, "hits_max": 2 }));
    let created = rig.clients.shopify.create_discount(&rig.merchant, &discount("ONCE", amount())).await.unwrap();
    assert!(created.existed, "the first request had created it");
    let found = rig.clients.shopify.find_discount(&rig.merchant, "ONCE").await.unwrap().unwrap();
    assert_eq!((found.id, found.active, found.uses), (created.id, true, 0));
}

#[tokio::test]
async fn a_discount_is_found_deactivated_and_again() {
    let rig = Rig::start().await;
    let shopify = &rig.clients.shopify;
    assert_eq!(shopify.find_discount(&rig.merchant, "NONE").await.unwrap(), None);
    let created = shopify.create_discount(&rig.merchant, &discount("END", amount())).await.unwrap();
    for _ in 0..2 {
        shopify.deactivate_discount(&rig.merchant, &created.id).await.unwrap();
    }
    assert!(!shopify.find_discount(&rig.merchant, "END").await.unwrap().unwrap().active);
    let missing = shopify.deactivate_discount(&rig.merchant, "gid://shopify/DiscountCodeNode/1").await;
    assert_eq!(kind(&missing), "rejected");
}

#[tokio::test]
async fn what_shopify_refuses_for_good_is_rejected_with_its_codes() {
    let rig = Rig::start().await;
    let wrong = Discount { ends_at: DateTime::from_timestamp(1_000_000_000, 0), ..discount("W", amount()) };
    let refused = rig.clients.shopify.create_discount(&rig.merchant, &wrong).await;
    assert_eq!(kind(&refused), "rejected", "{refused:?}");
    let combines_with = CombinesWith { shipping: true, ..CombinesWith::default() };
    let shipping = DiscountKind::FreeShipping { shipping_price_max: None };
    let wrong = Discount { combines_with, ..discount("W", shipping) };
    let refused = rig.clients.shopify.create_discount(&rig.merchant, &wrong).await;
    assert!(format!("{refused:?}").contains("INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS"), "{refused:?}");
}

#[tokio::test]
async fn store_credit_is_credited_once_a_call_and_can_be_looked_for() {
    let rig = Rig::start().await;
    let shopify = &rig.clients.shopify;
    let since: DateTime<Utc> = SystemClock.now() - TimeDelta::minutes(1);
    let none = shopify.store_credits(&rig.merchant, CUSTOMER, "USD", since).await.unwrap();
    assert!(none.is_empty());
    let credit = StoreCredit { customer: CUSTOMER, amount: "5.00", currency: "USD", expires_at: None };
    let id = shopify.credit_store_credit(&rig.merchant, &credit).await.unwrap();
    rig.fault(Partner::Shopify, json!({ "cut": true, "hits_max": 1 }));
    assert_eq!(kind(&shopify.credit_store_credit(&rig.merchant, &credit).await), "failed");
    let credits = shopify.store_credits(&rig.merchant, CUSTOMER, "USD", since).await.unwrap();
    assert_eq!(credits.len(), 2, "the lost answer was of a credit, and the client did not repeat it");
    assert!(credits.iter().any(|credit| credit.id == id && credit.amount == "5.0"), "{credits:?}");
    let later = SystemClock.now() + TimeDelta::minutes(1);
    assert!(shopify.store_credits(&rig.merchant, CUSTOMER, "USD", later).await.unwrap().is_empty());
    let unknown = StoreCredit { currency: "???", ..credit.clone() };
    assert_eq!(kind(&shopify.credit_store_credit(&rig.merchant, &unknown).await), "rejected");
    let negative = StoreCredit { amount: "-1", ..credit };
    let refused = shopify.credit_store_credit(&rig.merchant, &negative).await;
    assert!(format!("{refused:?}").contains("NEGATIVE_OR_ZERO_AMOUNT"), "{refused:?}");
}

#[tokio::test]
async fn metafields_are_set_in_batches_of_25() {
    let rig = Rig::start().await;
    let owners: Vec<String> = (0..60).map(|n| format!("gid://shopify/Customer/{}", n + 1)).collect();
    let field = |owner| Metafield { owner, namespace: "$app", key: "points", kind: "number_integer", value: "120" };
    let fields: Vec<Metafield<'_>> = owners.iter().map(|owner| field(owner)).collect();
    rig.clients.shopify.set_metafields(&rig.merchant, &fields).await.unwrap();
    assert_eq!(rig.received(Partner::Shopify).len(), fields.len().div_ceil(METAFIELDS_BATCH_MAX));
    let wrong = Metafield { value: "many", ..field(&owners[0]) };
    let refused = rig.clients.shopify.set_metafields(&rig.merchant, &[wrong]).await;
    assert!(format!("{refused:?}").contains("INVALID_VALUE"), "{refused:?}");
}

#[tokio::test]
async fn the_budget_is_taken_at_the_cost_shopify_computes_and_reconciled_with_what_it_shows() {
    let rig = Rig::start().await;
    let shopify = &rig.clients.shopify;
    shopify.create_discount(&rig.merchant, &discount("C1", amount())).await.unwrap();
    shopify
        .create_discount(&rig.merchant, &discount("C2", DiscountKind::FreeShipping { shipping_price_max: None }))
        .await
        .unwrap();
    let found = shopify.find_discount(&rig.merchant, "C1").await.unwrap().unwrap();
    shopify.deactivate_discount(&rig.merchant, &found.id).await.unwrap();
    let credit = StoreCredit { customer: CUSTOMER, amount: "1.00", currency: "USD", expires_at: None };
    shopify.credit_store_credit(&rig.merchant, &credit).await.unwrap();
    let field = Metafield { owner: CUSTOMER, namespace: "$app", key: "points", kind: "number_integer", value: "1" };
    shopify.set_metafields(&rig.merchant, &[field]).await.unwrap();
    shopify.store_credits(&rig.merchant, CUSTOMER, "USD", SystemClock.now()).await.unwrap();
    let shown = rig.rates.shown.lock().unwrap().clone();
    let shown: Vec<_> = shown.into_iter().filter(|(partner, ..)| partner == SHOPIFY.name).collect();
    assert_eq!(shown.len(), 7);
    for (_, taken, usage) in &shown {
        assert!(usage.spent.unwrap() <= *taken, "the cost that is taken is never below the real one: {shown:?}");
        let rate = usage.rate.unwrap();
        assert_eq!((rate.burst().get(), rate.interval().as_millis()), (2_000, 10));
        assert!(usage.left.unwrap() <= 2_000);
    }
    // The sandbox computes the cost before it executes a document by Shopify's formula: the same as ours.
    let requested = requested_costs(&rig).await;
    let taken: Vec<u32> = shown.iter().map(|(_, taken, _)| *taken).collect();
    assert_eq!(taken, requested);
}

/// What the sandbox says each of the requests so far costs before it is executed: the requests are made again to learn it.
async fn requested_costs(rig: &Rig) -> Vec<u32> {
    let token = rig.tokens.0.lock().unwrap().access.clone().unwrap();
    let mut costs = Vec::new();
    for request in rig.received(Partner::Shopify) {
        let again = http().post(format!("{}{}", rig.sandbox.url_of(Partner::Shopify), request.path));
        let again = again.header("x-shopify-access-token", &token).json(&request.json());
        let answer: Value = again.send().await.unwrap().json().await.unwrap();
        let cost = answer["extensions"]["cost"]["requestedQueryCost"].as_u64().unwrap();
        costs.push(u32::try_from(cost).unwrap());
    }
    costs
}

#[tokio::test]
async fn a_used_up_budget_is_later_with_the_time_until_it_is_restored() {
    let rig = Rig::start().await;
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    rig.fault(Partner::Shopify, json!({ "rate_per_s": 1 }));
    let mut ended = Ok(());
    for n in 0..10 {
        let code = format!("T{n}");
        ended = rig.clients.shopify.create_discount(&rig.merchant, &discount(&code, amount())).await.map(|_| ());
        if ended.is_err() {
            break;
        }
    }
    let Err(CallError::Later { after, .. }) = &ended else { panic!("{ended:?}") };
    assert_eq!(kind(&ended), "later: throttled");
    assert!(after.as_secs() >= 1 && after.as_secs() <= 12, "{after:?}");
    // The fault that throttles every query, whatever the budget.
    rig.fault(Partner::Shopify, json!({ "status": 200 }));
    let throttled = rig.clients.shopify.find_discount(&rig.merchant, "x").await;
    assert_eq!(kind(&throttled), "later: throttled");
}

#[tokio::test]
async fn each_status_of_shopify_has_its_outcome() {
    let mut rig = Rig::start().await;
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    for (status, outcome) in [
        (402, "later: suspended"),
        (403, "rejected"),
        (404, "shop_gone"),
        (423, "later: suspended"),
        (429, "later: throttled"),
        (430, "later: throttled"),
        (500, "failed"),
        (503, "failed"),
        (504, "failed"),
    ] {
        rig.restart(&[]);
        rig.sandbox.end_faults(Partner::Shopify);
        rig.fault(Partner::Shopify, json!({ "status": status }));
        let ended = rig.clients.shopify.find_discount(&rig.merchant, "x").await;
        assert_eq!(kind(&ended), outcome, "{status}: {ended:?}");
    }
}
