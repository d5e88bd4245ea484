//! Which merchants are known, remembered for a minute.

use std::sync::Arc;
use std::time::Duration;

use domain::MerchantId;
use store::{Store, StoreError};

use crate::cache::{Cache, Limits};

/// A shop registered elsewhere is known here after five seconds; one that left is known for a minute more, which is
/// harmless, since its webhooks are recorded either way.
const LIMITS: Limits = Limits { found: Duration::from_secs(60), missing: Duration::from_secs(5), entries_max: 20_000 };

/// The merchants, by domain.
pub(crate) struct MerchantCache {
    store: Store,
    by_domain: Cache<String, Arc<MerchantId>>,
}

impl MerchantCache {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, by_domain: Cache::new(LIMITS) }
    }

    /// The merchant of `domain` (lower case), whatever its status.
    ///
    /// # Errors
    /// When it is not remembered and PostgreSQL is away.
    pub(crate) async fn merchant(&self, domain: &String) -> Result<Option<Arc<MerchantId>>, StoreError> {
        let look_up = || async {
            Ok(self.store.merchant_by_domain(domain).await?.map(|merchant| Arc::new(merchant.merchant_id)))
        };
        self.by_domain.get(domain, look_up).await
    }
}
