//! Addresses and languages of customers that are there. An address is unique for its merchant: before one is given to another
//! customer, who had it is locked, and loses it by a statement that comes first.
//!
//! All rows that are written here were locked by an earlier statement of the transaction (docs/adr/0010).

use chrono::{DateTime, Utc};

use super::{AddressIndex, IndexedEmail};
use crate::error::expect_rows;
use crate::{StoreError, Tx};

/// A locked customer who has an address.
#[derive(Debug, Clone)]
pub struct StoredAddress {
    /// The merchant.
    pub merchant_id: String,
    /// Our id.
    pub customer_id: String,
    /// Shopify's id; `None` for an imported customer.
    pub shopify_customer_id: Option<i64>,
    /// Blind index of the address.
    pub email_index: Vec<u8>,
    /// Instant of the document that said it.
    pub email_seen_at: Option<DateTime<Utc>>,
}

/// Locks the customers who have one of these addresses, in the order of the addresses.
///
/// # Errors
/// Fails with [`StoreError::Conflict`] when another transaction waits for what this one holds, too.
pub async fn lock_addresses(tx: &mut Tx, keys: &[(&str, AddressIndex)]) -> Result<Vec<StoredAddress>, StoreError> {
    Ok(sqlx::query_as!(
        StoredAddress,
        r#"SELECT c.merchant_id, c.customer_id, c.shopify_customer_id, c.email_index AS "email_index!", c.email_seen_at
           FROM unnest($1::text[], $2::bytea[]) AS k(merchant_id, email_index)
           CROSS JOIN LATERAL (SELECT * FROM customers WHERE merchant_id = k.merchant_id AND email_index = k.email_index
                               FOR NO KEY UPDATE) c"#,
        keys.iter().map(|(merchant, _)| *merchant).collect::<Vec<_>>() as _,
        keys.iter().map(|(_, index)| index.as_slice()).collect::<Vec<_>>() as _
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// A customer's address from now on.
#[derive(Debug, Clone, Copy)]
pub struct AddressRow<'a> {
    /// The merchant.
    pub merchant_id: &'a str,
    /// The customer.
    pub customer_id: &'a str,
    /// The address; `None`: none.
    pub email: Option<&'a IndexedEmail>,
}

/// Writes addresses of locked customers, none of which anybody else has.
///
/// # Errors
/// Fails with [`StoreError::Conflict`] when another transaction has just given one of them to somebody else.
pub async fn set_addresses(tx: &mut Tx, rows: &[AddressRow<'_>]) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "UPDATE customers c SET email = k.email, email_index = k.email_index, key_id = NULL, updated_at = CURRENT_TIMESTAMP
         FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS k(merchant_id, customer_id, email, email_index)
         CROSS JOIN LATERAL (SELECT ctid FROM customers WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id OFFSET 0) found
         WHERE c.ctid = found.ctid",
        rows.iter().map(|row| row.merchant_id).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.customer_id).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.email.map(|e| e.encrypted.as_bytes())).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.email.map(|e| e.index.as_slice())).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    expect_rows(written.rows_affected(), rows.len())
}

/// Gives imported customers, as (merchant, our id, Shopify's id), the Shopify id under which they have shown up.
///
/// # Errors
/// Fails with [`StoreError::Conflict`] when another transaction has just made a customer of that Shopify id.
pub async fn join_imported(tx: &mut Tx, customers: &[(&str, &str, i64)]) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "UPDATE customers c SET shopify_customer_id = k.shopify_customer_id, updated_at = CURRENT_TIMESTAMP
         FROM unnest($1::text[], $2::text[], $3::bigint[]) AS k(merchant_id, customer_id, shopify_customer_id)
         CROSS JOIN LATERAL (SELECT ctid FROM customers WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id OFFSET 0) found
         WHERE c.ctid = found.ctid AND c.shopify_customer_id IS NULL",
        customers.iter().map(|(merchant, ..)| *merchant).collect::<Vec<_>>() as _,
        customers.iter().map(|(_, customer, _)| *customer).collect::<Vec<_>>() as _,
        &customers.iter().map(|(.., shopify)| *shopify).collect::<Vec<_>>()
    )
    .execute(&mut **tx)
    .await?;
    expect_rows(written.rows_affected(), customers.len())
}

/// What is known of a customer beside the address itself.
#[derive(Debug, Clone, Copy)]
pub struct ContactRow<'a> {
    /// The merchant.
    pub merchant_id: &'a str,
    /// The customer.
    pub customer_id: &'a str,
    /// Instant of the newest document that said an address.
    pub email_seen_at: Option<DateTime<Utc>>,
    /// Language tag.
    pub locale: Option<&'a str>,
    /// Instant of the newest document that said a language.
    pub locale_seen_at: Option<DateTime<Utc>>,
}

/// Writes what newer documents say of locked customers whose points do not move; of the others, the ledger's statement writes it.
///
/// # Errors
/// Fails as any statement does.
pub async fn save_contacts(tx: &mut Tx, rows: &[ContactRow<'_>]) -> Result<(), StoreError> {
    let written = sqlx::query!(
        "UPDATE customers c SET email_seen_at = k.email_seen_at, locale = k.locale, locale_seen_at = k.locale_seen_at,
                                updated_at = CURRENT_TIMESTAMP
         FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[])
             AS k(merchant_id, customer_id, email_seen_at, locale, locale_seen_at)
         CROSS JOIN LATERAL (SELECT ctid FROM customers WHERE merchant_id = k.merchant_id AND customer_id = k.customer_id OFFSET 0) found
         WHERE c.ctid = found.ctid",
        rows.iter().map(|row| row.merchant_id).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.customer_id).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.email_seen_at).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.locale).collect::<Vec<_>>() as _,
        rows.iter().map(|row| row.locale_seen_at).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    expect_rows(written.rows_affected(), rows.len())
}
