//! Two transactions at one row of the accounts: no update is left out unnoticed (docs/adr/0010), and a page of history is in the
//! order in which its entries were written.

use domain::{MerchantId, TransactionType};
use futures::future::join;
use sqlx::{AssertSqlSafe, Postgres, Transaction};
use store::customers::{ContactRow, lock_by_shopify_id};
use store::ledger::{AllocationRow, Balance, EntryRow, append, open_lots};
use store::orders;
use store::{StoreError, TenantScope, Tx};
use tests::TestApp;
use tests::wait_until;

use crate::support::{ADA, order, take};

const WAITING: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// The shop's one customer, with one lot of 100 points.
struct Account {
    app: TestApp,
    merchant: MerchantId,
    customer_id: String,
    lot_id: String,
}

impl Account {
    async fn with_100_points() -> Self {
        let app = TestApp::start().await;
        take(&app, "orders/paid", order(1, 1_000).json()).await;
        let merchant = app.shops[0].merchant_id.clone();
        let customer_id = app.texts("SELECT customer_id FROM customers").await.remove(0);
        let lot_id = app.texts("SELECT lot_id FROM point_lots").await.remove(0);
        Self { app, merchant, customer_id, lot_id }
    }

    async fn begin(&self) -> Tx {
        self.app.store.begin(&TenantScope::of(&self.merchant)).await.unwrap()
    }

    /// Writes an entry that takes `points` from the lot and leaves `balance`.
    async fn debit(&self, tx: &mut Tx, transaction_id: &str, points: i64, balance: i64) -> Result<(), StoreError> {
        let payload = format!(r#"{{"transaction_id":"{transaction_id}"}}"#);
        let entry = EntryRow {
            merchant_id: self.merchant.as_str(),
            transaction_id,
            customer_id: &self.customer_id,
            kind: TransactionType::Adjust,
            delta: -points,
            balance_after: balance,
            source: "test",
            source_key: transaction_id,
            order_id: None,
            expires_at: None,
            lot: None,
            name: "points_adjusted",
            event_payload: &payload,
        };
        let contact = ContactRow {
            merchant_id: self.merchant.as_str(),
            customer_id: &self.customer_id,
            email_seen_at: None,
            locale: None,
            locale_seen_at: None,
        };
        let balance = Balance { contact, points_balance: balance, total_points_earned: balance.max(0) };
        let allocation =
            AllocationRow { merchant_id: self.merchant.as_str(), transaction_id, lot_id: &self.lot_id, points };
        append(tx, &[entry], &[balance], &[allocation]).await
    }

    /// Begins a transaction that moves rows, and does not commit it yet.
    async fn begin_moving(&self, sql: &str) -> Transaction<'static, Postgres> {
        let mut tx = self.app.pool.begin().await.unwrap();
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
        tx
    }

    /// Commits it as soon as another transaction waits for these rows.
    async fn commit_when_another_waits(&self, moving: Transaction<'static, Postgres>) {
        wait_until("the other transaction waits", async || self.app.number(WAITING).await > 0).await;
        moving.commit().await.unwrap();
    }

    async fn lots(&self) -> (i64, i64) {
        let remaining = self.app.number("SELECT sum(remaining)::bigint FROM point_lots").await;
        (remaining, self.app.number("SELECT coalesce(sum(points), 0)::bigint FROM lot_allocations").await)
    }
}

/// Whoever lowers a lot (an expiry, say) while a debit reads it: the debit takes what is left then, and the lot is lowered by it.
#[tokio::test]
async fn a_lot_that_another_transaction_has_just_lowered_is_lowered_by_the_debit_too() {
    let account = Account::with_100_points().await;
    let id = account.app.ids.ulid();
    let lower = "UPDATE point_lots SET remaining = remaining - 40";
    let (held, holds) = tokio::sync::oneshot::channel();
    let other = async {
        let mut tx = account.app.pool.begin().await.unwrap();
        sqlx::query(lower).execute(&mut *tx).await.unwrap();
        held.send(()).unwrap();
        wait_until("the debit waits", async || account.app.number(WAITING).await > 0).await;
        tx.commit().await.unwrap();
    };
    let debit = async {
        holds.await.unwrap();
        let mut tx = account.begin().await;
        lock_by_shopify_id(&mut tx, &[(account.merchant.as_str(), ADA)]).await.unwrap();
        let lots = open_lots(&mut tx, &[(account.merchant.as_str(), &account.customer_id)]).await.unwrap();
        let points = lots[0].2.remaining;
        account.debit(&mut tx, &id, points, 100 - points).await.unwrap();
        tx.commit().await.unwrap();
        points
    };
    let ((), taken) = join(other, debit).await;
    assert_eq!((taken, account.lots().await), (60, (0, 60)));
    // What the other transaction took was of no entry: it is given back, so that the accounts agree again.
    account.app.execute("UPDATE point_lots SET remaining = remaining + 40").await;
    account.app.finish().await;
}

#[tokio::test]
async fn a_debit_holds_its_lots_until_it_ends() {
    let account = Account::with_100_points().await;
    let id = account.app.ids.ulid();
    let mut tx = account.begin().await;
    lock_by_shopify_id(&mut tx, &[(account.merchant.as_str(), ADA)]).await.unwrap();
    open_lots(&mut tx, &[(account.merchant.as_str(), &account.customer_id)]).await.unwrap();
    let debit = async {
        wait_until("the other waits", async || account.app.number(WAITING).await > 0).await;
        account.debit(&mut tx, &id, 70, 30).await.unwrap();
        tx.commit().await.unwrap();
    };
    let other = account.app.execute("UPDATE point_lots SET created_at = created_at WHERE remaining = 100");
    let ((), seen) = join(debit, other).await;
    assert_eq!((seen, account.lots().await), (0, (30, 70)), "the other saw what the debit left");
    account.app.finish().await;
}

/// What happens to a caller that did not lock first: nothing is written, instead of a part.
#[tokio::test]
async fn a_write_that_leaves_a_row_out_is_a_conflict() {
    let account = Account::with_100_points().await;
    for moved in ["UPDATE customers SET points_balance = points_balance", "UPDATE point_lots SET remaining = remaining"]
    {
        let id = account.app.ids.ulid();
        let moving = account.begin_moving(moved).await;
        let mut tx = account.begin().await;
        let (refused, ()) = join(account.debit(&mut tx, &id, 10, 90), account.commit_when_another_waits(moving)).await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{moved}: {refused:?}");
        drop(tx);
        assert_eq!(account.lots().await, (100, 0), "{moved}");
    }
    let mut tx = account.begin().await;
    let stored = orders::lock(&mut tx, &[(account.merchant.as_str(), 1)]).await.unwrap().remove(0);
    drop(tx);
    let mut tx = account.begin().await;
    let orders = [&stored];
    let moving = account.begin_moving("UPDATE orders SET updated_at = updated_at").await;
    let (refused, ()) = join(orders::save(&mut tx, &orders), account.commit_when_another_waits(moving)).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    drop(tx);
    account.app.finish().await;
}

#[tokio::test]
async fn history_is_in_the_order_in_which_its_entries_were_written() {
    let account = Account::with_100_points().await;
    // As machines with other clocks would make them: the later entry has the smaller id.
    let ids = ["01ZZZZZZZZZZZZZZZZZZZZZZZ1", "01ZZZZZZZZZZZZZZZZZZZZZZZ0", "00000000000000000000000001"];
    for (n, id) in (1..).zip(ids) {
        let mut tx = account.begin().await;
        lock_by_shopify_id(&mut tx, &[(account.merchant.as_str(), ADA)]).await.unwrap();
        open_lots(&mut tx, &[(account.merchant.as_str(), &account.customer_id)]).await.unwrap();
        account.debit(&mut tx, id, 10, 100 - 10 * n).await.unwrap();
        tx.commit().await.unwrap();
    }
    let (key, mut cursor, mut balances) = (account.app.shops[0].key.clone(), String::new(), Vec::new());
    loop {
        let page = account.app.get(&format!("/v1/api/customers/{ADA}/points?limit=2{cursor}"), &key).await.ok().json();
        let entries = page["history"].as_array().unwrap();
        balances.extend(entries.iter().map(|entry| entry["balance_after"].as_i64().unwrap()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(balances, [70, 80, 90, 100]);
    account.app.finish().await;
}

/// The names in `crates/store/src/error.rs` are those of the schema: both entries of one order are the same effect, and another key
/// that exists already is an error with its name.
#[tokio::test]
async fn a_key_that_two_transactions_write_is_a_conflict_and_any_other_is_named() {
    let account = Account::with_100_points().await;
    let id = account.app.ids.ulid();
    let mut tx = account.begin().await;
    lock_by_shopify_id(&mut tx, &[(account.merchant.as_str(), ADA)]).await.unwrap();
    account.debit(&mut tx, &id, 10, 90).await.unwrap();
    tx.commit().await.unwrap();
    let again = |transaction_id, source_key| EntryRow {
        merchant_id: account.merchant.as_str(),
        transaction_id,
        customer_id: &account.customer_id,
        kind: TransactionType::Adjust,
        delta: 0,
        balance_after: 90,
        source: "test",
        source_key,
        order_id: None,
        expires_at: None,
        lot: None,
        name: "points_adjusted",
        event_payload: "{}",
    };
    let (other, key) = (account.app.ids.ulid(), "another key");
    let mut tx = account.begin().await;
    let raced = append(&mut tx, &[again(&other, &id)], &[], &[]).await;
    tx.rollback().await.unwrap();
    assert!(matches!(&raced, Err(StoreError::Conflict(Some(_)))), "{raced:?}");
    let mut tx = account.begin().await;
    let refused = append(&mut tx, &[again(&id, key)], &[], &[]).await;
    tx.rollback().await.unwrap();
    match refused {
        Err(StoreError::Refused { constraint, .. }) => assert!(constraint.ends_with("_pkey"), "{constraint}"),
        other => panic!("{other:?}"),
    }
    account.app.finish().await;
}
