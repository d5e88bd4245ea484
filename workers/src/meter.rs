//! Counts what the queue's runner reports. Refuses labels that name a merchant; none is reported.

use jobs::{JobKind, Observer, SnoozeCause, ThrottleReason};
use platform::metrics;

/// Writes the platform's metrics.
#[derive(Debug)]
pub(crate) struct Meter;

impl Observer for Meter {
    fn lanes_put_off(&self, kind: JobKind, why: ThrottleReason, lanes: u64) {
        metrics::jobs_throttled(kind.name(), why.as_str(), lanes);
    }

    fn snoozed(&self, kind: JobKind, cause: SnoozeCause) {
        metrics::jobs_snoozed(kind.name(), cause.as_str(), 1);
    }
}

#[cfg(test)]
mod tests {
    use platform::metrics::Metrics;

    use super::*;

    #[test]
    fn what_is_reported_is_in_the_metrics() {
        let shown = Metrics::install().unwrap();
        Meter.lanes_put_off(JobKind::AwardPoints, ThrottleReason::Rate, 3);
        Meter.snoozed(JobKind::AwardPoints, SnoozeCause::CircuitOpen);
        let text = shown.render();
        for line in [
            r#"jobs_throttled_turns_total{queue="award-points",reason="rate"} 3"#,
            r#"jobs_snoozed_runs_total{queue="award-points",reason="circuit_open"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
    }
}
