//! What is shown of a customer's points: balance, open lots, and a page of the ledger.

use chrono::{DateTime, Utc};
use domain::{MerchantId, TransactionType};

use crate::{ReadStore, ReadTx, StoreError, TenantScope};

/// How a caller names a customer.
#[derive(Debug, Clone)]
pub enum CustomerKey {
    /// Our id.
    Ours(String),
    /// Shopify's id.
    Shopify(i64),
}

/// A page of a customer's history: entries before (older than) a cursor.
#[derive(Debug, Clone)]
pub struct HistoryPage<'a> {
    /// Entries that were written before this transaction; `None`: from the newest.
    pub before: Option<&'a str>,
    /// How many at most.
    pub rows_max: i64,
}

/// A customer's points.
#[derive(Debug, Clone)]
pub struct CustomerPoints {
    /// Our id.
    pub customer_id: String,
    /// Shopify's id.
    pub shopify_customer_id: Option<i64>,
    /// Balance.
    pub points_balance: i64,
    /// Cumulative net points earned.
    pub total_points_earned: i64,
    /// Open lots, soonest expiry first.
    pub lots: Vec<LotView>,
    /// Newest first.
    pub history: Vec<EntryView>,
}

/// An open lot.
#[derive(Debug, Clone)]
pub struct LotView {
    /// Its id.
    pub lot_id: String,
    /// Points left.
    pub remaining: i64,
    /// When they are lost.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A ledger entry.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// Its id, also the cursor of the next page.
    pub transaction_id: String,
    /// What it is for.
    pub kind: TransactionType,
    /// Signed points.
    pub delta: i64,
    /// Balance after it.
    pub balance_after: i64,
    /// Kind of origin.
    pub source: String,
    /// Shopify's order id.
    pub order_id: Option<String>,
    /// When its points expire.
    pub expiry_date: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Lots shown at most: more than anybody reads, few enough to bound the answer.
const LOTS_SHOWN_MAX: i64 = 50;

impl ReadStore {
    /// A customer's points with one page of history; `None` when the merchant has no such customer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when PostgreSQL is away.
    pub async fn customer_points(
        &self,
        merchant: &MerchantId,
        key: &CustomerKey,
        page: HistoryPage<'_>,
    ) -> Result<Option<CustomerPoints>, StoreError> {
        let (ours, shopify) = match key {
            CustomerKey::Ours(id) => (Some(id.as_str()), None),
            CustomerKey::Shopify(id) => (None, Some(*id)),
        };
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let customer = sqlx::query!(
            "SELECT customer_id, shopify_customer_id, points_balance, total_points_earned FROM customers
             WHERE merchant_id = $1 AND (customer_id = $2 OR shopify_customer_id = $3)",
            merchant.as_str(),
            ours,
            shopify
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(customer) = customer else { return Ok(None) };
        let lots = sqlx::query_as!(
            LotView,
            "SELECT lot_id, remaining, expires_at FROM point_lots
             WHERE merchant_id = $1 AND customer_id = $2 AND remaining > 0
             ORDER BY expires_at NULLS LAST, lot_id LIMIT $3",
            merchant.as_str(),
            customer.customer_id,
            LOTS_SHOWN_MAX
        )
        .fetch_all(&mut *tx)
        .await?;
        let history = entries(&mut tx, merchant, &customer.customer_id, page).await?;
        tx.commit().await?;
        Ok(Some(CustomerPoints {
            customer_id: customer.customer_id,
            shopify_customer_id: customer.shopify_customer_id,
            points_balance: customer.points_balance,
            total_points_earned: customer.total_points_earned,
            lots,
            history,
        }))
    }
}

/// A page of a customer's entries in the order in which they were written, newest first. Not in the order of their ids: these are
/// made by several machines, whose clocks differ. The cursor is an id all the same, since the sequence counts the entries of all
/// merchants.
async fn entries(
    tx: &mut ReadTx,
    merchant: &MerchantId,
    customer_id: &str,
    page: HistoryPage<'_>,
) -> Result<Vec<EntryView>, StoreError> {
    let rows = sqlx::query!(
        "SELECT transaction_id, type AS kind, delta, balance_after, source, order_id, expiry_date, created_at
         FROM points_transactions
         WHERE merchant_id = $1 AND customer_id = $2
           AND ($3::text IS NULL
                OR sequence < (SELECT sequence FROM points_transactions WHERE merchant_id = $1 AND transaction_id = $3))
         ORDER BY sequence DESC LIMIT $4",
        merchant.as_str(),
        customer_id,
        page.before,
        page.rows_max
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        let kind = TransactionType::from_word(&row.kind)
            .ok_or_else(|| StoreError::corrupt("points_transactions.type", row.kind.clone()))?;
        Ok(EntryView {
            transaction_id: row.transaction_id,
            kind,
            delta: row.delta,
            balance_after: row.balance_after,
            source: row.source,
            order_id: row.order_id,
            expiry_date: row.expiry_date,
            created_at: row.created_at,
        })
    });
    read.collect()
}
