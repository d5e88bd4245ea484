//! What becomes of a job whose call to a partner has no answer: the one place where this is decided.

use jobs::{JobError, SnoozeCause};
use partners::{CallError, LaterReason};

/// Returns the outcome of a job that needed the call: `.map_err(job_error)?`.
#[must_use]
pub fn job_error(error: CallError) -> JobError {
    match error {
        CallError::Later { reason, after, .. } => {
            let (cause, class) = match reason {
                LaterReason::CircuitOpen => (SnoozeCause::CircuitOpen, "partner_circuit_open"),
                LaterReason::RateLimited | LaterReason::Smoothed => (SnoozeCause::RateLimited, "partner_rate_limited"),
                LaterReason::RateUnavailable => (SnoozeCause::Unavailable, "redis_unavailable"),
                LaterReason::Throttled => (SnoozeCause::Throttled, "partner_throttled"),
                LaterReason::Suspended => (SnoozeCause::Unavailable, "shop_suspended"),
                LaterReason::CredentialRenewed => (SnoozeCause::Unavailable, "credential_renewed"),
                LaterReason::CredentialsUnavailable => (SnoozeCause::Unavailable, "postgres_unavailable"),
            };
            JobError::snooze_for(cause, after, error.to_string()).class(class)
        }
        CallError::Failed { .. } => JobError::retry(error).class("partner_failed"),
        CallError::TimedOut { .. } => JobError::retry(error).class("partner_timeout"),
        CallError::Unauthorized { .. } => JobError::fail(error).class("partner_unauthorized"),
        // The shop is marked: each of its jobs as a dead letter would only repeat that.
        CallError::CredentialDead { .. } => JobError::discard(error.to_string()).class("credential_dead"),
        // Nothing is left to be done for a shop that is gone, now or later.
        CallError::ShopGone { .. } => JobError::discard(error.to_string()).class("shop_gone"),
        CallError::Rejected { .. } => JobError::fail(error).class("partner_rejected"),
        CallError::Invalid { .. } => JobError::fail(error).class("partner_call_invalid"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PARTNER: &str = "shopify";

    fn outcome(error: CallError) -> (&'static str, &'static str) {
        match job_error(error) {
            JobError::Retry { class, .. } => ("retry", class),
            JobError::Snooze { class, cause, .. } => (cause.as_str(), class),
            JobError::Discard { class, .. } => ("discard", class),
            JobError::Fail { class, .. } => ("fail", class),
        }
    }

    #[test]
    fn each_error_of_a_call_has_its_outcome() {
        let later = |reason| outcome(CallError::Later { partner: PARTNER, reason, after: Duration::from_secs(1) });
        assert_eq!(later(LaterReason::CircuitOpen), ("circuit_open", "partner_circuit_open"));
        assert_eq!(later(LaterReason::RateLimited), ("rate_limited", "partner_rate_limited"));
        assert_eq!(later(LaterReason::Smoothed), ("rate_limited", "partner_rate_limited"));
        assert_eq!(later(LaterReason::RateUnavailable), ("unavailable", "redis_unavailable"));
        assert_eq!(later(LaterReason::Throttled), ("throttled", "partner_throttled"));
        assert_eq!(later(LaterReason::Suspended), ("unavailable", "shop_suspended"));
        assert_eq!(later(LaterReason::CredentialRenewed), ("unavailable", "credential_renewed"));
        assert_eq!(later(LaterReason::CredentialsUnavailable), ("unavailable", "postgres_unavailable"));
        assert_eq!(outcome(CallError::CredentialDead { partner: PARTNER }), ("discard", "credential_dead"));
        let (partner, source) = (PARTNER, || "why".into());
        assert_eq!(outcome(CallError::Failed { partner, source: source() }), ("retry", "partner_failed"));
        assert_eq!(outcome(CallError::TimedOut { partner, after: Duration::ZERO }), ("retry", "partner_timeout"));
        assert_eq!(outcome(CallError::Unauthorized { partner, source: source() }), ("fail", "partner_unauthorized"));
        assert_eq!(outcome(CallError::ShopGone { partner, source: source() }), ("discard", "shop_gone"));
        assert_eq!(outcome(CallError::Rejected { partner, source: source() }), ("fail", "partner_rejected"));
        assert_eq!(outcome(CallError::Invalid { partner, source: source() }), ("fail", "partner_call_invalid"));
    }
}
