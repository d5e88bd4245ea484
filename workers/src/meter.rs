//! Counts what the queue's runner and the calls to partners tell. Refuses: labels that name a merchant; none is told.

use std::time::Duration;

use jobs::{CallOutcome, CircuitState, JobKind, Observer, SnoozeCause, ThrottleReason};
use platform::metrics;

/// Tells the platform's metrics.
#[derive(Debug)]
pub(crate) struct Meter;

impl Observer for Meter {
    fn lanes_put_off(&self, kind: JobKind, why: ThrottleReason, lanes: u64) {
        metrics::jobs_throttled(kind.name(), why.as_str(), lanes);
    }

    fn snoozed(&self, kind: JobKind, cause: SnoozeCause) {
        metrics::jobs_snoozed(kind.name(), cause.as_str(), 1);
    }

    fn called(&self, upstream: &'static str, outcome: CallOutcome) {
        metrics::upstream_calls(upstream, outcome.as_str(), 1);
    }

    fn paced(&self, upstream: &'static str, waited: Duration) {
        metrics::upstream_limiter_wait_seconds(upstream, waited.as_secs_f64());
    }

    fn circuit_changed(&self, upstream: &'static str, state: CircuitState) {
        metrics::upstream_circuit_changes(upstream, state.as_str(), 1);
    }
}

#[cfg(test)]
mod tests {
    use platform::metrics::Metrics;

    use super::*;

    #[test]
    fn what_is_told_is_in_the_metrics() {
        let shown = Metrics::install().unwrap();
        Meter.lanes_put_off(JobKind::AwardPoints, ThrottleReason::Rate, 3);
        Meter.snoozed(JobKind::AwardPoints, SnoozeCause::CircuitOpen);
        Meter.called("shopify", CallOutcome::Throttled);
        Meter.paced("shopify", Duration::from_millis(4));
        Meter.circuit_changed("shopify", CircuitState::Open);
        let text = shown.render();
        for line in [
            r#"jobs_throttled_turns_total{queue="award-points",reason="rate"} 3"#,
            r#"jobs_snoozed_runs_total{queue="award-points",reason="circuit_open"} 1"#,
            r#"upstream_calls_total{upstream="shopify",outcome="throttled"} 1"#,
            r#"upstream_limiter_wait_seconds_bucket{upstream="shopify",le="0.005"} 1"#,
            r#"upstream_circuit_changes_total{upstream="shopify",state="open"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
    }
}
