//! Deliveries: events that wait for the end of a consumer's job. The job reads its event here and removes the delivery when it has
//! done its work, so a job that runs again finds nothing to do; a delivery that is left without a job has lost it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::MerchantId;

use crate::{Store, StoreError, TenantScope, Tx};

/// The merchant and the job of a delivery.
pub type DeliveryKey<'a> = (&'a MerchantId, &'a str);

/// A delivery, without its event's payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the order of all deliveries.
    pub delivery_no: i64,
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The job.
    pub job_id: String,
    /// The consumer: the kind of the job.
    pub consumer: String,
    /// The event.
    pub event_id: String,
    /// The event's name.
    pub name: String,
}

/// An event as its consumer reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The job it is delivered by.
    pub job_id: String,
    /// Its id.
    pub event_id: String,
    /// Its name.
    pub name: String,
    /// What is published of it, a JSON object of ids and amounts.
    pub payload: String,
    /// When its transaction began.
    pub occurred_at: DateTime<Utc>,
}

/// Builds a delivery of the columns of its row.
pub(super) fn delivery(
    delivery_no: i64,
    merchant_id: &str,
    job_id: String,
    consumer: String,
    event_id: String,
    name: String,
) -> Result<Delivery, StoreError> {
    let merchant_id =
        MerchantId::parse(merchant_id).map_err(|error| StoreError::corrupt("event_deliveries.merchant_id", error))?;
    Ok(Delivery { delivery_no, merchant_id, job_id, consumer, event_id, name })
}

fn columns<'a>(keys: &[DeliveryKey<'a>]) -> (Vec<&'a str>, Vec<&'a str>) {
    keys.iter().map(|(merchant, job)| (merchant.as_str(), *job)).unzip()
}

/// Reads the events of jobs. One that is missing from the answer was delivered before.
///
/// # Errors
/// As any statement.
pub async fn load(tx: &mut Tx, keys: &[DeliveryKey<'_>]) -> Result<Vec<Event>, StoreError> {
    let (merchants, jobs) = columns(keys);
    Ok(sqlx::query_as!(
        Event,
        r#"SELECT d.job_id, d.event_id, d.name, d.payload::text AS "payload!", d.occurred_at
           FROM unnest($1::text[], $2::text[]) AS k(merchant_id, job_id)
           CROSS JOIN LATERAL (SELECT * FROM event_deliveries WHERE merchant_id = k.merchant_id AND job_id = k.job_id OFFSET 0) d"#,
        merchants as _,
        jobs as _
    )
    .fetch_all(&mut **tx)
    .await?)
}

/// Removes deliveries whose jobs have done their work: in the transaction that records it, where there is one. Returns how many were
/// there: one that was not was finished by another run.
///
/// # Errors
/// As any statement.
pub async fn finish(tx: &mut Tx, keys: &[DeliveryKey<'_>]) -> Result<u64, StoreError> {
    let (merchants, jobs) = columns(keys);
    let finished = sqlx::query!(
        "DELETE FROM event_deliveries d USING unnest($1::text[], $2::text[]) AS k(merchant_id, job_id)
         WHERE d.merchant_id = k.merchant_id AND d.job_id = k.job_id",
        merchants as _,
        jobs as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(finished.rows_affected())
}

impl Store {
    /// Returns deliveries after the `after` cursor, in order, that were made at least `age` ago, by PostgreSQL's clock, and whose jobs
    /// were enqueued and have not ended.
    ///
    /// # Errors
    /// As any statement.
    pub async fn open_deliveries(&self, age: Duration, after: i64, rows_max: i64) -> Result<Vec<Delivery>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query!(
            "SELECT delivery_no, merchant_id, job_id, consumer, event_id, name FROM event_deliveries
             WHERE delivery_no > $1 AND delivery_no <= (SELECT sent_up_to FROM outbox_relay) AND failed_at IS NULL
               AND relayed_at <= CURRENT_TIMESTAMP - make_interval(secs => $2)
             ORDER BY delivery_no LIMIT $3",
            after,
            age.as_secs_f64(),
            rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        rows.into_iter()
            .map(|row| delivery(row.delivery_no, &row.merchant_id, row.job_id, row.consumer, row.event_id, row.name))
            .collect()
    }

    /// Returns those of the deliveries whose jobs have not ended now.
    ///
    /// # Errors
    /// As any statement.
    pub async fn still_open(&self, deliveries: &[Delivery]) -> Result<Vec<Delivery>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query!(
            "SELECT d.delivery_no, d.merchant_id, d.job_id, d.consumer, d.event_id, d.name
             FROM unnest($1::bigint[]) AS k(delivery_no)
             CROSS JOIN LATERAL (SELECT * FROM event_deliveries WHERE delivery_no = k.delivery_no AND failed_at IS NULL OFFSET 0) d
             ORDER BY d.delivery_no",
            &deliveries.iter().map(|delivery| delivery.delivery_no).collect::<Vec<_>>()
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        rows.into_iter()
            .map(|row| delivery(row.delivery_no, &row.merchant_id, row.job_id, row.consumer, row.event_id, row.name))
            .collect()
    }

    /// Marks deliveries as failed whose jobs were given up, or deleted by a person, so that they are not enqueued again. Returns how many
    /// were open.
    ///
    /// # Errors
    /// As any statement.
    pub async fn abandon_deliveries(&self, keys: &[(MerchantId, String)]) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::of_all(keys.iter().map(|(merchant, _)| merchant))).await?;
        let (merchants, jobs): (Vec<&str>, Vec<&str>) = keys.iter().map(|(m, j)| (m.as_str(), j.as_str())).unzip();
        let failed = abandon(&mut tx, &merchants, &jobs).await?;
        tx.commit().await?;
        Ok(failed)
    }

    /// Removes events that nobody was given before `before`: failed deliveries and held events, the oldest first, `rows_max` of each.
    /// Returns how many.
    ///
    /// # Errors
    /// As any statement.
    pub async fn forget_events(&self, before: DateTime<Utc>, rows_max: i64) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let failed = sqlx::query!(
            "DELETE FROM event_deliveries WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM event_deliveries WHERE failed_at < $1 ORDER BY failed_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
            before,
            rows_max
        )
        .execute(&mut *tx)
        .await?;
        let held = sqlx::query!(
            "DELETE FROM outbox_held WHERE held_id = ANY (ARRAY(
                 SELECT held_id FROM (SELECT held_id, held_at FROM outbox_held ORDER BY held_id LIMIT $2) h WHERE held_at < $1))",
            before,
            rows_max
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(failed.rows_affected() + held.rows_affected())
    }
}

/// Marks open deliveries of those jobs as failed. Returns how many there were.
pub(crate) async fn abandon(tx: &mut Tx, merchants: &[&str], jobs: &[&str]) -> Result<u64, StoreError> {
    let failed = sqlx::query!(
        "UPDATE event_deliveries d SET failed_at = CURRENT_TIMESTAMP FROM unnest($1::text[], $2::text[]) AS k(merchant_id, job_id)
         WHERE d.merchant_id = k.merchant_id AND d.job_id = k.job_id AND d.failed_at IS NULL",
        merchants as _,
        jobs as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(failed.rows_affected())
}

/// Opens failed deliveries of those jobs again. Returns how many there were.
pub(crate) async fn reopen(tx: &mut Tx, merchants: &[&str], jobs: &[&str]) -> Result<u64, StoreError> {
    let opened = sqlx::query!(
        "UPDATE event_deliveries d SET failed_at = NULL FROM unnest($1::text[], $2::text[]) AS k(merchant_id, job_id)
         WHERE d.merchant_id = k.merchant_id AND d.job_id = k.job_id AND d.failed_at IS NOT NULL",
        merchants as _,
        jobs as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(opened.rows_affected())
}
