//! Short names for what many tests say.

use chrono::{DateTime, TimeDelta, Utc};
use shopify::testing::OrderPayload;
use tests::TestApp;

/// The customer of orders that name no other.
pub(crate) const ADA: i64 = 8_658_316_394_796;
/// Another.
pub(crate) const BOB: i64 = 8_658_316_394_797;

/// `seconds` after the builders' clocks start.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// A paid order of one line over `minor` units of EUR: ten points for each hundred.
pub(crate) fn order(id: i64, minor: i64) -> OrderPayload {
    OrderPayload::new(id).line(minor, 1)
}

/// A paid order of customer `n` (addresses differ).
pub(crate) fn order_of(id: i64, customer: i64, minor: i64) -> OrderPayload {
    order(id, minor).customer(customer, Some(&format!("customer-{customer}@example.com")))
}

/// Delivers to the first shop and waits until it is worked off.
pub(crate) async fn take(app: &TestApp, topic: &str, body: String) {
    app.deliver(topic, body).await;
    app.settled().await;
}

/// The signed history of an order's ledger entries, oldest first, as `type delta`.
pub(crate) async fn entries(app: &TestApp, order_id: i64) -> Vec<String> {
    let sql = format!(
        "SELECT type || ' ' || delta FROM points_transactions WHERE order_id = '{order_id}' ORDER BY transaction_id"
    );
    app.texts(&sql).await
}
