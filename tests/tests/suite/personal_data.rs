//! Personal data are stored encrypted only: an address that went through the whole system stands in clear in no table, not in
//! Redis, and not in PostgreSQL's log; and what is stored of it opens for its own merchant.

use shopify::testing::{self, OrderPayload};
use store::crypto::{CustomerEmail, Encrypted, WebhookPersonalData};
use tests::leaks::{holds, tables, tables_with};
use tests::postgres_server::PostgresServer;
use tests::redis_server::{Persistence, RedisServer};
use tests::settings::{EMAIL_INDEX_KEY, PII_KEY, keys};
use tests::{TestApp, wait_until};

use crate::support::{ADA, at, order};

/// Found nowhere else, and without a part that LZ4 or JSON would write in another way.
const ADDRESS: &str = "Zq7.Lovelace@Kx9-distinct.example";
const LOCALE: &str = "qx-DISTINCT";

fn order_of_ada(id: i64) -> OrderPayload {
    order(id, 1_000).customer(ADA, Some(ADDRESS))
}

/// Sends the address in every topic and in bodies that are not what they should be. One job dies.
async fn send_everything(app: &mut TestApp) {
    let shop = app.shops[0].domain.clone();
    let mut with_locale: serde_json::Value = serde_json::from_str(&order_of_ada(1).json()).unwrap();
    with_locale["customer_locale"] = LOCALE.into();
    let mut misshapen: serde_json::Value = serde_json::from_str(&order_of_ada(2).json()).unwrap();
    misshapen["line_items"] = ADDRESS.into();
    for (topic, body) in [
        ("orders/create", with_locale.to_string()),
        ("orders/paid", order_of_ada(1).json()),
        ("orders/updated", order(3, 1_000).guest(Some(ADDRESS)).json()),
        ("orders/create", misshapen.to_string()),
        ("customers/update", testing::customer(ADA, Some(ADDRESS), at(0))),
        ("customers/data_request", testing::customers_data_request(&shop, ADA, ADDRESS, &[1])),
        ("customers/redact", testing::customers_redact(&shop, ADA, ADDRESS, &[1])),
        ("products/update", serde_json::json!({ "id": 1, "vendor": ADDRESS }).to_string()),
    ] {
        app.deliver(topic, body).await;
    }
    app.expect_dead_letters(1);
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM dead_letters").await, 1);
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'success' AND job_kind IS NOT NULL").await, 3);
}

#[tokio::test]
async fn an_address_stands_in_clear_in_no_table_and_never_in_redis() {
    let redis = RedisServer::start_keeping(Persistence::EverySecond).await;
    let mut app = TestApp::builder().redis(&redis.url()).start().await;
    send_everything(&mut app).await;

    assert!(tables(&app.pool).await.len() > 30, "the partitions are looked at, too");
    for text in [ADDRESS, LOCALE, "Kx9-distinct"] {
        let found = tables_with(&app.pool, text).await;
        let expected: &[&str] = if text == LOCALE { &["customers"] } else { &[] };
        assert_eq!(found, expected, "{text}");
    }
    let log_id = app.texts("SELECT log_id FROM api_logs WHERE status = 'success' AND job_kind IS NOT NULL").await;
    let written = redis.written();
    assert!(holds(&written, &log_id[0]), "the search finds what is there");
    assert!(!holds(&written, ADDRESS) && !holds(&written, "distinct"), "Redis was told of a person");
    app.finish().await;
}

#[tokio::test]
async fn what_is_stored_opens_for_its_own_merchant_and_is_removed_once_it_is_handled() {
    let mut app = TestApp::start().await;
    send_everything(&mut app).await;
    let merchant = app.shops[0].merchant_id.clone();

    let email = sqlx::query_scalar("SELECT email FROM customers").fetch_one(&app.pool).await.unwrap();
    let email = Encrypted::<CustomerEmail>::from_stored(email);
    assert_eq!(email.open(&keys(), &merchant).unwrap(), ADDRESS);
    assert!(email.open(&keys(), &app.shops[1].merchant_id).is_err());

    let kept = "SELECT endpoint || ' ' || status FROM api_logs WHERE personal_data IS NOT NULL ORDER BY 1";
    let waiting = ["customers/data_request pending", "customers/redact pending", "customers/update pending"];
    assert_eq!(app.texts(kept).await, waiting);
    let stored = sqlx::query_scalar("SELECT personal_data FROM api_logs WHERE personal_data IS NOT NULL");
    for stored in stored.fetch_all(&app.pool).await.unwrap() {
        let data = Encrypted::<WebhookPersonalData>::from_stored(stored).open(&keys(), &merchant).unwrap();
        assert_eq!(data.email.as_deref(), Some(ADDRESS));
    }
    app.finish().await;
}

/// The evidence of docs/adr/0014: what PostgreSQL is sent, its log can show.
#[tokio::test]
async fn the_servers_log_shows_pgcryptos_key_and_neither_our_keys_nor_an_address() {
    let server = PostgresServer::start().await;
    server.log_statements().await;
    let mut app = TestApp::builder().postgres(&server.url()).start().await;
    send_everything(&mut app).await;
    let passphrase = "passphrase-of-pgcrypto-0123456789";
    let encrypted = sqlx::query_scalar::<_, Vec<u8>>("SELECT pgp_sym_encrypt($1, $2, 'cipher-algo=aes256')");
    let encrypted = encrypted.bind("a text of pgcrypto").bind(passphrase).fetch_one(&app.pool).await.unwrap();
    assert!(!holds(&encrypted, "a text"));

    wait_until("the statement is in the log", async || holds(&server.logged(), "pgp_sym_encrypt($1, $2")).await;
    let logged = server.logged();
    assert!(holds(&logged, passphrase), "pgcrypto's key is a parameter like any other");
    assert!(holds(&logged, "INSERT INTO api_log_bodies"), "the system's own statements are in the log");
    let ascii =
        |key: &str| (0..key.len()).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap()).collect();
    let in_clear = |key: &str| String::from_utf8(ascii(key)).unwrap();
    for text in [ADDRESS, PII_KEY, EMAIL_INDEX_KEY, &in_clear(PII_KEY), &in_clear(EMAIL_INDEX_KEY)] {
        assert!(!holds(&logged, text), "{text:?} is in the log");
    }
    app.finish().await;
}
