//! What recurs: once a tick in the cluster, whatever is killed or lost, and after a downtime what the policy says.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use jobs::{Counts, JobId, JobKind, Lane, Maintenance, MaintenanceTask, NewJob};
use platform::clock::{Clock, ManualClock};
use platform::config::{CronConfig, CronRule, Value as _};
use scheduler::{Cron, Ticked};
use store::cron::CronEntry;
use tests::process::{Process, run};
use tests::redis_server::RedisServer;
use tests::settings::cron_off;
use tests::{TestApp, wait_until};

use crate::support::{order, order_of};

const SCHEDULER: &str = "loyalnest-scheduler";
const TICKS: &str = "SELECT count(*) FROM cron_ticks";
const UNFINISHED: &str = "SELECT count(*) FROM cron_ticks WHERE finished_at IS NULL";

fn rule(text: &str) -> CronRule {
    CronRule::parse(text).unwrap()
}

/// Three entries on one schedule, each with another policy.
fn one_of_each(schedule: &str) -> CronConfig {
    CronConfig {
        trim_webhook_bodies: rule(&format!("{schedule}; skip")),
        trim_cron_ticks: rule(&format!("{schedule}; once")),
        verify_balances: rule(&format!("{schedule}; all")),
        ..cron_off()
    }
}

fn cron(app: &TestApp, config: &CronConfig) -> Cron {
    Cron::new(app.store.clone(), app.queues.clone(), config)
}

fn every_second() -> CronConfig {
    CronConfig { verify_balances: rule("* * * * * *; UTC; all"), ..cron_off() }
}

/// The variables of a scheduler process whose `verify-balances` ticks so.
fn environment(app: &TestApp, verify_balances: &str) -> Vec<(&'static str, String)> {
    let mut environment = app.servers.environment();
    environment.retain(|(name, _)| *name != "CRON_VERIFY_BALANCES");
    environment.push(("CRON_VERIFY_BALANCES", verify_balances.to_owned()));
    environment
}

async fn counts(app: &TestApp) -> Counts {
    app.queues.queue(JobKind::Maintenance).counts().await.unwrap()
}

async fn entry(app: &TestApp, task: MaintenanceTask) -> CronEntry {
    let mut entries = app.store.cron_entries().await.unwrap();
    entries.retain(|entry| entry.name == task.name());
    entries.pop().unwrap_or_else(|| panic!("{} is not registered", task.name()))
}

/// Every claimed tick has had one job, which was run once, and is finished.
async fn assert_once_each(app: &TestApp) {
    wait_until("every tick is finished", async || app.number(UNFINISHED).await == 0 && app.jobs().await == 0).await;
    let (ticks, counts) = (app.number(TICKS).await, counts(app).await);
    let ticks = u64::try_from(ticks).unwrap();
    assert_eq!((counts.enqueued_total, counts.done_total), (ticks, ticks), "{counts:?}");
    assert_eq!((counts.retried_total, counts.dead_total, counts.rescued_total), (0, 0, 0), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_schedulers_tick_once_and_leave_no_gap() {
    let app = TestApp::builder().without_api().without_scheduler().start().await;
    let environment = environment(&app, "* * * * * *; UTC; all");
    let mut schedulers = Vec::new();
    for _ in 0..3 {
        schedulers.push(Process::role(SCHEDULER, &environment).await.0);
    }
    wait_until("some ticks have come", async || app.number(TICKS).await >= 3).await;
    // One dies, one is asked to go; the third goes on.
    schedulers[0].kill().await;
    schedulers[1].terminate().await;
    assert!(schedulers[1].ended().await.success(), "{}", schedulers[1].log());
    let so_far = app.number(TICKS).await;
    wait_until("more ticks have come", async || app.number(TICKS).await >= so_far + 3).await;
    schedulers[2].terminate().await;
    assert!(schedulers[2].ended().await.success(), "{}", schedulers[2].log());
    // What the one that died had claimed and not enqueued is another's to find.
    let (mut last, _) = Process::role(SCHEDULER, &app.servers.environment()).await;
    assert_once_each(&app).await;
    let span = "SELECT extract(epoch FROM max(tick) - min(tick))::bigint + 1 FROM cron_ticks";
    assert_eq!(app.number(span).await, app.number(TICKS).await, "a tick is missing");
    last.kill().await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduler_killed_between_claim_and_enqueue_loses_and_doubles_no_tick() {
    let mut redis = RedisServer::start().await;
    let mut app = TestApp::builder().redis(&redis.url()).without_roles().start().await;
    redis.kill().await;
    let (mut scheduler, _) = Process::role(SCHEDULER, &environment(&app, "* * * * * *; UTC; all")).await;
    let claimed = "SELECT count(*) FROM cron_ticks WHERE enqueued_at IS NULL";
    wait_until("ticks are claimed and cannot be enqueued", async || app.number(claimed).await >= 2).await;
    scheduler.kill().await;
    let ticks = app.number(TICKS).await;
    assert_eq!(app.number(claimed).await, ticks);
    redis.run().await;
    app.start_workers().await;
    // Two that find them at the same time; neither has the entry, so there are no further ticks.
    let (mut one, _) = Process::role(SCHEDULER, &app.servers.environment()).await;
    let (mut two, _) = Process::role(SCHEDULER, &app.servers.environment()).await;
    assert_once_each(&app).await;
    assert_eq!(app.number(TICKS).await, ticks);
    one.kill().await;
    two.kill().await;
    app.finish().await;
}

#[tokio::test]
async fn schedulers_that_race_for_a_tick_share_it_out_once() {
    let app = TestApp::builder().without_roles().start().await;
    let clock = ManualClock::new("2026-03-01T00:00:00Z".parse().unwrap());
    let config = one_of_each("*/10 * * * * *; UTC");
    let mut crons: Vec<Cron> = (0..8).map(|_| cron(&app, &config)).collect();
    for cron in &mut crons {
        assert_eq!(cron.run(Some(clock.now())).await.unwrap(), Ticked::default(), "nothing is due when it is new");
    }
    for round in 1..=20 {
        clock.advance(Duration::from_secs(10));
        let now = clock.now();
        let passes = join_all(crons.iter_mut().map(|cron| cron.run(Some(now)))).await;
        let enqueued: u64 = passes.into_iter().map(|pass| pass.unwrap().enqueued).sum();
        assert_eq!(enqueued, 3, "round {round}");
    }
    assert_eq!(app.number(TICKS).await, 60);
    assert_eq!(counts(&app).await.enqueued_total, 60);
    app.finish().await;
}

#[tokio::test]
async fn after_a_downtime_each_entry_catches_up_as_it_says() {
    let app = TestApp::builder().without_roles().start().await;
    let clock = ManualClock::new("2026-03-25T00:00:00Z".parse().unwrap());
    let config = one_of_each("30 2 * * *; Europe/Berlin");
    cron(&app, &config).run(Some(clock.now())).await.unwrap();
    clock.set("2026-03-25T01:30:00.4Z".parse().unwrap());
    let on_time = cron(&app, &config).run(Some(clock.now())).await.unwrap();
    assert_eq!(on_time, Ticked { enqueued: 3, missed: 0, recovered: 0 });

    // Down over the night in which clocks go forward: four ticks.
    clock.set("2026-03-29T12:00:00Z".parse().unwrap());
    let back = cron(&app, &config).run(Some(clock.now())).await.unwrap();
    assert_eq!(back, Ticked { enqueued: 1 + 4, missed: 4 + 3, recovered: 0 });
    assert_eq!(cron(&app, &config).run(Some(clock.now())).await.unwrap(), Ticked::default());

    let ticks = |task: MaintenanceTask| {
        let sql = format!(
            "SELECT to_char(tick, 'DD\"T\"HH24:MI') FROM cron_ticks WHERE name = '{}' ORDER BY tick OFFSET 1",
            task.name()
        );
        let app = &app;
        async move { app.texts(&sql).await }
    };
    assert_eq!(ticks(MaintenanceTask::TrimWebhookBodies).await, [""; 0]);
    assert_eq!(ticks(MaintenanceTask::TrimCronTicks).await, ["29T01:00"]);
    assert_eq!(ticks(MaintenanceTask::VerifyBalances).await, ["26T01:30", "27T01:30", "28T01:30", "29T01:00"]);

    let (skip, once) =
        (entry(&app, MaintenanceTask::TrimWebhookBodies).await, entry(&app, MaintenanceTask::TrimCronTicks).await);
    assert_eq!((skip.missed_ticks, once.missed_ticks), (4, 3));
    let at = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    assert_eq!((skip.last_missed, once.last_missed), (at("2026-03-29T01:00:00Z"), at("2026-03-28T01:30:00Z")));
    assert_eq!((skip.last_tick, once.last_tick), (at("2026-03-25T01:30:00Z"), at("2026-03-29T01:00:00Z")));
    assert_eq!((skip.next_tick, once.next_tick), (at("2026-03-30T00:30:00Z"), at("2026-03-30T00:30:00Z")));
    app.finish().await;
}

#[tokio::test]
async fn a_job_lost_with_redis_is_enqueued_again_until_its_tick_is_finished_or_dead() {
    let redis = RedisServer::start().await;
    let app = TestApp::builder().redis(&redis.url()).without_roles().start().await;
    let clock = ManualClock::new("2026-03-01T00:00:00Z".parse().unwrap());
    let mut cron = cron(&app, &every_second());
    cron.run(Some(clock.now())).await.unwrap();
    clock.advance(Duration::from_secs(3));
    let now = Some(clock.now());
    assert_eq!(cron.run(now).await.unwrap().enqueued, 3);
    let age = "UPDATE cron_ticks SET claimed_at = claimed_at - interval '1 hour', enqueued_at = enqueued_at - interval '1 hour'";

    redis.flush().await;
    assert_eq!(cron.run(now).await.unwrap().recovered, 0, "a job that was just enqueued is not looked for");
    app.execute(age).await;
    assert_eq!(cron.run(now).await.unwrap().recovered, 3);
    app.execute(age).await;
    assert_eq!(cron.run(now).await.unwrap().recovered, 0, "jobs that wait are not doubled");

    let id = |second: i64| JobId::of_tick("verify-balances", clock.now() - TimeDelta::seconds(second));
    app.store.finish_tick(id(2).as_str()).await.unwrap();
    app.execute(&format!(
        "INSERT INTO dead_letters (merchant_id, job_id, queue, payload, attempts, reason, enqueued_at, died_at)
         VALUES ('{}', '{}', 'maintenance', '{{}}', 8, 'a test', now(), now())",
        Lane::platform(),
        id(0)
    ))
    .await;
    redis.flush().await;
    app.execute(age).await;
    assert_eq!(cron.run(now).await.unwrap().recovered, 1);
    assert_eq!(entry(&app, MaintenanceTask::VerifyBalances).await.last_state.as_deref(), Some("dead"));
    app.execute("DELETE FROM dead_letters").await;
    app.finish().await;
}

#[tokio::test]
async fn a_new_schedule_has_no_past_and_an_entry_that_is_off_is_gone() {
    let app = TestApp::builder().without_roles().start().await;
    let clock = ManualClock::new("2026-03-01T00:00:00Z".parse().unwrap());
    let before = one_of_each("0 3 * * *; UTC");
    cron(&app, &before).run(Some(clock.now())).await.unwrap();
    clock.set("2026-03-03T12:00:00Z".parse().unwrap());
    let after = CronConfig { verify_balances: rule("0 4 * * *; UTC; all"), ..cron_off() };
    let mut newer = cron(&app, &after);
    assert_eq!(newer.run(Some(clock.now())).await.unwrap(), Ticked::default());
    // It may be on in another process, until none has said so for some time.
    clock.advance(Duration::from_secs(600));
    assert_eq!(newer.run(Some(clock.now())).await.unwrap(), Ticked::default());
    let names: Vec<String> = app.store.cron_entries().await.unwrap().into_iter().map(|entry| entry.name).collect();
    assert_eq!(names, ["verify-balances"]);
    // The same again is not new: it catches up.
    clock.set("2026-03-05T12:00:00Z".parse().unwrap());
    assert_eq!(cron(&app, &after).run(Some(clock.now())).await.unwrap().enqueued, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_schedule_zone_or_policy_is_refused_at_the_start() {
    let app = TestApp::builder().without_roles().start().await;
    let mut environment = app.servers.environment();
    environment.retain(|(name, _)| !name.starts_with("CRON_"));
    environment.extend([
        ("CRON_TRIM_WEBHOOK_BODIES", "every night; UTC; once".to_owned()),
        ("CRON_TRIM_CRON_TICKS", "0 3 * * *; Europe/Atlantis; once".to_owned()),
        ("CRON_VERIFY_BALANCES", "0 3 * * *; UTC; twice".to_owned()),
    ]);
    let ended = run(SCHEDULER, &[], &environment).await;
    assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
    for named in [
        "CRON_TRIM_WEBHOOK_BODIES: `every night` is not a schedule",
        "CRON_TRIM_CRON_TICKS: `Europe/Atlantis` is not a time zone",
        "CRON_VERIFY_BALANCES: the catch-up policy must be `skip`, `once` or `all`, not `twice`",
    ] {
        assert!(ended.err.contains(named), "{named}: {}", ended.err);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_tool_lists_the_entries() {
    let app = TestApp::builder().without_roles().start().await;
    let environment = app.servers.environment();
    let none = run("loyalnest", &["cron"], &environment).await;
    assert!(none.code == Some(0) && none.out.contains("no entries"), "{none:?}");
    let clock = ManualClock::new("2026-03-25T00:00:00Z".parse().unwrap());
    let config = one_of_each("30 2 * * *; Europe/Berlin");
    cron(&app, &config).run(Some(clock.now())).await.unwrap();
    clock.set("2026-03-27T12:00:00Z".parse().unwrap());
    cron(&app, &config).run(Some(clock.now())).await.unwrap();
    let listed = run("loyalnest", &["cron"], &environment).await;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    for (entry, shown) in [
        (
            "trim-webhook-bodies",
            ["30 2 * * *  Europe/Berlin  skip", "-", "2026-03-28T01:30:00Z", "3 (last 2026-03-27T01:30:00Z)"],
        ),
        (
            "trim-cron-ticks",
            ["once", "2026-03-27T01:30:00Z enqueued", "2026-03-28T01:30:00Z", "2 (last 2026-03-26T01:30:00Z)"],
        ),
        ("verify-balances", ["all", "2026-03-27T01:30:00Z enqueued", "2026-03-28T01:30:00Z", "0"]),
    ] {
        let line = listed.out.lines().find(|line| line.starts_with(entry)).unwrap_or_else(|| panic!("{listed:?}"));
        assert!(shown.iter().all(|shown| line.contains(shown)), "{shown:?}: {line}");
    }
    app.finish().await;
}

/// Runs a task as if at that tick, to its end.
async fn maintain(app: &TestApp, task: MaintenanceTask, tick: DateTime<Utc>) {
    let job = NewJob::of(JobId::of_tick(task.name(), tick), &Maintenance { task, tick }, Lane::platform());
    assert_eq!(app.queues.enqueue_missing(&[job]).await.unwrap(), 1);
    wait_until("the task is done", async || app.jobs().await == 0).await;
}

fn now() -> DateTime<Utc> {
    platform::clock::SystemClock.now()
}

#[tokio::test]
async fn bodies_past_their_retention_are_removed_and_those_still_needed_are_kept() {
    let app = TestApp::builder().without_scheduler().start().await;
    for id in 1..=5 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    app.webhook("orders/create", order(6, 1_000).json()).shop("shop-2.myshopify.com").send().await.ok();
    app.settled().await;
    let bodies = "SELECT count(*) FROM api_log_bodies";
    app.execute("UPDATE api_logs SET status = 'pending', job_kind = NULL WHERE payload #>> '{order,id}' = '3' OR log_id = (SELECT min(log_id) FROM api_logs)").await;
    let pending = app.number("SELECT count(*) FROM api_logs WHERE status = 'pending'").await;
    assert!((1..6).contains(&pending), "{pending}");
    maintain(&app, MaintenanceTask::TrimWebhookBodies, now() + TimeDelta::days(29)).await;
    assert_eq!(app.number(bodies).await, 6, "within their retention");
    maintain(&app, MaintenanceTask::TrimWebhookBodies, now() + TimeDelta::days(31)).await;
    assert_eq!(app.number(bodies).await, pending, "those that are still to be worked on");
    app.execute("UPDATE api_logs SET status = 'success'").await;
    maintain(&app, MaintenanceTask::TrimWebhookBodies, now() + TimeDelta::days(32)).await;
    assert_eq!(app.number(bodies).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn attempts_and_dead_letters_past_their_retention_are_removed_and_days_are_prepared() {
    let app = TestApp::builder().without_api().without_scheduler().start().await;
    let table = |days: i64| format!("job_attempts_{}", (now() + TimeDelta::days(days)).format("%Y%m%d"));
    for back in [32, 31, 30] {
        app.execute(&format!(
            "SELECT job_attempts_make_day((now() AT TIME ZONE 'UTC' - interval '{back} days')::date)"
        ))
        .await;
    }
    app.execute(&format!("DROP TABLE {}", table(7))).await;
    maintain(&app, MaintenanceTask::TrimAttempts, now()).await;
    for (days, kept) in [(-32, false), (-31, false), (-30, true), (0, true), (7, true)] {
        let found = app.number(&format!("SELECT count(*) FROM pg_class WHERE relname = '{}'", table(days))).await;
        assert_eq!(found == 1, kept, "the day of {days} days from now");
    }

    app.execute(&format!(
        "INSERT INTO dead_letters (merchant_id, job_id, queue, payload, attempts, reason, enqueued_at, died_at)
         SELECT '{}', 'job' || n, 'award-points', '{{}}', 8, 'a test', now(), now() - make_interval(days => n)
         FROM generate_series(1, 2500) n",
        app.shops[0].merchant_id
    ))
    .await;
    maintain(&app, MaintenanceTask::TrimDeadLetters, now() + TimeDelta::hours(1)).await;
    assert_eq!(app.number("SELECT count(*) FROM dead_letters").await, 89);
    app.execute("DELETE FROM dead_letters").await;
    app.finish().await;
}

#[tokio::test]
async fn ticks_past_their_retention_are_removed_and_a_finished_tick_does_nothing() {
    let app = TestApp::builder().without_api().without_scheduler().start().await;
    let old = "INSERT INTO cron_ticks (name, tick, job_id, finished_at)
         SELECT name, now() - make_interval(days => n) + interval '1 hour', name || n, now() FROM generate_series(1, 100) n, unnest(ARRAY['gone', 'trim-cron-ticks']) name";
    app.execute(old).await;
    let tick = now();
    maintain(&app, MaintenanceTask::TrimCronTicks, tick).await;
    assert_eq!(app.number(TICKS).await, 2 * 90);

    let done = JobId::of_tick("trim-cron-ticks", tick);
    app.execute("DELETE FROM cron_ticks").await;
    app.execute(old).await;
    let known = format!(
        "INSERT INTO cron_ticks (name, tick, job_id, finished_at) VALUES ('trim-cron-ticks', now(), '{done}', now())"
    );
    app.execute(&known).await;
    maintain(&app, MaintenanceTask::TrimCronTicks, tick).await;
    assert_eq!(app.number(TICKS).await, 201, "what was done before is not done again");
    app.finish().await;
}

#[tokio::test]
async fn a_balance_that_has_drifted_is_reported() {
    let app = TestApp::builder().without_scheduler().start().await;
    for id in 1..=5 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    app.settled().await;
    let drifted = async || {
        let metrics = app.get_internal("/metrics").await.ok().text;
        let line = metrics.lines().find(|line| line.starts_with("points_drifted_customers ")).map(str::to_owned);
        line.unwrap_or_else(|| panic!("{metrics}")).rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let at = now();
    maintain(&app, MaintenanceTask::VerifyBalances, at).await;
    assert_eq!(drifted().await, 0);
    app.execute("UPDATE customers SET points_balance = points_balance + 1 WHERE shopify_customer_id = 103").await;
    app.execute("UPDATE point_lots SET remaining = remaining - 1 WHERE lot_id = (SELECT max(lot_id) FROM point_lots)")
        .await;
    maintain(&app, MaintenanceTask::VerifyBalances, at + TimeDelta::seconds(1)).await;
    assert!((1..=2).contains(&drifted().await));
    app.execute("UPDATE customers SET points_balance = points_balance - 1 WHERE shopify_customer_id = 103").await;
    app.execute("UPDATE point_lots SET remaining = remaining + 1 WHERE lot_id = (SELECT max(lot_id) FROM point_lots)")
        .await;
    maintain(&app, MaintenanceTask::VerifyBalances, at + TimeDelta::seconds(2)).await;
    assert_eq!(drifted().await, 0);
    app.finish().await;
}
