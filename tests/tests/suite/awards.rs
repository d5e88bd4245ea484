//! From a signed webhook to points in the ledger, for each kind of order and each way it can change.

use domain::{EarnRule, Factor, NegativeBalance, Rate};
use serde_json::json;
use shopify::testing::{LinePayload, OrderPayload, RefundPayload};
use store::TenantScope;
use store::crypto::{CustomerEmail, Encrypted};
use store::webhooks::{self, HandledWebhook};
use tests::settings::keys;
use tests::{TestApp, wait_until};

use crate::support::{ADA, BOB, at, entries, order, order_of, take};

#[tokio::test]
async fn a_paid_order_becomes_points_with_all_that_belongs_to_them() {
    let app = TestApp::builder().without_scheduler().start().await;
    take(&app, "orders/create", order(1, 12_345).json()).await;

    let points = app.points(ADA).await;
    assert_eq!(points["points_balance"], 1_234);
    assert_eq!(points["total_points_earned"], 1_234);
    assert_eq!(points["shopify_customer_id"], ADA);
    let lots = points["lots"].as_array().unwrap();
    assert_eq!((lots.len(), &lots[0]["points"]), (1, &json!(1_234)));
    let history = points["history"].as_array().unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0]["type"], "earn", "{history:?}");
    assert_eq!((&history[0]["delta"], &history[0]["balance_after"]), (&json!(1_234), &json!(1_234)));
    assert_eq!(history[0]["order_id"], "1");

    assert_eq!(app.texts("SELECT source_key FROM points_transactions").await, ["order:1:paid"]);
    assert_eq!(app.texts("SELECT status FROM api_logs").await, ["success"]);
    assert_eq!(app.texts("SELECT action FROM audit_logs").await, ["points_earned"]);
    assert_eq!(app.texts("SELECT name FROM outbox").await, ["points_earned"]);
    let validity = app.number("SELECT extract(day FROM expires_at - created_at)::bigint FROM point_lots").await;
    assert!((364..=365).contains(&validity), "{validity} days");
    app.finish().await;
}

#[tokio::test]
async fn no_personal_data_leave_the_encrypted_column_and_the_record() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    take(&app, "orders/create", order(2, 1_000).guest(Some("ada.guest@example.com")).json()).await;
    for table in ["orders", "audit_logs", "outbox", "points_transactions", "customers", "job_attempts"] {
        let leaks = app.number(&format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%example.com%'")).await;
        assert_eq!(leaks, 0, "an address in {table}");
    }
    let stored =
        "SELECT count(*) FROM customers WHERE email IS NOT NULL AND octet_length(email_index) = 32 AND key_id IS NULL";
    assert_eq!(app.number(stored).await, 1);
    let stored = sqlx::query_scalar("SELECT email FROM customers").fetch_one(&app.pool).await.unwrap();
    let email = Encrypted::<CustomerEmail>::from_stored(stored);
    assert_eq!(email.open(&keys(), &app.shops[0].merchant_id).unwrap(), "ada@example.com");
    assert!(email.open(&keys(), &app.shops[1].merchant_id).is_err());
    app.finish().await;
}

#[tokio::test]
async fn what_earns_is_the_products_net_of_discounts_in_the_shops_own_currency() {
    let app = TestApp::start().await;
    let plain = |id: i64, customer: i64| OrderPayload::new(id).customer(customer, None);
    // (customer, order, points)
    let cases = [
        (101, plain(1, 101).push(LinePayload::new(10_000, 1).discount(2_500)), 750),
        (102, plain(2, 102).push(LinePayload::new(10_000, 1).tax(900)).shipping(700, 60), 1_000),
        (103, plain(3, 103).taxes_included().push(LinePayload::new(12_000, 1).tax(2_000)), 1_000),
        (104, plain(4, 104).line(5_000, 1).push(LinePayload::new(5_000, 1).gift_card()), 500),
        (105, plain(5, 105).line(5_000, 1).push(LinePayload::new(400, 1).tip()), 500),
        (106, plain(6, 106).currency("JPY").line(1_980, 2), 265),
        (107, plain(7, 107).currency("KWD").line(1_250, 1), 41),
        (108, plain(8, 108).push(LinePayload::new(1_000, 3).removed(1)), 200),
        (109, plain(9, 109).line(99, 1), 9),
        (110, plain(10, 110).line(1_000, 1).source("pos").gateway("gift_card"), 100),
    ];
    for (_, order, _) in &cases {
        app.deliver("orders/create", order.json()).await;
    }
    app.settled().await;
    for (customer, order, points) in &cases {
        assert_eq!(app.balance(*customer).await, Some(*points), "{order:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn guests_and_test_orders_earn_nothing_and_are_kept() {
    let app = TestApp::start().await;
    app.deliver("orders/create", order(1, 5_000).guest(Some("guest@example.com")).json()).await;
    app.deliver("orders/create", order(2, 5_000).guest(None).json()).await;
    app.deliver("orders/create", order(3, 5_000).test().json()).await;
    app.deliver("orders/create", order_of(4, BOB, 5_000).status(None).json()).await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 0);
    assert_eq!(app.number("SELECT count(*) FROM orders").await, 4);
    assert_eq!(
        app.number("SELECT count(*) FROM orders WHERE guest_email_index IS NOT NULL AND customer_id IS NULL").await,
        1
    );
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'success'").await, 4);
    app.finish().await;
}

#[tokio::test]
async fn a_pending_order_earns_once_it_is_paid_whichever_topic_says_so() {
    let app = TestApp::start().await;
    for (id, topic) in [(1, "orders/paid"), (2, "orders/updated"), (3, "orders/create")] {
        let customer = 200 + id;
        take(&app, "orders/create", order_of(id, customer, 1_000).status(Some("pending")).json()).await;
        assert_eq!(app.balance(customer).await.unwrap_or(0), 0);
        take(&app, topic, order_of(id, customer, 1_000).updated_at(at(5)).json()).await;
        assert_eq!(app.balance(customer).await, Some(100), "{topic}");
        take(&app, topic, order_of(id, customer, 1_000).updated_at(at(9)).json()).await;
        assert_eq!(entries(&app, id).await, ["earn 100"], "saying it again changes nothing");
    }
    app.finish().await;
}

#[tokio::test]
async fn partial_refunds_take_back_exactly_and_the_sum_is_that_of_the_whole() {
    let app = TestApp::start().await;
    let order = OrderPayload::new(1).line(333, 3);
    take(&app, "orders/create", order.json()).await;
    assert_eq!(app.balance(ADA).await, Some(99));
    for (n, expected) in [(1, 66), (2, 33), (3, 0)] {
        let refund = RefundPayload::of(&order, n).line(0, 1, 333, 0);
        take(&app, "refunds/create", refund.json()).await;
        assert_eq!(app.balance(ADA).await, Some(expected));
    }
    assert_eq!(entries(&app, 1).await, ["earn 99", "adjust -33", "adjust -33", "adjust -33"]);
    assert_eq!(app.number("SELECT sum(remaining)::bigint FROM point_lots").await, 0);
    assert_eq!(app.number("SELECT sum(points)::bigint FROM lot_allocations").await, 99);
    app.finish().await;
}

#[tokio::test]
async fn a_refund_that_comes_before_its_order_counts_once_the_order_is_there() {
    let app = TestApp::start().await;
    let order = OrderPayload::new(1).line(1_000, 2);
    let refund = RefundPayload::of(&order, 7).line(0, 1, 1_000, 0);
    take(&app, "refunds/create", refund.json()).await;
    assert_eq!(app.balance(ADA).await, None);
    take(&app, "orders/paid", order.json()).await;
    assert_eq!(app.balance(ADA).await, Some(100));
    take(&app, "orders/updated", order.clone().refund(refund).updated_at(at(60)).json()).await;
    assert_eq!(entries(&app, 1).await, ["earn 100"]);
    app.finish().await;
}

#[tokio::test]
async fn a_cancelled_order_gives_everything_back_and_stays_so() {
    let app = TestApp::start().await;
    take(&app, "orders/paid", order(1, 4_000).json()).await;
    let cancelled = order(1, 4_000).status(Some("refunded")).cancelled_at(at(50)).updated_at(at(50));
    take(&app, "orders/cancelled", cancelled.json()).await;
    assert_eq!(app.balance(ADA).await, Some(0));
    take(&app, "orders/updated", order(1, 4_000).updated_at(at(3)).json()).await;
    assert_eq!(entries(&app, 1).await, ["earn 400", "adjust -400"], "an older document cannot undo it");
    take(&app, "orders/create", order(2, 700).json()).await;
    take(&app, "orders/cancel", order(2, 700).cancelled_at(at(60)).updated_at(at(60)).json()).await;
    assert_eq!(app.balance(ADA).await, Some(0), "the topic's other name");
    assert_eq!(app.points(ADA).await["total_points_earned"], 0);
    app.finish().await;
}

/// As a redemption will: an entry that takes points, and the lots it takes them from.
async fn spend(app: &TestApp, points: i64) {
    let sql = format!(
        "WITH who AS (UPDATE customers SET points_balance = points_balance - {points} WHERE shopify_customer_id = {ADA}
                      RETURNING merchant_id, customer_id, points_balance),
              taken AS (UPDATE point_lots l SET remaining = remaining - {points} FROM who
                        WHERE l.merchant_id = who.merchant_id AND l.customer_id = who.customer_id AND remaining >= {points})
         INSERT INTO points_transactions (merchant_id, transaction_id, customer_id, type, points, delta, balance_after, source, source_key)
         SELECT merchant_id, '{id}', customer_id, 'redeem', {points}, -{points}, points_balance, 'test', 'redeem:{id}' FROM who",
        id = app.ids.ulid()
    );
    assert_eq!(app.execute(&sql).await, 1);
    // What a redemption will tell of itself, so that every entry has its companions.
    let told = |table: &str, columns: &str, values: &str| {
        format!(
            "INSERT INTO {table} (merchant_id, {columns}) SELECT merchant_id, {values} FROM points_transactions WHERE type = 'redeem'"
        )
    };
    let metadata = "jsonb_build_object('transaction_id', transaction_id)";
    app.execute(&told(
        "audit_logs",
        "audit_id, action, metadata",
        &format!("'{}', 'points_adjusted', {metadata}", app.ids.ulid()),
    ))
    .await;
    let values = format!("'{}', 'points_adjusted', {metadata}", app.ids.ulid());
    app.execute(&told("outbox", "outbox_id, name, payload", &values)).await;
}

#[tokio::test]
async fn points_that_were_spent_before_the_refund_become_a_debt_that_later_orders_pay_off() {
    let app = TestApp::start().await;
    let first = order(1, 10_000);
    take(&app, "orders/create", first.json()).await;
    spend(&app, 900).await;
    take(&app, "refunds/create", RefundPayload::of(&first, 5).everything().json()).await;
    assert_eq!(app.balance(ADA).await, Some(-900));
    take(&app, "orders/create", order(2, 5_000).json()).await;
    assert_eq!(app.balance(ADA).await, Some(-400));
    take(&app, "orders/create", order(3, 6_000).json()).await;
    let points = app.points(ADA).await;
    assert_eq!(points["points_balance"], 200);
    assert_eq!(points["lots"].as_array().unwrap().len(), 1, "only what is left after the debt can be spent");
    app.finish().await;
}

#[tokio::test]
async fn under_the_cap_policy_the_balance_stops_at_zero_and_the_shortfall_is_recorded() {
    let app = TestApp::start().await;
    app.set_rule(&EarnRule { negative_balance: NegativeBalance::Cap, ..EarnRule::default() }).await;
    let first = order(1, 10_000);
    take(&app, "orders/create", first.json()).await;
    spend(&app, 900).await;
    take(&app, "refunds/create", RefundPayload::of(&first, 5).everything().json()).await;
    assert_eq!(app.balance(ADA).await, Some(0));
    assert_eq!(app.number("SELECT shortfall_points::bigint FROM orders").await, 900);
    take(&app, "orders/create", order(2, 1_000).json()).await;
    assert_eq!(app.balance(ADA).await, Some(100), "a shortfall is not collected from other orders");
    app.finish().await;
}

#[tokio::test]
async fn an_order_keeps_the_rule_it_was_awarded_under() {
    let app = TestApp::start().await;
    let order = order(1, 10_000);
    take(&app, "orders/create", order.json()).await;
    app.set_rule(&EarnRule { points_per_unit: Some(Rate::whole(1)), ..EarnRule::default() }).await;
    take(&app, "refunds/create", RefundPayload::of(&order, 5).line(0, 0, 5_000, 0).json()).await;
    assert_eq!(app.balance(ADA).await, Some(500));
    take(&app, "orders/create", order_of(2, BOB, 10_000).json()).await;
    assert_eq!(app.balance(BOB).await, Some(100));
    app.finish().await;
}

#[tokio::test]
async fn a_segments_multiplier_counts() {
    let app = TestApp::start().await;
    let multipliers = [("champion".to_owned(), Factor::new(rust_decimal::Decimal::new(15, 1)).unwrap())].into();
    app.set_rule(&EarnRule { multipliers, ..EarnRule::default() }).await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    app.execute("UPDATE customers SET rfm_segment = 'champion'").await;
    take(&app, "orders/create", order(2, 1_010).json()).await;
    assert_eq!(app.balance(ADA).await, Some(100 + 151));
    app.finish().await;
}

#[tokio::test]
async fn a_guests_order_earns_when_a_customer_is_attached_later() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 3_000).guest(Some("ada@example.com")).json()).await;
    assert_eq!(app.number("SELECT count(*) FROM customers").await, 0);
    take(&app, "orders/updated", order(1, 3_000).updated_at(at(10)).json()).await;
    assert_eq!(app.balance(ADA).await, Some(300));
    assert_eq!(app.number("SELECT count(*) FROM orders WHERE guest_email_index IS NOT NULL").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn an_order_that_changes_hands_takes_its_points_along() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order_of(1, ADA, 2_000).json()).await;
    take(&app, "orders/updated", order_of(1, BOB, 2_000).updated_at(at(10)).json()).await;
    assert_eq!((app.balance(ADA).await, app.balance(BOB).await), (Some(0), Some(200)));
    take(&app, "orders/updated", order(1, 2_000).guest(None).updated_at(at(20)).json()).await;
    assert_eq!(app.balance(BOB).await, Some(200), "a document without customer takes nothing away");
    app.finish().await;
}

#[tokio::test]
async fn shops_do_not_meet_though_their_orders_and_customers_have_the_same_numbers() {
    let app = TestApp::start().await;
    let (one, two) = (app.shops[0].clone(), app.shops[1].clone());
    app.webhook("orders/create", order(1, 1_000).json()).send().await.ok();
    app.webhook("orders/create", order(1, 9_000).json()).shop(&two.domain).send().await.ok();
    app.settled().await;
    for (shop, points) in [(one, 100), (two, 900)] {
        let answer = app.get(&format!("/v1/api/customers/{ADA}/points"), &shop.key).await.ok();
        assert_eq!(answer.json()["points_balance"], points);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_points_read_follows_the_award_within_a_second() {
    let app = TestApp::start().await;
    let begun = tokio::time::Instant::now();
    app.deliver("orders/create", order(1, 1_000).json()).await;
    tests::app::wait_for_balance(&app, ADA, 100).await;
    // Alone it takes milliseconds; beside a whole test run on two cores it may take more.
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
    app.finish().await;
}

#[tokio::test]
async fn many_customers_and_orders_at_once_are_exact() {
    let app = TestApp::start().await;
    let deliveries =
        (0..300_i64).map(|n| app.webhook("orders/create", order_of(n + 1, 1_000 + n % 17, 100 * (n + 1)).json()));
    let deliveries: Vec<_> = deliveries.collect();
    futures::future::join_all(deliveries.iter().map(|delivery| async { delivery.send().await.ok() })).await;
    app.settled().await;
    let sum: i64 = (0..300).map(|n| 10 * (n + 1)).sum();
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, sum);
    assert_eq!(app.number("SELECT count(*) FROM customers").await, 17);
    app.finish().await;
}

#[tokio::test]
async fn a_webhook_that_another_batch_holds_is_waited_for_and_taken_only_if_that_fails() {
    let mut app = TestApp::builder().without_workers().start().await;
    app.deliver("orders/create", order_of(1, 100, 1_000).json()).await;
    let shop = &app.shops[0].merchant_id.clone();
    let log = app.texts("SELECT log_id FROM api_logs").await.remove(0);
    let webhook = HandledWebhook { merchant_id: shop.as_str(), log_id: &log, retries: 0, started_at: at(0) };
    for (commits, taken_after) in [(false, 1), (true, 0)] {
        let mut first = app.store.begin(&TenantScope::of(shop)).await.unwrap();
        assert_eq!(webhooks::claim(&mut first, "first", &[webhook]).await.unwrap().len(), 1);
        let second = async {
            let mut tx = app.store.begin(&TenantScope::of(shop)).await.unwrap();
            webhooks::claim(&mut tx, "second", &[webhook]).await.unwrap().len()
        };
        let end = async {
            const WAITING: &str =
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            wait_until("the second waits", async || app.number(WAITING).await > 0).await;
            if commits { first.commit().await } else { first.rollback().await }.unwrap();
        };
        let (taken, ()) = futures::join!(second, end);
        assert_eq!(taken, taken_after, "the first commits: {commits}");
    }
    assert_eq!(app.texts("SELECT worker FROM api_logs").await, ["first"]);
    app.execute("UPDATE api_logs SET status = 'pending'").await;
    app.start_workers().await;
    app.settled().await;
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, 100);
    app.finish().await;
}
