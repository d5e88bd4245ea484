//! Pages and reports have a pool of their own: nothing can be written on it, and it cannot hold up an award.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Row as _};
use store::{ReadLimits, ReadStore, StoreError, TenantScope};
use tests::TestApp;
use tests::settings::READ_CONNECTIONS_MAX;
use tests::wait::{wait_at_most, wait_until};

use crate::support::{ADA, order_of};

/// Longer than an award takes, shorter than what the api waits for.
const SLOW_READ_SECONDS: i32 = 4;
/// Time within which awards must be committed while the reading pool is exhausted.
const AWARDED_MAX: Duration = Duration::from_secs(2);

fn reads(app: &TestApp, statement_timeout: Duration) -> ReadStore {
    let limits = ReadLimits { connections_max: 2, acquire_timeout: Duration::from_millis(200), statement_timeout };
    ReadStore::lazy(&app.servers.app_url, limits).unwrap()
}

#[tokio::test]
async fn a_write_on_the_reading_pool_fails_and_its_plans_are_ordinary() {
    let app = TestApp::builder().without_roles().start().await;
    let reads = reads(&app, Duration::from_secs(5));
    let merchant = &app.shops[0].merchant_id;
    for write in [
        format!("INSERT INTO customers (merchant_id, customer_id) VALUES ('{merchant}', '01JD8Q3VN7Z9M0A2B4C6D8E0F1')"),
        "UPDATE customers SET points_balance = 1".to_owned(),
        "DELETE FROM outbox".to_owned(),
        "SELECT 1 FROM customers FOR UPDATE".to_owned(),
    ] {
        for scope in [TenantScope::of(merchant), TenantScope::Platform] {
            let mut tx = reads.begin(&scope).await.unwrap();
            let refused = sqlx::query(AssertSqlSafe(write.as_str())).execute(&mut *tx).await.unwrap_err().to_string();
            assert!(refused.contains("read-only transaction"), "{write}: {refused}");
        }
    }
    let mut tx = reads.begin(&TenantScope::Platform).await.unwrap();
    let settings = "SELECT current_setting('enable_seqscan') || current_setting('enable_hashjoin') || current_setting('plan_cache_mode')
                           || current_setting('statement_timeout')";
    let row = sqlx::query(settings).fetch_one(&mut *tx).await.unwrap();
    assert_eq!(row.get::<String, _>(0), "ononauto5s");
    // A tenant sees its own rows only, here too.
    let mut tenant = reads.begin(&TenantScope::of(merchant)).await.unwrap();
    let seen = sqlx::query("SELECT count(*) FROM merchants").fetch_one(&mut *tenant).await.unwrap();
    assert_eq!(seen.get::<i64, _>(0), 1);
    tx.commit().await.unwrap();
    drop(tenant);
    reads.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_statement_of_the_reading_pool_has_a_timeout_of_its_own_and_its_connections_an_end() {
    let app = TestApp::builder().without_roles().start().await;
    let reads = reads(&app, Duration::from_millis(100));
    let mut tx = reads.begin(&TenantScope::Platform).await.unwrap();
    let slow = sqlx::query("SELECT pg_sleep(10)").execute(&mut *tx).await.unwrap_err();
    assert!(matches!(StoreError::from(slow), StoreError::Timeout(_)));
    let second = reads.begin(&TenantScope::Platform).await.unwrap();
    let third = reads.begin(&TenantScope::Platform).await;
    assert!(matches!(third, Err(StoreError::Unavailable(_))), "{third:?}");
    app.store.ping().await.unwrap();
    drop((tx, second));
    reads.close().await;
    app.finish().await;
}

#[tokio::test]
async fn an_exhausted_reading_pool_does_not_delay_awards() {
    let app = TestApp::start().await;
    app.deliver("orders/create", order_of(1, ADA, 1_000).json()).await;
    app.settled().await;
    // Reads of lots become slow, writes do not.
    app.execute(&format!(
        "CREATE POLICY slow_reads ON point_lots AS RESTRICTIVE FOR SELECT TO loyalnest_app
         USING (current_setting('transaction_read_only') = 'off' OR pg_sleep({SLOW_READ_SECONDS}) IS NOT NULL)"
    ))
    .await;
    let path = format!("{}/v1/api/customers/{ADA}/points", app.base);
    let readers: Vec<_> = (0..2 * READ_CONNECTIONS_MAX)
        .map(|_| tokio::spawn(app.http.get(&path).bearer_auth(&app.shops[0].key).send()))
        .collect();
    let sleeping = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'loyalnest-read' AND wait_event = 'PgSleep'";
    wait_until("the reading pool is exhausted", async || app.number(sleeping).await == i64::from(READ_CONNECTIONS_MAX))
        .await;
    for id in 2..=20 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    wait_at_most(AWARDED_MAX, "all are awarded", async || {
        app.number("SELECT count(*) FROM points_transactions").await == 20
    })
    .await;
    assert_eq!(app.number(sleeping).await, i64::from(READ_CONNECTIONS_MAX), "the reads are still at it");
    let mut statuses = Vec::new();
    for reader in readers {
        statuses.push(reader.await.unwrap().unwrap().status().as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 503, 503], "those that had to wait for too long are told to come again");
    app.execute("DROP POLICY slow_reads ON point_lots").await;
    app.finish().await;
}
