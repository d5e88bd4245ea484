//! The history of jobs in PostgreSQL: found by every column, bounded, under row-level security; replayed after Redis was lost;
//! forgotten in time.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::MerchantId;
use jobs::{Action, JobKind, JobRef, JobState, Outcome, PageQuery, Reason, Settlement};
use store::jobs::{AttemptRow, DeadLetterRow};
use store::jobs::{Cursor, DeadLetterFound, ROWS_LOOKED_AT_MAX, Search};
use tests::TestApp;
use tests::database::pool;
use tests::redis_server::RedisServer;

use crate::support::{ADA, order};

const QUEUES: [&str; 2] = ["award-points", "cancel-adjustment"];
const CLASSES: [&str; 3] = ["timeout", "postgres_conflict", "shape"];

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_767_225_600_000).unwrap()
}

fn lately() -> Search {
    Search::between(now() - TimeDelta::days(3), now() + TimeDelta::days(1))
}

fn attempt(app: &TestApp, n: usize) -> AttemptRow {
    AttemptRow {
        merchant_id: app.shops[n % 2].merchant_id.clone(),
        attempt_id: app.ids.ulid(),
        job_id: format!("01JD8Q3VN7Z9M0A2B4C6D8E{:03}", n / 2),
        parent_id: n.is_multiple_of(10).then(|| "01JD8Q3VN7Z9M0A2B4C6PARENT".to_owned()),
        queue: QUEUES[(n / 2) % 2],
        attempt: 1,
        worker: "w".to_owned(),
        outcome: "retried",
        error_class: Some(CLASSES[(n / 4) % 3]),
        error: Some(format!("Upstream 100% answered number {n}: gave up")),
        trace_id: Some(format!("t-{n}")),
        // Ten in each millisecond.
        started_at: now() - TimeDelta::milliseconds((n / 10) as i64),
        finished_at: now() - TimeDelta::milliseconds((n / 10) as i64),
    }
}

fn letter(app: &TestApp, n: usize) -> DeadLetterRow {
    DeadLetterRow {
        merchant_id: app.shops[n % 2].merchant_id.clone(),
        job_id: format!("01JD8Q3VN7Z9M0A2B4C6D8E{n:03}"),
        parent_id: None,
        queue: QUEUES[(n / 2) % 2],
        version: 1,
        payload: format!(r#"{{"log_id": "01JD8Q3VN7Z9M0A2B4C6D8E{n:03}"}}"#),
        attempts: 12,
        error_class: CLASSES[(n / 4) % 3].to_owned(),
        reason: format!("attempts used up: upstream answered number {n}"),
        trace_id: None,
        enqueued_at: now() - TimeDelta::hours(1),
        died_at: now() - TimeDelta::milliseconds((n / 10) as i64),
        log_id: None,
    }
}

async fn filled(rows: usize) -> TestApp {
    let app = TestApp::builder().without_roles().start().await;
    let attempts: Vec<_> = (0..rows).map(|n| attempt(&app, n)).collect();
    app.store.record_attempts(&attempts).await.unwrap();
    let letters: Vec<_> = (0..rows).map(|n| letter(&app, n)).collect();
    app.store.record_dead_letters(&letters).await.unwrap();
    app
}

async fn attempts(app: &TestApp, search: &Search, page: i64) -> Vec<String> {
    let (mut seen, mut after): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let found = app.store.search_attempts(search, after.as_ref(), page).await.unwrap();
        seen.extend(found.rows.into_iter().map(|row| row.trace_id.unwrap()));
        after = found.next;
        if after.is_none() {
            return seen;
        }
    }
}

async fn letters(app: &TestApp, search: &Search, page: i64) -> Vec<DeadLetterFound> {
    let (mut seen, mut after): (Vec<DeadLetterFound>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let found = app.store.search_dead_letters(search, after.as_ref(), page).await.unwrap();
        seen.extend(found.rows);
        after = found.next;
        if after.is_none() {
            return seen;
        }
    }
}

/// Whether the row of that number is to be found.
type Expected = Box<dyn Fn(usize) -> bool>;

async fn finish(mut app: TestApp) {
    let dead = app.number("SELECT count(*) FROM dead_letters").await;
    app.expect_dead_letters(dead);
    app.finish().await;
}

#[tokio::test]
async fn attempts_and_dead_letters_are_found_by_every_column_and_none_is_missed_or_repeated() {
    let app = filled(120).await;
    let one = Some(app.shops[1].merchant_id.clone());
    let text = |text: &str| Some(text.to_owned());
    let class = |n: usize| CLASSES[(n / 4) % 3];
    let queue = |n: usize| QUEUES[(n / 2) % 2];
    let cases: Vec<(Search, Expected)> = vec![
        (lately(), Box::new(|_| true)),
        (Search { merchant: one.clone(), ..lately() }, Box::new(|n| n % 2 == 1)),
        (Search { queue: text(QUEUES[0]), ..lately() }, Box::new(move |n| queue(n) == QUEUES[0])),
        (Search { error_class: text("shape"), ..lately() }, Box::new(move |n| class(n) == "shape")),
        (Search { topic: text("orders/paid"), ..lately() }, Box::new(|_| false)),
        (
            Search { merchant: one, queue: text(QUEUES[1]), error_class: text("timeout"), ..lately() },
            Box::new(move |n| n % 2 == 1 && queue(n) == QUEUES[1] && class(n) == "timeout"),
        ),
        (Search { until: now() - TimeDelta::milliseconds(5), ..lately() }, Box::new(|n| n / 10 > 5)),
    ];
    for (search, expected) in cases {
        for page in [1, 7, 500] {
            let found = attempts(&app, &search, page).await;
            let unique: BTreeSet<_> = found.iter().cloned().collect();
            let expected: Vec<usize> = (0..120).filter(|n| expected(*n)).collect();
            assert_eq!(unique, expected.iter().map(|n| format!("t-{n}")).collect(), "{search:?} by {page}");
            assert_eq!(found.len(), expected.len(), "{search:?} by {page}");
            let found = letters(&app, &search, page).await;
            let unique: BTreeSet<_> = found.iter().map(|row| row.job_id.clone()).collect();
            assert_eq!((unique.len(), found.len()), (expected.len(), expected.len()), "{search:?} by {page}");
            assert!(found.windows(2).all(|pair| pair[0].died_at >= pair[1].died_at));
        }
    }
    let by_job = Search { job_id: text("01JD8Q3VN7Z9M0A2B4C6D8E007"), ..lately() };
    assert_eq!(attempts(&app, &by_job, 10).await.len(), 2);
    assert_eq!(letters(&app, &by_job, 10).await.len(), 1);
    finish(app).await;
}

#[tokio::test]
async fn text_is_words_of_an_attempts_error_and_of_a_dead_letters_reason() {
    let app = filled(40).await;
    let with = |text: &str| Search { text: Some(text.to_owned()), ..lately() };
    let count = async |search: &Search| attempts(&app, search, 7).await.len();
    assert_eq!(attempts(&app, &with("gave NUMBER 17"), 7).await, ["t-17"]);
    for (text, expected) in
        [("answered", 40), ("answered -17", 39), ("\"number 17\" or \"number 18\"", 2), ("answer", 0)]
    {
        assert_eq!(count(&with(text)).await, expected, "{text}");
    }
    let merchant = Some(app.shops[0].merchant_id.clone());
    assert_eq!(count(&Search { merchant, ..with("answered") }).await, 20);
    assert_eq!(count(&Search { error_class: Some("shape".to_owned()), ..with("answered") }).await, 12);
    assert_eq!(count(&Search { queue: Some(QUEUES[0].to_owned()), ..with("answered") }).await, 20);
    let job_id = Some("01JD8Q3VN7Z9M0A2B4C6D8E007".to_owned());
    assert_eq!(count(&Search { job_id, ..with("answered") }).await, 2);
    assert_eq!(count(&Search { until: now() - TimeDelta::milliseconds(2), ..with("answered") }).await, 10);
    let ids = async |text: &str| letters(&app, &with(text), 7).await.len();
    assert_eq!((ids("number 17").await, ids("upstream").await, ids("\"used up\" -17").await), (1, 40, 39));
    assert_eq!((ids("upst").await, ids("'; DROP TABLE dead_letters; --").await), (0, 0));
    let of_one = Search { merchant: Some(app.shops[0].merchant_id.clone()), ..with("upstream") };
    let found = letters(&app, &of_one, 7).await;
    assert!(found.len() == 20 && found.iter().all(|row| row.merchant_id == app.shops[0].merchant_id.as_str()));
    let shape = Search { error_class: Some("shape".to_owned()), ..with("upstream") };
    assert!(letters(&app, &shape, 7).await.iter().all(|row| row.error_class == "shape"));
    finish(app).await;
}

#[tokio::test]
async fn a_search_for_words_stays_in_its_scope() {
    const FUNCTIONS: [&str; 2] = [
        "SELECT count(*) FROM dead_letters_with_words('upstream', NULL, NULL, NULL, NULL, true, '-infinity', 'infinity', 'infinity', '~', 1000)",
        "SELECT count(*) FROM job_attempts_with_words('answered', NULL, NULL, NULL, NULL, NULL, '-infinity', 'infinity', 'infinity', '~', 1000, '1 minute')",
    ];
    let app = filled(10).await;
    let hostile = pool(&app.servers.app_url).await;
    let foreign = app.shops[1].merchant_id.as_str();
    for (scope, expected) in [(app.shops[0].merchant_id.as_str(), 5), ("", 0), ("*", 10), (foreign, 5)] {
        let mut tx = hostile.begin().await.unwrap();
        sqlx::query("SELECT set_config('loyalnest.merchants', $1, true)").bind(scope).execute(&mut *tx).await.unwrap();
        for sql in FUNCTIONS {
            let found: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await.unwrap();
            assert_eq!(found, expected, "under {scope:?}: {sql}");
        }
    }
    for sql in FUNCTIONS {
        let undeclared: i64 = sqlx::query_scalar(sql).fetch_one(&hostile).await.unwrap();
        assert_eq!(undeclared, 0, "{sql}");
    }
    hostile.close().await;
    finish(app).await;
}

#[tokio::test]
async fn a_search_ends_in_time_and_says_where_to_go_on_until_the_last_row() {
    let app = TestApp::builder().without_roles().start().await;
    let merchant = &app.shops[0].merchant_id;
    let rows = 40 * ROWS_LOOKED_AT_MAX;
    app.execute(&format!(
        "INSERT INTO job_attempts (merchant_id, attempt_id, job_id, queue, attempt, worker, outcome, error_class, trace_id, started_at, finished_at)
         SELECT '{merchant}', lpad(n::text, 26, '0'), 'j', CASE n WHEN 1 THEN 'needle' ELSE 'hay' END, 1, 'w', 'retried', 'timeout', n::text,
                '2026-01-01', timestamptz '2026-01-01' + n * interval '1 millisecond' FROM generate_series(1, {rows}) AS n"
    ))
    .await;
    let text = |text: &str| Some(text.to_owned());
    let search = Search { error_class: text("timeout"), queue: text("needle"), ..lately() };
    let (mut answers, mut after, mut found) = (0, None, Vec::new());
    loop {
        answers += 1;
        let page = app.store.search_attempts(&search, after.as_ref(), 50).await.unwrap();
        found.extend(page.rows.into_iter().map(|row| row.trace_id.unwrap()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, ["1"]);
    assert!((1..=40).contains(&answers), "{answers}");
    app.finish().await;
}

/// A job that died is dead in PostgreSQL, and gone from Redis.
async fn die(app: &TestApp, reason: Reason) {
    let queue = app.queues.queue(JobKind::AwardPoints);
    tests::wait_until("the job waits", async || queue.counts().await.unwrap().waiting == 1).await;
    let claim = queue.claim(1, std::time::Duration::from_secs(60), "test").await.unwrap();
    queue.settle(&[Settlement::of(&claim.jobs[0], Outcome::Dead { reason })]).await.unwrap();
}

#[tokio::test]
async fn a_dead_letter_is_replayed_under_its_id_though_redis_was_flushed_and_its_timeline_shows_all() {
    let redis = RedisServer::start().await;
    let mut app = TestApp::builder().redis(&redis.url()).without_roles().start().await;
    app.start_api().await;
    app.deliver("orders/paid", order(1, 1_000).json()).await;
    die(&app, Reason::new("http_5xx", "bad gateway")).await;
    app.start_workers().await;
    tests::wait_until("the letter is in PostgreSQL", async || {
        app.number("SELECT count(*) FROM dead_letters").await == 1
    })
    .await;
    redis.flush().await;

    let merchant = app.shops[0].merchant_id.clone();
    let far = Search::between(DateTime::UNIX_EPOCH, DateTime::from_timestamp(32_503_680_000, 0).unwrap());
    let search = Search { error_class: Some("http_5xx".to_owned()), topic: Some("orders/paid".to_owned()), ..far };
    let found = app.store.search_dead_letters(&search, None, 10).await.unwrap().rows;
    assert_eq!(found.len(), 1);
    let job_id = found[0].job_id.clone();
    let timeline = app.store.timeline(&merchant, &job_id).await.unwrap().unwrap();
    assert_eq!(timeline.webhook.unwrap().status, "failed");

    let step = api::job_admin::replay_step(&app.store, &app.queues, &search, None, now()).await.unwrap();
    assert_eq!((step.jobs.len(), step.jobs[0].as_str(), step.next), (1, job_id.as_str(), None));
    let named = format!("SELECT count(*) FROM webhook_batches WHERE '{job_id}' = ANY (log_ids)");
    assert_eq!(app.number(&named).await, 2, "the sweep knows of it again, whatever becomes of Redis");
    app.settled().await;
    assert_eq!(
        app.number(&format!("SELECT points_balance::bigint FROM customers WHERE shopify_customer_id = {ADA}")).await,
        100
    );
    assert!(app.store.search_dead_letters(&search, None, 10).await.unwrap().rows.is_empty(), "it is dead no more");
    let again = api::job_admin::replay(&app.store, &app.queues, &found, now()).await.unwrap();
    assert_eq!(again.jobs.len(), 1, "a repetition is harmless");
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 1);

    // What the worker writes with the award.
    app.execute("UPDATE api_logs SET worker = 'w', started_at = finished_at - interval '5 ms', retry_count = 1").await;
    let timeline = app.store.timeline(&merchant, &job_id).await.unwrap().unwrap();
    let ended: Vec<_> = timeline.attempts.iter().map(|attempt| (attempt.attempt, attempt.outcome.as_str())).collect();
    assert_eq!(ended, [(2, "done")]);
    assert_eq!(timeline.attempts[0].topic.as_deref(), Some("orders/paid"));
    assert!(timeline.dead_letter.unwrap().replayed_at.is_some());
    let other = &app.shops[1].merchant_id;
    assert_eq!(app.store.timeline(other, &job_id).await.unwrap(), None, "another merchant's is nobody's business");
    finish(app).await;
}

#[tokio::test]
async fn a_letter_that_cannot_be_replayed_says_why_and_holds_up_no_other() {
    let app = filled(4).await;
    app.execute("UPDATE dead_letters SET queue = 'no-such-kind' WHERE job_id LIKE '%001'").await;
    app.execute("UPDATE dead_letters SET payload = '{}' WHERE job_id LIKE '%002'").await;
    let step = api::job_admin::replay_step(&app.store, &app.queues, &lately(), None, now()).await.unwrap();
    assert_eq!(step.jobs.len(), 2);
    let refused: BTreeSet<_> = step.refused.iter().map(|(_, why)| why.to_string()).collect();
    assert_eq!(
        refused.into_iter().collect::<Vec<_>>(),
        ["payload version 1 of `cancel-adjustment` is malformed", "there is no kind of job named \"no-such-kind\""]
    );
    assert_eq!(app.number("SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL").await, 2);
    finish(app).await;
}

#[tokio::test]
async fn a_deleted_webhook_job_is_not_brought_back_by_the_sweep() {
    let mut app = TestApp::builder().without_roles().start().await;
    app.start_api().await;
    app.deliver("orders/paid", order(1, 1_000).json()).await;
    app.deliver("orders/paid", order(2, 1_000).json()).await;
    let queue = app.queues.queue(JobKind::AwardPoints);
    tests::wait_until("both wait", async || queue.counts().await.unwrap().waiting == 2).await;
    let page = queue.page(&PageQuery::of(JobState::Waiting, 1)).await.unwrap();
    let jobs: Vec<JobRef> = page.jobs.into_iter().map(|view| view.job).collect();
    let gone =
        api::job_admin::abandon(&app.store, &app.queues, JobKind::AwardPoints, &Action::Delete, &jobs, "test order");
    assert_eq!(gone.await.unwrap(), jobs);
    app.start_scheduler().await;
    app.start_workers().await;
    app.settled().await;
    assert_eq!(app.texts("SELECT error FROM api_logs WHERE status = 'failed'").await, ["test order"]);
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn children_are_found_by_the_job_that_caused_them() {
    let app = filled(20).await;
    let merchant = &app.shops[0].merchant_id;
    let timeline = app.store.timeline(merchant, "01JD8Q3VN7Z9M0A2B4C6PARENT").await.unwrap().unwrap();
    let children: Vec<_> = timeline.children.iter().map(|child| child.job_id.as_str()).collect();
    assert_eq!(children, ["01JD8Q3VN7Z9M0A2B4C6D8E000", "01JD8Q3VN7Z9M0A2B4C6D8E005"]);
    let child = app.store.timeline(merchant, children[0]).await.unwrap().unwrap();
    assert_eq!(child.parent_id.as_deref(), Some("01JD8Q3VN7Z9M0A2B4C6PARENT"));
    finish(app).await;
}

#[tokio::test]
async fn old_days_are_dropped_whole_new_ones_are_prepared_and_strays_are_taken_over() {
    let app = TestApp::builder().without_roles().start().await;
    let today: DateTime<Utc> = sqlx::query_scalar("SELECT CURRENT_TIMESTAMP").fetch_one(&app.pool).await.unwrap();
    let days = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'job_attempts'::regclass";
    let merchant: &MerchantId = &app.shops[0].merchant_id;
    let row = |days: i64| AttemptRow {
        finished_at: today + TimeDelta::days(days),
        merchant_id: merchant.clone(),
        ..attempt(&app, 0)
    };
    // Written before anybody made their days.
    app.store.record_attempts(&[row(-40), row(-39), row(0), row(12)]).await.unwrap();
    assert_eq!(app.number("SELECT count(*) FROM job_attempts_other").await, 3);
    for back in [40, 39] {
        app.execute(&format!("SELECT job_attempts_make_day((CURRENT_DATE - {back})::date)")).await;
    }
    let before = app.number(days).await;
    assert!(app.store.keep_attempts(today, 3, 7).await.is_err(), "too soon");
    assert!(app.store.keep_attempts(today + TimeDelta::days(60), 30, 7).await.is_err(), "a wrong clock");
    assert_eq!(app.store.keep_attempts(today, 30, 14).await.unwrap(), 7 + 1, "seven days more, and the oldest gone");
    assert_eq!(app.store.keep_attempts(today, 30, 14).await.unwrap(), 1, "the next oldest");
    assert_eq!(app.store.keep_attempts(today, 30, 14).await.unwrap(), 0);
    assert_eq!(app.number(days).await, before + 7 - 2);
    assert_eq!(app.number("SELECT count(*) FROM job_attempts").await, 2);
    assert_eq!(app.number("SELECT count(*) FROM job_attempts_other").await, 0, "the twelfth day was taken over");

    let letters: Vec<_> = (0..30).map(|n| letter(&app, n)).collect();
    app.store.record_dead_letters(&letters).await.unwrap();
    let before = now() - TimeDelta::milliseconds(1);
    assert_eq!(app.store.forget_dead_letters(before, 7).await.unwrap(), 7);
    assert_eq!(app.store.forget_dead_letters(before, 7).await.unwrap(), 3);
    assert_eq!(app.number("SELECT count(*) FROM dead_letters").await, 20);
    finish(app).await;
}
