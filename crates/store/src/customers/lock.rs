//! Locks customers by key and reads what a change of them is computed from. Every write to a customer follows such a lock
//! (docs/adr/0010).

use chrono::{DateTime, Utc};

use crate::{StoreError, Tx};

/// A locked customer: nobody else changes the row until the transaction ends.
#[derive(Debug, Clone)]
pub struct LockedCustomer {
    /// The merchant.
    pub merchant_id: String,
    /// Our id.
    pub customer_id: String,
    /// Shopify's id; `None` for an imported customer.
    pub shopify_customer_id: Option<i64>,
    /// Balance, negative when spent points were taken back.
    pub points_balance: i64,
    /// Cumulative net points earned.
    pub total_points_earned: i64,
    /// RFM segment, if the customer has one.
    pub rfm_segment: Option<String>,
    /// Blind index of the address, if there is one.
    pub email_index: Option<Vec<u8>>,
    /// Instant of the newest document that said an address.
    pub email_seen_at: Option<DateTime<Utc>>,
    /// Language tag.
    pub locale: Option<String>,
    /// Instant of the newest document that said a language.
    pub locale_seen_at: Option<DateTime<Utc>>,
}

/// Locks customers by (merchant, Shopify id), in the order of the keys: sort them, so that two batches cannot deadlock.
/// Unknown ones are missing from the result.
///
/// # Errors
/// Fails as any statement does.
pub async fn lock_by_shopify_id(tx: &mut Tx, keys: &[(&str, i64)]) -> Result<Vec<LockedCustomer>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<i64>) = keys.iter().copied().unzip();
    Ok(sqlx::query_as!(
        LockedCustomer,
        "SELECT c.merchant_id, c.customer_id, c.shopify_customer_id, c.points_balance, c.total_points_earned, c.rfm_segment,
                c.email_index, c.email_seen_at, c.locale, c.locale_seen_at
         FROM unnest($1::text[], $2::bigint[]) AS k(merchant_id, shopify_customer_id)
         CROSS JOIN LATERAL (SELECT * FROM customers
                             WHERE merchant_id = k.merchant_id AND shopify_customer_id = k.shopify_customer_id
                             FOR NO KEY UPDATE) c",
        merchants as _,
        ids as _
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Locks customers by (merchant, our id), in the order of the keys.
///
/// # Errors
/// Fails as any statement does.
pub async fn lock_by_id(tx: &mut Tx, keys: &[(&str, &str)]) -> Result<Vec<LockedCustomer>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
    Ok(sqlx::query_as!(
        LockedCustomer,
        "SELECT c.merchant_id, c.customer_id, c.shopify_customer_id, c.points_balance, c.total_points_earned, c.rfm_segment,
                c.email_index, c.email_seen_at, c.locale, c.locale_seen_at
         FROM unnest($1::text[], $2::text[]) AS k(merchant_id, customer_id)
         CROSS JOIN LATERAL (SELECT * FROM customers
                             WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id FOR NO KEY UPDATE) c",
        merchants as _,
        ids as _
    )
    .fetch_all(&mut **tx)
    .await?)
}
