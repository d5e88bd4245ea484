//! Schedulers of several versions and configurations side by side: none loses the ticks of another's entries.

use chrono::{DateTime, TimeDelta, Utc};
use platform::config::{CronConfig, CronRule, Value as _};
use scheduler::{Cron, Ticked};
use store::cron::{CronDefinition, CronEntry};
use tests::TestApp;
use tests::process::run;
use tests::settings::cron_off;

/// An entry that no scheduler of this version has.
const FOREIGN: &str = "from-another-version";

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-03-{text}Z").parse().unwrap()
}

/// A scheduler whose `verify-balances` ticks every night.
fn nightly(app: &TestApp) -> Cron {
    let verify_balances = CronRule::parse("0 3 * * *; UTC; all").unwrap();
    Cron::new(app.store.clone(), app.queues.clone(), &CronConfig { verify_balances, ..cron_off() })
}

/// A scheduler without entries.
fn bare(app: &TestApp) -> Cron {
    Cron::new(app.store.clone(), app.queues.clone(), &cron_off())
}

/// Says, as the other version's scheduler would, that it has the entry.
async fn foreign_start(app: &TestApp, catch_up: &'static str, now: DateTime<Utc>) {
    let entry = CronDefinition {
        name: FOREIGN,
        schedule: "*/15 * * * *".to_owned(),
        time_zone: "UTC".to_owned(),
        catch_up,
        next_tick: None,
    };
    app.store.register_cron(&[entry], now).await.unwrap();
}

async fn entry(app: &TestApp, name: &str) -> Option<CronEntry> {
    app.store.cron_entries().await.unwrap().into_iter().find(|entry| entry.name == name)
}

async fn cursor(app: &TestApp, name: &str) -> DateTime<Utc> {
    let (_, cursors) = app.store.cron_cursors().await.unwrap();
    cursors.into_iter().find(|cursor| cursor.name == name).unwrap().decided_until
}

#[tokio::test]
async fn an_entry_of_another_version_keeps_its_cursor_while_its_owner_is_seen() {
    let app = TestApp::builder().without_roles().start().await;
    foreign_start(&app, "all", at("01T00:00:00")).await;
    let mut ours = nightly(&app);
    for minutes in [0, 9, 18, 27, 36] {
        let now = at("01T00:00:00") + TimeDelta::minutes(minutes);
        // The owner has no tick of its own to decide in all this time, and says that it is there.
        app.store.see_cron_entries(&[FOREIGN], now).await.unwrap();
        // Ours starts anew each time, as in a rolling deployment, and once more.
        for _ in 0..2 {
            assert_eq!(nightly(&app).run(Some(now)).await.unwrap(), Ticked::default());
        }
        assert_eq!(ours.run(Some(now)).await.unwrap(), Ticked::default());
    }
    let foreign = entry(&app, FOREIGN).await.expect("it is still there");
    assert_eq!((foreign.retired_at, foreign.missed_ticks), (None, 0));
    assert_eq!(cursor(&app, FOREIGN).await, at("01T00:00:00"), "its ticks are its owner's to decide");
    app.finish().await;
}

#[tokio::test]
async fn an_entry_that_nobody_has_is_retired_after_a_time_and_what_was_missed_is_counted() {
    let app = TestApp::builder().without_roles().start().await;
    foreign_start(&app, "skip", at("01T00:00:00")).await;
    // The owner has been silent for a day. One that has just started does not retire it, since the owner may be starting, too.
    let mut ours = bare(&app);
    assert_eq!(ours.run(Some(at("02T00:00:00"))).await.unwrap(), Ticked::default());
    assert_eq!(ours.run(Some(at("02T00:09:59"))).await.unwrap(), Ticked::default());
    assert_eq!(entry(&app, FOREIGN).await.unwrap().retired_at, None);
    let retiring = ours.run(Some(at("02T00:10:00"))).await.unwrap();
    assert_eq!(retiring, Ticked { missed: 96, ..Ticked::default() });
    let retired = entry(&app, FOREIGN).await.unwrap();
    assert_eq!(retired.retired_at, Some(at("02T00:10:00")));
    assert_eq!((retired.missed_ticks, retired.last_missed), (96, Some(at("02T00:00:00"))));
    assert_eq!(ours.run(Some(at("03T00:00:00"))).await.unwrap(), Ticked::default(), "it is retired once");
    let listed = run("loyalnest", &["cron"], &app.servers.environment()).await;
    assert!(listed.out.contains("retired 2026-03-02T00:10:00Z"), "{listed:?}");
    // Its owner returns: it goes on from there, and nothing is counted twice.
    foreign_start(&app, "skip", at("03T00:00:00")).await;
    let back = entry(&app, FOREIGN).await.unwrap();
    assert_eq!((back.retired_at, back.missed_ticks), (None, 96));
    assert_eq!(cursor(&app, FOREIGN).await, at("02T00:00:00"));
    app.finish().await;
}

#[tokio::test]
async fn a_scheduler_that_returns_after_its_entry_was_retired_makes_up_for_it_as_its_policy_says() {
    let app = TestApp::builder().without_roles().start().await;
    nightly(&app).run(Some(at("01T00:00:00"))).await.unwrap();
    // As an older version leaves it that has no such entry.
    app.execute("UPDATE cron_entries SET retired_at = '2026-03-02T12:00Z', next_tick = NULL").await;
    let back = nightly(&app).run(Some(at("04T12:00:00"))).await.unwrap();
    assert_eq!(back, Ticked { enqueued: 4, missed: 0, recovered: 0 });
    assert_eq!(entry(&app, "verify-balances").await.unwrap().retired_at, None);
    app.finish().await;
}

#[tokio::test]
async fn an_entry_that_is_off_here_goes_on_while_another_process_has_it() {
    let app = TestApp::builder().without_roles().start().await;
    let (mut on, mut off) = (nightly(&app), bare(&app));
    let mut ticks = 0;
    for hours in 0..60 {
        for minutes in (0..60).step_by(5) {
            let now = at("01T00:00:00") + TimeDelta::hours(hours) + TimeDelta::minutes(minutes);
            assert_eq!(off.run(Some(now)).await.unwrap(), Ticked::default());
            ticks += on.run(Some(now)).await.unwrap().enqueued;
        }
    }
    assert_eq!(ticks, 3);
    // The last process that had it ends: there is nothing to be missed.
    off.run(Some(at("05T00:00:00"))).await.unwrap();
    assert!(entry(&app, "verify-balances").await.is_none(), "an entry that is off is removed");
    app.finish().await;
}
