//! A partner without rules of its own: it takes every request with 200, and has no limit but one that is set. For tests of
//! what calls a partner, whichever it is.

use std::sync::{Mutex, PoisonError};

use super::{PartnerApi, Refusal, RequestContext};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::rate::{Bucket, Limit};

/// Accounts whose limits are kept.
const ACCOUNTS_MAX: usize = 1_000;

/// The partner.
pub(super) struct Echo {
    buckets: Mutex<BoundedMap<String, Bucket>>,
}

impl Echo {
    /// Returns the partner as it is at first.
    pub(super) fn new() -> Self {
        Self { buckets: Mutex::new(BoundedMap::new(ACCOUNTS_MAX)) }
    }
}

impl PartnerApi for Echo {
    fn account(&self, call: &Call) -> String {
        call.path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        if let Some(per_s) = context.limits.rate_per_s {
            let limit = Limit { burst: per_s.max(1.0), per_s };
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            let bucket = buckets.entry(&self.account(call), || Bucket::full(limit, context.now));
            if bucket.take(1.0, limit, context.now).is_err() {
                return self.refuse(call, Refusal::Status(429), context);
            }
        }
        Answer::empty(200)
    }

    fn refuse(&self, _call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        match refusal {
            Refusal::Status(429) => {
                Answer::empty(429).with("retry-after", context.limits.retry_after_s.unwrap_or(1.0).to_string())
            }
            Refusal::Status(status) => Answer::empty(status),
            Refusal::Gone => Answer::empty(404),
        }
    }
}
