//! Servers that go away while webhooks come in: what is answered, and what becomes of it.

use std::time::Duration;

use futures::future::join_all;
use tests::TestApp;
use tests::environment::{postgres_url, redis_url};
use tests::proxy::Proxy;
use tests::redis_server::RedisServer;
use tokio::time::Instant;

use crate::support::{order, order_of};

/// Shopify gives up after five seconds.
const ANSWER_MAX: Duration = Duration::from_secs(5);

fn authority(url: &str) -> String {
    let rest = url.split_once("://").unwrap().1;
    rest.rsplit_once('@').map_or(rest, |(_, host)| host).split('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn without_redis_webhooks_are_taken_and_awarded_once_it_is_back() {
    let mut redis = RedisServer::start().await;
    let app = TestApp::builder().redis(&redis.url()).start().await;
    redis.kill().await;
    for id in 1..=20 {
        let begun = Instant::now();
        app.webhook("orders/create", order_of(id, 100 + id, 1_000).json()).send().await.ok();
        assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
    }
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'pending'").await, 20);
    let health = app.get("/v1/api/health", "").await.ok();
    assert_eq!(health.json()["status"], "degraded", "{}", health.text);
    redis.run().await;
    app.settled().await;
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, 2_000);
    app.finish().await;
}

#[tokio::test]
async fn a_redis_that_is_flushed_again_and_again_loses_and_doubles_nothing() {
    let redis = RedisServer::start().await;
    let app = TestApp::builder().redis(&redis.url()).start().await;
    for wave in 0..4 {
        let webhooks: Vec<_> = (0..60)
            .map(|n| app.webhook("orders/create", order_of(wave * 60 + n + 1, 100 + n % 7, 1_000).json()))
            .collect();
        let (answers, ()) = futures::join!(join_all(webhooks.iter().map(tests::Webhook::send)), async {
            tokio::task::yield_now().await;
            redis.flush().await;
        });
        assert!(answers.iter().all(|answer| answer.status == 200));
        redis.flush().await;
    }
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 240);
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, 24_000);
    app.finish().await;
}

#[tokio::test]
async fn a_connection_to_redis_that_is_cut_or_silent_delays_and_nothing_else() {
    let proxy = Proxy::before(&redis_url()).await;
    let app = TestApp::builder().redis(&proxy.url(&redis_url())).start().await;
    for (round, cut) in [(0, true), (1, false), (2, true)] {
        if cut {
            proxy.cut()
        } else {
            proxy.silence()
        }
        for id in 1..=10 {
            let begun = Instant::now();
            app.webhook("orders/create", order_of(round * 10 + id, 100 + id, 1_000).json()).send().await.ok();
            assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
        }
        proxy.restore();
    }
    app.settled().await;
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, 3_000);
    app.finish().await;
}

#[tokio::test]
async fn without_postgresql_the_answer_is_503_with_retry_after_in_time_and_the_retry_succeeds() {
    let proxy = Proxy::before(&postgres_url()).await;
    let through = authority(&proxy.url(&postgres_url()));
    let app = TestApp::builder().postgres_through(&through).start().await;
    app.deliver("orders/create", order(1, 1_000).json()).await;
    app.settled().await;
    let webhooks: Vec<_> = (2..=9).map(|id| app.webhook("orders/create", order(id, 1_000).json())).collect();
    for silent in [false, true] {
        if silent {
            proxy.silence()
        } else {
            proxy.cut()
        }
        let begun = Instant::now();
        let answers = join_all(webhooks.iter().map(tests::Webhook::send)).await;
        assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
        for answer in answers {
            assert!(answer.retry_after.as_deref().is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{answer:?}");
            answer.refused(503, "unavailable");
        }
        let refused = app
            .get(&format!("/v1/api/customers/1/points?shop={}", app.shops[1].domain), tests::settings::ADMIN_TOKEN)
            .await;
        assert_eq!((refused.status, refused.retry_after.is_some()), (503, true), "{}", refused.text);
        assert_eq!(app.get_internal("/readyz").await.status, 503);
        assert_eq!(app.get("/healthz", "").await.status, 200);
        proxy.restore();
        tests::wait_until("the api is ready again", async || app.get_internal("/readyz").await.status == 200).await;
    }
    for webhook in &webhooks {
        webhook.send().await.ok();
    }
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 9);
    app.finish().await;
}

#[tokio::test]
async fn a_cold_cache_of_merchants_delays_no_delivery_while_postgresql_is_unavailable() {
    const SHOPS: usize = 500;
    for silent in [false, true] {
        let proxy = Proxy::before(&postgres_url()).await;
        let through = authority(&proxy.url(&postgres_url()));
        let builder = TestApp::builder().without_workers().without_scheduler().shops(SHOPS);
        let app = builder.postgres_through(&through).start().await;
        if silent {
            proxy.silence()
        } else {
            proxy.cut()
        }
        let of_shop =
            |(id, shop): (i64, &tests::Shop)| app.webhook("orders/create", order(id, 1_000).json()).shop(&shop.domain);
        let deliveries: Vec<_> = (1..).zip(&app.shops).map(of_shop).collect();
        let begun = Instant::now();
        let answers = join_all(deliveries.iter().map(tests::Webhook::send)).await;
        assert!(begun.elapsed() < ANSWER_MAX, "{:?}", begun.elapsed());
        for answer in answers {
            assert!(answer.retry_after.is_some(), "{answer:?}");
            answer.refused(503, "unavailable");
        }
        proxy.restore();
        app.finish().await;
    }
}

#[tokio::test]
async fn postgresql_that_comes_and_goes_under_load_loses_nothing_that_was_answered_200() {
    let proxy = Proxy::before(&postgres_url()).await;
    let through = authority(&proxy.url(&postgres_url()));
    let app = TestApp::builder().postgres_through(&through).start().await;
    let webhooks: Vec<_> =
        (1..=150).map(|id| app.webhook("orders/create", order_of(id, 100 + id % 5, 1_000).json())).collect();
    let sending = join_all(webhooks.iter().enumerate().map(|(n, webhook)| async move {
        tokio::time::sleep(Duration::from_millis(n as u64 * 10)).await;
        loop {
            match webhook.send().await.status {
                200 => return,
                503 => tokio::time::sleep(Duration::from_millis(100)).await,
                other => panic!("answered {other}"),
            }
        }
    }));
    futures::join!(sending, async {
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            proxy.cut();
            tokio::time::sleep(Duration::from_millis(150)).await;
            proxy.restore();
        }
    });
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 150);
    app.finish().await;
}

#[tokio::test]
async fn two_workers_and_doubled_jobs_make_one_entry() {
    let mut app = TestApp::builder().without_workers().start().await;
    for id in 1..=50 {
        app.deliver("orders/create", order_of(id, 100 + id % 3, 1_000).json()).await;
    }
    // The same work once more, as a lost settlement or a second scheduler would make it.
    let logs = app.texts("SELECT log_id FROM api_logs").await;
    let again = logs.iter().map(|log_id| {
        let id = jobs::JobId::parse(&app.ids.ulid()).unwrap();
        let payload = jobs::AwardPoints { log_id: domain::LogId::parse(log_id).unwrap() };
        jobs::NewJob::of(id, &payload, jobs::Lane::of(&app.shops[0].merchant_id))
    });
    app.queues.enqueue(&again.collect::<Vec<_>>()).await.unwrap();
    app.start_workers().await;
    app.start_workers().await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 50);
    app.finish().await;
}

#[tokio::test]
async fn a_job_whose_record_is_missing_is_dead_with_the_reason() {
    let mut app = TestApp::start().await;
    let payload = jobs::AwardPoints { log_id: domain::LogId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap() };
    let id = jobs::JobId::parse(&app.ids.ulid()).unwrap();
    app.queues.enqueue(&[jobs::NewJob::of(id, &payload, jobs::Lane::of(&app.shops[0].merchant_id))]).await.unwrap();
    app.settled().await;
    let reasons = app.texts("SELECT reason FROM dead_letters").await;
    assert!(reasons[0].contains("is not recorded"), "{reasons:?}");
    app.expect_dead_letters(1);
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_used_fails_alone_and_its_record_says_why() {
    let mut app = TestApp::builder().without_workers().start().await;
    for id in 1..=20 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    let of = |order: u32, set: &str| {
        format!(
            "UPDATE api_logs SET {set} WHERE log_id = (SELECT log_id FROM api_logs ORDER BY log_id LIMIT 1 OFFSET {order})"
        )
    };
    app.execute(&of(3, "payload = '{\"no\": \"facts\"}'")).await;
    app.execute(&of(11, "payload = NULL, error = 'nothing to go by'")).await;
    app.start_workers().await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 18);
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'success'").await, 18);
    let errors = app.texts("SELECT error FROM api_logs WHERE status = 'failed' ORDER BY log_id").await;
    assert!(errors[0].contains("recorded facts cannot be read"), "{errors:?}");
    assert!(errors[1].contains("nothing to go by"), "{errors:?}");
    app.expect_dead_letters(2);
    app.finish().await;
}

#[tokio::test]
async fn the_locks_of_a_process_that_hangs_are_freed_and_it_tries_again() {
    let app = TestApp::start().await;
    let shop = &app.shops[0].merchant_id;
    app.deliver("orders/create", order_of(1, 100, 1_000).json()).await;
    app.settled().await;
    let scope = store::TenantScope::of(shop);
    let hung = async {
        let mut tx = app.store.begin(&scope).await.unwrap();
        store::customers::lock_by_shopify_id(&mut tx, &[(shop.as_str(), 100)]).await.unwrap();
        tokio::time::sleep(Duration::from_secs(7)).await;
        store::customers::lock_by_shopify_id(&mut tx, &[(shop.as_str(), 100)]).await.unwrap_err()
    };
    let other = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        app.deliver("orders/create", order_of(2, 100, 1_000).json()).await;
        app.settled().await;
        app.number("SELECT count(*) FROM points_transactions").await
    };
    let (error, entries) = futures::join!(hung, other);
    assert!(matches!(error, store::StoreError::Unavailable(_)), "{error:?}");
    assert_eq!(entries, 2);
    app.finish().await;
}
