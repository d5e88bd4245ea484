//! The rate of partners that all processes share, in Redis.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jobs::{Permission, QueueError, Reconciliation, SharedLimits};
use partners::{Bucket, Partners, RateError, SharedRate, Usage};
use platform::ids::Ids;

use crate::Datastores;

impl Datastores {
    /// Returns the partners as this process calls them, with the rates that all processes share in Redis. `ids` are the source
    /// of jitter.
    #[must_use]
    pub fn partners(&self, ids: Arc<Ids>) -> Partners {
        Partners::new(Arc::new(RedisRate(self.queues.limits())), ids)
    }
}

/// The token buckets of partners, in Redis.
#[derive(Debug)]
pub struct RedisRate(pub SharedLimits);

impl SharedRate for RedisRate {
    fn acquire<'a>(&'a self, bucket: Bucket<'a>, cost: u32) -> BoxFuture<'a, Result<(), RateError>> {
        let Bucket { partner, credential, rate } = bucket;
        async move {
            match self.0.acquire(partner, credential, rate, cost).await.map_err(rate_error)? {
                Permission::Granted => Ok(()),
                Permission::Later(after) => Err(RateError::Later(after)),
            }
        }
        .boxed()
    }

    fn penalize<'a>(&'a self, bucket: Bucket<'a>, after: Duration) -> BoxFuture<'a, Result<Duration, RateError>> {
        let Bucket { partner, credential, rate } = bucket;
        async move { self.0.penalize(partner, credential, rate, after).await.map_err(rate_error) }.boxed()
    }

    fn reconcile<'a>(&'a self, bucket: Bucket<'a>, taken: u32, usage: Usage) -> BoxFuture<'a, Result<(), RateError>> {
        let Bucket { partner, credential, rate } = bucket;
        let unused = i64::from(taken) - i64::from(usage.spent.unwrap_or(taken));
        let shown = Reconciliation { unused, left: usage.left, rate: usage.rate };
        async move { self.0.reconcile(partner, credential, rate, shown).await.map_err(rate_error) }.boxed()
    }
}

fn rate_error(error: QueueError) -> RateError {
    match error {
        QueueError::Setting(error) => RateError::Invalid(error.into()),
        error => RateError::Unavailable(error.into()),
    }
}
