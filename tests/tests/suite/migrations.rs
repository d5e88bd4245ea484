//! A database of an earlier release, with data in it, is migrated: nothing is lost, and what was stored means what it meant.

use domain::{MerchantId, target_points};
use sqlx::AssertSqlSafe;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgPool;
use store::Owner;
use tests::database::Database;
use tests::environment::root;

/// The last migration before points had 64 bits.
const BEFORE_64_BIT: i64 = 14;
const MERCHANT: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F1";
const CUSTOMER: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F2";
/// The entries of an order that was awarded and refunded in part; the later entry has the smaller id.
const EARNED: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F9";
const ADJUSTED: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F3";

async fn run(pool: &PgPool, sql: &str) {
    sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn texts(pool: &PgPool, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// What an earlier release stored of an order of 150.00 of which 50.00 were refunded.
async fn fill(pool: &PgPool) {
    let facts = r#"{"document":{"order_id":1,"updated_at":"2026-01-01T00:01:00Z","currency":"GBP","financial_status":"paid","lines":[{"line_id":1,"quantity":3,"gross":15000}],"customer":{"customer_id":7}},"refunds":[{"refund_id":9,"order_id":1,"lines":[{"line_id":1,"quantity":1,"subtotal":5000}]}],"paid_seen":true}"#;
    let snapshot = r#"{"rule":{"points_per_unit":"10","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow"},"multiplier":"1"}"#;
    for sql in [
        format!("INSERT INTO merchants (merchant_id, shopify_domain, api_token, key_id) VALUES ('{MERCHANT}', 'a.myshopify.com', '', 'k1')"),
        format!("INSERT INTO customers (merchant_id, customer_id, shopify_customer_id, points_balance, total_points_earned) VALUES ('{MERCHANT}', '{CUSTOMER}', 7, 1000, 1000)"),
        format!("INSERT INTO points_transactions (merchant_id, transaction_id, customer_id, type, points, delta, balance_after, source, source_key, order_id, created_at)
                 VALUES ('{MERCHANT}', '{EARNED}', '{CUSTOMER}', 'earn', 1500, 1500, 1500, 'order', 'order:1:paid', '1', now() - interval '1 minute'),
                        ('{MERCHANT}', '{ADJUSTED}', '{CUSTOMER}', 'adjust', 500, -500, 1000, 'order', 'order:1:adjust:1', '1', now())"),
        format!("INSERT INTO point_lots (merchant_id, lot_id, customer_id, order_id, points, remaining) VALUES ('{MERCHANT}', '{EARNED}', '{CUSTOMER}', 1, 1500, 1000)"),
        format!("INSERT INTO lot_allocations (merchant_id, transaction_id, lot_id, points) VALUES ('{MERCHANT}', '{ADJUSTED}', '{EARNED}', 500)"),
        format!("INSERT INTO orders (merchant_id, shopify_order_id, customer_id, facts, financial_status, currency, rule_snapshot, target_points, awarded_points, ledger_entries)
                 VALUES ('{MERCHANT}', 1, '{CUSTOMER}', '{facts}', 'paid', 'GBP', '{snapshot}', 1000, 1000, 2)"),
        format!("INSERT INTO rewards (merchant_id, reward_id, name, type, points_cost) VALUES ('{MERCHANT}', 'r', 'Five off', 'discount', 500)"),
    ] {
        run(pool, &sql).await;
    }
}

#[tokio::test]
async fn points_of_an_earlier_release_keep_their_worth_and_their_order() {
    let database = Database::create_empty().await;
    let pool = database.pool().await;
    let migrator = Migrator::new(root().join("migrations")).await.unwrap();
    migrator.run_to(BEFORE_64_BIT, &pool).await.unwrap();
    fill(&pool).await;
    let owner = Owner::connect(&database.owner_url()).await.unwrap();
    owner.migrate().await.unwrap();

    let history = "SELECT transaction_id || ' ' || balance_after FROM points_transactions ORDER BY sequence DESC";
    assert_eq!(texts(&pool, history).await, [format!("{ADJUSTED} 1000"), format!("{EARNED} 1500")]);
    let next = "SELECT nextval('points_transactions_sequence')::text";
    assert_eq!(texts(&pool, next).await, ["3"], "new entries come after them");
    let merchant = MerchantId::parse(MERCHANT).unwrap();
    assert_eq!(owner.balance_drift(&merchant).await.unwrap().1.len(), 0);
    let order = owner.order_accounts_after(&merchant, 0, 10).await.unwrap().remove(0);
    let snapshot = order.ledger.snapshot.as_ref().unwrap();
    assert_eq!(target_points(&order.state, snapshot), Ok(1_000), "ten for a pound, as it was awarded");
    assert_eq!((order.target, order.entries_sum, order.entries), (1_000, 1_000, 2));

    // What is new: 64 bits, up to 2^53 - 1; what was: the ledger is append-only, for its owner, too.
    let set = |points: i64| format!("UPDATE customers SET points_balance = {points} WHERE merchant_id = '{MERCHANT}'");
    run(&pool, &set(9_007_199_254_740_991)).await;
    for refused in [set(9_007_199_254_740_992), "UPDATE points_transactions SET delta = 1".to_owned()] {
        assert!(sqlx::query(AssertSqlSafe(refused.as_str())).execute(&pool).await.is_err(), "{refused}");
    }
    let narrow = "SELECT table_name || '.' || column_name FROM information_schema.columns
                  WHERE table_schema = 'public' AND data_type = 'integer'
                    AND (column_name ~ 'points' OR column_name IN ('delta', 'balance_after', 'remaining'))";
    assert_eq!(texts(&pool, narrow).await, [""; 0]);
    pool.close().await;
    drop(owner);
    database.drop().await;
}
