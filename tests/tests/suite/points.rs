//! What an order is worth, from its webhooks to the ledger: payments in part, refunds of amounts, large currencies, default rates,
//! and rules or amounts that cannot be used.

use domain::{EarnRule, Rate};
use serde_json::json;
use shopify::testing::{LinePayload, OrderPayload, RefundPayload};
use tests::TestApp;

use crate::support::{ADA, BOB, at, entries, order, order_of, take};

#[tokio::test]
async fn what_is_added_to_a_paid_order_earns_when_it_is_paid() {
    let app = TestApp::start().await;
    take(&app, "orders/paid", OrderPayload::new(1).line(5_000, 1).json()).await;
    let edited = || OrderPayload::new(1).line(5_000, 1).line(10_000, 1);
    let unpaid = edited().status(Some("partially_paid")).outstanding(10_000).updated_at(at(10));
    take(&app, "orders/updated", unpaid.json()).await;
    assert_eq!(app.balance(ADA).await, Some(500));
    take(&app, "orders/paid", edited().updated_at(at(20)).json()).await;
    assert_eq!(app.balance(ADA).await, Some(1_500));
    assert_eq!(entries(&app, 1).await, ["earn 500", "adjust 1000"]);
    app.finish().await;
}

#[tokio::test]
async fn a_deposit_earns_nothing_though_part_of_it_was_given_back() {
    let app = TestApp::start().await;
    let deposit = || OrderPayload::new(1).line(10_000, 1).outstanding(6_000);
    take(&app, "orders/create", deposit().status(Some("partially_paid")).json()).await;
    take(&app, "orders/updated", deposit().status(Some("partially_refunded")).updated_at(at(10)).json()).await;
    assert_eq!(app.balance(ADA).await.unwrap_or(0), 0);
    take(&app, "orders/paid", OrderPayload::new(1).line(10_000, 1).updated_at(at(20)).json()).await;
    assert_eq!(app.balance(ADA).await, Some(1_000));
    app.finish().await;
}

#[tokio::test]
async fn what_was_given_back_counts_with_its_discrepancies() {
    let app = TestApp::start().await;
    let amount_only = OrderPayload::new(1).customer(101, None).line(10_000, 1);
    let with_a_fee = OrderPayload::new(2).customer(102, None).line(10_000, 1);
    let nameless = OrderPayload::new(3).customer(103, None).line(10_000, 1);
    let pending = OrderPayload::new(4).customer(104, None).line(10_000, 1);
    let refunds = [
        (&amount_only, RefundPayload::of(&amount_only, 11).discrepancy(-9_000), 100),
        (&with_a_fee, RefundPayload::of(&with_a_fee, 12).everything().discrepancy_with(2_000, "restock"), 200),
        (&nameless, RefundPayload::of(&nameless, 13).discrepancy(-9_000).without_currency(), 100),
        (&pending, RefundPayload::of(&pending, 14).everything().discrepancy(10_000), 1_000),
    ];
    for (n, (order, refund, expected)) in (101..).zip(&refunds) {
        take(&app, "orders/paid", order.json()).await;
        assert_eq!(app.balance(n).await, Some(1_000));
        for _ in 0..2 {
            take(&app, "refunds/create", refund.json()).await;
            assert_eq!(app.balance(n).await, Some(*expected), "{refund:?}");
        }
        let order = (*order).clone().refund(refund.clone()).status(Some("partially_refunded")).updated_at(at(60));
        take(&app, "orders/updated", order.json()).await;
        assert_eq!(app.balance(n).await, Some(*expected), "told once more by the order: {refund:?}");
    }
    let settled = refunds[3].1.clone().discrepancy_with(-10_000, "Pending refund discrepancy");
    take(&app, "orders/updated", pending.clone().refund(settled).updated_at(at(90)).json()).await;
    take(&app, "refunds/create", refunds[3].1.json()).await;
    assert_eq!(app.balance(104).await, Some(0), "its payment has succeeded, and the first message comes again");
    app.finish().await;
}

#[tokio::test]
async fn a_merchant_may_switch_discrepancies_off() {
    let app = TestApp::start().await;
    app.set_rule(&EarnRule { count_refund_discrepancies: false, ..EarnRule::default() }).await;
    take(&app, "orders/paid", order(1, 10_000).json()).await;
    take(&app, "refunds/create", RefundPayload::of(&order(1, 10_000), 11).discrepancy(-9_000).json()).await;
    assert_eq!(app.balance(ADA).await, Some(1_000));
    app.finish().await;
}

#[tokio::test]
async fn a_refund_without_currency_waits_for_its_order() {
    let app = TestApp::start().await;
    let order = OrderPayload::new(1).currency("JPY").line(10_000, 2);
    app.set_rule(&EarnRule { points_per_unit: Some(Rate::whole(1)), ..EarnRule::default() }).await;
    take(&app, "refunds/create", RefundPayload::of(&order, 9).line(0, 1, 9_000, 0).without_currency().json()).await;
    assert_eq!(app.number("SELECT count(*) FROM dead_letters").await, 0);
    take(&app, "orders/paid", order.json()).await;
    assert_eq!(app.balance(ADA).await, Some(11_000));
    app.finish().await;
}

#[tokio::test]
async fn large_currencies_are_counted_in_full_and_by_a_rate_of_their_own() {
    let app = TestApp::start().await;
    let rupiah = |id: i64, customer: i64| order_of(id, customer, 7_500_000_000).currency("IDR");
    for id in 1..=3 {
        take(&app, "orders/paid", rupiah(id, BOB).json()).await;
    }
    assert_eq!(app.balance(BOB).await, Some(3 * 45_750), "about 10 for the value of a dollar");
    let sources = "SELECT DISTINCT rule_snapshot ->> 'rate_source' || ' ' || (rule_snapshot -> 'rule' ->> 'points_per_unit') FROM orders";
    assert_eq!(app.texts(sources).await, ["currency_default 0.00061"]);

    app.set_rule(&EarnRule { points_per_unit: Some(Rate::whole(1_000)), ..EarnRule::default() }).await;
    for id in 11..=13 {
        take(&app, "orders/paid", rupiah(id, ADA).json()).await;
    }
    let points = app.points(ADA).await;
    assert_eq!(
        (&points["points_balance"], &points["total_points_earned"]),
        (&json!(225_000_000_000_i64), &json!(225_000_000_000_i64))
    );
    assert_eq!(points["lots"][0]["points"], 75_000_000_000_i64);
    assert_eq!(points["history"][0]["balance_after"], 225_000_000_000_i64);
    take(&app, "refunds/create", RefundPayload::of(&rupiah(13, ADA), 99).everything().json()).await;
    assert_eq!(app.balance(ADA).await, Some(150_000_000_000));
    assert_eq!(app.number("SELECT sum(points)::bigint FROM lot_allocations").await, 75_000_000_000);
    app.finish().await;
}

#[tokio::test]
async fn points_out_of_range_are_dead_with_the_reason_and_alone() {
    let mut app = TestApp::builder().without_workers().start().await;
    app.deliver("orders/paid", order(1, 1_000).json()).await;
    app.deliver("orders/paid", order(2, 900_000_000_000_000_000).json()).await;
    app.deliver("orders/paid", order_of(3, BOB, 1_000).json()).await;
    app.start_workers().await;
    app.settled().await;
    let dead = app.texts("SELECT error_class || ': ' || reason || ' ' || attempts FROM dead_letters").await;
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert!(
        dead[0].starts_with("points_out_of_range: the order is worth more than 9007199254740991 points"),
        "{dead:?}"
    );
    assert!(dead[0].ends_with("replay the job 1"), "a remedy, at the first attempt: {dead:?}");
    assert_eq!((app.balance(ADA).await, app.balance(BOB).await), (Some(100), Some(100)));

    // A balance that is too large for the next award is refused in the same way.
    app.execute(&format!("UPDATE customers SET points_balance = 9007199254740990 WHERE shopify_customer_id = {BOB}"))
        .await;
    take(&app, "orders/paid", order_of(4, BOB, 1_000).json()).await;
    let classes = app.texts("SELECT DISTINCT error_class FROM dead_letters").await;
    assert_eq!(
        (classes, app.number("SELECT count(*) FROM dead_letters").await),
        (vec!["points_out_of_range".to_owned()], 2)
    );
    app.execute(&format!("UPDATE customers SET points_balance = 100 WHERE shopify_customer_id = {BOB}")).await;
    app.expect_dead_letters(2);
    app.finish().await;
}

#[tokio::test]
async fn an_invalid_stored_rule_is_an_error_of_that_merchant_alone() {
    let mut app = TestApp::builder().without_workers().start().await;
    let other = app.shops[1].domain.clone();
    let invalid = app.shops[0].merchant_id.clone();
    let set = format!(
        "UPDATE program_settings SET earn_rule = '{{\"points_per_unit\": -10}}' WHERE merchant_id = '{invalid}'"
    );
    assert_eq!(app.execute(&set).await, 1);
    for id in 1..=3 {
        app.deliver("orders/paid", order(id, 1_000).json()).await;
        app.webhook("orders/paid", order(id, 1_000).json()).shop(&other).send().await.ok();
    }
    app.start_workers().await;
    app.settled().await;
    let dead = app.texts("SELECT error_class || ' ' || attempts || ' ' || reason FROM dead_letters").await;
    assert_eq!(dead.len(), 3);
    for letter in &dead {
        assert!(letter.starts_with("invalid_earn_rule 1 "), "{letter}");
        for part in [
            "program_settings.earn_rule",
            invalid.as_str(),
            "points_per_unit must be 0 to 1000000",
            "correct the rule, then replay",
        ] {
            assert!(letter.contains(part), "{part}: {letter}");
        }
    }
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, 300, "the other shop's");
    app.expect_dead_letters(3);
    app.finish().await;
}

#[tokio::test]
async fn shares_of_lines_with_removed_units_are_added_up_before_they_are_rounded() {
    let app = TestApp::start().await;
    let line = || LinePayload::new(17, 3).discount(1).removed(2);
    take(&app, "orders/paid", OrderPayload::new(1).push(line()).push(line()).push(line()).json()).await;
    assert_eq!(app.balance(ADA).await, Some(5));
    app.finish().await;
}

#[tokio::test]
async fn of_two_edits_within_one_second_the_later_one_counts() {
    let edited =
        |removed: i64| OrderPayload::new(1).push(LinePayload::new(1_000, 3).removed(removed)).updated_at(at(10)).json();
    // Removed two, put one back; and the other way round.
    for (first, second, expected) in [(2, 1, 200), (1, 2, 100)] {
        for in_order in [true, false] {
            let app = TestApp::start().await;
            take(&app, "orders/paid", OrderPayload::new(1).line(1_000, 3).json()).await;
            let first = app
                .webhook("orders/updated", edited(first))
                .header("x-shopify-triggered-at", "2026-01-01T00:00:10.100000Z");
            let second = app
                .webhook("orders/updated", edited(second))
                .header("x-shopify-triggered-at", "2026-01-01T00:00:10.900000Z");
            let sent = if in_order { [&first, &second] } else { [&second, &first] };
            for webhook in sent {
                webhook.send().await.ok();
                app.settled().await;
            }
            assert_eq!(app.balance(ADA).await, Some(expected), "in order: {in_order}");
            app.finish().await;
        }
    }
}

#[tokio::test]
async fn arrays_do_not_pass_as_objects() {
    let mut app = TestApp::start().await;
    let changed = |path: &str, value| {
        let mut body: serde_json::Value = serde_json::from_str(&order(1, 1_000).json()).unwrap();
        *body.pointer_mut(path).unwrap() = value;
        body.to_string()
    };
    app.deliver("orders/paid", changed("/customer", json!([ADA, "ada@example.com", null, "en"]))).await;
    app.deliver("orders/paid", changed("/line_items/0", json!([11, 1, 1, "10.00"]))).await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM orders").await, 0);
    for reason in app.texts("SELECT reason FROM dead_letters").await {
        assert!(reason.contains("invalid type: sequence, expected an object"), "{reason}");
    }
    app.expect_dead_letters(2);
    app.finish().await;
}
