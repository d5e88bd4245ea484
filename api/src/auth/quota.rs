//! The quota of a partner's key: so many requests in each minute, over all api processes. Counted in Redis; while that is
//! unavailable, each process counts by itself, so that the loss of Redis refuses nobody and delays reads by a moment only.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jobs::{SharedQuotas, Spent};
use moka::future::Cache;
use poem::Request;
use poem::http::HeaderName;
use tokio::time::{Instant, timeout};

use crate::envelope::{AnswerHeaders, whole_seconds};
use crate::error::ApiError;

/// What a quota is counted in.
const WINDOW: Duration = Duration::from_secs(60);
/// How long Redis may take to count a request. It takes a fraction of a millisecond.
const SHARED_MAX: Duration = Duration::from_millis(100);
/// How long Redis is not asked after it did not answer.
const REDIS_BACKOFF: Duration = Duration::from_secs(1);
/// Keys counted by this process alone at most.
const LOCAL_ENTRIES_MAX: u64 = 20_000;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The quotas of all keys.
pub(crate) struct Quotas {
    shared: SharedQuotas,
    requests_max: u32,
    /// Redis is not asked before.
    resumes: Mutex<Instant>,
    /// What this process counted while Redis was unavailable; an entry lasts for one window.
    local: Cache<String, Arc<LocalWindow>>,
}

struct LocalWindow {
    begun: Instant,
    count: AtomicU64,
}

impl Quotas {
    /// `requests_max` requests of a key in each window.
    pub(crate) fn new(shared: SharedQuotas, requests_max: u32) -> Self {
        let local = Cache::builder().max_capacity(LOCAL_ENTRIES_MAX).time_to_live(WINDOW).build();
        Self { shared, requests_max, resumes: Mutex::new(Instant::now()), local }
    }

    /// Counts a request with the key `api_key_id`, and tells the caller what is left of its quota.
    ///
    /// # Errors
    /// 429 when nothing was left.
    pub(crate) async fn spend(&self, request: &Request, api_key_id: &str) -> Result<(), ApiError> {
        let (spent, is_shared) = match self.spend_shared(api_key_id).await {
            Some(spent) => (spent, true),
            None => (self.spend_local(api_key_id).await, false),
        };
        let granted = spent.count <= u64::from(self.requests_max);
        platform::metrics::api_quotas(outcome_label(granted, is_shared), 1);
        let left = u64::from(self.requests_max).saturating_sub(spent.count);
        let (window, resets_after) = (WINDOW.as_secs(), whole_seconds(spent.resets_after));
        AnswerHeaders::add(request, RATE_LIMIT_POLICY, &format!("\"key\";q={};w={window}", self.requests_max));
        AnswerHeaders::add(request, RATE_LIMIT, &format!("\"key\";r={left};t={resets_after}"));
        if granted { Ok(()) } else { Err(ApiError::rate_limited(spent.resets_after)) }
    }

    /// `None` while Redis is unavailable.
    async fn spend_shared(&self, api_key_id: &str) -> Option<Spent> {
        if Instant::now() < *self.resumes.lock().unwrap_or_else(PoisonError::into_inner) {
            return None;
        }
        let reason = match timeout(SHARED_MAX, self.shared.spend(api_key_id, WINDOW)).await {
            Ok(Ok(spent)) => return Some(spent),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        *self.resumes.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + REDIS_BACKOFF;
        platform::metrics::redis_errors("quota", 1);
        tracing::warn!(reason, "quotas are counted by this process alone");
        None
    }

    async fn spend_local(&self, api_key_id: &str) -> Spent {
        let new = async { Arc::new(LocalWindow { begun: Instant::now(), count: AtomicU64::new(0) }) };
        let window = self.local.get_with(api_key_id.to_owned(), new).await;
        let count = window.count.fetch_add(1, Ordering::Relaxed) + 1;
        Spent { count, resets_after: WINDOW.saturating_sub(window.begun.elapsed()) }
    }
}

const fn outcome_label(granted: bool, is_shared: bool) -> &'static str {
    match (granted, is_shared) {
        (true, true) => "granted",
        (false, true) => "refused",
        (true, false) => "granted_unshared",
        (false, false) => "refused_unshared",
    }
}

#[cfg(test)]
mod tests {
    use jobs::Queues;

    use super::*;
    use crate::error::Code;

    #[tokio::test]
    async fn without_redis_a_process_counts_by_itself_and_asks_redis_once_a_second() {
        // A port nobody listens on.
        let queues = Queues::connect("redis://127.0.0.1:9/0").unwrap();
        let quotas = Quotas::new(queues.quotas(), 3);
        let request = Request::default();
        assert_eq!(quotas.spend(&request, "a").await, Ok(()));
        let begun = Instant::now();
        assert_eq!(quotas.spend(&request, "a").await, Ok(()));
        assert_eq!(quotas.spend(&request, "a").await, Ok(()));
        let refused = quotas.spend(&request, "a").await.unwrap_err();
        assert!(begun.elapsed() < SHARED_MAX, "only the first request waits for Redis: {:?}", begun.elapsed());
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.retry_after.is_some_and(|after| after > Duration::ZERO && after <= WINDOW));
        assert_eq!(quotas.spend(&request, "b").await, Ok(()), "another key has a quota of its own");
    }
}
