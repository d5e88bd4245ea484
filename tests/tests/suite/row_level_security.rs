//! Row-level security, asked by a hostile query: the application's own role, with SQL of the attacker's choice.

use sqlx::postgres::PgPool;
use sqlx::{AssertSqlSafe, Row as _};
use tests::TestApp;
use tests::database::pool;

use crate::support::{order, take};

/// What every tenant's table lets the application's role see and write, as PostgreSQL prints it.
const MERCHANT_SCOPE: &str = "(((SELECT current_setting('loyalnest.merchants'::text, true) AS current_setting) = '*'::text) OR \
    (merchant_id = ANY ((SELECT string_to_array(current_setting('loyalnest.merchants'::text, true), ','::text) AS string_to_array)::text[])))";

/// Tables with a merchant's rows, from the catalogue; a partitioned one is one table.
async fn tenant_tables(app: &TestApp) -> Vec<String> {
    app.texts(
        "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id'
         WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
    )
    .await
}

/// Runs statements in one transaction that declares `scope` (None: declares nothing), rolled back afterwards.
async fn attempt(pool: &PgPool, scope: Option<&str>, sql: &str) -> Result<i64, String> {
    let mut tx = pool.begin().await.unwrap();
    if let Some(scope) = scope {
        let declare = sqlx::query("SELECT set_config('loyalnest.merchants', $1, true)").bind(scope);
        declare.execute(&mut *tx).await.unwrap();
    }
    let result = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *tx).await;
    let affected = result.map_err(|error| error.to_string())?;
    Ok(affected.first().and_then(|row| row.try_get::<i64, _>(0).ok()).unwrap_or(affected.len() as i64))
}

async fn two_shops_with_orders() -> (TestApp, PgPool, String, String) {
    let app = TestApp::start().await;
    let (a, b) = (app.shops[0].clone(), app.shops[1].clone());
    take(&app, "orders/create", order(1, 1_000).json()).await;
    app.webhook("orders/create", order(2, 1_000).json()).shop(&b.domain).send().await.ok();
    app.settled().await;
    let hostile = pool(&app.servers.app_url).await;
    (app, hostile, a.merchant_id.to_string(), b.merchant_id.to_string())
}

#[tokio::test]
async fn nothing_declared_is_nothing_seen_and_a_scope_sees_its_own_only() {
    let (app, hostile, a, b) = two_shops_with_orders().await;
    for table in tenant_tables(&app).await {
        let all = format!("SELECT count(*) FROM {table}");
        for nothing in
            [None, Some(""), Some(","), Some("%"), Some("* "), Some("*,"), Some("01JD8Q3VN7Z9M0A2B4C6D8E0F1")]
        {
            assert_eq!(attempt(&hostile, nothing, &all).await, Ok(0), "{table} under {nothing:?}");
        }
        let foreign = format!("SELECT count(*) FROM {table} WHERE merchant_id = '{b}'");
        assert_eq!(attempt(&hostile, Some(&a), &foreign).await, Ok(0), "{table}");
        let own = attempt(&hostile, Some(&a), &all).await.unwrap();
        let truth = app.number(&format!("SELECT count(*) FROM {table} WHERE merchant_id = '{a}'")).await;
        assert_eq!(own, truth, "{table}");
        // Where there are partitions, nobody reads one past the policy.
        let past = attempt(&hostile, Some(&a), &format!("SELECT count(*) FROM {table}_p0")).await.unwrap_err();
        assert!(past.contains("permission denied") || past.contains("does not exist"), "{table}: {past}");
    }
    for joined in [
        "SELECT count(*) FROM customers a LEFT JOIN customers b ON true WHERE b.merchant_id <> a.merchant_id",
        "SELECT count(*) FROM (SELECT merchant_id FROM orders UNION ALL SELECT merchant_id FROM customers) u",
    ] {
        let seen = attempt(&hostile, Some(&a), joined).await.unwrap();
        assert!(seen <= 2, "{joined}: {seen}");
    }
    hostile.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_scope_can_neither_change_nor_write_what_belongs_to_another() {
    let (app, hostile, a, b) = two_shops_with_orders().await;
    for (sql, why) in [
        (format!("UPDATE customers SET points_balance = 1 WHERE merchant_id = '{b}' RETURNING 1"), "balance"),
        (format!("UPDATE orders SET revision = 9 WHERE merchant_id = '{b}' RETURNING 1"), "order"),
        (
            "UPDATE merchants SET plan_id = 'free' WHERE shopify_domain = 'shop-2.myshopify.com' RETURNING 1"
                .to_owned(),
            "merchant",
        ),
        (format!("DELETE FROM outbox WHERE merchant_id = '{b}' RETURNING 1"), "outbox"),
        (format!("DELETE FROM api_log_bodies WHERE merchant_id = '{b}' RETURNING 1"), "bodies"),
    ] {
        assert_eq!(attempt(&hostile, Some(&a), &sql).await, Ok(0), "{why}");
    }
    for (sql, why) in [
        (
            format!("INSERT INTO customers (merchant_id, customer_id) VALUES ('{b}', '01JD8Q3VN7Z9M0A2B4C6D8E0F1')"),
            "insert for another",
        ),
        (format!("UPDATE customers SET merchant_id = '{b}'"), "hand over"),
        (
            format!(
                "INSERT INTO api_keys (merchant_id, api_key_id, key_hash, name, scopes) VALUES ('{b}', 'k', sha256('x'), 'x', '{{}}')"
            ),
            "key for another",
        ),
        (
            "INSERT INTO audit_logs (merchant_id, audit_id, action) VALUES ('platform', 'x', 'x')".to_owned(),
            "audit as the platform",
        ),
    ] {
        let refused = attempt(&hostile, Some(&a), &sql).await.unwrap_err();
        assert!(refused.contains("row-level security"), "{why}: {refused}");
    }
    hostile.close().await;
    app.finish().await;
}

#[tokio::test]
async fn what_the_ingress_leaves_for_the_sweep_is_seen_by_the_platform_alone() {
    let mut app = TestApp::builder().without_roles().start().await;
    app.start_api().await;
    let a = app.shops[0].merchant_id.to_string();
    app.deliver("orders/create", order(1, 1_000).json()).await;
    let hostile = pool(&app.servers.app_url).await;
    let all = "SELECT count(*) FROM webhook_batches";
    for scope in [None, Some(""), Some(a.as_str())] {
        assert_eq!(attempt(&hostile, scope, all).await, Ok(0), "{scope:?}");
        assert_eq!(attempt(&hostile, scope, "DELETE FROM webhook_batches RETURNING 1").await, Ok(0), "{scope:?}");
    }
    assert_eq!(attempt(&hostile, Some("*"), all).await, Ok(1));
    hostile.close().await;
    app.finish().await;
}

#[tokio::test]
async fn the_ledger_and_its_witnesses_are_append_only_even_for_their_owner() {
    let (app, hostile, a, _) = two_shops_with_orders().await;
    for table in ["points_transactions", "lot_allocations", "audit_logs", "job_attempts"] {
        for sql in [
            format!("UPDATE {table} SET merchant_id = merchant_id"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            let refused = attempt(&hostile, Some(&a), &sql).await.unwrap_err();
            assert!(refused.contains("permission denied"), "{sql}: {refused}");
        }
    }
    for sql in [
        "UPDATE points_transactions SET delta = 1, points = 1",
        "DELETE FROM points_transactions",
        "DELETE FROM points_transactions_p0",
        "UPDATE points_transactions_p1 SET points = points",
    ] {
        let touched = attempt(&app.pool, None, sql).await;
        // A partition without rows has nothing to refuse.
        assert!(
            touched.as_ref().is_err_and(|error| error.contains("append-only"))
                || touched == Ok(0) && sql.contains("_p"),
            "{sql}: {touched:?}"
        );
    }
    hostile.close().await;
    app.finish().await;
}

#[tokio::test]
async fn the_role_cannot_rise_above_itself() {
    let (app, hostile, a, _) = two_shops_with_orders().await;
    for sql in [
        "SET ROLE loyalnest",
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
        "DROP POLICY merchant_scope ON customers",
        "CREATE TABLE theirs (x int)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
        "ALTER TABLE points_transactions DISABLE TRIGGER ALL",
        "COPY customers TO PROGRAM 'cat'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT count(*) FROM _sqlx_migrations",
    ] {
        assert!(attempt(&hostile, Some(&a), sql).await.is_err(), "{sql}");
    }
    let role = "SELECT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)::int::bigint FROM pg_roles WHERE rolname = 'loyalnest_app'";
    assert_eq!(app.number(role).await, 0);
    hostile.close().await;
    app.finish().await;
}

#[tokio::test]
async fn every_table_with_a_merchant_is_under_the_one_policy() {
    let app = TestApp::builder().without_roles().start().await;
    let tables = tenant_tables(&app).await;
    assert!(tables.contains(&"points_transactions".to_owned()) && tables.len() >= 16, "{tables:?}");
    // Policies are added up: a second one could only show more.
    let policies = "SELECT coalesce((SELECT string_agg(concat_ws(' | ', polname, polcmd, polpermissive, polroles::regrole[],
            regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g'), pg_get_expr(polwithcheck, polrelid)), '; ')
        FROM pg_policy WHERE polrelid = c.oid AND c.relrowsecurity), 'none') FROM pg_class c WHERE c.oid = ";
    let expected = format!("merchant_scope | * | t | {{loyalnest_app}} | {MERCHANT_SCOPE}");
    for table in tables {
        let found = app.texts(&format!("{policies} 'public.{table}'::regclass")).await;
        let squeezed = |text: &str| text.replace("( ", "(");
        assert_eq!(squeezed(&found[0]), expected, "{table}");
    }
    // The role owns nothing, so that no table needs FORCE: a policy binds everybody but the owner.
    let owned = "SELECT count(*) FROM pg_class WHERE relowner = 'loyalnest_app'::regrole";
    assert_eq!(app.number(owned).await, 0);
    // What belongs to no merchant and has rows of several of them, or of administrators, is the platform's alone.
    let open = app
        .texts(
            "SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' AND NOT c.relispartition
               AND c.relnamespace = 'public'::regnamespace AND NOT c.relrowsecurity ORDER BY 1",
        )
        .await;
    assert_eq!(open, ["_sqlx_migrations", "cron_entries", "cron_ticks", "outbox_relay", "plans", "task_progress"]);
    app.finish().await;
}

/// Cron entries, ticks and settings of queues belong to no tenant: rights on the tables are what protects them.
#[tokio::test]
async fn the_platforms_own_tables_are_open_to_its_role_only() {
    let (app, hostile, a, _) = two_shops_with_orders().await;
    for table in ["cron_entries", "cron_ticks", "queue_settings"] {
        for sql in [
            format!("TRUNCATE {table}"),
            format!("DROP TABLE {table}"),
            format!("ALTER TABLE {table} ADD COLUMN mine text"),
        ] {
            assert!(attempt(&hostile, Some(&a), &sql).await.is_err(), "{sql}");
        }
        let others = format!(
            "SELECT count(*) FROM information_schema.role_table_grants WHERE table_name = '{table}' AND grantee <> 'loyalnest_app'
               AND grantee <> (SELECT tableowner FROM pg_tables WHERE tablename = '{table}')"
        );
        assert_eq!(app.number(&others).await, 0, "{table}");
    }
    hostile.close().await;
    app.finish().await;
}

#[tokio::test]
async fn a_scope_does_not_outlive_its_transaction() {
    let (app, _hostile, a, _) = two_shops_with_orders().await;
    let one = sqlx::postgres::PgPoolOptions::new().max_connections(1).connect(&app.servers.app_url).await.unwrap();
    assert!(attempt(&one, Some(&a), "SELECT count(*) FROM customers").await.unwrap() > 0);
    assert_eq!(attempt(&one, None, "SELECT count(*) FROM customers").await, Ok(0));
    one.close().await;
    _hostile.close().await;
    app.finish().await;
}

/// The scope is spliced into SQL, so what it is made of must not be able to say anything but an id.
#[test]
fn a_merchants_id_cannot_carry_sql() {
    for hostile in [
        "*",
        "",
        "'",
        "a'; DROP TABLE orders; --",
        "01JD8Q3VN7Z9M0A2B4C6D8E0F1,*",
        "01JD8Q3VN7Z9M0A2B4C6D8E0F'",
        "01JD8Q3VN7Z9M0A2B4C6D8E0F1\n",
    ] {
        assert!(domain::MerchantId::parse(hostile).is_err(), "{hostile:?}");
    }
}
