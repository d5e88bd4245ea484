//! Merchants by domain, remembered for a minute. Concurrent look-ups of one domain share one statement, and none lasts longer
//! than its deadline, so that an outage of PostgreSQL delays nobody behind others.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::MerchantId;
use moka::Expiry;
use moka::future::Cache;
use store::Store;
use tokio::time::timeout;

use crate::error::ApiError;

/// How long a look-up of a merchant or a key may take.
pub(crate) const LOOK_UP_MAX: Duration = Duration::from_millis(1_500);
/// How long a merchant is remembered. One that left is known for a minute more, which is harmless: its webhooks are recorded
/// either way, and its keys are not looked up here.
const FOUND_TTL: Duration = Duration::from_secs(60);
/// How long it is remembered that a domain has no merchant. One that is registered elsewhere is known here after that.
const MISSING_TTL: Duration = Duration::from_secs(5);
/// Domains remembered at most.
const ENTRIES_MAX: u64 = 20_000;

/// Runs a look-up that the answer waits for.
///
/// # Errors
/// 503 when PostgreSQL is unavailable, or has not answered within [`LOOK_UP_MAX`].
pub(crate) async fn within_look_up<T, E>(look_up: impl Future<Output = Result<T, E>>) -> Result<T, ApiError>
where
    ApiError: From<E>,
{
    match timeout(LOOK_UP_MAX, look_up).await {
        Ok(answered) => Ok(answered?),
        Err(_) => {
            tracing::warn!(look_up_max_ms = LOOK_UP_MAX.as_millis(), "a look-up did not end in time");
            Err(ApiError::unavailable())
        }
    }
}

type Found = Option<Arc<MerchantId>>;

/// The merchants, by domain.
pub(crate) struct MerchantCache {
    store: Store,
    by_domain: Cache<String, Found>,
}

struct ByOutcome;

impl Expiry<String, Found> for ByOutcome {
    fn expire_after_create(&self, _domain: &String, found: &Found, _now: Instant) -> Option<Duration> {
        Some(if found.is_some() { FOUND_TTL } else { MISSING_TTL })
    }
}

impl MerchantCache {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, by_domain: Cache::builder().max_capacity(ENTRIES_MAX).expire_after(ByOutcome).build() }
    }

    /// The merchant of `domain` (lower case), whatever its status. A failed look-up is not remembered.
    ///
    /// # Errors
    /// 503 as [`within_look_up`].
    pub(crate) async fn merchant(&self, domain: &str) -> Result<Found, ApiError> {
        if let Some(found) = self.by_domain.get(domain).await {
            return Ok(found);
        }
        let look_up = async {
            let merchant = self.store.merchant_by_domain(domain).await?;
            Ok::<_, ApiError>(merchant.map(|merchant| Arc::new(merchant.merchant_id)))
        };
        let shared = async {
            let found = self.by_domain.try_get_with(domain.to_owned(), look_up).await;
            found.map_err(|error: Arc<ApiError>| ApiError::clone(&error))
        };
        within_look_up(shared).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_and_missing_have_lifetimes_of_their_own() {
        let now = Instant::from(tokio::time::Instant::now());
        let domain = "a.myshopify.com".to_owned();
        let merchant = MerchantId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap();
        assert_eq!(ByOutcome.expire_after_create(&domain, &Some(Arc::new(merchant)), now), Some(FOUND_TTL));
        assert_eq!(ByOutcome.expire_after_create(&domain, &None, now), Some(MISSING_TTL));
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_up_that_hangs_ends_at_its_deadline() {
        let begun = tokio::time::Instant::now();
        let refused = within_look_up(std::future::pending::<Result<(), ApiError>>()).await.unwrap_err();
        assert_eq!((refused.code, begun.elapsed()), (crate::error::Code::Unavailable, LOOK_UP_MAX));
        assert!(refused.retry_after.is_some());
    }
}
