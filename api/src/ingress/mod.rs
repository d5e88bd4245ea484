//! `POST /v1/api/shopify/webhook`: verify, record, answer, enqueue, in this order. Nothing is answered 200 before it is
//! committed in PostgreSQL; nothing is parsed before its signature is verified; nothing waits without a bound.

mod body;
mod delivery;
mod enqueuer;
mod operation;
mod recorder;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::{LogId, MerchantId, PersonalData};
use jobs::Queues;
use platform::{Context, Ids};
use poem::Body;
use poem::http::HeaderMap;
use shopify::{Secrets, Topic, WebhookHeaders};
use store::Store;
use store::crypto::KeyRing;
use store::webhooks::NewWebhook;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

use crate::error::{ApiError, Code};
use crate::merchant_cache::MerchantCache;
use body::Budget;
use delivery::{Delivery, Sealed};
use enqueuer::Enqueuer;
use recorder::{Entry, Grouping, RecordOutcome, RecorderHandle};

pub(crate) use operation::WebhookApi;

/// Within what time a delivery is answered once its body is there, the look-up of its merchant included. Shopify gives up
/// after five seconds.
const ANSWER_MAX: Duration = Duration::from_secs(4);
/// Bodies larger than this are read on a thread of their own, so that they do not hold up the small ones.
const INLINE_BYTES_MAX: usize = 256 * 1_024;

/// A delivery that is in PostgreSQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// Now.
    Recorded,
    /// Recorded before; Shopify tried again.
    Duplicate,
}

/// What the ingress is made of.
pub(crate) struct Ingress {
    secrets: Arc<Secrets>,
    merchants: Arc<MerchantCache>,
    ids: Arc<Ids>,
    keys: Arc<KeyRing>,
    budget: Budget,
    recorder: RecorderHandle,
}

/// The ingress's own tasks: they end once every [`Ingress`] is dropped and what it took in is recorded and enqueued.
pub(crate) struct IngressTasks {
    recorder: JoinHandle<()>,
    enqueuer: JoinHandle<()>,
}

impl IngressTasks {
    /// Waits for their end.
    pub(crate) async fn ended(self) {
        for (name, task) in [("recorder", self.recorder), ("enqueuer", self.enqueuer)] {
            if let Err(error) = task.await {
                tracing::error!(name, %error, "a task of the ingress broke");
            }
        }
    }
}

/// What the ingress needs from outside.
pub(crate) struct Parts<'a> {
    pub(crate) settings: &'a platform::config::ApiSettings,
    pub(crate) context: &'a Context,
    pub(crate) store: Store,
    pub(crate) merchants: Arc<MerchantCache>,
    pub(crate) queues: Queues,
}

impl Ingress {
    /// Starts the recorder and the enqueuer.
    pub(crate) fn start(parts: Parts<'_>) -> (Self, IngressTasks) {
        let Parts { settings, context, store, merchants, queues } = parts;
        let current = settings.shopify.api_secret.expose().as_bytes().to_vec();
        let previous = settings.shopify.api_secret_previous.as_ref().map(|secret| secret.expose().as_bytes().to_vec());
        let secrets = Arc::new(Secrets::new([Some(current), previous].into_iter().flatten().collect()));
        let (enqueue_sender, enqueuer) = Enqueuer::start(queues);
        let grouping =
            Grouping { window: settings.api.group_commit(), rows_max: settings.api.group_commit_rows_max.max(1) };
        let (recorder, recorder_task) = recorder::start(store, grouping, enqueue_sender);
        let ids = Arc::clone(&context.ids);
        let keys = Arc::new(datastores::key_ring(&settings.encryption));
        (
            Self { secrets, merchants, ids, keys, budget: Budget::new(), recorder },
            IngressTasks { recorder: recorder_task, enqueuer },
        )
    }

    /// Takes one delivery in. `request_id` follows it into its job.
    pub(crate) async fn receive(&self, headers: &HeaderMap, body: Body, request_id: &str) -> Result<Receipt, ApiError> {
        let mut topic = "none";
        let outcome = self.deliver(headers, body, request_id, &mut topic).await;
        let label = match &outcome {
            Ok((Receipt::Duplicate, _)) => "duplicate",
            Ok((Receipt::Recorded, true)) => "recorded",
            Ok((Receipt::Recorded, false)) => "unneeded",
            Err(error) => outcome_label(error.code),
        };
        platform::metrics::ingress_webhooks(topic, label, 1);
        if let Err(error) = &outcome {
            tracing::info!(code = error.code.as_str(), topic, "webhook refused");
        }
        outcome.map(|(receipt, _)| receipt)
    }

    async fn deliver(
        &self,
        headers: &HeaderMap,
        body: Body,
        request_id: &str,
        topic: &mut &'static str,
    ) -> Result<(Receipt, bool), ApiError> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        json_only(text("content-type"))?;
        let webhook = WebhookHeaders::from_lookup(text)?;
        *topic = Topic::parse(&webhook.topic).map_or("other", Topic::as_str);
        let (raw, memory_permit) = body::read(body, text("content-length"), &self.budget).await?;
        let answer_by = Instant::now() + ANSWER_MAX;
        let (webhook, delivery) = self.verify_and_parse(webhook, raw.clone()).await?;
        let merchant_id = self.merchants.merchant(&webhook.shop_domain).await?;
        let merchant_id =
            merchant_id.ok_or_else(|| ApiError::new(Code::UnknownShop, "no shop of this domain is known"))?;
        let Delivery { facts, personal_data, note, job, status } = delivery;
        let Sealed { personal_data, body } = self.seal(Arc::clone(&merchant_id), personal_data, raw).await?;
        let row = NewWebhook {
            log_id: LogId::mint(&mut || self.ids.ulid()),
            merchant_id: merchant_id.as_ref().clone(),
            topic: webhook.topic,
            webhook_id: webhook.webhook_id,
            event_id: webhook.event_id,
            api_version: webhook.api_version,
            triggered_at: webhook.triggered_at,
            facts,
            personal_data,
            job_kind: job.map(jobs::JobKind::name),
            status,
            note,
            body,
        };
        let (answer, verdict) = oneshot::channel();
        let entry =
            Entry { webhook: row, job, trace: request_id.to_owned(), answer, memory_permit: Some(memory_permit) };
        if !self.recorder.take(entry) {
            return Err(ApiError::unavailable());
        }
        match timeout_at(answer_by, verdict).await {
            Ok(Ok(RecordOutcome::Recorded)) => Ok((Receipt::Recorded, status == "pending")),
            Ok(Ok(RecordOutcome::Duplicate)) => Ok((Receipt::Duplicate, true)),
            Ok(Ok(RecordOutcome::Refused)) => {
                Err(ApiError::new(Code::Unrecordable, "the database will not take this webhook"))
            }
            Ok(Ok(RecordOutcome::Unavailable) | Err(_)) | Err(_) => Err(ApiError::unavailable()),
        }
    }

    async fn verify_and_parse(
        &self,
        webhook: WebhookHeaders,
        raw: Bytes,
    ) -> Result<(WebhookHeaders, Delivery), ApiError> {
        if raw.len() <= INLINE_BYTES_MAX {
            let delivery = delivery::verify_and_parse(&self.secrets, &webhook, &raw)?;
            return Ok((webhook, delivery));
        }
        let secrets = Arc::clone(&self.secrets);
        let parsed = tokio::task::spawn_blocking(move || {
            delivery::verify_and_parse(&secrets, &webhook, &raw).map(|delivery| (webhook, delivery))
        });
        parsed.await.unwrap_or_else(|_| Err(ApiError::internal()))
    }

    /// Compresses and encrypts, large bodies on a thread of their own.
    async fn seal(
        &self,
        merchant: Arc<MerchantId>,
        personal_data: PersonalData,
        raw: Bytes,
    ) -> Result<Sealed, ApiError> {
        if raw.len() <= INLINE_BYTES_MAX {
            return Ok(delivery::seal(&self.keys, &self.ids, &merchant, &personal_data, &raw));
        }
        let (keys, ids) = (Arc::clone(&self.keys), Arc::clone(&self.ids));
        let sealed = tokio::task::spawn_blocking(move || delivery::seal(&keys, &ids, &merchant, &personal_data, &raw));
        sealed.await.map_err(|_| ApiError::new(Code::Internal, "an unexpected error"))
    }
}

/// Shopify sends its webhooks as JSON; a sender that says nothing is believed.
fn json_only(content_type: Option<&str>) -> Result<(), ApiError> {
    let essence = content_type.map(|text| text.split(';').next().unwrap_or_default().trim());
    match essence {
        Some(essence) if !essence.eq_ignore_ascii_case("application/json") => {
            Err(ApiError::new(Code::UnsupportedMediaType, "webhooks are application/json"))
        }
        _ => Ok(()),
    }
}

/// The header of the signature, as [`shopify::HeaderError`] names it.
const SIGNATURE: &str = "X-Shopify-Hmac-Sha256";

impl From<shopify::HeaderError> for ApiError {
    fn from(error: shopify::HeaderError) -> Self {
        let code = match error {
            // Without a signature the sender is not authenticated, whatever stands in its place.
            shopify::HeaderError::Missing(SIGNATURE) | shopify::HeaderError::Malformed(SIGNATURE) => {
                Code::InvalidSignature
            }
            shopify::HeaderError::Missing(_) => Code::MissingHeader,
            shopify::HeaderError::Malformed(_) => Code::MalformedHeader,
        };
        Self::new(code, error.to_string())
    }
}

const fn outcome_label(code: Code) -> &'static str {
    match code {
        Code::InvalidSignature => "bad_signature",
        Code::UnknownShop => "unknown_shop",
        Code::Unavailable => "unavailable",
        Code::Unrecordable | Code::Internal => "failed",
        _ => "malformed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_taken_and_silence_is_believed() {
        for good in [None, Some("application/json"), Some("Application/JSON; charset=utf-8")] {
            assert_eq!(json_only(good), Ok(()));
        }
        for bad in ["text/plain", "", "application/jsonx", "application/x-www-form-urlencoded"] {
            assert_eq!(json_only(Some(bad)).unwrap_err().code, Code::UnsupportedMediaType, "{bad}");
        }
    }
}
