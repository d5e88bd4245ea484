//! `GET /v1/api/webhooks/retries`: recorded webhooks of a merchant, by default those that failed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::LogId;
use poem::web::Data;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};
use store::webhooks::{WebhookFilter, WebhookView};

use crate::app::State;
use crate::auth::{Authorized, WebhooksRead};
use crate::error::{ApiError, refusal};
use crate::openapi::Null;
use crate::page::{ID_KEY_PATTERN, List, Page};
use crate::v1::{OkStatus, Tag, listed};

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

fn status_default() -> WebhookStatus {
    WebhookStatus::Failed
}

fn endpoint_example() -> Option<String> {
    Some("orders/create".to_owned())
}

/// A merchant's recorded webhooks, newest first.
struct Retries;

impl List for Retries {
    const NAME: &'static str = "retries";
    type Key = String;
    const KEY_PATTERN: &'static str = ID_KEY_PATTERN;

    fn key(text: &str) -> Option<String> {
        LogId::parse(text).ok().map(|id| id.as_str().to_owned())
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
    #[oai(validator(minimum(value = "0")))]
    retry_count: i32,
    status: WebhookStatus,
    /// Why it failed, or why it needs no work.
    reason: Option<String>,
    /// The kind of job that handles it; null while pending: its handler comes with a later release.
    job_kind: Option<String>,
    /// Shopify's id of the delivery.
    webhook_id: String,
    created_at: DateTime<Utc>,
    /// When it was handled or given up; null while pending.
    finished_at: Option<DateTime<Utc>>,
}

/// A page of recorded webhooks.
#[derive(Debug, Object)]
#[oai(rename = "WebhookRetries", example)]
struct RetriesBody {
    status: OkStatus,
    /// Newest first.
    retries: Vec<RetryBody>,
    /// `cursor` of the next page; null: this is the last.
    next_cursor: Option<String>,
    error: Null,
}

refusal! {
    /// Why recorded webhooks are not shown.
    ListRetriesRefusal:
}

/// The operation.
#[derive(Default)]
pub(crate) struct ListRetries;

#[OpenApi(tag = "Tag::Webhooks")]
impl ListRetries {
    /// Recorded webhooks
    ///
    /// By default those that were given up; newest first.
    #[oai(path = "/v1/api/webhooks/retries", method = "get", operation_id = "get_webhook_retries")]
    async fn handle(
        &self,
        state: Data<&Arc<State>>,
        caller: Authorized<WebhooksRead>,
        /// Only this topic.
        #[oai(example = "endpoint_example", validator(max_length = 64))]
        endpoint: Query<Option<String>>,
        /// Only those in this state.
        #[oai(default = "status_default")]
        status: Query<WebhookStatus>,
        page: Page<Retries>,
    ) -> Result<Json<RetriesBody>, ListRetriesRefusal> {
        let filter = WebhookFilter {
            endpoint: endpoint.0.as_deref(),
            status: Some(status.0.as_str()),
            before: page.after.as_deref(),
            rows_max: page.rows_max(),
        };
        let mut rows = state.reads.webhooks(&caller.merchant, &filter).await?;
        let next_cursor = page.cut(&mut rows, |row| row.log_id.clone());
        let retries = rows.into_iter().map(RetryBody::try_from).collect::<Result<_, ApiError>>()?;
        Ok(Json(RetriesBody { status: OkStatus::Ok, retries, next_cursor, error: Null }))
    }
}

impl TryFrom<WebhookView> for RetryBody {
    type Error = ApiError;

    fn try_from(row: WebhookView) -> Result<Self, ApiError> {
        Ok(Self {
            log_id: row.log_id,
            endpoint: row.endpoint,
            retry_count: row.retry_count,
            status: listed(&row.status)?,
            reason: row.error,
            job_kind: row.job_kind,
            webhook_id: row.webhook_id,
            created_at: row.created_at,
            finished_at: row.finished_at,
        })
    }
}

impl Example for RetriesBody {
    fn example() -> Self {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let retry = RetryBody {
            log_id: "01JD8Q3VN7Z9M0A2B4C6D8E0F1".to_owned(),
            endpoint: "orders/create".to_owned(),
            retry_count: 2,
            status: WebhookStatus::Failed,
            reason: Some("shape: line_items is not a list".to_owned()),
            job_kind: Some("award-points".to_owned()),
            webhook_id: "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043".to_owned(),
            created_at: at(1_795_341_600).unwrap_or_default(),
            finished_at: at(1_795_341_602),
        };
        Self { status: OkStatus::Ok, retries: vec![retry], next_cursor: None, error: Null }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_database_is_shown_with_its_status_from_the_list() {
        let row = |status: &str| WebhookView {
            log_id: "01JD8Q3VN7Z9M0A2B4C6D8E0F1".to_owned(),
            endpoint: "orders/create".to_owned(),
            retry_count: 0,
            status: status.to_owned(),
            error: None,
            job_kind: None,
            webhook_id: "w".to_owned(),
            created_at: DateTime::default(),
            finished_at: None,
        };
        for status in [WebhookStatus::Pending, WebhookStatus::Success, WebhookStatus::Failed] {
            assert_eq!(RetryBody::try_from(row(status.as_str())).unwrap().status, status);
        }
        assert!(RetryBody::try_from(row("lost")).is_err());
    }
}
