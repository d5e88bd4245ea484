//! Payload of `maintenance`: the task, and the tick of its cron entry.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Payload;
use crate::kind::JobKind;

/// Runs one of the platform's own tasks, for one tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// The task.
    pub task: MaintenanceTask,
    /// The tick that the task is run for; retention counts from here.
    pub tick: DateTime<Utc>,
}

/// A task of the platform's own. Each task is a cron entry of the same name.
///
/// To add one: a variant and its name here, its arm in `workers/src/maintenance`, its variable in `CronConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaintenanceTask {
    /// Remove raw bodies of webhooks past their retention.
    TrimWebhookBodies,
    /// Remove recorded ticks past their retention.
    TrimCronTicks,
    /// Drop days of attempts past their retention, prepare the days to come.
    TrimAttempts,
    /// Remove dead letters past their retention.
    TrimDeadLetters,
    /// Remove audit rows past their retention.
    TrimAuditLogs,
    /// Compare every balance with the ledger and the lots.
    VerifyBalances,
}

impl MaintenanceTask {
    /// Every task.
    pub const ALL: [Self; 6] = [
        Self::TrimWebhookBodies,
        Self::TrimCronTicks,
        Self::TrimAttempts,
        Self::TrimDeadLetters,
        Self::TrimAuditLogs,
        Self::VerifyBalances,
    ];

    /// Returns the name of the task and of its cron entry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TrimWebhookBodies => "trim-webhook-bodies",
            Self::TrimCronTicks => "trim-cron-ticks",
            Self::TrimAttempts => "trim-attempts",
            Self::TrimDeadLetters => "trim-dead-letters",
            Self::TrimAuditLogs => "trim-audit-logs",
            Self::VerifyBalances => "verify-balances",
        }
    }

    /// Returns the task of that name, if there is one.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}

impl Payload for Maintenance {
    const KIND: JobKind = JobKind::Maintenance;
    const VERSION: u16 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_has_one_name_in_payloads_and_entries() {
        for task in MaintenanceTask::ALL {
            assert_eq!(serde_json::to_string(&task).unwrap(), format!("\"{}\"", task.name()));
            assert_eq!(MaintenanceTask::parse(task.name()), Some(task));
        }
    }
}
