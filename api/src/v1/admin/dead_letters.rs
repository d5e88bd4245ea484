//! `GET /v1/api/admin/dead-letters`: jobs that were given up, as PostgreSQL keeps them.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;

use crate::app::State;
use crate::ops::caller::{Caller, View};
use crate::v1::admin::jobs::filter::FilterQuery;
use crate::v1::admin::jobs::listed_page;
use crate::v1::admin::model::jobs::{JobFilter, Jobs};
use crate::v1::admin::{Answer, Tag};

/// Operations on dead letters.
pub(crate) type Api = DeadLettersApi;

/// The operation.
#[derive(Default)]
pub(crate) struct DeadLettersApi;

#[OpenApi(tag = "Tag::Jobs")]
impl DeadLettersApi {
    /// Dead letters
    #[oai(path = "/v1/api/admin/dead-letters", method = "get", operation_id = "listDeadLetters")]
    async fn list(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        filter: FilterQuery<true>,
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))] limit: Query<Option<u64>>,
        #[oai(validator(max_length = 1024))] cursor: Query<Option<String>>,
    ) -> Answer<Jobs> {
        let body = JobFilter { state: None, paused: None, ..filter.0 };
        Ok(Json(listed_page(&state, body, true, limit.0, cursor.0.as_deref()).await?))
    }
}
