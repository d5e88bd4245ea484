//! The outbox as the relay sees it. All functions that take a transaction expect that of one round, which begins with
//! [`lease`]: it locks the relay's row, so that there is one round at a time in the cluster.

use std::time::Duration;

use super::deliveries::{Delivery, delivery};
use crate::error::expect_rows;
use crate::{Store, StoreError, TenantScope, Tx};

/// Events counted at most to say how many wait.
const LAG_ROWS_MAX: i64 = 10_000;

/// An event that waits in the outbox.
#[derive(Debug, Clone)]
pub struct WaitingEvent {
    /// Its place in the outbox.
    pub position: i64,
    /// Its id.
    pub event_id: String,
    /// Its name.
    pub name: String,
    /// The consumers that its merchant has configured.
    pub subscriptions: Vec<String>,
}

/// A delivery to be made of a waiting event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Position of the event.
    pub position: i64,
    /// Id of the job that it will have.
    pub job_id: String,
    /// The consumer: the kind of the job.
    pub consumer: &'static str,
}

/// What becomes of the waiting events of one round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventMoves {
    /// Positions of all events that leave the outbox.
    pub positions: Vec<i64>,
    /// Positions of those among them that are held, since their names are unknown.
    pub held: Vec<i64>,
    /// Deliveries, in the order in which their jobs are to be enqueued.
    pub deliveries: Vec<NewDelivery>,
}

/// How far the relay lags behind.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OutboxLag {
    /// Events that wait; not counted beyond 10,000.
    pub waiting: i64,
    /// Age of the oldest one, in seconds, by PostgreSQL's clock; 0 if none waits.
    pub oldest_age_seconds: f64,
    /// Events that are held since no relay knew their names; not counted beyond 10,000.
    pub held: i64,
}

/// Takes or renews the lease of the relay of that name. Returns up to which delivery jobs were enqueued, or `None` while another
/// relay has the lease.
///
/// # Errors
/// As any statement.
pub async fn lease(tx: &mut Tx, relay: &str, lease: Duration) -> Result<Option<i64>, StoreError> {
    Ok(sqlx::query_scalar!(
        "UPDATE outbox_relay SET relay = $1, leased_until = CURRENT_TIMESTAMP + make_interval(secs => $2)
         WHERE only_row AND (relay = $1 OR leased_until <= CURRENT_TIMESTAMP)
         RETURNING sent_up_to",
        relay,
        lease.as_secs_f64()
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Returns deliveries after `sent_up_to`, oldest first: those that a relay made and did not come to enqueue.
///
/// # Errors
/// As any statement.
pub async fn unsent(tx: &mut Tx, sent_up_to: i64, rows_max: i64) -> Result<Vec<Delivery>, StoreError> {
    sqlx::query!(
        "SELECT delivery_no, merchant_id, job_id, consumer, event_id, name FROM event_deliveries
         WHERE delivery_no > $1 AND failed_at IS NULL ORDER BY delivery_no LIMIT $2",
        sent_up_to,
        rows_max
    )
    .fetch_all(&mut **tx)
    .await?
    .into_iter()
    .map(|row| delivery(row.delivery_no, &row.merchant_id, row.job_id, row.consumer, row.event_id, row.name))
    .collect()
}

/// Returns the oldest events of the outbox, in order.
///
/// # Errors
/// As any statement.
pub async fn waiting(tx: &mut Tx, rows_max: i64) -> Result<Vec<WaitingEvent>, StoreError> {
    Ok(sqlx::query_as!(
        WaitingEvent,
        r#"SELECT o.position, o.outbox_id AS event_id, o.name,
                  ARRAY(SELECT consumer FROM event_subscriptions s WHERE s.merchant_id = o.merchant_id) AS "subscriptions!"
           FROM outbox o ORDER BY o.position LIMIT $1"#,
        rows_max
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Takes events from the outbox: to their deliveries, or to those that are held, or to nobody. Returns the deliveries in order. An
/// event that is there twice is delivered to each consumer once.
///
/// # Errors
/// As any statement; [`StoreError::Conflict`] if one of the events is not there.
pub async fn move_events(tx: &mut Tx, moves: &EventMoves) -> Result<Vec<Delivery>, StoreError> {
    let taken = sqlx::query_scalar!(
        r#"WITH gone AS (
               DELETE FROM outbox WHERE position = ANY ($1) RETURNING 1
           ), counted AS (
               UPDATE outbox_relay SET relayed = relayed + cardinality($1::bigint[]) WHERE only_row
           ), held AS (
               INSERT INTO outbox_held (merchant_id, outbox_id, name, payload, created_at, reason)
               SELECT merchant_id, outbox_id, name, payload, created_at, 'the relay knows no event of this name'
               FROM outbox WHERE position = ANY ($2) ORDER BY position
           )
           SELECT count(*) AS "gone!" FROM gone"#,
        &moves.positions,
        &moves.held
    );
    if moves.deliveries.is_empty() {
        expect_rows(taken.fetch_one(&mut **tx).await?, moves.positions.len())?;
        return Ok(Vec::new());
    }
    let made = sqlx::query!(
        r#"WITH made AS (
               INSERT INTO event_deliveries (merchant_id, job_id, consumer, event_id, name, payload, occurred_at)
               SELECT o.merchant_id, d.job_id, d.consumer, o.outbox_id, o.name, o.payload, o.created_at
               FROM unnest($1::bigint[], $2::text[], $3::text[]) WITH ORDINALITY AS d(position, job_id, consumer, n)
               CROSS JOIN LATERAL (SELECT * FROM outbox WHERE position = d.position OFFSET 0) o
               ORDER BY d.n
               ON CONFLICT (merchant_id, job_id) DO NOTHING
               RETURNING delivery_no, merchant_id, job_id, consumer, event_id, name
           )
           SELECT delivery_no AS "delivery_no!", merchant_id AS "merchant_id!", job_id AS "job_id!", consumer AS "consumer!",
                  event_id AS "event_id!", name AS "name!"
           FROM made ORDER BY delivery_no"#,
        &moves.deliveries.iter().map(|delivery| delivery.position).collect::<Vec<_>>(),
        moves.deliveries.iter().map(|delivery| delivery.job_id.as_str()).collect::<Vec<_>>() as _,
        moves.deliveries.iter().map(|delivery| delivery.consumer).collect::<Vec<_>>() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    expect_rows(taken.fetch_one(&mut **tx).await?, moves.positions.len())?;
    made.into_iter()
        .map(|row| delivery(row.delivery_no, &row.merchant_id, row.job_id, row.consumer, row.event_id, row.name))
        .collect()
}

impl Store {
    /// Notes that jobs of all deliveries up to this one were enqueued.
    ///
    /// # Errors
    /// As any statement.
    pub async fn events_sent(&self, up_to: i64) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let noted = sqlx::query!("UPDATE outbox_relay SET sent_up_to = greatest(sent_up_to, $1) WHERE only_row", up_to)
            .execute(&mut *tx)
            .await?;
        expect_rows(noted.rows_affected(), 1)?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts events that are held back into the outbox whose names are among `names`, the oldest first, behind those that wait.
    /// Returns how many.
    ///
    /// # Errors
    /// As any statement.
    pub async fn release_held_events(&self, names: &[&str], rows_max: i64) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let released = sqlx::query!(
            "WITH known AS (
                 SELECT held_id FROM outbox_held WHERE name = ANY ($1) ORDER BY held_id LIMIT $2 FOR UPDATE SKIP LOCKED
             ), gone AS (
                 DELETE FROM outbox_held WHERE held_id = ANY (ARRAY(SELECT held_id FROM known))
                 RETURNING held_id, merchant_id, outbox_id, name, payload, created_at
             )
             INSERT INTO outbox (merchant_id, outbox_id, name, payload, created_at)
             SELECT merchant_id, outbox_id, name, payload, created_at FROM gone ORDER BY held_id",
            names as _,
            rows_max
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(released.rows_affected())
    }

    /// Returns how far the relay lags behind.
    ///
    /// # Errors
    /// As any statement.
    pub async fn outbox_lag(&self) -> Result<OutboxLag, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let lag = sqlx::query_as!(
            OutboxLag,
            r#"SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox ORDER BY position LIMIT $1) w) AS "waiting!",
                      (SELECT count(*) FROM (SELECT 1 FROM outbox_held ORDER BY held_id LIMIT $1) h) AS "held!",
                      coalesce((SELECT greatest(extract(epoch FROM CURRENT_TIMESTAMP - created_at)::float8, 0)
                                FROM outbox ORDER BY position LIMIT 1), 0) AS "oldest_age_seconds!""#,
            LAG_ROWS_MAX
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(lag)
    }
}
