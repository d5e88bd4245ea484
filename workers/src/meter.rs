//! Counts what the queue's runner reports. Refuses labels that name a merchant; none is reported.

use jobs::{EndedRun, JobKind, Observer, OutcomeKind, SnoozeCause, ThrottleReason};
use platform::metrics;

/// Writes the platform's metrics.
#[derive(Debug)]
pub(crate) struct Meter;

impl Meter {
    /// Creates one for this kind, whose counters of what is rare begin at zero: of a counter that appears with its first event
    /// Prometheus sees no increase, and an alert would miss it.
    pub(crate) fn start(kind: JobKind) -> Self {
        for outcome in [OutcomeKind::Done, OutcomeKind::Retried, OutcomeKind::Dead] {
            metrics::jobs_runs(kind.name(), outcome.as_str(), 0);
        }
        metrics::jobs_fenced(kind.name(), 0);
        metrics::jobs_rescued(kind.name(), "poison", 0);
        Self
    }
}

impl Observer for Meter {
    fn lanes_put_off(&self, kind: JobKind, why: ThrottleReason, lanes: u64) {
        metrics::jobs_throttled(kind.name(), why.as_str(), lanes);
    }

    fn snoozed(&self, kind: JobKind, cause: SnoozeCause) {
        metrics::jobs_snoozed(kind.name(), cause.as_str(), 1);
    }

    fn ran(&self, run: &EndedRun) {
        let queue = run.kind.name();
        metrics::jobs_runs(queue, run.outcome.as_str(), 1);
        metrics::jobs_wait_seconds(queue, run.waited.as_secs_f64());
        metrics::jobs_run_seconds(queue, run.ran.as_secs_f64());
        if run.outcome == OutcomeKind::Done {
            metrics::jobs_completion_seconds(queue, run.since_enqueued.as_secs_f64());
        }
    }

    fn fenced(&self, kind: JobKind, results: u64) {
        metrics::jobs_fenced(kind.name(), results);
    }

    fn rescued(&self, kind: JobKind, rescued: u64, poison: u64) {
        metrics::jobs_rescued(kind.name(), "rescued", rescued);
        metrics::jobs_rescued(kind.name(), "poison", poison);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::metrics::Metrics;

    use super::*;

    #[test]
    fn what_is_reported_is_in_the_metrics() {
        let shown = Metrics::install().unwrap();
        Meter::start(JobKind::CancelAdjustment);
        Meter.lanes_put_off(JobKind::AwardPoints, ThrottleReason::Rate, 3);
        Meter.snoozed(JobKind::AwardPoints, SnoozeCause::CircuitOpen);
        let run = |outcome| EndedRun {
            kind: JobKind::CancelAdjustment,
            outcome,
            waited: Duration::from_millis(4),
            ran: Duration::from_millis(40),
            since_enqueued: Duration::from_millis(400),
        };
        Meter.ran(&run(OutcomeKind::Done));
        Meter.ran(&run(OutcomeKind::Retried));
        Meter.fenced(JobKind::CancelAdjustment, 2);
        Meter.rescued(JobKind::CancelAdjustment, 5, 1);
        let text = shown.render();
        for line in [
            r#"jobs_runs_total{queue="cancel-adjustment",outcome="done"} 1"#,
            r#"jobs_runs_total{queue="cancel-adjustment",outcome="retried"} 1"#,
            r#"jobs_runs_total{queue="cancel-adjustment",outcome="dead"} 0"#,
            r#"jobs_wait_seconds_bucket{queue="cancel-adjustment",le="0.005"} 2"#,
            r#"jobs_run_seconds_bucket{queue="cancel-adjustment",le="0.05"} 2"#,
            r#"jobs_completion_seconds_bucket{queue="cancel-adjustment",le="0.5"} 1"#,
            r#"jobs_completion_seconds_bucket{queue="cancel-adjustment",le="+Inf"} 1"#,
            r#"jobs_fenced_settlements_total{queue="cancel-adjustment"} 2"#,
            r#"jobs_rescued_leases_total{queue="cancel-adjustment",outcome="rescued"} 5"#,
            r#"jobs_rescued_leases_total{queue="cancel-adjustment",outcome="poison"} 1"#,
            r#"jobs_throttled_turns_total{queue="award-points",reason="rate"} 3"#,
            r#"jobs_snoozed_runs_total{queue="award-points",reason="circuit_open"} 1"#,
        ] {
            assert!(text.contains(line), "{line} is missing in {text}");
        }
    }
}
