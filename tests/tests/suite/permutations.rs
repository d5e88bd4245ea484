//! Order and number of messages cannot matter: {create, paid, updated, partial refunds, cancelled}, permuted, doubled
//! and cut into batches at will, end in the facts, the points and the accounts of the sorted sequence.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use domain::{EarnRule, LogId, NegativeBalance, OrderState};
use futures::future::join_all;
use platform::clock::SystemClock;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use shopify::testing::{LinePayload, OrderPayload, RefundPayload};
use shopify::{Topic, WebhookFacts};
use store::crypto::{Encrypted, Nonce};
use store::webhooks::NewWebhook;
use tests::TestApp;
use tests::settings::{email_index, keys};
use workers::batch::Work as _;
use workers::orders::{OrderProcessor, OrderWebhook};

use crate::support::{at, take};

const CASES: u32 = 24;

/// One life of an order.
#[derive(Debug, Clone)]
struct Story {
    price: i64,
    quantity: i64,
    discount: i64,
    created_unpaid: bool,
    /// Units refunded by each refund, one after the other.
    refunds: Vec<i64>,
    cancelled: bool,
    cap: bool,
    /// Seeds of the order of messages and of their cut into batches; how often the whole is doubled.
    shuffle: Vec<u16>,
    batches: usize,
}

fn story() -> impl Strategy<Value = Story> {
    let money = (1_i64..50_000, 2_i64..6, 0_i64..900, any::<bool>());
    let changes = (prop::collection::vec(1_i64..3, 0..4), prop::bool::weighted(0.3), any::<bool>());
    let order = (prop::collection::vec(any::<u16>(), 24), 1_usize..5);
    (money, changes, order).prop_map(
        |((price, quantity, discount, created_unpaid), (refunds, cancelled, cap), (shuffle, batches))| Story {
            price,
            quantity,
            discount,
            created_unpaid,
            refunds,
            cancelled,
            cap,
            shuffle,
            batches,
        },
    )
}

/// The messages in the order of time.
fn messages(story: &Story, id: i64, customer: i64) -> Vec<(Topic, String)> {
    let line = LinePayload::new(story.price, story.quantity).discount(story.discount.min(story.price));
    let mut order = OrderPayload::new(id).customer(customer, None).push(line).line(777, 1);
    let created = if story.created_unpaid { order.clone().status(Some("pending")) } else { order.clone() };
    let mut told = vec![(Topic::OrdersCreate, created.json())];
    order = order.updated_at(at(10));
    told.push((Topic::OrdersPaid, order.json()));
    let (mut left, mut second) = (story.quantity, 20);
    for (n, units) in (1_i64..).zip(&story.refunds) {
        let units = (*units).min(left);
        left -= units;
        let refund = RefundPayload::of(&order, id * 10 + n).line(0, units, units * story.price * 9 / 10, 0);
        let refund = refund.created_at(at(second));
        told.push((Topic::RefundsCreate, refund.json()));
        order = order.refund(refund).status(Some("partially_refunded")).updated_at(at(second) + TimeDelta::seconds(1));
        told.push((Topic::OrdersUpdated, order.json()));
        second += 10;
    }
    if story.cancelled {
        order = order.cancelled_at(at(second)).updated_at(at(second)).status(Some("refunded"));
        told.push((Topic::OrdersCancelled, order.json()));
    }
    told
}

/// Doubled and shuffled by the story's seeds.
fn disordered(story: &Story, told: &[(Topic, String)]) -> Vec<(Topic, String)> {
    let doubled = told.iter().chain(told).cloned();
    let mut keyed: Vec<_> = story.shuffle.iter().cycle().zip(doubled).collect();
    keyed.sort_by_key(|(seed, _)| **seed);
    keyed.into_iter().map(|(_, message)| message).collect()
}

/// Records messages and settles them in concurrent batches, as several workers would.
async fn settle(app: &TestApp, told: &[(Topic, String)], batches: usize) {
    let merchant = &app.shops[0].merchant_id;
    let mut items = Vec::new();
    let mut rows = Vec::new();
    for (topic, body) in told {
        let mut facts = shopify::parse(*topic, body.as_bytes()).unwrap();
        let nonce = || Nonce::new(app.ids.random_bytes());
        let personal_data = Encrypted::seal(&keys(), nonce(), merchant, &facts.take_personal_data());
        let log_id = LogId::parse(&app.ids.ulid()).unwrap();
        items.push(OrderWebhook {
            merchant_id: merchant.clone(),
            log_id: log_id.clone(),
            attempt: 1,
            started_at: SystemClock::shared().now(),
        });
        rows.push(NewWebhook {
            webhook_id: log_id.as_str().to_owned(),
            log_id,
            merchant_id: merchant.clone(),
            topic: topic.as_str().to_owned(),
            event_id: None,
            api_version: None,
            triggered_at: None,
            facts: Some(serde_json::to_string(&facts).unwrap()),
            personal_data: Some(personal_data),
            job_kind: None,
            status: "pending",
            note: None,
            body: Encrypted::seal(&keys(), nonce(), merchant, body.as_bytes()),
        });
    }
    assert!(app.store.record_webhooks(&rows).await.unwrap().into_iter().all(|new| new));
    let processor = OrderProcessor {
        store: app.store.clone(),
        keys: keys(),
        email_index: email_index(),
        clock: SystemClock::shared(),
        ids: Arc::clone(&app.ids),
        worker: "permutations".to_owned(),
    };
    let size = items.len().div_ceil(batches).max(1);
    let answers = join_all(items.chunks(size).map(|batch| processor.run(batch.to_vec()))).await;
    for answer in answers.into_iter().flatten() {
        answer.unwrap();
    }
}

/// What must be the same whatever the order: facts, and points by the order's standing.
async fn outcome(app: &TestApp, id: i64) -> (String, i64, i64) {
    let facts = app.texts(&format!("SELECT facts::text FROM orders WHERE shopify_order_id = {id}")).await.remove(0);
    let target = app.number(&format!("SELECT target_points::bigint FROM orders WHERE shopify_order_id = {id}")).await;
    let sum = format!("SELECT coalesce(sum(delta), 0)::bigint FROM points_transactions WHERE order_id = '{id}'");
    (facts, target, app.number(&sum).await)
}

#[test]
fn any_order_and_number_of_messages_ends_in_the_same_ledger() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let app = runtime.block_on(TestApp::builder().without_roles().start());
    let next = AtomicI64::new(1_000_000);
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    let result = TestRunner::new(config).run(&story(), |story| {
        let (sorted_id, mixed_id) = (next.fetch_add(2, Ordering::SeqCst), next.load(Ordering::SeqCst) - 1);
        runtime.block_on(async {
            let policy = if story.cap { NegativeBalance::Cap } else { NegativeBalance::Allow };
            app.set_rule(&EarnRule { negative_balance: policy, ..EarnRule::default() }).await;
            let sorted = messages(&story, sorted_id, sorted_id);
            for message in &sorted {
                settle(&app, std::slice::from_ref(message), 1).await;
            }
            let mixed = messages(&story, mixed_id, mixed_id);
            settle(&app, &disordered(&story, &mixed), story.batches).await;

            let (facts, target, sum) = outcome(&app, sorted_id).await;
            let (mixed_facts, mixed_target, mixed_sum) = outcome(&app, mixed_id).await;
            prop_assert_eq!((target, sum), (mixed_target, mixed_sum));
            prop_assert_eq!(sum, target, "nothing was spent, so nothing is short");
            let neutral = |facts: &str, id: i64| facts.replace(&id.to_string(), "N");
            // Refunds and lines carry numbers made from the order's: compare them by what they say.
            let (a, b): (OrderState, OrderState) = (read(&facts), read(&mixed_facts));
            prop_assert_eq!(a.refunds.len(), b.refunds.len());
            prop_assert_eq!((a.paid_seen, a.fulfilled_seen), (b.paid_seen, b.fulfilled_seen));
            prop_assert_eq!(neutral(&facts, sorted_id).len(), neutral(&mixed_facts, mixed_id).len());
            Ok(())
        })
    });
    runtime.block_on(app.finish());
    result.unwrap();
}

fn read(facts: &str) -> OrderState {
    serde_json::from_str(facts).unwrap()
}

#[tokio::test]
async fn concurrent_deliveries_of_a_whole_life_through_the_whole_application() {
    let app = TestApp::start().await;
    let mut deliveries = Vec::new();
    for n in 0..25_i64 {
        let story = Story {
            price: 1_000 + n * 37,
            quantity: 3,
            discount: n,
            created_unpaid: n % 2 == 0,
            refunds: vec![1; usize::try_from(n % 3).unwrap()],
            cancelled: n % 5 == 0,
            cap: false,
            shuffle: (0..24_u16)
                .map(|k| k.wrapping_mul(7_919).wrapping_add(u16::try_from(n).unwrap() * 101) % 97)
                .collect(),
            batches: 1,
        };
        for (topic, body) in disordered(&story, &messages(&story, n + 1, 500 + n % 4)) {
            deliveries.push(app.webhook(topic.as_str(), body));
        }
    }
    futures::stream::StreamExt::for_each_concurrent(futures::stream::iter(&deliveries), 32, |delivery| async {
        delivery.send().await.ok();
    })
    .await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM orders").await, 25);
    let cancelled =
        app.number("SELECT coalesce(sum(awarded_points), 0)::bigint FROM orders WHERE cancelled_at IS NOT NULL").await;
    assert_eq!(cancelled, 0);
    app.finish().await; // replays every recorded webhook in another order and compares
}

#[tokio::test]
async fn a_stale_message_that_comes_last_changes_nothing() {
    let app = TestApp::start().await;
    let story = Story {
        price: 1_000,
        quantity: 2,
        discount: 0,
        created_unpaid: true,
        refunds: vec![1],
        cancelled: false,
        cap: false,
        shuffle: vec![0],
        batches: 1,
    };
    let told = messages(&story, 5, 900);
    for (topic, body) in &told {
        take(&app, topic.as_str(), body.clone()).await;
    }
    let before = outcome(&app, 5).await;
    for (topic, body) in told.iter().rev() {
        assert!(matches!(shopify::parse(*topic, body.as_bytes()), Ok(WebhookFacts::Order(_))));
        take(&app, topic.as_str(), body.clone()).await;
    }
    assert_eq!(outcome(&app, 5).await, before);
    app.finish().await;
}
