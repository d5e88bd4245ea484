//! Access tokens of shops: obtained, renewed ahead of time by one of many, kept through a crash, and dead for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::join_all;
use partners::shopify::{DeadReason, TOKEN_REFRESH_AHEAD};
use sandbox::Partner;
use serde_json::json;

use crate::support::{Rig, Row, clients, http, kind};

static CODES: AtomicU32 = AtomicU32::new(0);

/// The requests for tokens.
fn oauth(rig: &Rig) -> usize {
    rig.sandbox.requests(Partner::Shopify, 0).iter().filter(|request| request.path.contains("oauth")).count()
}

/// Obtains a token with a refresh token, as an installation does, and stores it with that much of its life left.
async fn install(rig: &mut Rig, left: Duration) {
    // A code can be exchanged once.
    let code = CODES.fetch_add(1, Ordering::Relaxed).to_string();
    let url = format!("{}/demo.myshopify.com/admin/oauth/access_token", rig.sandbox.url_of(Partner::Shopify));
    let body =
        json!({ "client_id": "app", "client_secret": "sandbox-shopify-api-secret", "code": code, "expiring": "1" });
    let answer: serde_json::Value = http().post(url).json(&body).send().await.unwrap().json().await.unwrap();
    let text = |name: &str| Some(answer[name].as_str().unwrap().to_owned());
    *rig.tokens.0.lock().unwrap() =
        Row { access: text("access_token"), refresh: text("refresh_token"), expires_in: Some(left), ..Row::default() };
    rig.sandbox.forget();
    rig.restart(&[("SHOPIFY_CLIENT_CREDENTIALS", "false")]);
}

#[tokio::test]
async fn a_shop_without_tokens_gets_one_by_the_apps_own_credentials_once() {
    let rig = Rig::start().await;
    for _ in 0..3 {
        rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    }
    assert_eq!(oauth(&rig), 1);
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_time_once_for_all_workers() {
    let mut rig = Rig::start().await;
    install(&mut rig, TOKEN_REFRESH_AHEAD - Duration::from_secs(1)).await;
    let before = rig.tokens.0.lock().unwrap().clone();
    let set = [("SHOPIFY_CLIENT_CREDENTIALS", "false")];
    let workers: Vec<_> = (0..4).map(|_| clients(&rig.sandbox, &rig.tokens, &rig.rates, &set)).collect();
    let calls = workers.iter().flat_map(|worker| (0..10).map(|_| worker.shopify.find_discount(&rig.merchant, "x")));
    for ended in join_all(calls).await {
        assert_eq!(kind(&ended), "ok", "whoever does not renew it uses the old one: {ended:?}");
    }
    assert_eq!(oauth(&rig), 1);
    let after = rig.tokens.0.lock().unwrap().clone();
    assert_ne!((&after.access, &after.refresh), (&before.access, &before.refresh));
    assert_eq!((after.expires_in, after.lease), (Some(Duration::from_secs(3_600)), None));
}

#[tokio::test]
async fn while_a_token_that_has_ended_is_renewed_by_another_worker_calls_are_later() {
    let mut rig = Rig::start().await;
    install(&mut rig, Duration::ZERO).await;
    rig.tokens.0.lock().unwrap().lease = Some("another".to_owned());
    let ended = rig.clients.shopify.find_discount(&rig.merchant, "x").await;
    assert_eq!((kind(&ended).as_str(), oauth(&rig)), ("later: credential_renewed", 0));
    rig.tokens.0.lock().unwrap().lease = None;
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
}

#[tokio::test]
async fn a_crash_between_shopifys_answer_and_the_commit_loses_nothing() {
    let mut rig = Rig::start().await;
    install(&mut rig, Duration::ZERO).await;
    rig.tokens.0.lock().unwrap().loses_commits = true;
    for _ in 0..3 {
        let ended = rig.clients.shopify.find_discount(&rig.merchant, "x").await;
        assert_eq!(kind(&ended), "later: credentials_unavailable", "nothing is used that is not committed");
    }
    assert!(rig.received(Partner::Shopify).is_empty());
    rig.tokens.0.lock().unwrap().loses_commits = false;
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    assert_eq!(oauth(&rig), 4, "the old refresh token was exchanged each time");
    // And once more with the one that was committed.
    rig.tokens.0.lock().unwrap().expires_in = Some(Duration::ZERO);
    rig.restart(&[("SHOPIFY_CLIENT_CREDENTIALS", "false")]);
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
}

#[tokio::test]
async fn a_token_that_shopify_does_not_accept_is_replaced_once() {
    let mut rig = Rig::start().await;
    install(&mut rig, Duration::from_secs(3_600)).await;
    rig.fault(Partner::Shopify, json!({ "status": 401, "hits_max": 1 }));
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    assert_eq!(oauth(&rig), 1);
    assert_eq!(rig.tokens.0.lock().unwrap().dead, None);
}

#[tokio::test]
async fn a_dead_credential_marks_the_shop_and_stops_its_calls() {
    let mut rig = Rig::start().await;
    install(&mut rig, Duration::from_secs(3_600)).await;
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    rig.fault(Partner::Shopify, json!({ "shop_gone": "demo.myshopify.com" }));
    let ended = rig.clients.shopify.find_discount(&rig.merchant, "x").await;
    assert_eq!(kind(&ended), "credential_dead", "{ended:?}");
    assert_eq!(rig.tokens.0.lock().unwrap().dead, Some(DeadReason::InvalidGrant));
    rig.sandbox.forget();
    for _ in 0..20 {
        assert_eq!(kind(&rig.clients.shopify.find_discount(&rig.merchant, "x").await), "credential_dead");
    }
    assert!(rig.sandbox.requests(Partner::Shopify, 0).is_empty(), "no request is made for a shop that is marked");
}

#[tokio::test]
async fn a_refresh_token_that_is_not_accepted_is_dead_and_our_own_wrong_secret_is_not() {
    let mut rig = Rig::start().await;
    install(&mut rig, Duration::ZERO).await;
    rig.tokens.0.lock().unwrap().refresh = Some("shprt_forged".to_owned());
    assert_eq!(kind(&rig.clients.shopify.find_discount(&rig.merchant, "x").await), "credential_dead");
    install(&mut rig, Duration::ZERO).await;
    // Without the name of the app nothing can be renewed, which is not the shop's fault.
    rig.restart(&[("SHOPIFY_CLIENT_CREDENTIALS", "false"), ("SHOPIFY_API_KEY", "")]);
    assert_eq!(kind(&rig.clients.shopify.find_discount(&rig.merchant, "x").await), "invalid");
    let row = rig.tokens.0.lock().unwrap().clone();
    assert_eq!((row.dead, row.lease), (None, None));
}

#[tokio::test]
async fn while_a_token_is_good_a_renewal_that_fails_stops_nobody() {
    let mut rig = Rig::start().await;
    install(&mut rig, Duration::from_secs(200)).await;
    let tokens = Arc::clone(&rig.tokens);
    rig.fault(Partner::Shopify, json!({ "status": 500, "hits_max": 4 }));
    rig.clients.shopify.find_discount(&rig.merchant, "x").await.unwrap();
    assert_eq!(oauth(&rig), 4);
    assert_eq!(tokens.0.lock().unwrap().lease, None);
}
