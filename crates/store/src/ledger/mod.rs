//! The append-only ledger: entries with their lots and balances, and with what is written beside each: an audit row and an
//! outbox row.

mod points;
mod verify;

use chrono::{DateTime, Utc};
use domain::{Lot, LotId, ShopifyOrderId, TransactionType};

use crate::{StoreError, Tx};

pub use points::{CustomerKey, CustomerPoints, EntryView, HistoryPage, LotView};
pub use verify::*;

/// A ledger entry as a row, with what is written beside it: its lot, its audit row and its outbox row, which carry its id.
#[derive(Debug, Clone)]
pub struct EntryRow<'a> {
    /// Whose programme.
    pub merchant_id: &'a str,
    /// Its id, and that of its companions.
    pub transaction_id: &'a str,
    /// Whose points.
    pub customer_id: &'a str,
    /// Why.
    pub kind: TransactionType,
    /// Signed points.
    pub delta: i32,
    /// Balance after it.
    pub balance_after: i32,
    /// Kind of origin.
    pub source: &'a str,
    /// Origin, unique per merchant.
    pub source_key: &'a str,
    /// The order that caused it.
    pub order_id: Option<i64>,
    /// When its points expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// Points earned and points of them that can be spent, where it makes a lot.
    pub lot: Option<(i32, i32)>,
    /// What it is called in the audit log and to others: `points_earned`, `points_adjusted` ...
    pub name: &'a str,
    /// What is event_payload of it, a JSON object of ids and amounts.
    pub event_payload: &'a str,
}

/// Points taken from a lot by an entry.
#[derive(Debug, Clone)]
pub struct AllocationRow<'a> {
    /// Whose programme.
    pub merchant_id: &'a str,
    /// The entry that takes.
    pub transaction_id: &'a str,
    /// The lot it takes from.
    pub lot_id: &'a str,
    /// Points taken.
    pub points: i32,
}

/// One customer's new totals.
#[derive(Debug, Clone, Copy)]
pub struct Balance<'a> {
    /// Whose programme.
    pub merchant_id: &'a str,
    /// The customer, locked by this transaction.
    pub customer_id: &'a str,
    /// The balance read under the lock plus the entries written in this transaction.
    pub points_balance: i32,
    /// Likewise.
    pub total_points_earned: i32,
}

/// Open lots of customers, for spending. The customers must be locked.
///
/// # Errors
/// As any statement.
pub async fn open_lots(tx: &mut Tx, customers: &[(&str, &str)]) -> Result<Vec<(String, String, Lot)>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<&str>) = customers.iter().copied().unzip();
    let rows = sqlx::query!(
        "SELECT l.merchant_id, l.customer_id, l.lot_id, l.remaining, l.expires_at, l.order_id
         FROM unnest($1::text[], $2::text[]) AS k(merchant_id, customer_id)
         CROSS JOIN LATERAL (SELECT * FROM point_lots
                             WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id AND remaining > 0 OFFSET 0) l",
        merchants as _,
        ids as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        let lot_id = LotId::parse(&row.lot_id).map_err(|e| StoreError::corrupt("point_lots.lot_id", e))?;
        let lot = Lot {
            lot_id,
            remaining: row.remaining.into(),
            expires_at: row.expires_at,
            order_id: row.order_id.map(ShopifyOrderId),
        };
        Ok((row.merchant_id, row.customer_id, lot))
    });
    read.collect()
}

/// Appends entries with their companions and the balances they lead to, then their allocations: a lot made here may be
/// consumed here.
///
/// # Errors
/// [`StoreError::Conflict`] when a source key exists: the effect was written by another transaction. Or when a customer is gone,
/// which a lock excludes.
pub async fn append(
    tx: &mut Tx,
    entries: &[EntryRow<'_>],
    balances: &[Balance<'_>],
    allocations: &[AllocationRow<'_>],
) -> Result<(), StoreError> {
    insert_entries(tx, entries, balances).await?;
    if allocations.is_empty() { Ok(()) } else { allocate(tx, allocations).await }
}

/// One statement for all that entries bring: its start and its way to the server cost more than its rows.
async fn insert_entries(tx: &mut Tx, entries: &[EntryRow<'_>], balances: &[Balance<'_>]) -> Result<(), StoreError> {
    let balanced = sqlx::query_scalar!(
        r#"WITH entry AS (
             SELECT merchant_id, transaction_id, customer_id, type, delta, balance_after, source, source_key, order_id, expires_at,
                    lot_points, lot_remaining, name, event_payload::jsonb AS event_payload
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::text[], $8::text[],
                         $9::bigint[], $10::timestamptz[], $11::integer[], $12::integer[], $13::text[], $14::text[])
                 AS i(merchant_id, transaction_id, customer_id, type, delta, balance_after, source, source_key, order_id, expires_at,
                      lot_points, lot_remaining, name, event_payload)
         ), lot AS (
             INSERT INTO point_lots (merchant_id, lot_id, customer_id, order_id, points, remaining, expires_at)
             SELECT merchant_id, transaction_id, customer_id, order_id, lot_points, lot_remaining, expires_at
             FROM entry WHERE lot_points IS NOT NULL
         ), audited AS (
             INSERT INTO audit_logs (merchant_id, audit_id, action, metadata)
             SELECT merchant_id, transaction_id, name, event_payload FROM entry
         ), published AS (
             INSERT INTO outbox (merchant_id, outbox_id, name, payload)
             SELECT merchant_id, transaction_id, name, event_payload FROM entry
         ), written AS (
             INSERT INTO points_transactions (merchant_id, transaction_id, customer_id, type, points, delta, balance_after,
                                              source, source_key, order_id, expiry_date)
             SELECT merchant_id, transaction_id, customer_id, type, abs(delta), delta, balance_after, source, source_key,
                    order_id::text, expires_at
             FROM entry
         ), balanced AS (
             UPDATE customers c
             SET points_balance = k.points_balance, total_points_earned = k.total_points_earned, updated_at = CURRENT_TIMESTAMP
             FROM unnest($15::text[], $16::text[], $17::integer[], $18::integer[])
                 AS k(merchant_id, customer_id, points_balance, total_points_earned)
             CROSS JOIN LATERAL (SELECT ctid FROM customers
                                 WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id OFFSET 0) found
             WHERE c.ctid = found.ctid
             RETURNING 1
         )
         SELECT count(*) AS "balanced!" FROM balanced"#,
        entries.iter().map(|e| e.merchant_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.transaction_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.customer_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>() as _,
        &entries.iter().map(|e| e.delta).collect::<Vec<_>>(),
        &entries.iter().map(|e| e.balance_after).collect::<Vec<_>>(),
        entries.iter().map(|e| e.source).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.source_key).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.order_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.expires_at).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.lot.map(|(points, _)| points)).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.lot.map(|(_, remaining)| remaining)).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.name).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.event_payload).collect::<Vec<_>>() as _,
        balances.iter().map(|b| b.merchant_id).collect::<Vec<_>>() as _,
        balances.iter().map(|b| b.customer_id).collect::<Vec<_>>() as _,
        &balances.iter().map(|b| b.points_balance).collect::<Vec<_>>(),
        &balances.iter().map(|b| b.total_points_earned).collect::<Vec<_>>()
    )
    .fetch_one(&mut **tx)
    .await?;
    if usize::try_from(balanced) == Ok(balances.len()) { Ok(()) } else { Err(StoreError::Conflict(None)) }
}

async fn allocate(tx: &mut Tx, allocations: &[AllocationRow<'_>]) -> Result<(), StoreError> {
    let merchants: Vec<&str> = allocations.iter().map(|a| a.merchant_id).collect();
    let lots: Vec<&str> = allocations.iter().map(|a| a.lot_id).collect();
    let points: Vec<i32> = allocations.iter().map(|a| a.points).collect();
    sqlx::query!(
        "UPDATE point_lots l SET remaining = l.remaining - k.points
         FROM (SELECT merchant_id, lot_id, sum(points)::integer AS points
               FROM unnest($1::text[], $2::text[], $3::integer[]) AS i(merchant_id, lot_id, points)
               GROUP BY merchant_id, lot_id) k
         CROSS JOIN LATERAL (SELECT ctid FROM point_lots WHERE merchant_id = k.merchant_id AND lot_id = k.lot_id FOR NO KEY UPDATE) found
         WHERE l.ctid = found.ctid",
        &merchants as _,
        &lots as _,
        &points
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO lot_allocations (merchant_id, transaction_id, lot_id, points)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[])",
        &merchants as _,
        allocations.iter().map(|a| a.transaction_id).collect::<Vec<_>>() as _,
        &lots as _,
        &points
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
