//! What `loyalnest verify` compares: stored balances with the sum of the ledger and of the lots, each order's standing with
//! its facts, waiting webhooks with what the sweep knows. Reads only, as the owner, so that no row is hidden from it.

use domain::{MerchantId, OrderLedger, OrderState};

use crate::orders::{read_customer, read_object};
use crate::{Owner, ReadStore, StoreError, TenantScope};

/// A customer's books.
#[derive(Debug, Clone)]
pub struct BalanceDrift {
    /// The customer.
    pub customer_id: String,
    /// What the customer's row says.
    pub balance: i64,
    /// Σ delta of the ledger.
    pub ledger: i64,
    /// Σ remaining of the lots; must be max(balance, 0).
    pub lots: i64,
}

/// A row that refers to one that does not exist.
#[derive(Debug, Clone)]
pub struct Orphan {
    /// `order`, `entry` or `lot`.
    pub what: String,
    /// Its id.
    pub id: String,
    /// The id it names.
    pub names: String,
}

impl BalanceDrift {
    /// Whether the books agree after all: a page shows every customer.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.balance == self.ledger && self.balance.max(0) == self.lots
    }
}

/// An order with all that its net points can be recomputed from.
#[derive(Debug, Clone)]
pub struct OrderAccounts {
    /// Shopify's id.
    pub shopify_order_id: i64,
    /// Facts.
    pub state: OrderState,
    /// Its standing as stored.
    pub ledger: OrderLedger,
    /// The stored target.
    pub target: i64,
    /// Σ delta of its ledger entries.
    pub entries_sum: i64,
    /// Number of its ledger entries.
    pub entries: i64,
}

impl Owner {
    /// Pages of merchants, by id.
    ///
    /// # Errors
    /// As any statement.
    pub async fn merchants_after(&self, after: &str, rows_max: i64) -> Result<Vec<(MerchantId, String)>, StoreError> {
        let rows = sqlx::query!(
            "SELECT merchant_id, shopify_domain FROM merchants WHERE merchant_id > $1 ORDER BY merchant_id LIMIT $2",
            after,
            rows_max
        )
        .fetch_all(&self.pool)
        .await?;
        let read = rows.into_iter().map(|row| {
            let id =
                MerchantId::parse(&row.merchant_id).map_err(|e| StoreError::corrupt("merchants.merchant_id", e))?;
            Ok((id, row.shopify_domain))
        });
        read.collect()
    }

    /// How many customers a merchant has, and those whose balance is not the sum of the ledger, or not covered by lots.
    ///
    /// # Errors
    /// As any statement.
    pub async fn balance_drift(&self, merchant: &MerchantId) -> Result<(i64, Vec<BalanceDrift>), StoreError> {
        let customers = sqlx::query_scalar!(
            r#"SELECT count(*) AS "count!" FROM customers WHERE merchant_id = $1"#,
            merchant.as_str()
        )
        .fetch_one(&self.pool)
        .await?;
        let drift = sqlx::query_as!(
            BalanceDrift,
            r#"SELECT c.customer_id, c.points_balance AS "balance!", coalesce(t.points, 0) AS "ledger!", coalesce(l.points, 0) AS "lots!"
               FROM customers c
               LEFT JOIN (SELECT customer_id, sum(delta)::bigint AS points FROM points_transactions WHERE merchant_id = $1 GROUP BY 1) t USING (customer_id)
               LEFT JOIN (SELECT customer_id, sum(remaining)::bigint AS points FROM point_lots WHERE merchant_id = $1 GROUP BY 1) l USING (customer_id)
               WHERE c.merchant_id = $1
                 AND (c.points_balance <> coalesce(t.points, 0) OR greatest(c.points_balance, 0) <> coalesce(l.points, 0))
               ORDER BY c.customer_id"#,
            merchant.as_str()
        )
        .fetch_all(&self.pool)
        .await?;
        Ok((customers, drift))
    }

    /// Rows of a merchant's books that refer to nothing, at most `rows_max` of each kind: orders and entries without their
    /// customer, lots without their entry. The hot path checks only some of these.
    ///
    /// # Errors
    /// As any statement.
    pub async fn orphans(&self, merchant: &MerchantId, rows_max: i64) -> Result<Vec<Orphan>, StoreError> {
        Ok(sqlx::query_as!(
            Orphan,
            r#"(SELECT 'order' AS "what!", o.shopify_order_id::text AS "id!", o.customer_id AS "names!" FROM orders o
                WHERE o.merchant_id = $1 AND o.customer_id IS NOT NULL
                  AND NOT EXISTS (SELECT FROM customers c WHERE c.merchant_id = $1 AND c.customer_id = o.customer_id) LIMIT $2)
               UNION ALL
               (SELECT 'entry', t.transaction_id, t.customer_id FROM points_transactions t
                WHERE t.merchant_id = $1
                  AND NOT EXISTS (SELECT FROM customers c WHERE c.merchant_id = $1 AND c.customer_id = t.customer_id) LIMIT $2)
               UNION ALL
               (SELECT 'lot', l.lot_id, l.lot_id FROM point_lots l
                WHERE l.merchant_id = $1
                  AND NOT EXISTS (SELECT FROM points_transactions t WHERE t.merchant_id = $1 AND t.transaction_id = l.lot_id) LIMIT $2)"#,
            merchant.as_str(),
            rows_max
        )
        .fetch_all(&self.pool)
        .await?)
    }

    /// Webhooks that wait for their job and are named by no commit, of one shop or of all, `rows_max` at most: with the shop's
    /// domain and the record's id. The sweep would not find them.
    ///
    /// # Errors
    /// As any statement.
    pub async fn untracked_webhooks(
        &self,
        shop: Option<&str>,
        rows_max: i64,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query!(
            r#"SELECT coalesce(m.shopify_domain, l.merchant_id) AS "shop!", l.log_id
               FROM api_logs l LEFT JOIN merchants m USING (merchant_id)
               WHERE l.status = 'pending' AND l.job_kind IS NOT NULL AND ($1::text IS NULL OR m.shopify_domain = $1)
                 AND l.log_id NOT IN (SELECT unnest(log_ids) FROM webhook_batches)
               ORDER BY l.log_id LIMIT $2"#,
            shop,
            rows_max
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| (row.shop, row.log_id)).collect())
    }

    /// Pages of a merchant's orders, by Shopify id.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when stored facts cannot be read.
    pub async fn order_accounts_after(
        &self,
        merchant: &MerchantId,
        after: i64,
        rows_max: i64,
    ) -> Result<Vec<OrderAccounts>, StoreError> {
        let rows = sqlx::query!(
            r#"WITH page AS (
                   SELECT * FROM orders WHERE merchant_id = $1 AND shopify_order_id > $2 ORDER BY shopify_order_id LIMIT $3
               ), sums AS (
                   SELECT order_id, sum(delta)::bigint AS points, count(*) AS entries FROM points_transactions
                   WHERE merchant_id = $1 AND order_id = ANY (SELECT shopify_order_id::text FROM page) GROUP BY 1
               )
               SELECT p.shopify_order_id AS "shopify_order_id!", p.customer_id, p.facts::text AS "facts!", p.rule_snapshot::text AS rule_snapshot,
                      p.target_points AS "target_points!", p.awarded_points AS "awarded_points!", p.shortfall_points AS "shortfall_points!",
                      p.unrecovered_points AS "unrecovered_points!", p.ledger_entries AS "ledger_entries!",
                      coalesce(s.points, 0) AS "entries_sum!", coalesce(s.entries, 0) AS "entries!"
               FROM page p LEFT JOIN sums s ON s.order_id = p.shopify_order_id::text
               ORDER BY p.shopify_order_id"#,
            merchant.as_str(),
            after,
            rows_max
        )
        .fetch_all(&self.pool)
        .await?;
        let read = rows.into_iter().map(|row| {
            let ledger = OrderLedger {
                customer_id: read_customer(row.customer_id.as_deref())?,
                awarded: row.awarded_points,
                shortfall: row.shortfall_points,
                unrecovered: row.unrecovered_points,
                entries: u32::try_from(row.ledger_entries)
                    .map_err(|e| StoreError::corrupt("orders.ledger_entries", e))?,
                snapshot: row.rule_snapshot.map(|rule| read_object(&rule, "orders.rule_snapshot")).transpose()?,
            };
            Ok(OrderAccounts {
                shopify_order_id: row.shopify_order_id,
                state: read_object(&row.facts, "orders.facts")?,
                ledger,
                target: row.target_points,
                entries_sum: row.entries_sum,
                entries: row.entries,
            })
        });
        read.collect()
    }
}

impl ReadStore {
    /// Pages of a merchant's customers with the sums of their books, each page as of one moment. By look-ups of each
    /// customer's rows, so that a large merchant costs as many short statements, not one long one.
    ///
    /// # Errors
    /// As any statement.
    pub async fn balances_after(
        &self,
        merchant: &MerchantId,
        after: &str,
        rows_max: i64,
    ) -> Result<Vec<BalanceDrift>, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let page = sqlx::query_as!(
            BalanceDrift,
            r#"SELECT c.customer_id, c.points_balance AS "balance!",
                      (SELECT coalesce(sum(t.delta), 0)::bigint FROM points_transactions t
                       WHERE t.merchant_id = $1 AND t.customer_id = c.customer_id) AS "ledger!",
                      (SELECT coalesce(sum(l.remaining), 0)::bigint FROM point_lots l
                       WHERE l.merchant_id = $1 AND l.customer_id = c.customer_id AND l.remaining > 0) AS "lots!"
               FROM customers c WHERE c.merchant_id = $1 AND c.customer_id > $2 ORDER BY c.customer_id LIMIT $3"#,
            merchant.as_str(),
            after,
            rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(page)
    }
}
