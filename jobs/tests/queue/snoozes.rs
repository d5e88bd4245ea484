//! How long a job may be snoozed: attempts are given back, so time is what ends it.

use std::time::Duration;

use jobs::{JobError, JobId, JobKind, Outcome, Queues, Redis, SnoozeCause, testing};
use redis::AsyncCommands;

use crate::support::*;

const NOW: Duration = Duration::ZERO;

struct Snoozed {
    queues: Queues,
    prefix: String,
    redis: Redis,
    id: JobId,
}

impl Snoozed {
    /// One job that was snoozed once.
    async fn once() -> Self {
        let prefix = testing::unique_prefix();
        let queues = Queues::connect_prefixed(&testing::redis_url(), &prefix).unwrap();
        let redis = queues.redis().clone();
        let id = queues.enqueue(&[job("m1")]).await.unwrap().remove(0);
        let snoozed = Self { queues, prefix: format!("{{{prefix}-award-points}}:"), redis, id };
        settle(&snoozed.queues, &one(&snoozed.queues).await, Outcome::Snooze { after: NOW }).await;
        snoozed
    }

    /// The fields of its record: attempts, rescues, ready since, first snooze, snoozes.
    async fn record(&mut self) -> Vec<u64> {
        let record: String = self.redis.hget(format!("{}tries", self.prefix), self.id.as_str()).await.unwrap();
        record.split('|').map(|field| field.parse().unwrap()).collect()
    }

    /// Writes its record as if its first snooze, `count` ago, had been that long before now.
    async fn snoozed_for(&mut self, ago_ms: u64, count: u32) {
        let since = self.record().await[3] - ago_ms;
        let record = format!("0|0|{since}|{since}|{count}");
        let _: () = self.redis.hset(format!("{}tries", self.prefix), self.id.as_str(), record).await.unwrap();
    }

    /// Runs it by a worker that snoozes it, until it was snoozed again or is dead.
    async fn run(&self) {
        let before = counts(&self.queues).await;
        let unavailable = || async { Err(JobError::snooze(Duration::from_secs(600), "the database is unavailable")) };
        let running = start(&self.queues, options(), move |_| unavailable());
        until("it has run", || async {
            let now = counts(&self.queues).await;
            now.dead > before.dead || now.delayed > before.delayed
        })
        .await;
        running.stop().await;
    }
}

fn limit_ms() -> u64 {
    JobKind::AwardPoints.policy().snooze_limit_ms
}

#[tokio::test]
async fn a_job_that_is_snoozed_for_longer_than_its_kind_allows_is_dead_with_the_reason() {
    let mut job = Snoozed::once().await;
    job.snoozed_for(limit_ms() + 60_000, 40).await;
    job.run().await;
    let letters = queue(&job.queues).dead_letters(1).await.unwrap();
    assert_eq!(letters[0].error_class, "snooze_limit");
    let minutes = limit_ms() / 60_000 + 1;
    let reason = format!("snoozed 40 times in {minutes} minutes, the last time since: the database is unavailable");
    assert_eq!(letters[0].reason, reason);
}

#[tokio::test]
async fn within_the_limit_and_after_few_runs_it_is_snoozed_again_and_keeps_its_attempt() {
    // Just below the limit after many runs; and far beyond it, but it has hardly run since: it waited for its turn.
    for (ago_ms, times) in [(limit_ms() - 60_000, 40), (limit_ms() * 7, 2)] {
        let mut job = Snoozed::once().await;
        job.snoozed_for(ago_ms, times).await;
        let first = job.record().await[3];
        job.run().await;
        assert_eq!(counts(&job.queues).await.dead, 0);
        let [attempts, _, _, since, count] = job.record().await[..] else { panic!("no record of snoozes") };
        assert_eq!((attempts, since, count), (0, first, u64::from(times) + 1));
    }
}

#[tokio::test]
async fn a_job_that_goes_on_where_it_was_is_not_limited_in_time() {
    let mut job = Snoozed::once().await;
    job.snoozed_for(limit_ms() * 7, 40).await;
    let unfinished =
        || async { Err(JobError::snooze_for(SnoozeCause::Unfinished, Duration::from_secs(600), "half done")) };
    let running = start(&job.queues, options(), move |_| unfinished());
    until("it has run", || async { counts(&job.queues).await.delayed == 1 }).await;
    running.stop().await;
    let [attempts, rescues, _] = job.record().await[..] else { panic!("its snoozes are forgotten") };
    assert_eq!((attempts, rescues), (0, 0));
}

#[tokio::test]
async fn the_first_snooze_is_kept_by_a_rescue_and_a_release_and_forgotten_by_a_retry() {
    let mut job = Snoozed::once().await;
    let first = job.record().await[3..].to_vec();
    assert_eq!(first[1], 1, "snoozed once");
    settle(&job.queues, &one(&job.queues).await, Outcome::Release).await;
    assert_eq!(job.record().await[3..], first);
    let lost = queue(&job.queues).claim(1, Duration::from_millis(1), "lost").await.unwrap();
    assert_eq!(lost.jobs.len(), 1);
    assert_eq!(rescued(&job.queues).await.rescued, 1);
    assert_eq!(job.record().await[3..], first);
    settle(&job.queues, &one(&job.queues).await, Outcome::Snooze { after: NOW }).await;
    assert_eq!(job.record().await[3..], [first[0], 2]);
    settle(&job.queues, &one(&job.queues).await, Outcome::Retry { after: NOW }).await;
    assert_eq!(job.record().await.len(), 3, "the resource was there: what comes later is another outage");
}
