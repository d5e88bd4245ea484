//! Orders: their merged facts and their standing in the ledger, written under a revision check.

use chrono::{DateTime, Utc};
use domain::{CustomerId, OrderDocument, OrderLedger, OrderState};

use crate::{StoreError, Tx};

/// An order as the ledger's writer reads and writes it.
#[derive(Debug, Clone)]
pub struct OrderRecord {
    /// Whose.
    pub merchant_id: String,
    /// Shopify's id.
    pub shopify_order_id: i64,
    /// Merged facts, without personal data.
    pub state: OrderState,
    /// What the ledger holds for it.
    pub ledger: OrderLedger,
    /// The target the ledger was moved to.
    pub target: i64,
    /// Revision this was read at; 0: not stored yet.
    pub revision: i32,
    /// Blind index of a guest's address.
    pub guest_email_index: Option<Vec<u8>>,
}

/// Reads and locks the stored ones among (merchant, order) keys, in one order for everybody.
///
/// # Errors
/// [`StoreError::Corrupt`] when stored facts cannot be read.
pub async fn lock(tx: &mut Tx, keys: &[(&str, i64)]) -> Result<Vec<OrderRecord>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<i64>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT o.merchant_id, o.shopify_order_id, o.customer_id, o.facts::text AS "facts!", o.rule_snapshot::text AS rule_snapshot,
                  o.target_points, o.awarded_points, o.shortfall_points, o.left_behind_points, o.ledger_entries, o.revision, o.guest_email_index
           FROM unnest($1::text[], $2::bigint[]) AS k(merchant_id, shopify_order_id)
           JOIN orders o ON o.merchant_id = k.merchant_id AND o.shopify_order_id = k.shopify_order_id
           ORDER BY o.merchant_id, o.shopify_order_id
           FOR NO KEY UPDATE OF o"#,
        merchants as _,
        ids as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        let ledger = OrderLedger {
            customer_id: read_customer(row.customer_id.as_deref())?,
            awarded: row.awarded_points.into(),
            shortfall: row.shortfall_points.into(),
            left_behind: row.left_behind_points.into(),
            entries: u32::try_from(row.ledger_entries).map_err(|e| StoreError::corrupt("orders.ledger_entries", e))?,
            snapshot: read_json(row.rule_snapshot.as_deref(), "orders.rule_snapshot")?,
        };
        Ok(OrderRecord {
            merchant_id: row.merchant_id,
            shopify_order_id: row.shopify_order_id,
            state: serde_json::from_str(&row.facts).map_err(|e| StoreError::corrupt("orders.facts", e))?,
            ledger,
            target: row.target_points.into(),
            revision: row.revision,
            guest_email_index: row.guest_email_index,
        })
    });
    read.collect()
}

pub(crate) fn read_customer(text: Option<&str>) -> Result<Option<CustomerId>, StoreError> {
    text.map(CustomerId::parse).transpose().map_err(|e| StoreError::corrupt("customer_id", e))
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    text: Option<&str>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    text.map(serde_json::from_str).transpose().map_err(|e| StoreError::corrupt(what, e))
}

/// Points as the 32-bit columns hold them.
///
/// # Errors
/// [`StoreError::Corrupt`] beyond their range, which `domain` excludes.
pub fn column_points(points: i64) -> Result<i32, StoreError> {
    i32::try_from(points).map_err(|e| StoreError::corrupt("points", e))
}

/// Writes orders. The customer column is whoever holds the order's points, or will once it earns.
///
/// # Errors
/// [`StoreError::Conflict`] when one was written by another transaction since it was read; write nothing more then.
pub async fn save(tx: &mut Tx, orders: &[&OrderRecord]) -> Result<(), StoreError> {
    let facts = orders.iter().map(|o| to_json(&o.state)).collect::<Result<Vec<_>, _>>()?;
    let snapshots =
        orders.iter().map(|o| o.ledger.snapshot.as_ref().map(to_json).transpose()).collect::<Result<Vec<_>, _>>()?;
    let numbers =
        |f: fn(&OrderRecord) -> i64| orders.iter().map(|o| column_points(f(o))).collect::<Result<Vec<_>, _>>();
    let merchants: Vec<&str> = orders.iter().map(|o| o.merchant_id.as_str()).collect();
    let ids: Vec<i64> = orders.iter().map(|o| o.shopify_order_id).collect();
    let customers: Vec<Option<&str>> =
        orders.iter().map(|o| o.ledger.customer_id.as_ref().map(CustomerId::as_str)).collect();
    let guests: Vec<Option<&[u8]>> = orders.iter().map(|o| o.guest_email_index.as_deref()).collect();
    let documents: Vec<Option<&OrderDocument>> = orders.iter().map(|o| o.state.document.as_ref()).collect();
    let status: Vec<Option<&str>> = documents.iter().map(|d| d.map(|d| d.financial_status.as_str())).collect();
    let currency: Vec<Option<&str>> = documents.iter().map(|d| d.map(|d| d.currency.as_str())).collect();
    let cancelled: Vec<Option<DateTime<Utc>>> = documents.iter().map(|d| d.and_then(|d| d.cancelled_at)).collect();
    let updated: Vec<Option<DateTime<Utc>>> = documents.iter().map(|d| d.map(|d| d.updated_at)).collect();
    let entries: Vec<i32> = orders.iter().map(|o| i32::try_from(o.ledger.entries).unwrap_or(i32::MAX)).collect();
    let revisions: Vec<i32> = orders.iter().map(|o| o.revision).collect();
    let done = sqlx::query!(
        "INSERT INTO orders AS o (merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency,
                                  cancelled_at, shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points,
                                  left_behind_points, ledger_entries, revision)
         SELECT merchant_id, shopify_order_id, customer_id, guest_email_index, facts::jsonb, financial_status, currency,
                cancelled_at, shopify_updated_at, rule_snapshot::jsonb, target_points, awarded_points, shortfall_points,
                left_behind_points, ledger_entries, revision + 1
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                     $9::timestamptz[], $10::text[], $11::integer[], $12::integer[], $13::integer[], $14::integer[],
                     $15::integer[], $16::integer[])
             AS i(merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency, cancelled_at,
                  shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points, left_behind_points,
                  ledger_entries, revision)
         ON CONFLICT (merchant_id, shopify_order_id) DO UPDATE
         SET customer_id = excluded.customer_id, guest_email_index = excluded.guest_email_index, facts = excluded.facts,
             financial_status = excluded.financial_status, currency = excluded.currency, cancelled_at = excluded.cancelled_at,
             shopify_updated_at = excluded.shopify_updated_at, rule_snapshot = excluded.rule_snapshot,
             target_points = excluded.target_points, awarded_points = excluded.awarded_points,
             shortfall_points = excluded.shortfall_points, left_behind_points = excluded.left_behind_points,
             ledger_entries = excluded.ledger_entries, revision = excluded.revision, updated_at = CURRENT_TIMESTAMP
         WHERE o.revision = excluded.revision - 1",
        merchants as _,
        &ids,
        customers as _,
        guests as _,
        &facts,
        status as _,
        currency as _,
        cancelled as _,
        updated as _,
        snapshots as _,
        &numbers(|o| o.target)?,
        &numbers(|o| o.ledger.awarded)?,
        &numbers(|o| o.ledger.shortfall)?,
        &numbers(|o| o.ledger.left_behind)?,
        &entries,
        &revisions
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == orders.len() as u64 { Ok(()) } else { Err(StoreError::Conflict(None)) }
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::corrupt("order document", e))
}
