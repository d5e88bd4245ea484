//! A key of encrypted columns is replaced while others write: interrupted runs go on, runs beside each other do no harm, no newer value
//! is lost, and without the old key everything is readable. What cannot be decrypted is counted and stays as it is.

use std::collections::BTreeMap;

use domain::MerchantId;
use platform::clock::SystemClock;
use platform::ids::Ids;
use shopify::testing;
use sqlx::Row;
use store::crypto::{
    CustomerEmail, ENCRYPTED_COLUMNS, Encrypted, EncryptedColumn, KeyRing, MerchantApiToken, NamedKey, Nonce,
    WebhookBody, WebhookPersonalData,
};
use tests::process::{Ended, run};
use tests::settings::{PII_KEY, email_index, keys};
use tests::{TestApp, wait_until};

use crate::support::{ADA, at, order};

/// Columns of bytes that are hashes.
const HASHES: [&str; 3] = ["api_keys.key_hash", "customers.email_index", "orders.guest_email_index"];
/// Columns of bytes that nothing writes.
const UNUSED: [&str; 4] =
    ["admin_users.metadata", "admin_users.password_hash", "customers.rfm_score", "reward_redemptions.discount_code"];
const NEW_KEY: [u8; 32] = [0x22; 32];
const IMPORTED: usize = 300;
const ADDRESS: &str = "ada@example.com";

/// The ring of a process that no longer has the old key.
fn new_keys_only() -> KeyRing {
    KeyRing::new(NamedKey { id: "k2", key: &NEW_KEY }, [])
}

/// Runs `loyalnest encryption` with the new key, and the old one where it is `readable`.
async fn encryption(app: &TestApp, old_is_readable: bool, arguments: &[&str]) -> Ended {
    let mut environment = app.servers.environment();
    environment.retain(|(name, _)| *name != "PII_KEY");
    environment.extend([("PII_KEY", "22".repeat(32)), ("PII_KEY_ID", "k2".to_owned())]);
    if old_is_readable {
        environment.push(("PII_READ_KEYS", format!("k1:{PII_KEY}")));
    }
    let arguments: Vec<&str> = ["encryption"].iter().chain(arguments).copied().collect();
    run("loyalnest", &arguments, &environment).await
}

fn nonce() -> Nonce {
    Nonce::new(Ids::from_system(SystemClock::shared()).unwrap().random_bytes())
}

/// Adds customers whose addresses are encrypted under the old key. Returns their ids.
async fn import_customers(app: &TestApp, merchant: &MerchantId) -> Vec<String> {
    let ids: Vec<String> = (0..IMPORTED).map(|n| format!("imported-{n:04}")).collect();
    let sealed: Vec<Vec<u8>> = ids
        .iter()
        .map(|id| Encrypted::<CustomerEmail>::seal(&keys(), nonce(), merchant, id).as_bytes().to_vec())
        .collect();
    let indexes: Vec<Vec<u8>> = ids.iter().map(|id| email_index().of(id).to_vec()).collect();
    sqlx::query(
        "INSERT INTO customers (merchant_id, customer_id, email, email_index)
         SELECT $1, n.* FROM unnest($2::text[], $3::bytea[], $4::bytea[]) n",
    )
    .bind(merchant.as_str())
    .bind(&ids)
    .bind(&sealed)
    .bind(&indexes)
    .execute(&app.pool)
    .await
    .unwrap();
    ids
}

/// Gives every customer another address under the new key, as processes do that have it already.
async fn write_addresses(app: &TestApp, merchant: &MerchantId, ids: &[String]) -> BTreeMap<String, String> {
    let mut written = BTreeMap::new();
    for id in ids.iter().rev().step_by(3) {
        let address = format!("new-{id}");
        let sealed = Encrypted::<CustomerEmail>::seal(&new_keys_only(), nonce(), merchant, &address);
        sqlx::query("UPDATE customers SET email = $3 WHERE merchant_id = $1 AND customer_id = $2")
            .bind(merchant.as_str())
            .bind(id)
            .bind(sealed.as_bytes())
            .execute(&app.pool)
            .await
            .unwrap();
        written.insert(id.clone(), address);
    }
    written
}

/// Opens every value of a column with the new key alone. Returns them by the row's key.
async fn opened<C: EncryptedColumn>(app: &TestApp) -> BTreeMap<String, <C::Value as ToOwned>::Owned> {
    let (table, column, row_key) = (C::TABLE, C::COLUMN, C::ROW_KEY);
    let sql = format!("SELECT merchant_id, {row_key}, {column} FROM {table} WHERE {column} IS NOT NULL");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&app.pool).await.unwrap();
    let open = |row: &sqlx::postgres::PgRow| {
        let merchant = MerchantId::parse(row.get::<&str, _>(0)).unwrap();
        let stored = Encrypted::<C>::from_stored(row.get(2));
        (row.get(1), stored.open(&new_keys_only(), &merchant).unwrap_or_else(|error| panic!("{table}: {error}")))
    };
    rows.iter().map(open).collect()
}

#[tokio::test]
async fn the_encrypted_columns_are_those_of_the_catalogue() {
    let app = TestApp::builder().without_roles().start().await;
    let columns = app
        .texts(
            "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             WHERE a.atttypid = 'bytea'::regtype AND NOT a.attisdropped AND c.relkind IN ('r', 'p') AND NOT c.relispartition
               AND c.relnamespace = 'public'::regnamespace AND c.relname <> '_sqlx_migrations' ORDER BY 1",
        )
        .await;
    let mut known: Vec<String> = ENCRYPTED_COLUMNS.iter().map(ToString::to_string).collect();
    known.extend(HASHES.iter().chain(&UNUSED).map(|&name| name.to_owned()));
    known.sort();
    let mut columns = columns;
    columns.sort();
    assert_eq!(columns, known, "a column of bytes is in ENCRYPTED_COLUMNS, or named here");
    app.finish().await;
}

#[tokio::test]
async fn a_key_is_replaced_under_writes_and_interruptions_and_the_old_one_is_not_needed_afterwards() {
    let app = TestApp::builder().without_scheduler().start().await;
    app.deliver("orders/paid", order(1, 1_000).customer(ADA, Some(ADDRESS)).json()).await;
    app.deliver("customers/update", testing::customer(ADA, Some(ADDRESS), at(0))).await;
    wait_until("the order is handled", async || app.jobs().await == 0).await;
    let merchant = app.shops[0].merchant_id.clone();
    let ids = import_customers(&app, &merchant).await;
    let index_before = app.texts("SELECT encode(email_index, 'hex') FROM customers ORDER BY 1").await;

    let stopped = encryption(&app, true, &["reencrypt", "--page-rows", "20", "--pages-max", "5"]).await;
    assert!(stopped.code != Some(0) && stopped.err.contains("stopped after 5 pages"), "{stopped:?}");
    let under = |key: &str| format!("SELECT count(*) FROM customers WHERE substring(email FROM 3 FOR 2) = '{key}'");
    let (old, new) = (app.number(&under("k1")).await, app.number(&under("k2")).await);
    assert!(old > 0 && new > 0, "the run stopped in the middle: {old} and {new}");
    let status = encryption(&app, true, &["status"]).await.out;
    assert!(status.contains("to be encrypted again") && status.contains("current"), "{status}");

    // A row that somebody holds for as long as both runs take is left to a run afterwards.
    let mut holder = app.pool.begin().await.unwrap();
    let held = "SELECT 1 FROM customers WHERE customer_id = 'imported-0299' FOR UPDATE";
    sqlx::query(held).execute(&mut *holder).await.unwrap();
    let again = ["reencrypt", "--page-rows", "7"];
    let others: Vec<String> = ids[..IMPORTED - 1].to_vec();
    let (one, other, written) = tokio::join!(
        encryption(&app, true, &again),
        encryption(&app, true, &again),
        write_addresses(&app, &merchant, &others)
    );
    for run in [&one, &other] {
        assert!(run.code != Some(0) && run.out.contains("customers.email: some values were in use"), "{run:?}");
    }
    holder.rollback().await.unwrap();
    assert_eq!(app.number(&under("k1")).await, 1, "the one that was held");
    let last = encryption(&app, true, &["reencrypt"]).await;
    assert_eq!(last.code, Some(0), "{last:?}");

    let addresses = opened::<CustomerEmail>(&app).await;
    for id in &ids {
        assert_eq!(addresses[id], *written.get(id).unwrap_or(id), "no newer value is lost");
    }
    assert_eq!(addresses.len(), IMPORTED + 1, "Ada's, too");
    assert_eq!(opened::<MerchantApiToken>(&app).await.len(), app.shops.len());
    assert_eq!(opened::<WebhookBody>(&app).await.len(), 2);
    let data = opened::<WebhookPersonalData>(&app).await;
    assert!(data.len() == 1 && data.values().all(|data| data.email.as_deref() == Some(ADDRESS)));
    assert_eq!(app.texts("SELECT encode(email_index, 'hex') FROM customers ORDER BY 1").await, index_before);
    let status = encryption(&app, false, &["status"]).await.out;
    assert!(!status.contains("k1") && !status.contains("unreadable"), "{status}");
    let nothing_to_do = encryption(&app, false, &["reencrypt"]).await;
    assert!(nothing_to_do.code == Some(0) && nothing_to_do.out.contains("\n0 values"), "{nothing_to_do:?}");
    app.finish().await;
}

#[tokio::test]
async fn values_that_cannot_be_decrypted_are_counted_with_their_table_and_stay() {
    let app = TestApp::builder().without_roles().start().await;
    let merchant = app.shops[0].merchant_id.clone();
    import_customers(&app, &merchant).await;
    app.execute(&format!(
        "UPDATE merchants SET api_token = pgp_sym_encrypt('a token', 'a passphrase'), key_id = 'k0' WHERE merchant_id = '{merchant}'"
    ))
    .await;
    app.execute("UPDATE customers SET email = 'in clear' WHERE customer_id = 'imported-0000'").await;
    let values = "SELECT encode(email, 'hex') FROM customers UNION ALL SELECT encode(api_token, 'hex') FROM merchants ORDER BY 1";
    let before = app.texts(values).await;

    let without_key = encryption(&app, false, &["reencrypt"]).await;
    assert!(without_key.code != Some(0), "{without_key:?}");
    let count = IMPORTED - 1;
    for line in [
        format!("customers.email: {count} values stay as they are: it is encrypted under the key `k1`"),
        "customers.email: 1 values stay as they are: it is not in the format".to_owned(),
        "merchants.api_token: 1 values stay as they are: it is not in the format".to_owned(),
    ] {
        assert!(without_key.out.contains(&line), "{line}: {}", without_key.out);
    }
    assert_eq!(app.texts(values).await, before);
    let status = encryption(&app, false, &["status"]).await.out;
    assert!(status.contains("the key is missing") && status.contains("an earlier release wrote it"), "{status}");
    app.finish().await;
}
