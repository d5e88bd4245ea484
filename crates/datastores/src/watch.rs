//! Examines periodically, beginning at once, whether Redis would lose jobs, and reports it in the log and in the metrics. The
//! settings may change at any time, by a failover or by an operator.

use std::time::Duration;

use jobs::{Finding, Risk};
use platform::metrics;
use platform::shutdown::Shutdown;

use crate::Datastores;

/// Interval between two examinations of Redis.
const EXAMINE_INTERVAL: Duration = Duration::from_secs(60);
/// Interval after an examination that Redis did not answer.
const EXAMINE_AGAIN: Duration = Duration::from_secs(2);

impl Datastores {
    /// Starts the examinations; they end when the shutdown drains.
    pub fn watch_redis(&self, shutdown: Shutdown) {
        let datastores = self.clone();
        tokio::spawn(async move {
            loop {
                let interval = match datastores.queues.redis().examine().await {
                    Ok(findings) => {
                        datastores.note(findings);
                        EXAMINE_INTERVAL
                    }
                    Err(error) => {
                        // Whoever needs it says so louder.
                        tracing::debug!(%error, "Redis cannot be examined yet");
                        EXAMINE_AGAIN
                    }
                };
                if !shutdown.sleep(interval).await {
                    return;
                }
            }
        });
    }

    /// Reports what has changed since the last examination.
    fn note(&self, found: Vec<Finding>) {
        for risk in Risk::ALL {
            let nodes = found.iter().filter(|finding| finding.risk == risk).count();
            metrics::redis_risk_nodes(risk.name(), nodes as f64);
        }
        let mut known = self.findings();
        for finding in found.iter().filter(|finding| !known.contains(finding)) {
            let risk = finding.risk.name();
            if finding.risk.is_fatal() {
                tracing::error!(risk, "Redis is not fit for jobs: {finding}");
            } else {
                tracing::warn!(risk, "Redis may lose jobs: {finding}");
            }
        }
        for finding in known.iter().filter(|finding| !found.contains(finding)) {
            tracing::info!(risk = finding.risk.name(), "no longer so: {finding}");
        }
        *known = found;
    }
}
