//! Recorded webhooks (`api_logs`) and their raw bytes: what makes the ingress durable.

mod list;
mod pending_webhooks;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{LogId, MerchantId};

use crate::crypto::{Encrypted, WebhookBody, WebhookPersonalData};
use crate::{Store, StoreError, TenantScope, Tx};

pub use list::{WebhookFilter, WebhookView};
pub use pending_webhooks::{PendingPage, PendingWebhook};

/// A verified delivery to record.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Id of the record.
    pub log_id: LogId,
    /// Whose.
    pub merchant_id: MerchantId,
    /// Shopify's topic as sent.
    pub topic: String,
    /// `X-Shopify-Webhook-Id`: the same on every retry of one delivery.
    pub webhook_id: String,
    /// `X-Shopify-Event-Id`.
    pub event_id: Option<String>,
    /// `X-Shopify-API-Version`.
    pub api_version: Option<String>,
    /// `X-Shopify-Triggered-At`.
    pub triggered_at: Option<DateTime<Utc>>,
    /// The facts as JSON, without personal data; `None` when there are none.
    pub facts: Option<String>,
    /// What its job needs to know of a person; `None`: nothing.
    pub personal_data: Option<Encrypted<WebhookPersonalData>>,
    /// Kind of the job that will handle it; `None`: nothing to do yet.
    pub job_kind: Option<&'static str>,
    /// `pending`, or `success` for a topic that needs no work.
    pub status: &'static str,
    /// Why there are no facts, or no work.
    pub note: Option<String>,
    /// The raw bytes.
    pub body: Encrypted<WebhookBody>,
}

impl Store {
    /// Records deliveries in one commit. Answers, in order, whether each was new; `false` is a duplicate of one that
    /// was recorded before (or earlier in this call), and changes nothing.
    ///
    /// # Errors
    /// Nothing is recorded then.
    pub async fn record_webhooks(&self, webhooks: &[NewWebhook]) -> Result<Vec<bool>, StoreError> {
        let mut tx = self.begin(&TenantScope::of_all(webhooks.iter().map(|w| &w.merchant_id))).await?;
        let recorded = insert(&mut tx, &Columns::of(webhooks)).await?;
        tx.commit().await?;
        Ok(webhooks.iter().map(|w| recorded.contains(w.log_id.as_str())).collect())
    }
}

/// Deliveries by column.
struct Columns<'a> {
    logs: Vec<&'a str>,
    merchants: Vec<&'a str>,
    topics: Vec<&'a str>,
    webhooks: Vec<&'a str>,
    events: Vec<Option<&'a str>>,
    versions: Vec<Option<&'a str>>,
    triggered: Vec<Option<DateTime<Utc>>>,
    facts: Vec<Option<&'a str>>,
    kinds: Vec<Option<&'a str>>,
    status: Vec<&'a str>,
    notes: Vec<Option<&'a str>>,
    personal: Vec<Option<&'a [u8]>>,
    bodies: Vec<&'a [u8]>,
    /// Merchants and records of those that wait for a job.
    waiting: (Vec<&'a str>, Vec<&'a str>),
}

impl<'a> Columns<'a> {
    fn of(webhooks: &'a [NewWebhook]) -> Self {
        Self {
            logs: webhooks.iter().map(|w| w.log_id.as_str()).collect(),
            merchants: webhooks.iter().map(|w| w.merchant_id.as_str()).collect(),
            topics: webhooks.iter().map(|w| w.topic.as_str()).collect(),
            webhooks: webhooks.iter().map(|w| w.webhook_id.as_str()).collect(),
            events: webhooks.iter().map(|w| w.event_id.as_deref()).collect(),
            versions: webhooks.iter().map(|w| w.api_version.as_deref()).collect(),
            triggered: webhooks.iter().map(|w| w.triggered_at).collect(),
            facts: webhooks.iter().map(|w| w.facts.as_deref()).collect(),
            kinds: webhooks.iter().map(|w| w.job_kind).collect(),
            status: webhooks.iter().map(|w| w.status).collect(),
            notes: webhooks.iter().map(|w| w.note.as_deref()).collect(),
            personal: webhooks.iter().map(|w| w.personal_data.as_ref().map(Encrypted::as_bytes)).collect(),
            bodies: webhooks.iter().map(|w| w.body.as_bytes()).collect(),
            waiting: webhooks
                .iter()
                .filter(|w| w.status == "pending" && w.job_kind.is_some())
                .map(|w| (w.merchant_id.as_str(), w.log_id.as_str()))
                .unzip(),
        }
    }
}

/// Records those deliveries that are not recorded yet; answers their log ids.
async fn insert(tx: &mut Tx, new: &Columns<'_>) -> Result<HashSet<String>, StoreError> {
    let logged = sqlx::query_scalar!(
        // The keys go in twice, rather than through a CTE with the bodies, which would be copied once more. Where there was a
        // duplicate, the bodies look their record up in an array: a join without an index compares each with each, row by row.
        r#"WITH logged AS (
               INSERT INTO api_logs (log_id, merchant_id, endpoint, webhook_id, event_id, api_version, triggered_at, payload,
                                     job_kind, status, error, personal_data)
               SELECT log_id, merchant_id, endpoint, webhook_id, event_id, api_version, triggered_at, payload::json,
                      job_kind, status, error, personal_data
               FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[],
                           $9::text[], $10::text[], $11::text[], $15::bytea[])
                   AS i(log_id, merchant_id, endpoint, webhook_id, event_id, api_version, triggered_at, payload, job_kind,
                        status, error, personal_data)
               ON CONFLICT (merchant_id, webhook_id) WHERE webhook_id IS NOT NULL DO NOTHING
               RETURNING log_id
           ), kept AS (
               INSERT INTO api_log_bodies (merchant_id, log_id, body)
               SELECT merchant_id, log_id, body
               FROM unnest($2::text[], $1::text[], $12::bytea[]) AS i(merchant_id, log_id, body)
               WHERE (SELECT count(*) FROM logged) = cardinality($1) OR log_id = ANY (ARRAY(SELECT log_id FROM logged))
           ), batched AS (
               INSERT INTO webhook_batches (merchant_ids, log_ids) SELECT $13, $14 WHERE cardinality($14::text[]) > 0
           )
           SELECT log_id AS "log_id!" FROM logged"#,
        &new.logs as _,
        &new.merchants as _,
        &new.topics as _,
        &new.webhooks as _,
        &new.events as _,
        &new.versions as _,
        &new.triggered as _,
        &new.facts as _,
        &new.kinds as _,
        &new.status as _,
        &new.notes as _,
        &new.bodies as _,
        &new.waiting.0 as _,
        &new.waiting.1 as _,
        &new.personal as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(logged.into_iter().collect())
}

/// A webhook that a job handles.
#[derive(Debug, Clone, Copy)]
pub struct HandledWebhook<'a> {
    /// Whose.
    pub merchant_id: &'a str,
    /// The record.
    pub log_id: &'a str,
    /// Attempts before this one.
    pub retries: i32,
    /// When this one began.
    pub started_at: DateTime<Utc>,
}

/// What handling a webhook needs.
#[derive(Debug, Clone)]
pub struct ClaimedWebhook {
    /// Whose.
    pub merchant_id: String,
    /// The record.
    pub log_id: String,
    /// The facts as JSON.
    pub facts: String,
    /// What it says of a person.
    pub personal_data: Option<Encrypted<WebhookPersonalData>>,
    /// Its merchant's earn rule as JSON; `None`: the default.
    pub earn_rule: Option<String>,
}

/// Reads webhooks and marks them as handled by `worker`: one visit to their records, in the transaction of their effects, which
/// must not be committed unless all that were claimed are handled. Locks them in the order of `webhooks`: sort them by key, so
/// that two batches cannot deadlock. One that another transaction holds is waited for, and looked at again. Those handled
/// before, without facts or unknown are missing from the answer; see [`standing`].
///
/// # Errors
/// As any statement.
pub async fn claim(
    tx: &mut Tx,
    worker: &str,
    webhooks: &[HandledWebhook<'_>],
) -> Result<Vec<ClaimedWebhook>, StoreError> {
    let merchants: Vec<&str> = webhooks.iter().map(|w| w.merchant_id).collect();
    let logs: Vec<&str> = webhooks.iter().map(|w| w.log_id).collect();
    let retries: Vec<i32> = webhooks.iter().map(|w| w.retries).collect();
    let started: Vec<DateTime<Utc>> = webhooks.iter().map(|w| w.started_at).collect();
    let rows = sqlx::query!(
        r#"UPDATE api_logs l
           SET status = 'success', error = NULL, personal_data = NULL, retry_count = greatest(l.retry_count, k.retries), finished_at = CURRENT_TIMESTAMP,
               worker = $5, started_at = k.started_at
           FROM unnest($1::text[], $2::text[], $3::integer[], $4::timestamptz[]) AS k(merchant_id, log_id, retries, started_at)
           CROSS JOIN LATERAL (SELECT ctid, personal_data FROM api_logs
                               WHERE merchant_id = k.merchant_id AND log_id = k.log_id OFFSET 0) found
           WHERE l.ctid = found.ctid AND l.status <> 'success' AND l.payload IS NOT NULL
           RETURNING l.merchant_id, l.log_id, l.payload::text AS "facts!", found.personal_data,
                     (SELECT earn_rule::text FROM program_settings WHERE merchant_id = l.merchant_id) AS earn_rule"#,
        merchants as _,
        logs as _,
        retries as _,
        started as _,
        worker
    )
    .fetch_all(&mut **tx)
    .await?;
    let claimed = rows.into_iter().map(|row| ClaimedWebhook {
        merchant_id: row.merchant_id,
        log_id: row.log_id,
        facts: row.facts,
        personal_data: row.personal_data.map(Encrypted::from_stored),
        earn_rule: row.earn_rule,
    });
    Ok(claimed.collect())
}

/// How the record of a webhook stands.
#[derive(Debug, Clone)]
pub struct WebhookState {
    /// The record.
    pub log_id: String,
    /// `pending`, `success` or `failed`.
    pub status: String,
    /// Whether there is something to handle.
    pub has_facts: bool,
    /// Why there is not, or what went wrong.
    pub error: Option<String>,
}

/// How records stand, by (merchant, log id); unknown ones are missing from the answer.
///
/// # Errors
/// As any statement.
pub async fn states(tx: &mut Tx, keys: &[(&str, &str)]) -> Result<Vec<WebhookState>, StoreError> {
    let (merchants, logs): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
    Ok(sqlx::query_as!(
        WebhookState,
        r#"SELECT l.log_id, l.status, l.payload IS NOT NULL AS "has_facts!", l.error
           FROM unnest($1::text[], $2::text[]) AS k(merchant_id, log_id)
           CROSS JOIN LATERAL (SELECT * FROM api_logs WHERE merchant_id = k.merchant_id AND log_id = k.log_id OFFSET 0) l"#,
        merchants as _,
        logs as _
    )
    .fetch_all(&mut **tx)
    .await?)
}
