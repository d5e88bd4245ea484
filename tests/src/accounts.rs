//! Verifies the accounts in three ways that share no code with the writers: the sums of `loyalnest verify`, the
//! recorded webhooks replayed from scratch, and the companion rows of every entry.

use std::collections::BTreeMap;

use domain::{OrderState, target_points};
use shopify::WebhookFacts;
use sqlx::postgres::PgPool;
use store::Owner;
use store::ledger::OrderAccounts;

const ROWS_MAX: i64 = 100_000;

/// Fails the test when anything in the accounts differs.
pub async fn assert_right(owner: &Owner, pool: &PgPool) {
    let wrong = differences(owner, pool).await;
    assert!(wrong.is_empty(), "the accounts are wrong:\n{}", wrong.join("\n"));
}

/// Returns descriptions of all differences.
pub async fn differences(owner: &Owner, pool: &PgPool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (merchant, shop) in owner.merchants_after("", ROWS_MAX).await.unwrap() {
        let (_, drifts) = owner.balance_drift(&merchant).await.unwrap();
        wrong.extend(drifts.iter().map(|drift| format!("{shop}: {drift:?}")));
        let dangling = owner.orphans(&merchant, ROWS_MAX).await.unwrap();
        wrong.extend(dangling.iter().map(|row| format!("{shop}: {row:?}")));
        let mut replayed = replay(pool, merchant.as_str()).await;
        for order in owner.order_accounts_after(&merchant, i64::MIN, ROWS_MAX).await.unwrap() {
            let facts = replayed.remove(&order.shopify_order_id).unwrap_or_default();
            wrong.extend(
                of_order(&order, &facts).map(|what| format!("{shop} order {}: {what}", order.shopify_order_id)),
            );
        }
        wrong.extend(replayed.into_keys().map(|lost| format!("{shop}: order {lost} was reported and is not stored")));
    }
    wrong.extend(companions(pool).await);
    wrong
}

fn of_order(order: &OrderAccounts, replayed: &OrderState) -> Option<String> {
    let ledger = &order.ledger;
    let target = |snapshot| target_points(replayed, snapshot).unwrap();
    let expected = ledger.snapshot.as_ref().map_or(0, target);
    if order.state != *replayed {
        return Some(format!("facts {:?}\n  but its webhooks say {replayed:?}", order.state));
    }
    let right = order.target == expected
        && ledger.awarded == expected + ledger.shortfall
        && order.entries_sum == ledger.awarded + ledger.unrecovered
        && order.entries == i64::from(ledger.entries);
    (!right).then(|| format!("expected {expected}, but {order:?}"))
}

/// Computes the orders' facts from the recorded webhooks alone.
async fn replay(pool: &PgPool, merchant_id: &str) -> BTreeMap<i64, OrderState> {
    let rows = sqlx::query_scalar::<_, String>(
        "SELECT payload::text FROM api_logs
         WHERE merchant_id = $1 AND status = 'success' AND payload -> 'order' IS NOT NULL ORDER BY webhook_id",
    );
    let mut orders: BTreeMap<i64, OrderState> = BTreeMap::new();
    for facts in rows.bind(merchant_id).fetch_all(pool).await.unwrap() {
        let WebhookFacts::Order(message) = serde_json::from_str(&facts).unwrap() else {
            panic!("not an order: {facts}")
        };
        orders.entry(message.order_id().0).or_default().merge(message);
    }
    orders.values_mut().for_each(OrderState::strip_personal_data);
    orders
}

/// Checks that every entry has exactly one audit row and one event, and that there are no others. Events that the relay has taken
/// from the outbox are known by number only.
async fn companions(pool: &PgPool) -> Vec<String> {
    let rows = sqlx::query_scalar::<_, String>(
        "WITH entry AS (SELECT merchant_id, transaction_id AS id, CASE type WHEN 'earn' THEN 'points_earned' ELSE 'points_adjusted' END AS name
                        FROM points_transactions),
              audit AS (SELECT merchant_id, metadata ->> 'transaction_id' AS id, action AS name FROM audit_logs
                        WHERE action IN ('points_earned', 'points_adjusted')),
              event AS (SELECT merchant_id, payload ->> 'transaction_id' AS id, name FROM outbox
                        WHERE name IN ('points_earned', 'points_adjusted')),
              wrong AS (
                  SELECT 'audit' AS what, d.* FROM ((TABLE entry EXCEPT ALL TABLE audit) UNION ALL (TABLE audit EXCEPT ALL TABLE entry)) d
                  UNION ALL
                  SELECT 'event', d.* FROM (TABLE event EXCEPT ALL TABLE entry) d)
         SELECT format('%s of entry %s (%s): missing or doubled', what, id, name) FROM wrong
         UNION ALL
         SELECT format('%s events of %s entries', events, entries)
         FROM (SELECT (SELECT count(*) FROM entry) AS entries,
                      (SELECT count(*) FROM outbox) + (SELECT count(*) FROM outbox_held) + (SELECT relayed FROM outbox_relay) AS events) n
         WHERE events < entries",
    );
    rows.fetch_all(pool).await.unwrap()
}
