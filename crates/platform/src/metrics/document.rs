//! The catalogue of metrics as a document for those who build dashboards and alerts: `docs/metrics.md`, which `./dev.sh gen`
//! writes. Refuses: a metric that is not in the catalogue.

use super::{CATALOGUE, Kind, Metric};

const HEAD: &str = "# Metrics

<!-- Generated from crates/platform/src/metrics.rs by `./dev.sh gen`: do not edit. -->

Every process serves its metrics in Prometheus' text format at `/metrics` of its internal address. Names, labels and meanings are an
interface: dashboards, alert rules and the autoscaler depend on them (`./dev.sh lint` checks that they use no other name), and a
change of one is named in the changelog. No label has a value for each customer, shop or order.

A histogram has the series `_bucket` (cumulative, label `le`), `_sum` and `_count`. A metric appears once something was recorded in it.

| Name | Type | Unit | Labels | Meaning |
|---|---|---|---|---|
";

/// Returns the text of `docs/metrics.md`.
#[must_use]
pub fn document() -> String {
    let mut metrics: Vec<&Metric> = CATALOGUE.iter().collect();
    metrics.sort_by_key(|metric| metric.name);
    let mut text = HEAD.to_owned();
    for metric in metrics {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let (name, kind, unit) = (metric.name, kind(metric.kind), unit(metric));
        text.push_str(&format!("| `{name}` | {kind} | {unit} | {} | {} |\n", labels.join(", "), metric.help));
    }
    text
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}

/// The unit is the last word of a name, apart from the `total` of counters.
fn unit(metric: &Metric) -> &'static str {
    metric.name.trim_end_matches("_total").rsplit('_').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_that_of_the_catalogue() {
        let committed = include_str!("../../../../docs/metrics.md");
        assert!(committed == document(), "docs/metrics.md is out of date: run ./dev.sh gen");
    }

    #[test]
    fn a_row_has_type_unit_labels_and_meaning() {
        let text = document();
        for row in [
            "| `jobs_runs_total` | counter | runs | `queue`, `outcome` | Runs of jobs by outcome: ",
            "| `queue_age_seconds` | gauge | seconds | `queue` | Age of the oldest job",
            "| `ingress_commit_rows` | histogram | rows |  | Webhooks that shared",
        ] {
            assert!(text.contains(row), "{row} is missing in {text}");
        }
    }
}
