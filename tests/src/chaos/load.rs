//! The orders of a row, with the points that each must have in the end, known before anything is sent.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::LogId;
use futures::{StreamExt as _, stream};
use jobs::{AwardPoints, JobId, JobKind, Lane, NewJob};
use shopify::Topic;
use shopify::testing::OrderPayload;
use store::crypto::Encrypted;
use store::webhooks::NewWebhook;
use tokio::time::{Instant, sleep};

use crate::app::TestApp;
use crate::client::Webhook;

const CUSTOMERS: i64 = 23;
/// Every nth order is cancelled: its second job is in another queue, and its points are taken back.
const CANCELLED_EVERY: i64 = 8;
/// Maximum price of an order, in whole units.
const UNITS_MAX: i64 = 50;
const POINTS_PER_UNIT: i64 = 10;
const MINOR_PER_UNIT: i64 = 100;
/// Repeated runs that one cancelled order may cause.
const RACES_OF_AN_ORDER_MAX: u64 = 4;
/// Webhooks sent concurrently.
const SENDERS: usize = 16;
/// Time after which sending a webhook is given up.
const SEND_MAX: Duration = Duration::from_secs(120);
/// Pause before a rejected webhook is sent again.
const SEND_PAUSE: Duration = Duration::from_millis(100);
/// Rows recorded per statement and jobs enqueued per call.
const BATCH: usize = 500;
/// Order and customer ids in the template body, replaced in each copy: no other number in it has these digits.
const MODEL_ORDER: i64 = 910_000_000_000_019;
const MODEL_CUSTOMER: i64 = 920_000_000_000_017;

/// One order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Order {
    id: i64,
    shop: usize,
    customer: i64,
    units: i64,
    cancelled: bool,
}

/// The orders of a row.
#[derive(Debug, Clone)]
pub struct Load {
    orders: Vec<Order>,
    /// Orders whose job must die.
    lost_on_purpose: Vec<i64>,
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn payload(id: i64, customer: i64, units: i64) -> OrderPayload {
    let email = format!("customer-{customer}@example.com");
    OrderPayload::new(id).line(units * MINOR_PER_UNIT, 1).customer(customer, Some(&email))
}

impl Load {
    /// Creates this many orders over the scenario's shops, every eighth of them cancelled.
    pub fn of(count: i64, app: &TestApp) -> Self {
        Self::made(count, app, |id| id % CANCELLED_EVERY == 0)
    }

    /// Creates this many orders, none of them cancelled: one job each.
    pub fn plain(count: i64, app: &TestApp) -> Self {
        Self::made(count, app, |_| false)
    }

    fn made(count: i64, app: &TestApp, cancelled: impl Fn(i64) -> bool) -> Self {
        let orders = (1..=count).map(|id| Order {
            id,
            shop: usize::try_from(id).unwrap() % app.shops.len(),
            customer: 1_000 + id % CUSTOMERS,
            units: 1 + id % UNITS_MAX,
            cancelled: cancelled(id),
        });
        Self { orders: orders.collect(), lost_on_purpose: Vec::new() }
    }

    /// Returns the number of webhooks with a job.
    pub fn jobs(&self) -> u64 {
        (self.orders.len() + self.orders.iter().filter(|order| order.cancelled).count()) as u64
    }

    /// Returns the maximum number of runs that may lose a race: the two jobs of a cancelled order write the same rows, and one is retried.
    pub fn conflicts_max(&self) -> u64 {
        RACES_OF_AN_ORDER_MAX * self.orders.iter().filter(|order| order.cancelled).count() as u64
    }

    /// Expects the job of this order's webhook to die, so that the order earns nothing.
    pub fn give_up(&mut self, order: i64) {
        self.lost_on_purpose.push(order);
    }

    /// Returns the expected points by shop and order.
    pub fn points_of_orders(&self, app: &TestApp) -> BTreeMap<(String, i64), i64> {
        let told = self.orders.iter().filter(|order| !self.lost_on_purpose.contains(&order.id));
        let points = |order: &Order| if order.cancelled { 0 } else { order.units * POINTS_PER_UNIT };
        told.map(|order| ((app.shops[order.shop].domain.clone(), order.id), points(order))).collect()
    }

    /// Returns the expected points by shop and customer.
    pub fn points_of_customers(&self, app: &TestApp) -> BTreeMap<(String, i64), i64> {
        let orders = self.points_of_orders(app);
        let mut sums = BTreeMap::new();
        for order in &self.orders {
            let shop = app.shops[order.shop].domain.clone();
            if let Some(points) = orders.get(&(shop.clone(), order.id)) {
                *sums.entry((shop, order.customer)).or_default() += points;
            }
        }
        sums
    }

    /// Returns the webhooks in the order of the orders.
    pub fn webhooks(&self, app: &TestApp) -> Vec<Webhook> {
        let mut webhooks = Vec::new();
        for order in &self.orders {
            let body = payload(order.id, order.customer, order.units);
            let shop = &app.shops[order.shop].domain;
            webhooks.push(app.webhook("orders/create", body.json()).shop(shop));
            if order.cancelled {
                let body = body.status(Some("refunded")).cancelled_at(at(50)).updated_at(at(50));
                webhooks.push(app.webhook("orders/cancelled", body.json()).shop(shop));
            }
        }
        webhooks
    }

    /// Sends every webhook until it is answered 200, as Shopify does.
    pub async fn send(&self, app: &TestApp) {
        send(&self.webhooks(app)).await;
    }

    /// Sends the webhooks spread over `span`, each until it is answered 200.
    pub async fn send_over(&self, app: &TestApp, span: Duration) {
        let webhooks = self.webhooks(app);
        let begun = Instant::now();
        let count = u32::try_from(webhooks.len()).unwrap();
        let paced = stream::iter(webhooks.iter().zip(0_u32..));
        let paced = paced.for_each_concurrent(SENDERS, |(webhook, n)| async move {
            tokio::time::sleep_until(begun + span * n / count).await;
            deliver(webhook).await;
        });
        paced.await;
    }

    /// Records every order without the api, with a job that is due at `due`: for loads too large to be sent. Not for
    /// cancelled orders.
    pub async fn record_due(&self, app: &TestApp, due: DateTime<Utc>) {
        let models: Vec<String> = (0..=UNITS_MAX).map(model).collect();
        for orders in self.orders.chunks(BATCH) {
            let webhooks: Vec<NewWebhook> = orders.iter().map(|order| record(order, app, &models)).collect();
            let recorded = app.store.record_webhooks(&webhooks).await.unwrap();
            assert!(recorded.iter().all(|new| *new), "an order was recorded before");
            let jobs = webhooks.iter().map(|webhook| {
                let payload = AwardPoints { log_id: webhook.log_id.clone() };
                NewJob::of(JobId::of_log(&webhook.log_id), &payload, Lane::of(&webhook.merchant_id)).run_at(due)
            });
            app.queues.enqueue(&jobs.collect::<Vec<_>>()).await.unwrap();
        }
    }
}

/// Returns the facts of an order of this many units as the api would record them.
fn model(units: i64) -> String {
    let body = payload(MODEL_ORDER, MODEL_CUSTOMER, units).json();
    let mut facts = shopify::parse(Topic::OrdersCreate, body.as_bytes()).unwrap();
    facts.take_personal_data();
    serde_json::to_string(&facts).unwrap()
}

fn record(order: &Order, app: &TestApp, models: &[String]) -> NewWebhook {
    assert!(!order.cancelled, "a cancelled order has two webhooks");
    let facts = models[usize::try_from(order.units).unwrap()].replace(&MODEL_ORDER.to_string(), &order.id.to_string());
    let facts = facts.replace(&MODEL_CUSTOMER.to_string(), &order.customer.to_string());
    NewWebhook {
        log_id: LogId::parse(&app.ids.ulid()).unwrap(),
        merchant_id: app.shops[order.shop].merchant_id.clone(),
        topic: "orders/create".to_owned(),
        webhook_id: format!("order-{}", order.id),
        event_id: None,
        api_version: None,
        triggered_at: None,
        facts: Some(facts),
        personal_data: None,
        job_kind: Some(JobKind::AwardPoints.name()),
        status: "pending",
        note: None,
        body: Encrypted::from_stored(Vec::new()),
    }
}

/// Sends webhooks concurrently, each until it is answered 200.
pub(super) async fn send(webhooks: &[Webhook]) {
    stream::iter(webhooks).for_each_concurrent(SENDERS, deliver).await;
}

async fn deliver(webhook: &Webhook) {
    let begun = Instant::now();
    loop {
        let answer = match webhook.try_send().await {
            Ok(answer) if answer.status == 200 => return,
            Ok(answer) if answer.status == 503 => answer.text,
            Ok(answer) => panic!("a webhook was answered {}: {}", answer.status, answer.text),
            Err(error) => error.to_string(),
        };
        assert!(begun.elapsed() < SEND_MAX, "a webhook was not taken within {SEND_MAX:?}: {answer}");
        sleep(SEND_PAUSE).await;
    }
}
