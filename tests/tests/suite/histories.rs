//! Generated histories of orders, delivered in any order and twice, end with the points of the model: by the rules alone, and through
//! the whole application.

use domain::testing::{CountingIds, account};
use domain::{AccountPair, EarnRule, Factor, OrderInput, OrderLedger, OrderState, ShopifyOrderId, plan_order};
use futures::StreamExt as _;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestCaseError, TestRng, TestRunner};
use shopify::WebhookFacts;
use tests::TestApp;

use crate::model::{Message, Story, World, expected_points, story};
use crate::support::at;

/// Histories by the rules alone.
const HISTORIES: u32 = 1_000;
/// Histories through the whole application.
const HISTORIES_THROUGH_THE_DATABASE: usize = 50;
const ORDER_ID: i64 = 4_711;
const CUSTOMER: i64 = 815;

/// Plans after every message, as workers would that get them one by one. Returns what the order earned in the end.
fn by_the_rules(story: &Story, messages: &[Message]) -> i64 {
    let rule: EarnRule = serde_json::from_value(story.rule.json()).unwrap();
    let (mut state, mut ledger, mut member) = (OrderState::default(), OrderLedger::default(), account(1));
    let mut ids = CountingIds(100);
    for message in messages {
        let facts = shopify::parse(message.topic, message.body.as_bytes()).unwrap();
        let WebhookFacts::Order(message) = facts.triggered_at(Some(message.triggered_at)) else { panic!("no order") };
        assert!(state.merge(message));
        let input = OrderInput {
            order_id: ShopifyOrderId(ORDER_ID),
            state: &state,
            rule: &rule,
            multiplier: Factor::ONE,
            now: at(0),
        };
        let current = if state.customer().is_some() { Some(&mut member) } else { None };
        let accounts = AccountPair { current, previous: None };
        plan_order(&input, &mut ledger, accounts, &mut ids).unwrap();
        assert!(member.lots_agree());
    }
    member.balance
}

#[test]
fn a_thousand_histories_in_any_order_earn_what_the_model_says() {
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let worth = std::cell::Cell::new(0);
    let result = TestRunner::new(config).run(&story(), |story| {
        let world = World::live(&story, ORDER_ID, CUSTOMER);
        let expected = expected_points(&world);
        worth.set(worth.get() + u32::from(expected > 0));
        for messages in [world.messages.clone(), story.delivered(&world.messages)] {
            let earned = by_the_rules(&story, &messages);
            if earned != expected {
                return Err(TestCaseError::fail(format!("{earned} points, the model says {expected}: {world:#?}")));
            }
        }
        Ok(())
    });
    result.unwrap();
    assert!(worth.get() > HISTORIES / 3, "only {} histories are worth anything", worth.get());
}

#[tokio::test]
async fn histories_through_the_whole_application_earn_what_the_model_says() {
    let app = TestApp::builder().shops(HISTORIES_THROUGH_THE_DATABASE).start().await;
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(Config::default().rng_algorithm));
    let stories: Vec<Story> = app.shops.iter().map(|_| story().new_tree(&mut runner).unwrap().current()).collect();
    let (mut deliveries, mut expected) = (Vec::new(), Vec::new());
    for (shop, story) in app.shops.iter().zip(&stories) {
        let set = format!(
            "UPDATE program_settings SET earn_rule = '{}' WHERE merchant_id = '{}'",
            story.rule.json(),
            shop.merchant_id
        );
        assert_eq!(app.execute(&set).await, 1);
        let world = World::live(story, ORDER_ID, CUSTOMER);
        expected.push(expected_points(&world));
        for message in story.delivered(&world.messages) {
            let triggered_at = message.triggered_at.to_rfc3339();
            let webhook = app.webhook(message.topic.as_str(), message.body).shop(&shop.domain);
            deliveries.push(webhook.header("x-shopify-triggered-at", triggered_at));
        }
    }
    let sent = futures::stream::iter(&deliveries).for_each_concurrent(32, |delivery| async {
        delivery.send().await.ok();
    });
    sent.await;
    app.settled().await;
    for ((shop, story), expected) in app.shops.iter().zip(&stories).zip(expected) {
        let merchant = &shop.merchant_id;
        let awarded = app.number(&format!("SELECT awarded_points FROM orders WHERE merchant_id = '{merchant}'")).await;
        assert_eq!(awarded, expected, "{story:#?}");
    }
    app.finish().await;
}
