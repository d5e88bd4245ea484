//! What needs a person, found in one snapshot: worst first, each with the time since which it lasts. Decides nothing else.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::compute::{Asked, Memory, OLDEST_AGE_LIMIT, millis, per_second};
use crate::ops::workers::{WorkerSeen, is_live, is_lost};
use crate::v1::admin::model::snapshot::{Problem, ProblemKind, ProblemStore, Severity, StoreHealth, StoreHealthState};

/// Problems in a snapshot.
const PROBLEMS_MAX: usize = 100;
/// Jobs a minute that come more than go, from which a backlog is said to grow.
const GROWTH_PER_MINUTE_MIN: u64 = 600;

fn problem(kind: ProblemKind, severity: Severity, id: String) -> Problem {
    Problem {
        id,
        severity,
        kind,
        queue: None,
        shop: None,
        worker: None,
        partner: None,
        credential: None,
        schedule: None,
        store: None,
        error_class: None,
        message: None,
        value_ms: None,
        limit_ms: None,
        count: None,
        since: None,
        until: None,
    }
}

/// All problems of this moment.
pub(super) fn find(
    memory: &mut Memory,
    asked: &[Asked],
    workers: &[WorkerSeen],
    missed_ticks: &[(String, u64)],
    (redis, postgres): (&StoreHealth, &StoreHealth),
    at: DateTime<Utc>,
) -> Vec<Problem> {
    let mut found = Vec::new();
    for (store, name, health) in [(ProblemStore::Redis, "redis", redis), (ProblemStore::Postgres, "postgres", postgres)]
    {
        if health.state == StoreHealthState::Unavailable {
            let unavailable = problem(ProblemKind::StoreUnavailable, Severity::Critical, format!("store:{name}"));
            found.push(Problem { store: Some(store), message: health.error.clone(), ..unavailable });
        }
    }
    for asked in asked {
        of_queue(asked, &mut found);
    }
    for worker in workers.iter().filter(|worker| is_lost(worker)) {
        let lost = problem(ProblemKind::WorkerLost, Severity::Warning, format!("worker:{}", worker.name));
        let queue = worker.queues.first().map(|(queue, ..)| (*queue).to_owned());
        found.push(Problem { worker: Some(worker.name.clone()), queue, ..lost });
    }
    for (schedule, count) in missed_ticks {
        let missed = problem(ProblemKind::MissedTicks, Severity::Warning, format!("ticks:{schedule}"));
        found.push(Problem { schedule: Some(schedule.clone()), count: Some(*count), ..missed });
    }
    // Since when: the first snapshot that had it.
    let ids: BTreeSet<&str> = found.iter().map(|problem| problem.id.as_str()).collect();
    memory.problems.retain(|id, _| ids.contains(id.as_str()));
    for problem in &mut found {
        problem.since = Some(*memory.problems.entry(problem.id.clone()).or_insert(at));
    }
    found.sort_by_key(|problem| (problem.severity == Severity::Warning, problem.since));
    found.truncate(PROBLEMS_MAX);
    found
}

fn of_queue(asked: &Asked, found: &mut Vec<Problem>) {
    let name = asked.kind.name();
    let of = |kind, severity, what: &str| Problem {
        queue: Some(name.to_owned()),
        ..problem(kind, severity, format!("{what}:{name}"))
    };
    let live = asked.workers.iter().any(|worker| is_live(worker.silent_ms, asked.kind));
    let waiting = asked.counts.waiting;
    if waiting > 0 && !live {
        let last = asked.workers.first().map(|worker| worker.name.clone());
        let none = of(ProblemKind::NoWorker, Severity::Critical, "no_worker");
        found.push(Problem { count: Some(waiting), worker: last, ..none });
    }
    let limit_ms = millis(OLDEST_AGE_LIMIT);
    if let Some(age) = asked.counts.oldest_age_ms.filter(|age| *age > limit_ms && !asked.counts.paused) {
        let severity = if age > 10 * limit_ms { Severity::Critical } else { Severity::Warning };
        let oldest = of(ProblemKind::OldestAge, severity, "oldest_age");
        found.push(Problem { value_ms: Some(age), limit_ms: Some(limit_ms), ..oldest });
    }
    if asked.hour.dead > 0 {
        let dead = of(ProblemKind::DeadJobs, Severity::Warning, "dead");
        found.push(Problem { count: Some(asked.hour.dead), ..dead });
    }
    if asked.hour.rescued > 0 {
        let rescued = of(ProblemKind::Rescues, Severity::Warning, "rescues");
        found.push(Problem { count: Some(asked.hour.rescued), ..rescued });
    }
    let minute = &asked.minute;
    let growth = minute.enqueued.saturating_sub(minute.done + minute.dead + minute.cancelled);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of jobs")]
    let growth = (per_second(growth, minute.covered) * 60.0) as u64;
    if growth >= GROWTH_PER_MINUTE_MIN {
        let growing = of(ProblemKind::BacklogGrowing, Severity::Warning, "growing");
        found.push(Problem { count: Some(growth), ..growing });
    }
}
