//! The append-only ledger with its lots, and what is written with it: audit rows and the outbox.

use chrono::{DateTime, Utc};
use domain::{Lot, LotId, ShopifyOrderId, TransactionType};

use crate::{StoreError, Tx};

/// A ledger entry as a row.
#[derive(Debug, Clone)]
pub struct EntryRow<'a> {
    /// Whose programme.
    pub merchant_id: &'a str,
    /// Its id.
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
}

/// A lot to make.
#[derive(Debug, Clone)]
pub struct LotRow<'a> {
    /// Whose programme.
    pub merchant_id: &'a str,
    /// Its id: that of the entry that makes it.
    pub lot_id: &'a str,
    /// Whose points.
    pub customer_id: &'a str,
    /// The order that earned them.
    pub order_id: Option<i64>,
    /// Points earned.
    pub points: i32,
    /// Points that can be spent.
    pub remaining: i32,
    /// When they are lost.
    pub expires_at: Option<DateTime<Utc>>,
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

/// Something done, for the audit log.
#[derive(Debug, Clone)]
pub struct AuditRow<'a> {
    /// Whose.
    pub merchant_id: &'a str,
    /// Its id.
    pub audit_id: &'a str,
    /// `points_earned`, `points_adjusted` ...
    pub action: &'a str,
    /// JSON object.
    pub metadata: &'a str,
}

/// Something others must be told.
#[derive(Debug, Clone)]
pub struct OutboxRow<'a> {
    /// Whose.
    pub merchant_id: &'a str,
    /// Its id.
    pub outbox_id: &'a str,
    /// `event` (analytics) or `notification` (to the customer).
    pub channel: &'static str,
    /// `points_earned`, `points_adjusted` ...
    pub name: &'a str,
    /// JSON object: ids and small facts.
    pub payload: &'a str,
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
         JOIN point_lots l ON l.merchant_id = k.merchant_id AND l.customer_id = k.customer_id AND l.remaining > 0",
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

/// Appends entries with their lots and allocations, in this order: a lot made here may be consumed here.
///
/// # Errors
/// [`StoreError::Conflict`] when a source key exists: the effect was written by another transaction.
pub async fn append(
    tx: &mut Tx,
    entries: &[EntryRow<'_>],
    lots: &[LotRow<'_>],
    allocations: &[AllocationRow<'_>],
) -> Result<(), StoreError> {
    insert_entries(tx, entries).await?;
    if !lots.is_empty() {
        insert_lots(tx, lots).await?;
    }
    if !allocations.is_empty() {
        allocate(tx, allocations).await?;
    }
    Ok(())
}

async fn insert_entries(tx: &mut Tx, entries: &[EntryRow<'_>]) -> Result<(), StoreError> {
    let orders: Vec<Option<String>> = entries.iter().map(|e| e.order_id.map(|id| id.to_string())).collect();
    let expiry: Vec<Option<DateTime<Utc>>> = entries.iter().map(|e| e.expires_at).collect();
    sqlx::query!(
        "INSERT INTO points_transactions (merchant_id, transaction_id, customer_id, type, points, delta, balance_after,
                                          source, source_key, order_id, expiry_date)
         SELECT merchant_id, transaction_id, customer_id, type, abs(delta), delta, balance_after, source, source_key, order_id, expiry_date
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::text[], $8::text[],
                     $9::text[], $10::timestamptz[])
             AS i(merchant_id, transaction_id, customer_id, type, delta, balance_after, source, source_key, order_id, expiry_date)",
        entries.iter().map(|e| e.merchant_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.transaction_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.customer_id).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>() as _,
        &entries.iter().map(|e| e.delta).collect::<Vec<_>>(),
        &entries.iter().map(|e| e.balance_after).collect::<Vec<_>>(),
        entries.iter().map(|e| e.source).collect::<Vec<_>>() as _,
        entries.iter().map(|e| e.source_key).collect::<Vec<_>>() as _,
        orders as _,
        expiry as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_lots(tx: &mut Tx, lots: &[LotRow<'_>]) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO point_lots (merchant_id, lot_id, customer_id, order_id, points, remaining, expires_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::integer[], $6::integer[], $7::timestamptz[])",
        lots.iter().map(|l| l.merchant_id).collect::<Vec<_>>() as _,
        lots.iter().map(|l| l.lot_id).collect::<Vec<_>>() as _,
        lots.iter().map(|l| l.customer_id).collect::<Vec<_>>() as _,
        lots.iter().map(|l| l.order_id).collect::<Vec<_>>() as _,
        &lots.iter().map(|l| l.points).collect::<Vec<_>>(),
        &lots.iter().map(|l| l.remaining).collect::<Vec<_>>(),
        lots.iter().map(|l| l.expires_at).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
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
         WHERE l.merchant_id = k.merchant_id AND l.lot_id = k.lot_id",
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

/// Writes audit rows.
///
/// # Errors
/// As any statement.
pub async fn audit(tx: &mut Tx, rows: &[AuditRow<'_>]) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO audit_logs (merchant_id, audit_id, action, metadata)
         SELECT merchant_id, audit_id, action, metadata::jsonb
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS i(merchant_id, audit_id, action, metadata)",
        rows.iter().map(|r| r.merchant_id).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.audit_id).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.action).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.metadata).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what others must be told.
///
/// # Errors
/// As any statement.
pub async fn outbox(tx: &mut Tx, rows: &[OutboxRow<'_>]) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO outbox (merchant_id, outbox_id, channel, name, payload)
         SELECT merchant_id, outbox_id, channel, name, payload::jsonb
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS i(merchant_id, outbox_id, channel, name, payload)",
        rows.iter().map(|r| r.merchant_id).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.outbox_id).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.channel).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.name).collect::<Vec<_>>() as _,
        rows.iter().map(|r| r.payload).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
