//! Every metric of the platform, in one table: name, labels and help. A function per metric records it, so that a name
//! is spelled once; raw `metrics` macros are banned elsewhere. Label values are `&'static str`, which keeps a
//! customer, a shop or an id out of them by type.

#![expect(clippy::disallowed_macros, reason = "this is the one place that names metrics")]

mod document;

use std::sync::OnceLock;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

pub use document::document;

/// Bounds of histograms in seconds: from half a millisecond, where an award is, to the longest partner call.
const BUCKETS_SECONDS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Bounds of histograms in rows.
const BUCKETS_ROWS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0];

/// What kind of number a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only rises.
    Counter,
    /// Rises and falls.
    Gauge,
    /// A distribution.
    Histogram,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// As Prometheus shows it: `<area>_<noun>_<unit>`, counters with `_total`.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// Label names.
    pub labels: &'static [&'static str],
    /// What it means.
    pub help: &'static str,
}

macro_rules! table {
    (@fn counter $name:literal $function:ident ($($label:ident),*) $help:literal) => {
        #[doc = $help]
        pub fn $function($($label: &'static str,)* count: u64) {
            ::metrics::counter!($name $(, stringify!($label) => $label)*).increment(count);
        }
    };
    (@fn gauge $name:literal $function:ident ($($label:ident),*) $help:literal) => {
        #[doc = $help]
        pub fn $function($($label: &'static str,)* value: f64) {
            ::metrics::gauge!($name $(, stringify!($label) => $label)*).set(value);
        }
    };
    (@fn histogram $name:literal $function:ident ($($label:ident),*) $help:literal) => {
        #[doc = $help]
        pub fn $function($($label: &'static str,)* value: f64) {
            ::metrics::histogram!($name $(, stringify!($label) => $label)*).record(value);
        }
    };
    (@kind counter) => { Kind::Counter };
    (@kind gauge) => { Kind::Gauge };
    (@kind histogram) => { Kind::Histogram };
    (@describe counter $name:literal $help:literal) => { ::metrics::describe_counter!($name, $help) };
    (@describe gauge $name:literal $help:literal) => { ::metrics::describe_gauge!($name, $help) };
    (@describe histogram $name:literal $help:literal) => { ::metrics::describe_histogram!($name, $help) };
    ($( $kind:ident $function:ident ($($label:ident),*) = $name:literal, $help:literal; )*) => {
        $( table!(@fn $kind $name $function ($($label),*) $help); )*

        /// Every metric there is.
        pub const CATALOGUE: &[Metric] = &[$(
            Metric { name: $name, kind: table!(@kind $kind), labels: &[$(stringify!($label)),*], help: $help }
        ),*];

        fn describe() {
            $( table!(@describe $kind $name $help); )*
        }
    };
}

table! {
    counter api_http_requests(route, status) = "api_http_requests_total",
        "Requests answered, by route pattern and status.";
    histogram api_http_request_seconds(route) = "api_http_request_seconds",
        "From a request's headers to its answer, in seconds.";
    counter api_quotas(outcome) = "api_quota_requests_total",
        "Requests with a partner's key by outcome: granted, refused; and counted by this process alone while Redis is unavailable: granted_unshared, refused_unshared.";
    counter ingress_webhooks(topic, outcome) = "ingress_webhook_messages_total",
        "Webhooks by topic and outcome: recorded, duplicate, unneeded; and not accepted: bad_signature, unknown_shop, malformed, unavailable, failed.";
    histogram ingress_commit_rows() = "ingress_commit_rows",
        "Webhooks that shared one commit.";
    histogram ingress_commit_seconds() = "ingress_commit_seconds",
        "One group commit of webhooks, in seconds.";
    counter jobs_enqueued(queue, outcome) = "jobs_enqueued_total",
        "Jobs handed to a queue by the api, by outcome: added, left_to_sweep (Redis did not take them in time).";
    counter jobs_runs(queue, outcome) = "jobs_runs_total",
        "Runs of jobs by outcome: done, retried, snoozed, cancelled, dead.";
    histogram jobs_run_seconds(queue) = "jobs_run_seconds",
        "One run of a job or of the batch it is in, in seconds.";
    histogram jobs_wait_seconds(queue) = "jobs_wait_seconds",
        "From the moment a job may run to the begin of its run, in seconds.";
    histogram jobs_completion_seconds(queue) = "jobs_completion_seconds",
        "From the moment a job's id was made (of a webhook's job: since the webhook was received) to the end of the run that completed it, in seconds. Intended delays count.";
    histogram jobs_batch_rows(queue) = "jobs_batch_rows",
        "Jobs handled by one statement.";
    counter jobs_fenced(queue) = "jobs_fenced_settlements_total",
        "Results refused because the lease had gone to another worker.";
    counter jobs_rescued(queue, outcome) = "jobs_rescued_leases_total",
        "Leases that ran out, by outcome: rescued, poison.";
    gauge queue_depth_jobs(queue, state) = "queue_depth_jobs",
        "Jobs in a queue by state: waiting, delayed, running, dead.";
    gauge queue_age_seconds(queue) = "queue_age_seconds",
        "Age of the oldest job that may run, in seconds: it rises when a queue stalls.";
    counter redis_errors(task) = "redis_errors_total",
        "Redis calls that failed, by what was being done.";
    gauge redis_risk_nodes(state) = "redis_risk_nodes",
        "Redis servers that would lose jobs or cannot run them, by risk: topology, version, replica, eviction, partial-eviction, persistence, fsync, unknown.";
    counter points_entries(outcome) = "points_ledger_entries_total",
        "Ledger entries written, by outcome: earned, adjusted.";
    counter scheduler_passes(task, outcome) = "scheduler_passes_total",
        "Passes of the scheduler (sweep, relay, event-deliveries, cron, rescue, gauges, settings) by outcome: done, failed.";
    counter scheduler_rows(task) = "scheduler_rows_total",
        "Rows a pass of the scheduler repaired or moved on.";
    histogram scheduler_pass_seconds(task) = "scheduler_pass_seconds",
        "One pass of a scheduler's job, in seconds.";
    gauge outbox_waiting_events() = "outbox_waiting_events",
        "Events that wait in the outbox for the relay; not counted beyond 10,000.";
    gauge outbox_age_seconds() = "outbox_oldest_event_age_seconds",
        "Age of the oldest event that waits in the outbox for the relay, in seconds; 0 if none waits.";
    gauge outbox_held_events() = "outbox_held_events",
        "Events that are held since no relay knew their names; not counted beyond 10,000.";
    counter events_relayed(outcome) = "events_relayed_total",
        "Events taken from the outbox by outcome: delivered (for each consumer), unwanted, held, recovered (their jobs were lost).";
    counter cron_ticks(task, outcome) = "cron_ticks_total",
        "Ticks of cron entries by outcome: on_time, late, missed, recovered.";
    histogram cron_late_seconds(task) = "cron_late_seconds",
        "From a tick to its claim, in seconds.";
    counter maintenance_rows(task) = "maintenance_rows_total",
        "Rows that maintenance removed or looked at.";
    gauge points_drifted_customers() = "points_drifted_customers",
        "Customers whose balance differed from the ledger or the lots at the last check.";
    counter jobs_throttled(queue, reason) = "jobs_throttled_turns_total",
        "Turns of lanes with waiting jobs that a claim put off, by reason: rate, cap.";
    counter jobs_snoozed(queue, reason) = "jobs_snoozed_runs_total",
        "Runs that ended in a snooze, by reason: unavailable, rate_limited, throttled, circuit_open.";
    counter upstream_calls(upstream, outcome) = "upstream_calls_total",
        "Calls to partners by outcome: succeeded, throttled, failed, timed_out, rejected, unauthorized, suspended, shop_gone, given_up; and those not made: circuit_open, rate_limited, smoothed, rate_unavailable.";
    histogram upstream_call_seconds(upstream) = "upstream_call_seconds",
        "One call to a partner, from its connection to the end of the answer, in seconds.";
    counter upstream_circuit_changes(upstream, state) = "upstream_circuit_changes_total",
        "Circuits of credentials that changed to a state: closed, half_open, open.";
    histogram upstream_limiter_wait_seconds(upstream) = "upstream_limiter_wait_seconds",
        "What a call to a partner waited within this process for its place, in seconds.";
    counter process_panics() = "process_panics_total",
        "Panics caught in this process.";
}

/// The recorder of this process: renders what was recorded.
#[derive(Debug, Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the process's recorder. A second call answers with the first recorder, so that tests can run all roles
    /// in one process.
    ///
    /// # Errors
    /// When some other recorder is installed already.
    pub fn install() -> Result<Self, MetricsError> {
        static INSTALLED: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();
        let installed = INSTALLED.get_or_init(|| {
            let handle = builder().and_then(PrometheusBuilder::install_recorder).map_err(|error| error.to_string())?;
            describe();
            // From zero, so that an alert sees the first one.
            process_panics(0);
            Ok(handle)
        });
        installed.clone().map(Self).map_err(MetricsError)
    }

    /// The text of `/metrics`, in Prometheus's format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds samples into buckets. Must run every few seconds, or unscraped histograms grow without bound;
    /// [`crate::lifecycle::run`] does so.
    pub fn upkeep(&self) {
        self.0.run_upkeep();
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS_SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_rows".to_owned()), BUCKETS_ROWS)
}

/// The metrics recorder could not be installed.
#[derive(Debug, thiserror::Error)]
#[error("the metrics recorder cannot be installed: {0}")]
pub struct MetricsError(String);

/// An HTTP status as a label value. Codes we never answer with are folded into their class.
#[must_use]
pub fn status_label(code: u16) -> &'static str {
    const KNOWN: &[(u16, &str)] = &[
        (200, "200"),
        (201, "201"),
        (202, "202"),
        (204, "204"),
        (400, "400"),
        (401, "401"),
        (403, "403"),
        (404, "404"),
        (405, "405"),
        (409, "409"),
        (413, "413"),
        (415, "415"),
        (422, "422"),
        (429, "429"),
        (500, "500"),
        (503, "503"),
    ];
    let class = match code {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    KNOWN.iter().find(|(known, _)| *known == code).map_or(class, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The only label names there may be: all have few values, none names a customer or a shop. Not `job` and not `instance`,
    /// which Prometheus sets by itself: it would rename ours to `exported_job`.
    const LABELS: &[&str] = &["task", "queue", "outcome", "upstream", "topic", "status", "route", "state", "reason"];

    #[test]
    fn names_and_labels_follow_the_rules() {
        let mut names: Vec<&str> = CATALOGUE.iter().map(|metric| metric.name).collect();
        for metric in CATALOGUE {
            assert_eq!(metric.kind == Kind::Counter, metric.name.ends_with("_total"), "{}", metric.name);
            assert!(metric.labels.iter().all(|label| LABELS.contains(label)), "{}", metric.name);
            assert!(metric.help.ends_with('.'), "{}", metric.name);
            if metric.kind == Kind::Histogram {
                assert!(metric.name.ends_with("_seconds") || metric.name.ends_with("_rows"), "{}", metric.name);
            }
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CATALOGUE.len(), "a name is used twice");
    }

    #[test]
    fn what_is_recorded_is_rendered_with_help_and_buckets() {
        let metrics = Metrics::install().unwrap();
        assert!(Metrics::install().is_ok(), "a second role in the same process shares the recorder");
        ingress_webhooks("orders/paid", "recorded", 3);
        jobs_run_seconds("award-points", 0.004);
        metrics.upkeep();
        let text = metrics.render();
        assert!(text.contains("# HELP ingress_webhook_messages_total"), "{text}");
        assert!(text.contains(r#"ingress_webhook_messages_total{topic="orders/paid",outcome="recorded"} 3"#), "{text}");
        assert!(text.contains(r#"jobs_run_seconds_bucket{queue="award-points",le="0.005"} 1"#), "{text}");
    }

    #[test]
    fn statuses_are_bounded() {
        assert_eq!(status_label(413), "413");
        assert_eq!(status_label(418), "4xx");
        assert_eq!(status_label(599), "5xx");
    }
}
