//! `GET /v1/api/webhooks/retries`: recorded webhooks of a merchant, by default those that failed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};
use store::webhooks::{WebhookFilter, WebhookView};

use super::{PAGE_ROWS_DEFAULT, cursor, page};
use crate::app::State;
use crate::auth::{Caller, MerchantSelector, Permission};
use crate::error::{ErrorBody, ReadRefusal};

/// How far a webhook has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum WebhookStatus {
    /// Its job has not ended yet.
    Pending,
    /// Handled, or nothing to do.
    Success,
    /// Given up.
    Failed,
}

impl WebhookStatus {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Failed => "failed",
        }
    }
}

/// A recorded webhook, without its content.
#[derive(Debug, Object)]
#[oai(rename = "WebhookRetry")]
struct RetryBody {
    log_id: String,
    /// Shopify's topic.
    endpoint: String,
    /// Retries so far.
    retry_count: i32,
    /// `pending`, `success` or `failed`.
    status: String,
    /// Why it failed, or why it needs no work.
    reason: Option<String>,
    /// The kind of job that handles it; null while pending: its handler comes with a later release.
    job_kind: Option<String>,
    /// Shopify's id of the delivery.
    webhook_id: String,
    created_at: DateTime<Utc>,
    /// When it was handled or given up.
    finished_at: Option<DateTime<Utc>>,
}

/// A page of recorded webhooks.
#[derive(Debug, Object)]
#[oai(rename = "WebhookRetries")]
struct RetriesBody {
    /// `ok`.
    status: String,
    /// Newest first.
    retries: Vec<RetryBody>,
    /// `cursor` of the next page; null: this is the last.
    next_cursor: Option<String>,
    error: Option<ErrorBody>,
}

/// Reads of recorded webhooks.
pub(crate) struct RetriesApi(pub(crate) Arc<State>);

#[OpenApi]
impl RetriesApi {
    /// Recorded webhooks
    ///
    /// By default those that were given up; newest first.
    #[oai(path = "/v1/api/webhooks/retries", method = "get", operation_id = "get_webhook_retries")]
    #[expect(clippy::too_many_arguments, reason = "one per parameter of the operation")]
    async fn retries(
        &self,
        caller: Caller,
        /// Only this topic, such as `orders/create`.
        #[oai(validator(max_length = 64))]
        endpoint: Query<Option<String>>,
        /// Only those in this state; `failed` unless given.
        status: Query<Option<WebhookStatus>>,
        /// Webhooks on a page.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u32>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Whose, for the administrator's token.
        merchant_id: Query<Option<String>>,
        /// Whose by `*.myshopify.com`, for the administrator's token.
        shop: Query<Option<String>>,
    ) -> Result<Json<RetriesBody>, ReadRefusal> {
        let state = &self.0;
        let selector = MerchantSelector { merchant_id: merchant_id.0, shop: shop.0 };
        let before = self::cursor(cursor.0.as_deref())?;
        let merchant = caller.0.merchant(Permission::WebhooksRead, &selector, &state.merchants, &state.store).await?;
        let limit = limit.0.unwrap_or(PAGE_ROWS_DEFAULT);
        let filter = WebhookFilter {
            endpoint: endpoint.0.as_deref(),
            status: Some(status.0.unwrap_or(WebhookStatus::Failed).as_str()),
            before,
            rows_max: i64::from(limit) + 1,
        };
        let mut rows = state.store.webhooks(&merchant, &filter).await?;
        let next_cursor = page(&mut rows, limit, |row| &row.log_id);
        let retries = rows.into_iter().map(body).collect();
        Ok(Json(RetriesBody { status: "ok".to_owned(), retries, next_cursor, error: None }))
    }
}

fn body(row: WebhookView) -> RetryBody {
    RetryBody {
        log_id: row.log_id,
        endpoint: row.endpoint,
        retry_count: row.retry_count,
        status: row.status,
        reason: row.error,
        job_kind: row.job_kind,
        webhook_id: row.webhook_id,
        created_at: row.created_at,
        finished_at: row.finished_at,
    }
}
