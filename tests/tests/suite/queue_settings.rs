//! What operators set of a queue outlives Redis, and changes at the same time do not undo each other.

use api::job_admin::{JobAdminError, configure};
use futures::future::join_all;
use jobs::{InvalidSetting, JobKind, Lane, LaneSetting, Setting, Settings};
use tests::TestApp;
use tests::redis_server::RedisServer;
use tests::wait_until;

use crate::support::{ADA, order};

const KIND: JobKind = JobKind::AwardPoints;

#[tokio::test]
async fn a_pause_outlives_a_redis_that_was_flushed() {
    let redis = RedisServer::start().await;
    let app = TestApp::builder().redis(&redis.url()).start().await;
    let lane = Lane::of(&app.shops[0].merchant_id);
    let paused = |paused| Setting::Lane(lane.clone(), LaneSetting::Paused(paused));
    let wanted = configure(&app.store, &app.queues, KIND, [paused(true), Setting::Cap(Some(7))]).await.unwrap();
    let queue = app.queues.queue(KIND);
    assert_eq!(queue.settings().await.unwrap(), wanted);

    redis.flush().await;
    wait_until("the scheduler has set it again", async || queue.settings().await.unwrap() == wanted).await;
    app.webhook("orders/create", order(1, 1_000).json()).send().await.ok();
    wait_until("its job waits", async || queue.counts().await.unwrap().waiting == 1).await;
    assert_eq!(app.balance(ADA).await, None);

    configure(&app.store, &app.queues, KIND, [paused(false), Setting::Cap(None)]).await.unwrap();
    app.settled().await;
    assert_eq!(app.balance(ADA).await, Some(100));
    assert_eq!(queue.settings().await.unwrap(), Settings::default());
    app.finish().await;
}

#[tokio::test]
async fn changes_at_once_all_hold_and_a_wrong_one_changes_nothing() {
    let app = TestApp::builder().without_roles().start().await;
    let lane = |number: u32| Lane::parse(&format!("lane-{number}")).unwrap();
    let weight = |number: u32| Setting::Lane(lane(number), LaneSetting::Weight(number));
    let changes = (2..=9).map(|number| configure(&app.store, &app.queues, KIND, [weight(number)]));
    assert!(join_all(changes).await.iter().all(Result::is_ok));
    let wrong = configure(&app.store, &app.queues, KIND, [weight(10), weight(101)]).await.unwrap_err();
    assert!(matches!(wrong, JobAdminError::Setting(InvalidSetting::Weight(101))), "{wrong}");
    let settings = app.queues.queue(KIND).settings().await.unwrap();
    let weights: Vec<u32> = settings.lanes.values().filter_map(|lane| lane.weight).collect();
    assert_eq!(weights, (2..=9).collect::<Vec<_>>());
    app.finish().await;
}
