//! Open lots, as a debit spends from them.

use domain::{Lot, LotId, ShopifyOrderId};

use crate::{StoreError, Tx};

/// Reads and locks the open lots of customers, for spending. The customers must be locked: whoever else would change these lots
/// waits there. [`append`](super::append) lowers what was locked here.
///
/// # Errors
/// Fails with [`StoreError::Corrupt`] when an id cannot be read.
pub async fn open_lots(tx: &mut Tx, customers: &[(&str, &str)]) -> Result<Vec<(String, String, Lot)>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<&str>) = customers.iter().copied().unzip();
    let rows = sqlx::query!(
        "SELECT l.merchant_id, l.customer_id, l.lot_id, l.remaining, l.expires_at, l.order_id
         FROM unnest($1::text[], $2::text[]) AS k(merchant_id, customer_id)
         CROSS JOIN LATERAL (SELECT * FROM point_lots
                             WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id AND remaining > 0
                             FOR NO KEY UPDATE) l",
        merchants as _,
        ids as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        let lot_id = LotId::parse(&row.lot_id).map_err(|e| StoreError::corrupt("point_lots.lot_id", e))?;
        let lot = Lot {
            lot_id,
            remaining: row.remaining,
            expires_at: row.expires_at,
            order_id: row.order_id.map(ShopifyOrderId),
        };
        Ok((row.merchant_id, row.customer_id, lot))
    });
    read.collect()
}
