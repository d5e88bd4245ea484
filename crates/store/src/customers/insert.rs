//! Makes customers that are not known by their Shopify id.

use chrono::{DateTime, Utc};

use super::IndexedEmail;
use crate::{StoreError, Tx};

/// A customer to make.
#[derive(Debug, Clone)]
pub struct NewCustomer<'a> {
    /// The merchant.
    pub merchant_id: &'a str,
    /// Its id.
    pub customer_id: String,
    /// Shopify's id.
    pub shopify_customer_id: i64,
    /// Address; `None`: unknown, or another customer's.
    pub email: Option<IndexedEmail>,
    /// Instant of the document that says the address.
    pub email_seen_at: Option<DateTime<Utc>>,
    /// Language tag.
    pub locale: Option<&'a str>,
    /// Instant of the document that says the language.
    pub locale_seen_at: Option<DateTime<Utc>>,
}

/// Inserts customers. One whose Shopify id or address another transaction has inserted meanwhile is left out: whoever called
/// looks each up by its Shopify id, and begins anew if one is not there.
///
/// # Errors
/// Fails as any statement does.
pub async fn insert(tx: &mut Tx, new: &[NewCustomer<'_>]) -> Result<(), StoreError> {
    sqlx::query!(
        "INSERT INTO customers (merchant_id, customer_id, shopify_customer_id, email, email_index, email_seen_at, locale, locale_seen_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::timestamptz[], $7::text[], $8::timestamptz[])
         ON CONFLICT DO NOTHING",
        new.iter().map(|c| c.merchant_id).collect::<Vec<_>>() as _,
        new.iter().map(|c| c.customer_id.as_str()).collect::<Vec<_>>() as _,
        &new.iter().map(|c| c.shopify_customer_id).collect::<Vec<_>>(),
        new.iter().map(|c| c.email.as_ref().map(|e| e.encrypted.as_bytes())).collect::<Vec<_>>() as _,
        new.iter().map(|c| c.email.as_ref().map(|e| e.index.as_slice())).collect::<Vec<_>>() as _,
        new.iter().map(|c| c.email_seen_at).collect::<Vec<_>>() as _,
        new.iter().map(|c| c.locale).collect::<Vec<_>>() as _,
        new.iter().map(|c| c.locale_seen_at).collect::<Vec<_>>() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
