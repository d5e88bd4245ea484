//! Writes entries with all that belongs to them, and takes points from lots.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::TransactionType;

use crate::customers::ContactRow;
use crate::error::expect_rows;
use crate::{StoreError, Tx};

/// A ledger entry as a row, with what is written beside it: its lot, its audit row and its outbox row, which carry its id.
#[derive(Debug, Clone)]
pub struct EntryRow<'a> {
    /// The merchant.
    pub merchant_id: &'a str,
    /// Its id, and that of its companions.
    pub transaction_id: &'a str,
    /// The customer.
    pub customer_id: &'a str,
    /// What it is for.
    pub kind: TransactionType,
    /// Signed points.
    pub delta: i64,
    /// Balance after it.
    pub balance_after: i64,
    /// Kind of origin.
    pub source: &'a str,
    /// Origin, unique per merchant.
    pub source_key: &'a str,
    /// The order that caused it.
    pub order_id: Option<i64>,
    /// When its points expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// Points earned and points of them that can be spent, where it makes a lot.
    pub lot: Option<(i64, i64)>,
    /// What it is called in the audit log and to others: `points_earned`, `points_adjusted` ...
    pub name: &'a str,
    /// What is published of it, a JSON object of ids and amounts.
    pub event_payload: &'a str,
}

/// Points taken from a lot by an entry.
#[derive(Debug, Clone)]
pub struct AllocationRow<'a> {
    /// The merchant.
    pub merchant_id: &'a str,
    /// The entry that takes.
    pub transaction_id: &'a str,
    /// The lot it takes from.
    pub lot_id: &'a str,
    /// Points taken.
    pub points: i64,
}

/// One customer's new totals.
#[derive(Debug, Clone, Copy)]
pub struct Balance<'a> {
    /// The customer, locked by this transaction, and what is known of how to reach them.
    pub contact: ContactRow<'a>,
    /// The balance read under the lock plus the entries written in this transaction.
    pub points_balance: i64,
    /// The total, computed likewise.
    pub total_points_earned: i64,
}

/// Appends entries with their companions and the balances they lead to, then their allocations: a lot made here may be
/// consumed here. The customers must be locked, and so must the lots that were there before ([`open_lots`](super::open_lots)).
///
/// # Errors
/// Fails with [`StoreError::Conflict`] when a source key exists, since the effect was written by another transaction, or when a
/// customer or lot is not there to be updated, which their locks exclude.
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
    let written = sqlx::query!(
        r#"WITH entry AS (
             SELECT merchant_id, transaction_id, customer_id, type, delta, balance_after, source, source_key, order_id, expires_at,
                    lot_points, lot_remaining, name, event_payload::jsonb AS event_payload
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
                         $9::bigint[], $10::timestamptz[], $11::bigint[], $12::bigint[], $13::text[], $14::text[])
                 AS i(merchant_id, transaction_id, customer_id, type, delta, balance_after, source, source_key, order_id, expires_at,
                      lot_points, lot_remaining, name, event_payload)
         ), lot AS (
             INSERT INTO point_lots (merchant_id, lot_id, customer_id, order_id, points, remaining, expires_at)
             SELECT merchant_id, transaction_id, customer_id, order_id, lot_points, lot_remaining, expires_at
             FROM entry WHERE lot_points IS NOT NULL
             RETURNING 1
         ), audited AS (
             INSERT INTO audit_logs (merchant_id, audit_id, action, metadata)
             SELECT merchant_id, transaction_id, name, event_payload FROM entry
             RETURNING 1
         ), published AS (
             INSERT INTO outbox (merchant_id, outbox_id, name, payload)
             SELECT merchant_id, transaction_id, name, event_payload FROM entry
             RETURNING 1
         ), written AS (
             INSERT INTO points_transactions (merchant_id, transaction_id, customer_id, type, points, delta, balance_after,
                                              source, source_key, order_id, expiry_date)
             SELECT merchant_id, transaction_id, customer_id, type, abs(delta), delta, balance_after, source, source_key,
                    order_id::text, expires_at
             FROM entry
             RETURNING 1
         ), balanced AS (
             UPDATE customers c
             SET points_balance = k.points_balance, total_points_earned = k.total_points_earned, email_seen_at = k.email_seen_at,
                 locale = k.locale, locale_seen_at = k.locale_seen_at, updated_at = CURRENT_TIMESTAMP
             FROM unnest($15::text[], $16::text[], $17::bigint[], $18::bigint[], $19::timestamptz[], $20::text[], $21::timestamptz[])
                 AS k(merchant_id, customer_id, points_balance, total_points_earned, email_seen_at, locale, locale_seen_at)
             CROSS JOIN LATERAL (SELECT ctid FROM customers
                                 WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id OFFSET 0) found
             WHERE c.ctid = found.ctid
             RETURNING 1
         )
         SELECT (SELECT count(*) FROM written) AS "entries!", (SELECT count(*) FROM lot) AS "lots!",
                (SELECT count(*) FROM audited) AS "audits!", (SELECT count(*) FROM published) AS "events!",
                (SELECT count(*) FROM balanced) AS "balances!""#,
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
        balances.iter().map(|b| b.contact.merchant_id).collect::<Vec<_>>() as _,
        balances.iter().map(|b| b.contact.customer_id).collect::<Vec<_>>() as _,
        &balances.iter().map(|b| b.points_balance).collect::<Vec<_>>(),
        &balances.iter().map(|b| b.total_points_earned).collect::<Vec<_>>(),
        balances.iter().map(|b| b.contact.email_seen_at).collect::<Vec<_>>() as _,
        balances.iter().map(|b| b.contact.locale).collect::<Vec<_>>() as _,
        balances.iter().map(|b| b.contact.locale_seen_at).collect::<Vec<_>>() as _
    )
    .fetch_one(&mut **tx)
    .await?;
    let lots = entries.iter().filter(|entry| entry.lot.is_some()).count();
    expect_rows(written.entries, entries.len())?;
    expect_rows(written.lots, lots)?;
    expect_rows(written.audits, entries.len())?;
    expect_rows(written.events, entries.len())?;
    expect_rows(written.balances, balances.len())
}

/// Lowers the lots, and says which entry took what. Each lot was locked by an earlier statement of this transaction (or made by
/// it), so its `ctid` cannot move between the look-up and the update (docs/adr/0010).
async fn allocate(tx: &mut Tx, allocations: &[AllocationRow<'_>]) -> Result<(), StoreError> {
    let merchants: Vec<&str> = allocations.iter().map(|a| a.merchant_id).collect();
    let lots: Vec<&str> = allocations.iter().map(|a| a.lot_id).collect();
    let points: Vec<i64> = allocations.iter().map(|a| a.points).collect();
    let distinct: BTreeSet<(&str, &str)> = allocations.iter().map(|a| (a.merchant_id, a.lot_id)).collect();
    let lowered = sqlx::query!(
        "UPDATE point_lots l SET remaining = l.remaining - k.points
         FROM (SELECT merchant_id, lot_id, sum(points)::bigint AS points
               FROM unnest($1::text[], $2::text[], $3::bigint[]) AS i(merchant_id, lot_id, points)
               GROUP BY merchant_id, lot_id) k
         CROSS JOIN LATERAL (SELECT ctid FROM point_lots WHERE merchant_id = k.merchant_id AND lot_id = k.lot_id OFFSET 0) found
         WHERE l.ctid = found.ctid",
        &merchants as _,
        &lots as _,
        &points
    )
    .execute(&mut **tx)
    .await?;
    expect_rows(lowered.rows_affected(), distinct.len())?;
    let inserted = sqlx::query!(
        "INSERT INTO lot_allocations (merchant_id, transaction_id, lot_id, points)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])",
        &merchants as _,
        allocations.iter().map(|a| a.transaction_id).collect::<Vec<_>>() as _,
        &lots as _,
        &points
    )
    .execute(&mut **tx)
    .await?;
    expect_rows(inserted.rows_affected(), allocations.len())
}
