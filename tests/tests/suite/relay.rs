//! Events from the outbox to jobs: each once for each consumer, a customer's events in order, whatever breaks between.

use std::time::Duration;

use chrono::{DateTime, Utc};
use jobs::{JobKind, Outcome, Settlement};
use scheduler::{DeliverySweep, Relay, Relayed};
use store::events::OutboxLag;
use store::jobs::{DeadLetterKey, DeadLetterRow};
use tests::TestApp;
use tests::event_consumers::{CONSUMERS, consume};
use tests::postgres_server::PostgresServer;
use tests::process::Process;
use tests::redis_server::RedisServer;
use tests::wait::wait_until;

const ROUND_ROWS_MAX: usize = 100;
const LEASE: Duration = Duration::from_secs(30);
const DIED_AT: DateTime<Utc> = DateTime::UNIX_EPOCH;
const SCHEDULER: &str = "loyalnest-chaos-scheduler";

struct Relays {
    app: TestApp,
}

impl Relays {
    /// Prepares an app without roles whose first shop subscribes to the first consumer.
    async fn of(app: TestApp) -> Self {
        app.store.subscribe(&app.shops[0].merchant_id, JobKind::AwardPoints.name()).await.unwrap();
        Self { app }
    }

    async fn start() -> Self {
        Self::of(TestApp::builder().without_roles().start().await).await
    }

    fn relay(&self, name: &str) -> Relay {
        let (store, queues) = (self.app.store.clone(), self.app.queues.clone());
        Relay::new(store, queues, &CONSUMERS, name.to_owned(), ROUND_ROWS_MAX)
    }

    fn sweep(&self) -> DeliverySweep {
        let (store, queues) = (self.app.store.clone(), self.app.queues.clone());
        DeliverySweep::new(store, queues, &CONSUMERS, Duration::ZERO, ROUND_ROWS_MAX)
    }

    /// Publishes events of the shop, numbered in their payloads, as transactions that wrote nothing else would.
    async fn publish(&self, shop: usize, name: &str, numbers: std::ops::RangeInclusive<i64>) {
        let (from, to) = (numbers.start(), numbers.end());
        let sql = format!(
            "INSERT INTO outbox (merchant_id, outbox_id, name, payload)
             SELECT '{}', '01JD8Q3VN7' || lpad(n::text, 16, '0'), '{name}', jsonb_build_object('n', n)
             FROM generate_series({from}, {to}) n ORDER BY n",
            self.app.shops[shop].merchant_id
        );
        self.app.execute(&sql).await;
    }

    async fn end_lease(&self) {
        assert_eq!(self.app.execute("UPDATE outbox_relay SET leased_until = CURRENT_TIMESTAMP").await, 1);
    }

    async fn relay_all(&self, relay: &Relay) {
        while relay.round().await.unwrap().deliveries > 0 || self.waiting().await > 0 {}
    }

    async fn waiting(&self) -> i64 {
        self.app.number("SELECT count(*) FROM outbox").await
    }

    async fn deliveries(&self) -> i64 {
        self.app.number("SELECT count(*) FROM event_deliveries").await
    }

    async fn jobs(&self, kind: JobKind) -> u64 {
        self.app.queues.queue(kind).counts().await.unwrap().pending()
    }

    /// Runs jobs of that consumer, `jobs_max` at most. Returns the numbers of the events that were consumed, in the order of the jobs.
    async fn consume(&self, kind: JobKind, jobs_max: usize) -> Vec<i64> {
        let (mut consumed, queue) = (Vec::new(), self.app.queues.queue(kind));
        loop {
            let claim = queue.claim(jobs_max - consumed.len().min(jobs_max - 1), LEASE, "test").await.unwrap();
            if claim.jobs.is_empty() {
                return consumed;
            }
            for job in claim.jobs {
                let merchant = job.context.merchant().unwrap();
                if let Some(payload) = consume(&self.app.store, &merchant, &job.context.job_id).await {
                    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
                    consumed.push(payload["n"].as_i64().unwrap());
                }
                queue.settle(&[Settlement::of(&job, Outcome::Done)]).await.unwrap();
            }
            if consumed.len() >= jobs_max {
                return consumed;
            }
        }
    }

    async fn consume_all(&self) -> Vec<i64> {
        self.consume(JobKind::AwardPoints, usize::MAX).await
    }
}

fn numbers(to: i64) -> Vec<i64> {
    (1..=to).collect()
}

#[tokio::test]
async fn each_event_has_one_job_for_each_consumer_and_they_keep_its_order() {
    let relays = Relays::start().await;
    relays.publish(0, "points_earned", 1..=250).await;
    relays.publish(1, "points_earned", 251..=300).await; // has no consumer
    relays.publish(0, "points_adjusted", 301..=310).await;
    relays.publish(1, "points_adjusted", 311..=320).await; // has the consumer that everyone has
    let relay = relays.relay("one");
    assert_eq!(relay.round().await.unwrap().events, ROUND_ROWS_MAX, "a round is bounded");
    relays.relay_all(&relay).await;
    assert_eq!((relays.jobs(JobKind::AwardPoints).await, relays.jobs(JobKind::CancelAdjustment).await), (260, 20));
    assert_eq!(relays.deliveries().await, 280, "who has no consumer costs no row");
    assert_eq!(relays.app.number("SELECT relayed FROM outbox_relay").await, 320);
    let expected: Vec<i64> = (1..=250).chain(301..=310).collect();
    assert_eq!(relays.consume_all().await, expected);
    let mut adjusted = relays.consume(JobKind::CancelAdjustment, usize::MAX).await;
    adjusted.sort_unstable();
    assert_eq!(adjusted, (301..=320).collect::<Vec<i64>>());
    assert_eq!(relays.deliveries().await, 0);
    assert_eq!(relay.round().await.unwrap(), Relayed::default(), "nothing is left");
    relays.app.finish().await;
}

#[tokio::test]
async fn what_a_relay_took_and_did_not_enqueue_the_next_one_enqueues_first() {
    let relays = Relays::start().await;
    relays.publish(0, "points_earned", 1..=150).await;
    let (dying, next) = (relays.relay("dying"), relays.relay("next"));
    assert!(dying.take().await.unwrap().is_some(), "it dies between its commit and the jobs");
    assert_eq!(next.round().await.unwrap(), Relayed::default(), "the other has the lease");
    relays.end_lease().await;
    relays.relay_all(&next).await;
    assert_eq!(relays.consume_all().await, numbers(150));
    relays.app.finish().await;
}

#[tokio::test]
async fn jobs_that_were_enqueued_and_not_noted_are_not_doubled() {
    let relays = Relays::start().await;
    relays.publish(0, "points_earned", 1..=90).await;
    let relay = relays.relay("one");
    relays.relay_all(&relay).await;
    let forget = "UPDATE outbox_relay SET sent_up_to = 0";
    // It dies before it notes them, while they wait; and again, when some of them are done.
    relays.app.execute(forget).await;
    assert_eq!(relay.round().await.unwrap().deliveries, 90);
    assert_eq!(relays.jobs(JobKind::AwardPoints).await, 90);
    assert_eq!(relays.consume(JobKind::AwardPoints, 30).await, numbers(30));
    relays.app.execute(forget).await;
    assert_eq!(relay.round().await.unwrap().deliveries, 60);
    assert_eq!(relays.consume_all().await, (31..=90).collect::<Vec<i64>>());
    relays.app.finish().await;
}

#[tokio::test]
async fn relays_that_take_the_lease_from_each_other_double_nothing_and_keep_the_order() {
    let relays = Relays::start().await;
    let (one, two) = (relays.relay("one"), relays.relay("two"));
    let publish = async {
        for n in 0..40 {
            relays.publish(0, "points_earned", n * 25 + 1..=(n + 1) * 25).await;
            relays.end_lease().await;
        }
    };
    let running = async |relay: &Relay| {
        while relays.app.number("SELECT relayed FROM outbox_relay").await < 1_000 {
            relay.round().await.unwrap();
            relays.end_lease().await;
        }
    };
    futures::join!(publish, running(&one), running(&two));
    assert_eq!(relays.jobs(JobKind::AwardPoints).await, 1_000);
    assert_eq!(relays.consume_all().await, numbers(1_000));
    relays.app.finish().await;
}

#[tokio::test]
async fn jobs_that_redis_has_lost_are_enqueued_again_and_those_that_are_done_are_not() {
    let redis = RedisServer::start().await;
    let relays = Relays::of(TestApp::builder().redis(&redis.url()).without_roles().start().await).await;
    relays.publish(0, "points_earned", 1..=300).await;
    relays.relay_all(&relays.relay("one")).await;
    let mut sweep = relays.sweep();
    assert_eq!(sweep.pass().await.unwrap(), 0, "they are there");
    assert_eq!(relays.consume(JobKind::AwardPoints, 40).await, numbers(40));
    redis.flush().await;
    let mut sweep = relays.sweep();
    let mut found = 0;
    for _ in 0..4 {
        found += sweep.pass().await.unwrap();
    }
    assert_eq!(found, 260);
    assert_eq!(relays.consume_all().await, (41..=300).collect::<Vec<i64>>());
    relays.app.finish().await;
}

#[tokio::test]
async fn while_redis_is_away_events_wait_in_order() {
    let mut redis = RedisServer::start().await;
    let relays = Relays::of(TestApp::builder().redis(&redis.url()).without_roles().start().await).await;
    let relay = relays.relay("one");
    redis.stop().await;
    for n in 0..4 {
        relays.publish(0, "points_earned", n * 50 + 1..=(n + 1) * 50).await;
        assert!(relay.round().await.is_err());
    }
    let taken = relays.deliveries().await;
    assert!(taken <= 2 * ROUND_ROWS_MAX as i64, "what is taken without a job is bounded: {taken}");
    redis.run().await;
    wait_until("Redis is back", async || relay.round().await.is_ok()).await;
    relays.relay_all(&relay).await;
    assert_eq!(relays.consume_all().await, numbers(200));
    relays.app.finish().await;
}

#[tokio::test]
async fn a_restart_of_postgresql_loses_and_doubles_nothing() {
    let mut postgres = PostgresServer::start().await;
    let relays = Relays::of(TestApp::builder().postgres(&postgres.url()).without_roles().start().await).await;
    let relay = relays.relay("one");
    relays.publish(0, "points_earned", 1..=300).await;
    assert_eq!(relay.round().await.unwrap().events, ROUND_ROWS_MAX);
    assert!(relay.take().await.unwrap().is_some());
    postgres.crash().await;
    assert!(relay.round().await.is_err());
    postgres.run().await;
    wait_until("PostgreSQL is back", async || relay.round().await.is_ok()).await;
    relays.relay_all(&relay).await;
    assert_eq!(relays.consume_all().await, numbers(300));
    relays.app.finish().await;
}

#[tokio::test]
async fn an_event_of_an_unknown_name_is_kept_with_the_reason_until_a_relay_knows_it() {
    let relays = Relays::start().await;
    relays.publish(0, "points_invented", 1..=3).await;
    relays.publish(0, "points_earned", 4..=5).await;
    let relay = relays.relay("one");
    relays.relay_all(&relay).await;
    assert_eq!(relays.consume_all().await, [4, 5], "it holds up nothing");
    assert_eq!(relays.sweep().pass().await.unwrap(), 0);
    let held = relays.app.texts("SELECT DISTINCT name || ': ' || reason FROM outbox_held").await;
    assert_eq!(held, ["points_invented: the relay knows no event of this name"]);
    assert_eq!(relays.app.store.outbox_lag().await.unwrap().held, 3);
    // As if this version knew them.
    relays.app.execute("UPDATE outbox_held SET name = 'points_earned'").await;
    relays.sweep().pass().await.unwrap();
    relays.relay_all(&relay).await;
    assert_eq!(relays.consume_all().await, [1, 2, 3]);
    assert_eq!(relays.app.store.outbox_lag().await.unwrap().held, 0);
    relays.app.finish().await;
}

fn dead_letter(app: &TestApp, job_id: &str) -> DeadLetterRow {
    DeadLetterRow {
        merchant_id: app.shops[0].merchant_id.clone(),
        job_id: job_id.to_owned(),
        parent_id: None,
        queue: JobKind::AwardPoints.name(),
        version: 1,
        payload: "{}".to_owned(),
        attempts: 3,
        error_class: "test".to_owned(),
        reason: "its partner refuses it".to_owned(),
        trace_id: None,
        enqueued_at: DIED_AT,
        died_at: DIED_AT,
        log_id: None,
    }
}

#[tokio::test]
async fn an_event_whose_job_is_dead_is_not_enqueued_again_until_it_is_replayed() {
    let redis = RedisServer::start().await;
    let relays = Relays::of(TestApp::builder().redis(&redis.url()).without_roles().start().await).await;
    relays.publish(0, "points_earned", 1..=2).await;
    relays.relay_all(&relays.relay("one")).await;
    let job_id = relays.app.texts("SELECT job_id FROM event_deliveries ORDER BY delivery_no LIMIT 1").await.remove(0);
    relays.app.store.record_dead_letters(&[dead_letter(&relays.app, &job_id)]).await.unwrap();
    redis.flush().await;
    assert_eq!(relays.sweep().pass().await.unwrap(), 1);
    assert_eq!(relays.consume_all().await, [2]);
    let letter = DeadLetterKey { merchant_id: relays.app.shops[0].merchant_id.clone(), job_id, died_at: DIED_AT };
    assert_eq!(relays.app.store.reopen_work(&[letter]).await.unwrap(), 1);
    assert_eq!(relays.sweep().pass().await.unwrap(), 1);
    assert_eq!(relays.consume_all().await, [1]);
    relays.app.execute("DELETE FROM dead_letters").await;
    relays.app.finish().await;
}

#[tokio::test]
async fn the_lag_of_the_outbox_is_shown_and_old_events_that_nobody_was_given_are_forgotten() {
    let relays = Relays::start().await;
    let store = &relays.app.store;
    assert_eq!(store.outbox_lag().await.unwrap(), OutboxLag::default());
    relays.publish(0, "points_earned", 1..=3).await;
    relays.publish(0, "points_invented", 4..=4).await;
    relays
        .app
        .execute("UPDATE outbox SET created_at = CURRENT_TIMESTAMP - interval '90 s' WHERE payload ->> 'n' = '1'")
        .await;
    let lag = store.outbox_lag().await.unwrap();
    assert!(lag.waiting == 4 && (90.0..120.0).contains(&lag.oldest_age_seconds), "{lag:?}");
    relays.relay_all(&relays.relay("one")).await;
    assert_eq!(relays.consume(JobKind::AwardPoints, 2).await, [1, 2]);
    relays.app.execute("UPDATE event_deliveries SET failed_at = CURRENT_TIMESTAMP").await;
    let (past, future) = ("2020-01-01T00:00:00Z".parse().unwrap(), "2100-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(store.forget_events(past, 100).await.unwrap(), 0);
    assert_eq!(store.forget_events(future, 100).await.unwrap(), 2);
    assert_eq!((relays.deliveries().await, store.outbox_lag().await.unwrap().held), (0, 0));
    relays.app.finish().await;
}

#[tokio::test]
async fn schedulers_that_are_killed_and_started_again_lose_and_double_nothing() {
    const EVENTS: i64 = 6_000;
    let relays = Relays::start().await;
    let mut environment = relays.app.servers.environment();
    environment.push(("SCHEDULER_RELAY_ROWS_MAX", "20".to_owned()));
    relays.publish(0, "points_earned", 1..=EVENTS).await;
    let mut killed = 0;
    loop {
        let (mut one, _) = Process::role(SCHEDULER, &environment).await;
        let (mut two, _) = Process::role(SCHEDULER, &environment).await;
        relays.end_lease().await;
        let before = relays.waiting().await;
        if killed >= 3 || before < EVENTS / 10 {
            wait_until("all are relayed", async || relays.waiting().await == 0).await;
            let all =
                "SELECT count(*) FROM outbox_relay WHERE sent_up_to >= (SELECT max(delivery_no) FROM event_deliveries)";
            wait_until("all are enqueued", async || relays.app.number(all).await == 1).await;
            one.kill().await;
            two.kill().await;
            break;
        }
        wait_until("the relay is under way", async || relays.waiting().await < before).await;
        one.kill().await;
        two.kill().await;
        killed += 1;
    }
    assert!(killed > 0, "the relay was over before the kill");
    assert_eq!(relays.jobs(JobKind::AwardPoints).await, EVENTS.unsigned_abs(), "killed {killed} times");
    assert_eq!(relays.consume_all().await, numbers(EVENTS));
    relays.app.finish().await;
}
