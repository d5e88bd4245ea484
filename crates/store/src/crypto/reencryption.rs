//! Encrypts stored values again under the key that encrypts now, a page of rows a call, and counts the values of each key. Never
//! waits for another transaction's row and never overwrites what another one has written meanwhile: such rows are left to the next
//! pass. Does not touch the blind index, which has a key of its own.

use std::collections::BTreeMap;
use std::fmt;

use domain::MerchantId;
use sqlx::AssertSqlSafe;

use super::encrypted::header;
use super::{DecryptError, Encrypted, EncryptedColumn, KeyRing, Nonce};
use crate::{Owner, StoreError};

/// Ciphertext that one page holds at most, in bytes, its last value aside: bodies of webhooks have up to 16 MiB.
const PAGE_BYTES_MAX: i64 = 8 * 1_024 * 1_024;
/// Rows that one page of a count looks at.
const COUNT_PAGE_ROWS: i64 = 10_000;

/// Encrypts stored bytes again.
type Reseal = fn(Vec<u8>, &KeyRing, Nonce, &MerchantId) -> Result<Vec<u8>, DecryptError>;
/// The last row of the page, whether the column has a value, the name of its key, and how many such rows there are.
type CountRow = (String, String, bool, Option<Vec<u8>>, i64);

/// One encrypted column without its type, for what goes through all of them.
#[derive(Clone, Copy)]
pub struct ColumnEntry {
    table: &'static str,
    column: &'static str,
    row_key: &'static str,
    remedy: &'static str,
    reseal: Reseal,
}

impl ColumnEntry {
    pub(super) const fn of<C: EncryptedColumn>() -> Self {
        Self { table: C::TABLE, column: C::COLUMN, row_key: C::ROW_KEY, remedy: C::REMEDY, reseal: reseal::<C> }
    }

    /// Returns what to do about a value of this column that cannot be decrypted.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        self.remedy
    }

    /// The statements' text: names of this module's own constants, no values.
    fn sql(&self, template: &str) -> AssertSqlSafe<String> {
        let named = template.replace("{table}", self.table).replace("{column}", self.column);
        AssertSqlSafe(named.replace("{row_key}", self.row_key))
    }
}

impl fmt::Display for ColumnEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.table, self.column)
    }
}

impl fmt::Debug for ColumnEntry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ColumnEntry({self})")
    }
}

fn reseal<C: EncryptedColumn>(
    stored: Vec<u8>,
    keys: &KeyRing,
    nonce: Nonce,
    merchant: &MerchantId,
) -> Result<Vec<u8>, DecryptError> {
    Ok(Encrypted::<C>::from_stored(stored).reseal(keys, nonce, merchant)?.as_bytes().to_vec())
}

/// A row of a table, in the order of merchants and keys. The default stands before the first one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowPosition {
    merchant_id: String,
    row_id: String,
}

/// What one call of [`Owner::reencrypt_page`] came to.
#[derive(Debug, Default)]
pub struct ReencryptedPage {
    /// Rows looked at.
    pub looked_at: u64,
    /// Values that are encrypted under the current key now and were not before.
    pub rewritten: u64,
    /// Values that were locked or changed by another transaction: for the next pass.
    pub left: u64,
    /// Values that this process cannot decrypt, by the reason.
    pub unreadable: BTreeMap<String, u64>,
    /// Where to go on; `None`: the table has no further rows.
    pub next: Option<RowPosition>,
}

/// What one call of [`Owner::count_keys`] came to.
#[derive(Debug, Default)]
pub struct KeyCounts {
    /// Values by the name of their key; `None`: they are not in the format of [`Encrypted`].
    pub values: BTreeMap<Option<String>, u64>,
    /// Where to go on; `None`: the table has no further rows.
    pub next: Option<RowPosition>,
}

/// Values to write.
#[derive(Default)]
struct Resealed {
    merchant_ids: Vec<String>,
    row_ids: Vec<String>,
    old: Vec<Vec<u8>>,
    new: Vec<Vec<u8>>,
}

impl Owner {
    /// Encrypts a column's values again, of `rows_max` rows after `after`, that are not encrypted under the current key of `keys`.
    ///
    /// # Errors
    /// As any statement. Values that cannot be decrypted are no error: they are counted, and stay as they are.
    pub async fn reencrypt_page(
        &self,
        column: &ColumnEntry,
        keys: &KeyRing,
        mut nonce: impl FnMut() -> Nonce,
        after: &RowPosition,
        rows_max: i64,
    ) -> Result<ReencryptedPage, StoreError> {
        let rows = self.values_after(column, keys, after, rows_max).await?;
        let mut page = ReencryptedPage { looked_at: rows.len() as u64, ..ReencryptedPage::default() };
        let mut resealed = Resealed::default();
        for (merchant_id, row_id, value) in rows {
            page.next = Some(RowPosition { merchant_id: merchant_id.clone(), row_id: row_id.clone() });
            let Some(old) = value else { continue };
            let merchant =
                MerchantId::parse(&merchant_id).map_err(|error| StoreError::corrupt("merchant_id", error))?;
            match (column.reseal)(old.clone(), keys, nonce(), &merchant) {
                Ok(new) => {
                    resealed.merchant_ids.push(merchant_id);
                    resealed.row_ids.push(row_id);
                    resealed.old.push(old);
                    resealed.new.push(new);
                }
                Err(error) => *page.unreadable.entry(error.to_string()).or_default() += 1,
            }
        }
        let wanted = resealed.row_ids.len() as u64;
        if wanted > 0 {
            page.rewritten = self.replace(column, &resealed).await?;
            page.left = wanted.saturating_sub(page.rewritten);
        }
        Ok(page)
    }

    /// Returns the keys of rows, and the values among them that are not encrypted under the current key.
    async fn values_after(
        &self,
        column: &ColumnEntry,
        keys: &KeyRing,
        after: &RowPosition,
        rows_max: i64,
    ) -> Result<Vec<(String, String, Option<Vec<u8>>)>, StoreError> {
        let current = header(keys.current_id());
        let sql = column.sql(
            "SELECT merchant_id, row_id, value FROM (
                 SELECT merchant_id, row_id, value,
                        sum(coalesce(octet_length(value), 0)) OVER (ORDER BY merchant_id, row_id)
                        - coalesce(octet_length(value), 0) AS bytes_before
                 FROM (SELECT merchant_id, {row_key} AS row_id,
                              CASE WHEN substring({column} FROM 1 FOR $5) <> $4 THEN {column} END AS value
                       FROM {table} WHERE (merchant_id, {row_key}) > ($1, $2)
                       ORDER BY merchant_id, {row_key} LIMIT $3) page
             ) sized WHERE bytes_before < $6 ORDER BY merchant_id, row_id",
        );
        let length = i32::try_from(current.len()).unwrap_or(i32::MAX);
        Ok(sqlx::query_as(sql)
            .bind(&after.merchant_id)
            .bind(&after.row_id)
            .bind(rows_max)
            .bind(current)
            .bind(length)
            .bind(PAGE_BYTES_MAX)
            .fetch_all(&self.pool)
            .await?)
    }

    /// Replaces values that are still the old ones and that no other transaction has locked. Returns how many.
    async fn replace(&self, column: &ColumnEntry, values: &Resealed) -> Result<u64, StoreError> {
        let sql = column.sql(
            "WITH new AS (
                 SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS n (merchant_id, row_id, old, value)
             ), locked AS MATERIALIZED (
                 SELECT t.merchant_id, t.{row_key} AS row_id
                 FROM {table} t JOIN new n ON t.merchant_id = n.merchant_id AND t.{row_key} = n.row_id
                 FOR NO KEY UPDATE OF t SKIP LOCKED
             )
             UPDATE {table} t SET {column} = n.value
             FROM new n JOIN locked l ON l.merchant_id = n.merchant_id AND l.row_id = n.row_id
             WHERE t.merchant_id = n.merchant_id AND t.{row_key} = n.row_id AND t.{column} = n.old",
        );
        let written = sqlx::query(sql)
            .bind(&values.merchant_ids)
            .bind(&values.row_ids)
            .bind(&values.old)
            .bind(&values.new)
            .execute(&self.pool)
            .await?;
        Ok(written.rows_affected())
    }

    /// Counts a column's values by the names of their keys, of a page of rows after `after`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn count_keys(&self, column: &ColumnEntry, after: &RowPosition) -> Result<KeyCounts, StoreError> {
        let sql = column.sql(
            "WITH page AS MATERIALIZED (
                 SELECT merchant_id, {row_key} AS row_id, {column} IS NOT NULL AS present,
                        CASE WHEN octet_length({column}) > 2 AND get_byte({column}, 0) = 1
                             THEN substring({column} FROM 3 FOR get_byte({column}, 1)) END AS key_id
                 FROM {table} WHERE (merchant_id, {row_key}) > ($1, $2) ORDER BY merchant_id, {row_key} LIMIT $3
             ), last AS (
                 SELECT merchant_id, row_id FROM page ORDER BY merchant_id DESC, row_id DESC LIMIT 1
             )
             SELECT (SELECT merchant_id FROM last), (SELECT row_id FROM last), present, key_id, count(*)
             FROM page GROUP BY present, key_id",
        );
        let rows: Vec<CountRow> = sqlx::query_as(sql)
            .bind(&after.merchant_id)
            .bind(&after.row_id)
            .bind(COUNT_PAGE_ROWS)
            .fetch_all(&self.pool)
            .await?;
        let mut counts = KeyCounts::default();
        for (merchant_id, row_id, present, key_id, count) in rows {
            counts.next = Some(RowPosition { merchant_id, row_id });
            if present {
                let key_id = key_id.and_then(|name| String::from_utf8(name).ok());
                let key_id = key_id.filter(|name| name.bytes().all(|byte| byte.is_ascii_graphic()));
                *counts.values.entry(key_id).or_default() += count.unsigned_abs();
            }
        }
        Ok(counts)
    }
}
