//! Customers: found or made by their Shopify id, locked before their points move.

use domain::MerchantId;

use crate::crypto::{BLIND_INDEX_BYTES, CustomerEmail, EmailIndex, Encrypted, KeyRing, Nonce};
use crate::{StoreError, Tx};

/// A locked customer: nobody else moves these points until the transaction ends.
#[derive(Debug, Clone)]
pub struct LockedCustomer {
    /// Whose programme.
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
}

/// A customer to make if unknown.
#[derive(Debug, Clone)]
pub struct NewCustomer<'a> {
    /// Whose programme.
    pub merchant_id: &'a str,
    /// The id it gets if it is new.
    pub customer_id: String,
    /// Shopify's id.
    pub shopify_customer_id: i64,
    /// Address.
    pub email: Option<IndexedEmail>,
    /// Language tag.
    pub locale: Option<&'a str>,
}

/// An e-mail address as it is stored: encrypted, and its blind index, by which it is found and kept unique.
#[derive(Debug, Clone)]
pub struct IndexedEmail {
    /// The address.
    pub encrypted: Encrypted<CustomerEmail>,
    /// Equal for equal addresses.
    pub index: [u8; BLIND_INDEX_BYTES],
}

impl IndexedEmail {
    /// Encrypts an address for a merchant.
    #[must_use]
    pub fn seal(keys: &KeyRing, index: &EmailIndex, nonce: Nonce, merchant: &MerchantId, email: &str) -> Self {
        Self { encrypted: Encrypted::seal(keys, nonce, merchant, email), index: index.of(email) }
    }
}

/// Locks customers by (merchant, Shopify id), in the order of the keys: sort them, so that two batches cannot deadlock.
/// Unknown ones are missing from the answer.
///
/// # Errors
/// As any statement.
pub async fn lock_by_shopify_id(tx: &mut Tx, keys: &[(&str, i64)]) -> Result<Vec<LockedCustomer>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<i64>) = keys.iter().copied().unzip();
    Ok(sqlx::query_as!(
        LockedCustomer,
        "SELECT c.merchant_id, c.customer_id, c.shopify_customer_id, c.points_balance, c.total_points_earned, c.rfm_segment
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
/// As any statement.
pub async fn lock_by_id(tx: &mut Tx, keys: &[(&str, &str)]) -> Result<Vec<LockedCustomer>, StoreError> {
    let (merchants, ids): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
    Ok(sqlx::query_as!(
        LockedCustomer,
        "SELECT c.merchant_id, c.customer_id, c.shopify_customer_id, c.points_balance, c.total_points_earned, c.rfm_segment
         FROM unnest($1::text[], $2::text[]) AS k(merchant_id, customer_id)
         CROSS JOIN LATERAL (SELECT * FROM customers
                             WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id FOR NO KEY UPDATE) c",
        merchants as _,
        ids as _
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Makes customers that are not known by their Shopify id. One known by address only (an import, a former guest) is
/// joined to the Shopify id instead; where the address belongs to another Shopify customer, the new one is made
/// without address: points must not wait for a dispute about it.
///
/// # Errors
/// As any statement.
pub async fn ensure(tx: &mut Tx, new: &[NewCustomer<'_>]) -> Result<(), StoreError> {
    let merchants: Vec<&str> = new.iter().map(|c| c.merchant_id).collect();
    let ids: Vec<&str> = new.iter().map(|c| c.customer_id.as_str()).collect();
    let shopify_ids: Vec<i64> = new.iter().map(|c| c.shopify_customer_id).collect();
    let emails: Vec<Option<&[u8]>> = new.iter().map(|c| c.email.as_ref().map(|e| e.encrypted.as_bytes())).collect();
    let indexes: Vec<Option<&[u8]>> = new.iter().map(|c| c.email.as_ref().map(|e| e.index.as_slice())).collect();
    let locales: Vec<Option<&str>> = new.iter().map(|c| c.locale).collect();
    sqlx::query!(
        "UPDATE customers c SET shopify_customer_id = k.shopify_customer_id, updated_at = CURRENT_TIMESTAMP
         FROM (SELECT DISTINCT ON (merchant_id, email_index) *
               FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS k(merchant_id, shopify_customer_id, email_index)
               WHERE email_index IS NOT NULL) k
         CROSS JOIN LATERAL (SELECT ctid FROM customers
                             WHERE merchant_id = k.merchant_id AND email_index = k.email_index AND shopify_customer_id IS NULL
                             FOR NO KEY UPDATE) found
         WHERE c.ctid = found.ctid
           AND NOT EXISTS (SELECT FROM customers o
                           WHERE o.merchant_id = k.merchant_id AND o.shopify_customer_id = k.shopify_customer_id OFFSET 0)",
        &merchants as _,
        &shopify_ids as _,
        &indexes as _
    )
    .execute(&mut **tx)
    .await?;
    // With the address, then without it for those whose address is taken. Known customers conflict both times.
    for with_email in [true, false] {
        let made = sqlx::query!(
            "INSERT INTO customers (merchant_id, customer_id, shopify_customer_id, email, email_index, locale)
             SELECT merchant_id, customer_id, shopify_customer_id, CASE WHEN $7 THEN email END, CASE WHEN $7 THEN email_index END, locale
             FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[])
                 AS i(merchant_id, customer_id, shopify_customer_id, email, email_index, locale)
             ON CONFLICT DO NOTHING",
            &merchants as _,
            &ids as _,
            &shopify_ids as _,
            &emails as _,
            &indexes as _,
            &locales as _,
            with_email
        )
        .execute(&mut **tx)
        .await?;
        if made.rows_affected() == new.len() as u64 {
            break;
        }
    }
    Ok(())
}
