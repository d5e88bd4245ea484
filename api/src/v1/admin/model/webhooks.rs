//! Recorded webhooks. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

/// How far a webhook has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum WebhookStatus {
    #[oai(rename = "pending")]
    Pending,
    #[oai(rename = "success")]
    Success,
    #[oai(rename = "failed")]
    Failed,
}

/// Which webhooks: all conditions must hold.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct WebhookFilter {
    pub(crate) status: Option<Vec<WebhookStatus>>,
    #[oai(validator(max_items = 20))]
    pub(crate) topic: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) shop: Option<Vec<String>>,
    /// Recorded at or after.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Recorded before.
    pub(crate) before: Option<DateTime<Utc>>,
    #[oai(validator(max_items = 500))]
    pub(crate) id: Option<Vec<String>>,
    /// Words in the reason.
    #[oai(validator(max_length = 300))]
    pub(crate) text: Option<String>,
}
