//! Workers as people see them: one process serves several queues, each of which has its own heartbeat of it.

use std::collections::BTreeMap;

use jobs::{JobKind, WorkerView};

use crate::v1::admin::model::workers::WorkerState;

/// A worker process over all queues it serves.
#[derive(Debug, Clone)]
pub(crate) struct WorkerSeen {
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) version: String,
    pub(crate) state: WorkerState,
    pub(crate) silent_ms: u64,
    pub(crate) running: u64,
    pub(crate) slots: u64,
    /// Queue, running jobs, slots.
    pub(crate) queues: Vec<(&'static str, u64, u64)>,
}

/// Returns whether the worker's heartbeat came in time: it is sent three times in a lease.
pub(crate) fn is_live(silent_ms: u64, kind: JobKind) -> bool {
    state_of(silent_ms, kind) != WorkerState::Lost
}

/// Returns whether the leases of the worker have expired.
pub(crate) fn is_lost(worker: &WorkerSeen) -> bool {
    worker.state == WorkerState::Lost
}

fn state_of(silent_ms: u64, kind: JobKind) -> WorkerState {
    let lease_ms = kind.policy().lease_ms;
    if silent_ms > lease_ms {
        WorkerState::Lost
    } else if silent_ms > lease_ms / 3 * 2 {
        WorkerState::Silent
    } else {
        WorkerState::Live
    }
}

/// The workers of all queues, each once: lost ones first, then by name. A worker is as live as its newest heartbeat.
pub(crate) fn merged<'a>(queues: impl Iterator<Item = (JobKind, &'a [WorkerView])>) -> Vec<WorkerSeen> {
    let mut by_name: BTreeMap<String, WorkerSeen> = BTreeMap::new();
    for (kind, workers) in queues {
        for worker in workers {
            let state = state_of(worker.silent_ms, kind);
            let seen = by_name.entry(worker.name.clone()).or_insert_with(|| WorkerSeen {
                name: worker.name.clone(),
                host: worker.host.clone(),
                version: worker.version.clone(),
                state,
                silent_ms: worker.silent_ms,
                running: 0,
                slots: 0,
                queues: Vec::new(),
            });
            if worker.silent_ms < seen.silent_ms {
                (seen.silent_ms, seen.state) = (worker.silent_ms, state);
            }
            seen.running += worker.running;
            seen.slots += worker.concurrency;
            seen.queues.push((kind.name(), worker.running, worker.concurrency));
        }
    }
    let mut workers: Vec<WorkerSeen> = by_name.into_values().collect();
    let rank = |worker: &WorkerSeen| match worker.state {
        WorkerState::Lost => 0,
        WorkerState::Silent => 1,
        WorkerState::Live => 2,
    };
    workers.sort_by_key(rank);
    workers
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn worker(name: &str, silent_ms: u64) -> WorkerView {
        WorkerView {
            name: name.to_owned(),
            seen_at: DateTime::UNIX_EPOCH,
            silent_ms,
            version: "1".to_owned(),
            host: "h".to_owned(),
            concurrency: 4,
            running: 1,
        }
    }

    #[test]
    fn a_worker_of_several_queues_is_shown_once_and_lost_ones_come_first() {
        let kind = JobKind::ALL[0];
        let lease_ms = kind.policy().lease_ms;
        let (one, two) = ([worker("a", 10), worker("z", lease_ms + 1)], [worker("a", lease_ms + 5)]);
        let seen = merged([(kind, one.as_slice()), (JobKind::ALL[1], two.as_slice())].into_iter());
        let names: Vec<_> = seen.iter().map(|worker| (worker.name.as_str(), worker.state)).collect();
        assert_eq!(names, [("z", WorkerState::Lost), ("a", WorkerState::Live)]);
        assert_eq!((seen[1].slots, seen[1].running, seen[1].queues.len()), (8, 2, 2));
    }
}
