//! Writes orders, by column and under a revision check.

use chrono::{DateTime, Utc};
use domain::{CustomerId, OrderDocument};

use super::OrderRecord;
use crate::{StoreError, Tx};

/// Writes orders that [`lock`](super::lock) looked for, each against the revision it was read at. The customer column is whoever holds the order's points, or
/// will once it earns.
///
/// # Errors
/// Fails with [`StoreError::Conflict`] when one was written by another transaction since it was read; write nothing more then.
pub async fn save(tx: &mut Tx, orders: &[&OrderRecord]) -> Result<(), StoreError> {
    let (new, stored): (Vec<&OrderRecord>, Vec<&OrderRecord>) = orders.iter().partition(|order| order.revision == 0);
    let mut written = 0;
    if !new.is_empty() {
        written += insert(tx, &Columns::of(&new)?).await?;
    }
    if !stored.is_empty() {
        written += update(tx, &Columns::of(&stored)?).await?;
    }
    if written == orders.len() as u64 { Ok(()) } else { Err(StoreError::Conflict(None)) }
}

/// Orders by column.
struct Columns<'a> {
    merchants: Vec<&'a str>,
    ids: Vec<i64>,
    customers: Vec<Option<&'a str>>,
    guests: Vec<Option<&'a [u8]>>,
    facts: Vec<String>,
    status: Vec<Option<&'a str>>,
    currency: Vec<Option<&'a str>>,
    cancelled: Vec<Option<DateTime<Utc>>>,
    updated: Vec<Option<DateTime<Utc>>>,
    snapshots: Vec<Option<String>>,
    target: Vec<i64>,
    awarded: Vec<i64>,
    shortfall: Vec<i64>,
    unrecovered: Vec<i64>,
    entries: Vec<i32>,
    revisions: Vec<i32>,
}

impl<'a> Columns<'a> {
    fn of(orders: &[&'a OrderRecord]) -> Result<Self, StoreError> {
        let points = |f: fn(&OrderRecord) -> i64| orders.iter().map(|o| f(o)).collect::<Vec<_>>();
        let documents: Vec<Option<&OrderDocument>> = orders.iter().map(|o| o.state.document.as_ref()).collect();
        let snapshot = |o: &&OrderRecord| o.ledger.snapshot.as_ref().map(to_json).transpose();
        Ok(Self {
            merchants: orders.iter().map(|o| o.merchant_id.as_str()).collect(),
            ids: orders.iter().map(|o| o.shopify_order_id).collect(),
            customers: orders.iter().map(|o| o.ledger.customer_id.as_ref().map(CustomerId::as_str)).collect(),
            guests: orders.iter().map(|o| o.guest_email_index.as_deref()).collect(),
            facts: orders.iter().map(|o| to_json(&o.state)).collect::<Result<_, _>>()?,
            status: documents.iter().map(|d| d.map(|d| d.financial_status.as_str())).collect(),
            currency: documents.iter().map(|d| d.map(|d| d.currency.as_str())).collect(),
            cancelled: documents.iter().map(|d| d.and_then(|d| d.cancelled_at)).collect(),
            updated: documents.iter().map(|d| d.map(|d| d.updated_at)).collect(),
            snapshots: orders.iter().map(snapshot).collect::<Result<_, _>>()?,
            target: points(|o| o.target),
            awarded: points(|o| o.ledger.awarded),
            shortfall: points(|o| o.ledger.shortfall),
            unrecovered: points(|o| o.ledger.unrecovered),
            entries: orders.iter().map(|o| i32::try_from(o.ledger.entries).unwrap_or(i32::MAX)).collect(),
            revisions: orders.iter().map(|o| o.revision).collect(),
        })
    }
}

/// A statement over the orders' columns, `$1` to `$15`, and what else is given.
macro_rules! with_columns {
    ($sql:tt, $orders:expr $(, $more:expr)*) => {
        sqlx::query!(
            $sql,
            &$orders.merchants as _,
            &$orders.ids,
            &$orders.customers as _,
            &$orders.guests as _,
            &$orders.facts,
            &$orders.status as _,
            &$orders.currency as _,
            &$orders.cancelled as _,
            &$orders.updated as _,
            &$orders.snapshots as _,
            &$orders.target,
            &$orders.awarded,
            &$orders.shortfall,
            &$orders.unrecovered,
            &$orders.entries
            $(, $more)*
        )
    };
}

/// Returns how many were inserted. An order that another transaction stored first violates the primary key, which is a conflict.
async fn insert(tx: &mut Tx, orders: &Columns<'_>) -> Result<u64, StoreError> {
    let done = with_columns!(
        "INSERT INTO orders (merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency,
                             cancelled_at, shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points,
                             unrecovered_points, ledger_entries)
         SELECT merchant_id, shopify_order_id, customer_id, guest_email_index, facts::json, financial_status, currency,
                cancelled_at, shopify_updated_at, rule_snapshot::json, target_points, awarded_points, shortfall_points,
                unrecovered_points, ledger_entries
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                     $9::timestamptz[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
                     $15::integer[])
             AS i(merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency, cancelled_at,
                  shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points, unrecovered_points,
                  ledger_entries)",
        orders
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

/// Returns how many were still at their revision. Each row was locked by an earlier statement of this transaction, so its `ctid`
/// cannot move between the look-up and the update (docs/adr/0010).
async fn update(tx: &mut Tx, orders: &Columns<'_>) -> Result<u64, StoreError> {
    let done = with_columns!(
        "UPDATE orders o
         SET customer_id = i.customer_id, guest_email_index = i.guest_email_index, facts = i.facts::json,
             financial_status = i.financial_status, currency = i.currency, cancelled_at = i.cancelled_at,
             shopify_updated_at = i.shopify_updated_at, rule_snapshot = i.rule_snapshot::json,
             target_points = i.target_points, awarded_points = i.awarded_points, shortfall_points = i.shortfall_points,
             unrecovered_points = i.unrecovered_points, ledger_entries = i.ledger_entries, revision = i.revision + 1,
             updated_at = CURRENT_TIMESTAMP
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                     $9::timestamptz[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[],
                     $15::integer[], $16::integer[])
             AS i(merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency, cancelled_at,
                  shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points, unrecovered_points,
                  ledger_entries, revision)
         CROSS JOIN LATERAL (SELECT ctid FROM orders
                             WHERE merchant_id = i.merchant_id AND shopify_order_id = i.shopify_order_id OFFSET 0) found
         WHERE o.ctid = found.ctid AND o.revision = i.revision",
        orders,
        &orders.revisions
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected())
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::corrupt("order document", e))
}
