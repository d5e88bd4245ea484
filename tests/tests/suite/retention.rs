//! Every table has a rule of retention; old audit rows, old bodies without a handler and what they say of a person go, young ones stay.

use chrono::{DateTime, TimeDelta, Utc};
use jobs::{JobId, Lane, Maintenance, MaintenanceTask, NewJob};
use platform::clock::{Clock as _, SystemClock};
use platform::ids::least_ulid_at;
use tests::{TestApp, wait_until};
use workers::retention_rules::{RULES, Retention};

use crate::support::{ADA, at};

async fn maintain(app: &TestApp, task: MaintenanceTask, tick: DateTime<Utc>) {
    let job = NewJob::of(JobId::of_tick(task.name(), tick), &Maintenance { task, tick }, Lane::platform());
    assert_eq!(app.queues.enqueue_missing(&[job]).await.unwrap(), 1);
    wait_until("the task is done", async || app.jobs().await == 0).await;
}

#[tokio::test]
async fn every_table_of_the_catalogue_has_a_rule_of_retention() {
    let app = TestApp::builder().without_roles().start().await;
    let tables = app
        .texts(
            "SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
               AND relnamespace = 'public'::regnamespace ORDER BY relname COLLATE \"C\"",
        )
        .await;
    let ruled: Vec<&str> = RULES.iter().map(|(table, _)| *table).collect();
    assert_eq!(ruled, tables, "workers/src/maintenance/rules.rs has a rule for each table, in this order");
    app.finish().await;
}

#[test]
fn every_task_that_removes_rows_is_named_by_a_rule_and_no_other_task_is() {
    let mut named: Vec<&str> = RULES
        .iter()
        .filter_map(|(_, rule)| if let Retention::Trimmed(task) = rule { Some(task.name()) } else { None })
        .collect();
    named.sort_unstable();
    named.dedup();
    let mut removing: Vec<&str> =
        MaintenanceTask::ALL.iter().map(|task| task.name()).filter(|name| name.starts_with("trim-")).collect();
    removing.sort_unstable();
    assert_eq!(named, removing);
}

#[tokio::test]
async fn audit_rows_past_their_retention_are_removed_and_younger_ones_stay() {
    let app = TestApp::builder().without_api().without_scheduler().start().await;
    let now = SystemClock.now();
    for merchant in [app.shops[0].merchant_id.as_str(), "platform"] {
        for days in [1, 89, 729, 731, 2_000] {
            let written = now - TimeDelta::days(days);
            let id = least_ulid_at(written);
            app.execute(&format!(
                "INSERT INTO audit_logs (merchant_id, audit_id, action, created_at) VALUES ('{merchant}', '{id}', 'a_test', '{written}')"
            ))
            .await;
        }
    }
    maintain(&app, MaintenanceTask::TrimAuditLogs, now).await;
    let left = app
        .texts("SELECT DISTINCT round(extract(epoch FROM now() - created_at) / 86400)::text FROM audit_logs ORDER BY 1")
        .await;
    assert_eq!(left, ["1", "729", "89"]);
    assert_eq!(app.number("SELECT count(*) FROM audit_logs").await, 6);
    app.finish().await;
}

#[tokio::test]
async fn what_a_webhook_without_handler_says_of_a_person_goes_after_its_own_retention() {
    let app = TestApp::builder().without_scheduler().start().await;
    app.deliver("customers/update", shopify::testing::customer(ADA, Some("ada@example.com"), at(0))).await;
    let kept = "SELECT count(*) FROM api_logs l JOIN api_log_bodies b USING (merchant_id, log_id) WHERE l.personal_data IS NOT NULL";
    assert_eq!(app.number(kept).await, 1);
    let now = SystemClock.now();
    maintain(&app, MaintenanceTask::TrimWebhookBodies, now + TimeDelta::days(89)).await;
    assert_eq!(app.number(kept).await, 1, "within its retention");
    maintain(&app, MaintenanceTask::TrimWebhookBodies, now + TimeDelta::days(91)).await;
    assert_eq!(app.number("SELECT count(*) FROM api_log_bodies").await, 0);
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE personal_data IS NOT NULL").await, 0);
    app.finish().await;
}
