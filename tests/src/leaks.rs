//! Searches for a text in everything that is stored: every column of every table, also in the hexadecimal form of binary
//! columns, as `pg_dump` would write them. Knows no table by name.

use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;

/// Returns the tables of the schema that hold rows of their own, partitions included.
pub async fn tables(pool: &PgPool) -> Vec<String> {
    let names = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    names.fetch_all(pool).await.unwrap()
}

/// Returns the tables in which a row holds `text`, in any case, as text or as bytes.
pub async fn tables_with(pool: &PgPool, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables(pool).await {
        let rows = format!(
            "SELECT count(*) FROM {table} t
             WHERE strpos(lower(t::text), lower($1)) > 0 OR strpos(t::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0"
        );
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(rows)).bind(text).fetch_one(pool).await.unwrap();
        if rows > 0 {
            found.push(table);
        }
    }
    found
}

/// Whether `bytes` hold `text`, as it is or in hexadecimal.
pub fn holds(bytes: &[u8], text: &str) -> bool {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let contains = |part: &[u8]| bytes.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    contains(text.as_bytes()) || contains(hex.as_bytes())
}
