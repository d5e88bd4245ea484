//! Reads the results of the sent orders from PostgreSQL and Redis: whether all are processed, what each earned, when it was
//! committed. Read-only, as the database's owner.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use jobs::{Counts, JobKind, Queues};
use sqlx::postgres::{PgPool, PgPoolOptions};

use super::{
    load::{Kind, Order, shop_domain},
    sender::Sent,
};

const CONNECTIONS_MAX: u32 = 2;

/// The expected accounts, and the servers to compare them with.
pub(crate) struct Accounts {
    pool: PgPool,
    queues: Queues,
    /// Points that all orders sent so far must have earned, by shop and customer.
    expected: HashMap<(String, i64), i64>,
}

impl Accounts {
    /// Connects, and checks that PostgreSQL records commit times.
    ///
    /// # Errors
    /// Fails when PostgreSQL is unavailable or does not record commit times.
    pub(crate) async fn connect(url: &str, queues: Queues) -> Result<Self> {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS_MAX).connect(url).await?;
        let tracked: String = sqlx::query_scalar("SHOW track_commit_timestamp").fetch_one(&pool).await?;
        ensure!(tracked == "on", "PostgreSQL needs track_commit_timestamp = on");
        let orders: i64 = sqlx::query_scalar("SELECT count(*) FROM orders").fetch_one(&pool).await?;
        ensure!(orders == 0, "the database holds {orders} orders: it must be new, or their ids may meet");
        Ok(Self { pool, queues, expected: HashMap::new() })
    }

    /// Runs a checkpoint, so that none falls into the next measurement.
    pub(crate) async fn checkpoint(&self) -> Result<()> {
        sqlx::query("CHECKPOINT").execute(&self.pool).await?;
        Ok(())
    }

    /// Returns the number of webhooks without a finished job. PostgreSQL must read all records for that (ADR 0012), so it is
    /// asked only when the queues are empty.
    pub(crate) async fn pending(&self) -> Result<u64> {
        let queued = try_join_all(JobKind::ALL.map(|kind| self.queues.queue(kind).counts())).await?;
        let queued = queued.iter().map(Counts::pending).sum();
        if queued > 0 {
            return Ok(queued);
        }
        let recorded = "SELECT count(*) FROM api_logs WHERE status = 'pending'";
        let recorded: i64 = sqlx::query_scalar(recorded).fetch_one(&self.pool).await?;
        Ok(u64::try_from(recorded)?)
    }

    /// Returns each order's commit time as recorded by PostgreSQL, in microseconds since 1970.
    pub(crate) async fn commits_us(&self, orders: &[Order]) -> Result<HashMap<i64, i64>> {
        let Some((first, last)) = range(orders) else { return Ok(HashMap::new()) };
        let rows: Vec<(i64, i64)> = sqlx::query_as(
            "SELECT shopify_order_id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint
             FROM orders WHERE shopify_order_id BETWEEN $1 AND $2",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().collect())
    }

    /// Compares the ledger with the sent orders: each accepted order earned its points in exactly one entry, no rejected one
    /// earned any, and every customer's balance is the sum of all orders so far.
    ///
    /// # Errors
    /// Fails with the first differences.
    pub(crate) async fn check(&mut self, sent: &[Sent]) -> Result<()> {
        let mut earned: HashMap<i64, (i64, i64)> = HashMap::new();
        let orders: Vec<Order> = sent.iter().map(|sent| sent.order).collect();
        let (first, last) = range(&orders).context("nothing was sent")?;
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT order_id, count(*), sum(delta)::bigint FROM points_transactions
             WHERE order_id::bigint BETWEEN $1 AND $2 GROUP BY 1",
        )
        .bind(first)
        .bind(last)
        .fetch_all(&self.pool)
        .await?;
        for (order_id, entries, points) in rows {
            earned.insert(order_id.parse()?, (entries, points));
        }
        let mut wrong = Vec::new();
        for sent in sent.iter().filter(|sent| sent.kind == Kind::Valid && sent.accepted()) {
            let order = sent.order;
            match earned.remove(&order.order_id) {
                Some((1, points)) if points == order.points => {}
                found => wrong.push(format!("order {}: {found:?}, not one of {}", order.order_id, order.points)),
            }
            *self.expected.entry((shop_domain(order.shop), order.customer_id)).or_default() += order.points;
        }
        wrong.extend(
            earned.iter().map(|(order_id, found)| format!("order {order_id}: {found:?}, but it was not taken in")),
        );
        wrong.extend(self.balances().await?);
        let (count, few) = (wrong.len(), wrong.iter().take(5).cloned().collect::<Vec<_>>());
        ensure!(wrong.is_empty(), "{count} differences between the ledger and what was sent:\n{}", few.join("\n"));
        Ok(())
    }

    /// Returns customers whose balance differs from what their orders earned.
    async fn balances(&self) -> Result<Vec<String>> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT m.shopify_domain, c.shopify_customer_id, c.points_balance
             FROM customers c JOIN merchants m USING (merchant_id) WHERE c.shopify_customer_id IS NOT NULL",
        )
        .fetch_all(&self.pool)
        .await?;
        let mut found: HashMap<(String, i64), i64> =
            rows.into_iter().map(|(shop, customer, balance)| ((shop, customer), balance)).collect();
        let mut wrong = Vec::new();
        for (customer, expected) in &self.expected {
            let balance = found.remove(customer).unwrap_or(0);
            if balance != *expected {
                wrong.push(format!("customer {customer:?}: {balance}, not {expected}"));
            }
        }
        wrong.extend(
            found.iter().filter(|(_, balance)| **balance != 0).map(|stray| format!("customer {stray:?}: stray")),
        );
        Ok(wrong)
    }
}

fn range(orders: &[Order]) -> Option<(i64, i64)> {
    let ids = || orders.iter().map(|order| order.order_id);
    Some((ids().min()?, ids().max()?))
}
