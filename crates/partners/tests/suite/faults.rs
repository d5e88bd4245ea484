//! Every fault of the sandbox against a call of every client, and what the caller is told.

use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use partners::klaviyo::Person;
use partners::slack::SlackWebhook;
use partners::{CallError, klaviyo, posthog, postscript, sns};
use sandbox::Partner;
use serde_json::{Map, json};
use tokio::time::Instant;

use crate::shopify::{amount, discount};
use crate::support::{Rig, TIMEOUT_MS, kind};

/// What a client makes of faults where clients differ.
struct Subject {
    partner: Partner,
    /// Whether a call that failed is made again.
    repeats: bool,
    /// Whether the body of a success is looked at.
    reads_body: bool,
    /// The outcomes of 401, 403, 404 and an account that is gone.
    outcomes: [&'static str; 4],
}

const SUBJECTS: [Subject; 7] = [
    Subject {
        partner: Partner::Shopify,
        repeats: true,
        reads_body: true,
        outcomes: ["credential_dead", "rejected", "shop_gone", "credential_dead"],
    },
    Subject {
        partner: Partner::Klaviyo,
        repeats: true,
        reads_body: false,
        outcomes: ["unauthorized", "unauthorized", "rejected", "unauthorized"],
    },
    Subject {
        partner: Partner::Postscript,
        repeats: false,
        reads_body: false,
        outcomes: ["unauthorized", "unauthorized", "rejected", "unauthorized"],
    },
    Subject {
        partner: Partner::PostHog,
        repeats: true,
        reads_body: true,
        outcomes: ["unauthorized", "unauthorized", "rejected", "unauthorized"],
    },
    Subject {
        partner: Partner::Slack,
        repeats: true,
        reads_body: true,
        outcomes: ["unauthorized", "rejected", "rejected", "rejected"],
    },
    Subject {
        partner: Partner::Sns,
        repeats: true,
        reads_body: true,
        outcomes: ["unauthorized", "unauthorized", "rejected", "rejected"],
    },
    Subject {
        partner: Partner::S3,
        repeats: true,
        reads_body: true,
        outcomes: ["unauthorized", "unauthorized", "rejected", "rejected"],
    },
];

/// Makes one call of that partner's client, the same one each time.
async fn call(rig: &Rig, partner: Partner) -> Result<(), CallError> {
    let (clients, properties, at) = (&rig.clients, Map::new(), DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    match partner {
        Partner::Shopify => {
            clients.shopify.create_discount(&rig.merchant, &discount("LN-FAULT", amount())).await.map(|_| ())
        }
        Partner::Klaviyo => {
            let person = Person { email: Some("a@example.com"), ..Person::default() };
            let event =
                klaviyo::Event { metric: "Points Earned", person, unique_id: "e-1", at, properties: &properties };
            clients.klaviyo.send_event(rig.klaviyo(), &event).await
        }
        Partner::Postscript => {
            let category = postscript::Category::Transactional;
            let message = postscript::Message { phone: "+15005550006", country: "US", body: "5 points", category };
            clients.postscript.send_message(rig.postscript(), &message).await.map(|_| ())
        }
        Partner::PostHog => {
            let event = posthog::Event {
                name: "points_earned",
                distinct_id: "m-1",
                uuid: [7; 16],
                at,
                properties: &properties,
            };
            clients.posthog.send_events(&[event]).await
        }
        Partner::Slack => {
            clients.slack.send(&SlackWebhook::parse("/services/T1/B1/secret").unwrap(), "95 %", &[]).await
        }
        Partner::Sns => {
            let topic = "arn:aws:sns:us-east-1:123456789012:alerts";
            let message = sns::Notification { topic, subject: Some("Limit"), message: "95 %", fifo: None };
            clients.sns.publish(&message).await.map(|_| ())
        }
        Partner::S3 => clients.objects.put("a.csv", "text/csv", Bytes::from_static(b"x")).await,
        other => unreachable!("{other} is not called"),
    }
}

/// The outcome of a call under these faults, by clients without a history, and how many requests were made.
async fn under(rig: &mut Rig, partner: Partner, mut faults: serde_json::Value) -> (Result<(), CallError>, usize) {
    rig.tokens.0.lock().unwrap().dead = None;
    rig.sandbox.end_faults(partner);
    rig.restart(&[]);
    if partner == Partner::Shopify {
        // So that the fault meets the call, not the first token.
        let _ = rig.clients.shopify.find_discount(&rig.merchant, "none").await;
    }
    rig.sandbox.forget();
    if partner == Partner::Slack && faults.get("rate_per_s").is_none() {
        // It takes one message a second, and these calls are many.
        faults["rate_per_s"] = json!(1_000);
    }
    rig.fault(partner, faults);
    let ended = call(rig, partner).await;
    (ended, rig.received(partner).len())
}

#[tokio::test]
async fn without_faults_every_client_succeeds_with_one_request() {
    let mut rig = Rig::start().await;
    for Subject { partner, .. } in SUBJECTS {
        let (ended, requests) = under(&mut rig, partner, json!({})).await;
        assert_eq!((kind(&ended), requests), ("ok".to_owned(), 1), "{partner}: {ended:?}");
    }
}

#[tokio::test]
async fn a_failure_is_tried_again_three_times_where_that_has_no_second_effect() {
    let mut rig = Rig::start().await;
    for Subject { partner, repeats, .. } in SUBJECTS {
        for status in [500, 502] {
            let (ended, requests) = under(&mut rig, partner, json!({ "error_rate": 1, "status": status })).await;
            assert_eq!(kind(&ended), "failed", "{partner} {status}: {ended:?}");
            assert_eq!(requests, if repeats { 4 } else { 1 }, "{partner}");
        }
        let (ended, _) = under(&mut rig, partner, json!({ "error_rate": 1, "hits_max": 3 })).await;
        assert_eq!(kind(&ended), if repeats { "ok" } else { "failed" }, "{partner}: {ended:?}");
    }
}

#[tokio::test]
async fn a_429_is_obeyed_and_not_tried_again() {
    let mut rig = Rig::start().await;
    for Subject { partner, .. } in SUBJECTS {
        let (ended, requests) = under(&mut rig, partner, json!({ "status": 429, "retry_after_s": 7.5 })).await;
        let Err(CallError::Later { after, .. }) = &ended else { panic!("{partner}: {ended:?}") };
        assert_eq!((kind(&ended).as_str(), requests), ("later: throttled", 1), "{partner}");
        // These two say nothing of when.
        let least = if [Partner::Postscript, Partner::Sns].contains(&partner) { 1_000 } else { 7_500 };
        assert!((least..least + 1_500).contains(&u64::try_from(after.as_millis()).unwrap()), "{partner}: {after:?}");
    }
}

#[tokio::test]
async fn what_exceeds_a_rate_is_later() {
    let mut rig = Rig::start().await;
    for Subject { partner, .. } in SUBJECTS.into_iter().filter(|subject| subject.partner != Partner::Shopify) {
        let (first, _) = under(&mut rig, partner, json!({ "rate_per_s": 0.01 })).await;
        assert_eq!(kind(&first), "ok", "{partner}");
        assert_eq!(kind(&call(&rig, partner).await), "later: throttled", "{partner}");
    }
}

#[tokio::test]
async fn refusals_have_the_outcome_that_the_partner_means() {
    let mut rig = Rig::start().await;
    for Subject { partner, outcomes, .. } in SUBJECTS {
        let faults = [
            json!({ "status": 401 }),
            json!({ "status": 403 }),
            json!({ "status": 404 }),
            json!({ "shop_gone": true }),
        ];
        for (faults, outcome) in faults.into_iter().zip(outcomes) {
            let (ended, _) = under(&mut rig, partner, faults.clone()).await;
            assert_eq!(kind(&ended), outcome, "{partner} {faults}: {ended:?}");
        }
        let (ended, requests) = under(&mut rig, partner, json!({ "status": 400 })).await;
        assert_eq!((kind(&ended).as_str(), requests), ("rejected", 1), "{partner}: {ended:?}");
    }
}

#[tokio::test]
async fn a_partner_that_hangs_or_is_too_slow_times_out_once() {
    let mut rig = Rig::start().await;
    for Subject { partner, .. } in SUBJECTS {
        for faults in [json!({ "hang": true }), json!({ "latency_ms": 600_000 })] {
            let begun = Instant::now();
            let (ended, requests) = under(&mut rig, partner, faults.clone()).await;
            assert_eq!((kind(&ended).as_str(), requests), ("timed_out", 1), "{partner} {faults}: {ended:?}");
            assert!(begun.elapsed() < Duration::from_millis(TIMEOUT_MS * 4), "{partner}: {:?}", begun.elapsed());
        }
        let (ended, _) = under(&mut rig, partner, json!({ "latency_ms": 50 })).await;
        assert_eq!(kind(&ended), "ok", "{partner}: {ended:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_or_is_garbage_is_a_failure_and_never_a_panic() {
    let mut rig = Rig::start().await;
    for Subject { partner, repeats, reads_body, .. } in SUBJECTS {
        let (ended, requests) = under(&mut rig, partner, json!({ "cut": true })).await;
        assert_eq!(kind(&ended), "failed", "{partner}: {ended:?}");
        assert_eq!(requests, if repeats { 4 } else { 1 }, "{partner}");
        let (ended, _) = under(&mut rig, partner, json!({ "garbage": 512 })).await;
        assert_eq!(kind(&ended), if reads_body { "failed" } else { "ok" }, "{partner}: {ended:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_read() {
    let mut rig = Rig::start().await;
    for Subject { partner, .. } in SUBJECTS {
        let bytes = if partner == Partner::S3 { 65 * 1_024 * 1_024 } else { 5_000_000 };
        let (ended, _) = under(&mut rig, partner, json!({ "garbage": bytes, "hits_max": 4 })).await;
        let text = format!("{:?}", ended.as_ref().unwrap_err());
        assert!(matches!(&ended, Err(CallError::Failed { .. })) && text.contains("TooLong"), "{partner}: {text}");
    }
}

#[tokio::test]
async fn a_partner_that_keeps_failing_is_left_alone() {
    let mut rig = Rig::start().await;
    for Subject { partner, .. } in SUBJECTS {
        let (_, _) = under(&mut rig, partner, json!({ "error_rate": 1, "status": 500 })).await;
        let mut outcomes = Vec::new();
        for _ in 0..12 {
            outcomes.push(kind(&call(&rig, partner).await));
        }
        assert_eq!(outcomes.last().unwrap(), "later: circuit_open", "{partner}: {outcomes:?}");
        let before = rig.received(partner).len();
        assert_eq!(kind(&call(&rig, partner).await), "later: circuit_open", "{partner}");
        assert_eq!(rig.received(partner).len(), before, "{partner} is not called while its circuit is open");
    }
}

#[tokio::test]
async fn no_error_shows_a_secret_or_an_address() {
    let mut rig = Rig::start().await;
    let secrets = [
        "pk_0123456789",
        "sk_0123456789",
        "phc_0123456789",
        "B1/secret",
        "sandbox-secret",
        "a@example.com",
        "+15005550006",
        "LN-FAULT",
    ];
    for Subject { partner, .. } in SUBJECTS {
        for faults in [
            json!({ "status": 400 }),
            json!({ "status": 500 }),
            json!({ "cut": true }),
            json!({ "garbage": true }),
            json!({ "hang": true }),
        ] {
            let (ended, _) = under(&mut rig, partner, faults).await;
            let mut text = format!("{ended:?} {:?}", rig.clients);
            let mut source = ended.as_ref().err().map(|error| error as &dyn std::error::Error);
            while let Some(error) = source {
                text.push_str(&error.to_string());
                source = error.source();
            }
            assert!(!secrets.iter().any(|secret| text.contains(secret)), "{partner}: {text}");
        }
    }
}
