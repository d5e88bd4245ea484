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

/// Reads and locks the stored ones among (merchant, order) keys, in the order of the keys: sort them, so that two batches
/// cannot deadlock.
///
/// # Errors
/// [`StoreError::Corrupt`] when stored facts cannot be read.
pub async fn lock(tx: &mut Tx, keys: &[(&str, i64)]) -> Result<Vec<OrderRecord>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<i64>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT o.merchant_id, o.shopify_order_id, o.customer_id, o.facts::text AS "facts!", o.rule_snapshot::text AS rule_snapshot,
                  o.target_points, o.awarded_points, o.shortfall_points, o.unrecovered_points, o.ledger_entries, o.revision, o.guest_email_index
           FROM unnest($1::text[], $2::bigint[]) AS k(merchant_id, shopify_order_id)
           CROSS JOIN LATERAL (SELECT * FROM orders
                               WHERE merchant_id = k.merchant_id AND shopify_order_id = k.shopify_order_id FOR NO KEY UPDATE) o"#,
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
            unrecovered: row.unrecovered_points.into(),
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

/// Writes orders, each against the revision it was read at. The customer column is whoever holds the order's points, or
/// will once it earns.
///
/// # Errors
/// [`StoreError::Conflict`] when one was written by another transaction since it was read; write nothing more then.
pub async fn save(tx: &mut Tx, orders: &[&OrderRecord]) -> Result<(), StoreError> {
    let (new, stored): (Vec<&OrderRecord>, Vec<&OrderRecord>) = orders.iter().partition(|order| order.revision == 0);
    if !new.is_empty() {
        insert(tx, &Columns::of(&new)?).await?;
    }
    if !stored.is_empty() {
        let updated = update(tx, &Columns::of(&stored)?).await?;
        if updated != stored.len() as u64 {
            return Err(StoreError::Conflict(None));
        }
    }
    Ok(())
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
    target: Vec<i32>,
    awarded: Vec<i32>,
    shortfall: Vec<i32>,
    unrecovered: Vec<i32>,
    entries: Vec<i32>,
    revisions: Vec<i32>,
}

impl<'a> Columns<'a> {
    fn of(orders: &[&'a OrderRecord]) -> Result<Self, StoreError> {
        let points =
            |f: fn(&OrderRecord) -> i64| orders.iter().map(|o| column_points(f(o))).collect::<Result<Vec<_>, _>>();
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
            target: points(|o| o.target)?,
            awarded: points(|o| o.ledger.awarded)?,
            shortfall: points(|o| o.ledger.shortfall)?,
            unrecovered: points(|o| o.ledger.unrecovered)?,
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

/// An order that another transaction stored first violates the primary key, which is a conflict.
async fn insert(tx: &mut Tx, orders: &Columns<'_>) -> Result<(), StoreError> {
    with_columns!(
        "INSERT INTO orders (merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency,
                             cancelled_at, shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points,
                             unrecovered_points, ledger_entries)
         SELECT merchant_id, shopify_order_id, customer_id, guest_email_index, facts::json, financial_status, currency,
                cancelled_at, shopify_updated_at, rule_snapshot::json, target_points, awarded_points, shortfall_points,
                unrecovered_points, ledger_entries
         FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::timestamptz[],
                     $9::timestamptz[], $10::text[], $11::integer[], $12::integer[], $13::integer[], $14::integer[],
                     $15::integer[])
             AS i(merchant_id, shopify_order_id, customer_id, guest_email_index, facts, financial_status, currency, cancelled_at,
                  shopify_updated_at, rule_snapshot, target_points, awarded_points, shortfall_points, unrecovered_points,
                  ledger_entries)",
        orders
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Answers how many were still at their revision.
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
                     $9::timestamptz[], $10::text[], $11::integer[], $12::integer[], $13::integer[], $14::integer[],
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
