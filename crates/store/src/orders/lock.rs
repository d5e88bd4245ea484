//! Reads orders for a transaction that is going to change them.

use domain::OrderLedger;

use super::{OrderRecord, read_customer, read_object};
use crate::{StoreError, Tx};

/// Reads and locks the stored ones among (merchant, order) keys, in the order of the keys: sort them, so that two batches
/// cannot deadlock.
///
/// # Errors
/// Fails with [`StoreError::Corrupt`] when stored facts cannot be read.
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
            awarded: row.awarded_points,
            shortfall: row.shortfall_points,
            unrecovered: row.unrecovered_points,
            entries: u32::try_from(row.ledger_entries).map_err(|e| StoreError::corrupt("orders.ledger_entries", e))?,
            snapshot: row.rule_snapshot.map(|rule| read_object(&rule, "orders.rule_snapshot")).transpose()?,
        };
        Ok(OrderRecord {
            merchant_id: row.merchant_id,
            shopify_order_id: row.shopify_order_id,
            state: read_object(&row.facts, "orders.facts")?,
            ledger,
            target: row.target_points,
            revision: row.revision,
            guest_email_index: row.guest_email_index,
        })
    });
    read.collect()
}
