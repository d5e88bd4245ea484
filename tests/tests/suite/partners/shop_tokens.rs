//! Access tokens of shops over PostgreSQL: one renewal of many workers, a worker that ends in the middle of one, encryption at rest, and a
//! credential that is dead.

use std::sync::Arc;
use std::time::Duration;

use datastores::StoredShopTokens;
use futures::future::join_all;
use partners::shopify::{IssuedTokens, Lease, ShopTokens as _};
use partners::{CallError, Clients};
use platform::clock::SystemClock;
use platform::config::{PartnersConfig, Reader, Secret, ShopifyConfig};
use sandbox::{Options, Partner, Sandbox};
use sqlx::{AssertSqlSafe, Row as _};
use tests::TestApp;
use tests::environment::unique;
use tests::settings::{SHOPIFY_SECRET, keys};

use super::process;

struct Rig {
    app: TestApp,
    sandbox: Sandbox,
}

impl Rig {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let options = Options { shopify_api_secret: SHOPIFY_SECRET.to_owned(), ..Options::default() };
        let sandbox = Sandbox::start(options, SystemClock::shared(), Arc::new(unique())).await.unwrap();
        Self { app, sandbox }
    }

    fn tokens(&self) -> StoredShopTokens {
        StoredShopTokens::new(self.app.store.clone(), keys(), Arc::new(unique()))
    }

    /// The clients of another process.
    fn worker(&self) -> Clients {
        let url = format!("{}/{{shop}}", self.sandbox.url_of(Partner::Shopify));
        let lookup = |name: &str| match name {
            "SHOPIFY_URL" => Some(url.clone()),
            "SHOPIFY_API_KEY" => Some("app".to_owned()),
            "PARTNER_RETRY_BASE_MS" => Some("1".to_owned()),
            _ => None,
        };
        let config = PartnersConfig::read(&mut Reader::new(&lookup)).unwrap();
        let app = ShopifyConfig { api_secret: Secret::new(SHOPIFY_SECRET.to_owned()), api_secret_previous: None };
        let tokens = Arc::new(self.tokens());
        Clients::new(process(&self.app.queues), &config, &app, tokens, SystemClock::shared()).unwrap()
    }

    /// Installs the app in the first shop.
    async fn install(&self) {
        let shop = &self.app.shops[0];
        let url = format!("{}/{}/admin/oauth/access_token", self.sandbox.url_of(Partner::Shopify), shop.domain);
        let body = serde_json::json!({ "client_id": "app", "client_secret": SHOPIFY_SECRET, "code": unique().ulid(), "expiring": "1" });
        let answer: serde_json::Value = self.app.http.post(url).json(&body).send().await.unwrap().json().await.unwrap();
        let secret = |name: &str| Secret::new(answer[name].as_str().unwrap().to_owned());
        let issued = IssuedTokens {
            access_token: secret("access_token"),
            expires_in: Some(Duration::from_secs(3_600)),
            refresh_token: Some(secret("refresh_token")),
            refresh_expires_in: Some(Duration::from_secs(90 * 24 * 3_600)),
        };
        self.tokens().install(&shop.merchant_id, &issued).await.unwrap();
        self.sandbox.forget();
    }

    async fn sql(&self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql)).execute(&self.app.pool).await.unwrap();
    }

    async fn call(&self, worker: &Clients) -> Result<(), CallError> {
        worker.shopify.find_discount(&self.app.shops[0].merchant_id, "none").await.map(|_| ())
    }

    fn renewals(&self) -> usize {
        self.sandbox.requests(Partner::Shopify, 0).iter().filter(|request| request.path.contains("oauth")).count()
    }
}

#[tokio::test]
async fn one_worker_of_many_renews_a_token_and_a_worker_that_ended_holds_nobody_up() {
    let rig = Rig::start().await;
    rig.install().await;
    let merchant = rig.app.shops[0].merchant_id.clone();
    rig.sql("UPDATE shop_tokens SET access_expires_at = CURRENT_TIMESTAMP + interval '4 minutes'").await;
    let workers: Vec<Clients> = (0..6).map(|_| rig.worker()).collect();
    let calls = workers.iter().flat_map(|worker| (0..8).map(|_| rig.call(worker)));
    for ended in join_all(calls).await {
        ended.unwrap();
    }
    assert_eq!(rig.renewals(), 1);

    // A worker takes the lease, gets Shopify's answer, and ends before its commit; the token has ended, too.
    rig.sql("UPDATE shop_tokens SET access_expires_at = CURRENT_TIMESTAMP - interval '1 minute'").await;
    let Lease::Held(leased) = rig.tokens().lease(&merchant, "ended").await.unwrap() else { panic!("it is free") };
    let url = format!("{}/{}/admin/oauth/access_token", rig.sandbox.url_of(Partner::Shopify), rig.app.shops[0].domain);
    let refresh_token = leased.refresh_token.unwrap().expose().clone();
    let body = serde_json::json!({ "client_id": "app", "client_secret": SHOPIFY_SECRET, "grant_type": "refresh_token", "refresh_token": refresh_token });
    assert_eq!(rig.app.http.post(url).json(&body).send().await.unwrap().status(), 200);
    let waits = rig.call(&rig.worker()).await;
    assert!(matches!(&waits, Err(CallError::Later { .. })), "{waits:?}");
    rig.sql("UPDATE shop_tokens SET leased_until = CURRENT_TIMESTAMP").await;
    rig.call(&rig.worker()).await.unwrap();

    // The first one comes back: it has lost the lease, and stores nothing.
    let late = IssuedTokens {
        access_token: Secret::new("late".to_owned()),
        expires_in: None,
        refresh_token: None,
        refresh_expires_in: None,
    };
    assert!(!rig.tokens().commit(&merchant, "ended", &late).await.unwrap());
    rig.call(&rig.worker()).await.unwrap();
    rig.app.finish().await;
}

#[tokio::test]
async fn tokens_are_encrypted_at_rest_and_bound_to_their_column() {
    let rig = Rig::start().await;
    rig.install().await;
    let row =
        sqlx::query("SELECT access_token, refresh_token FROM shop_tokens").fetch_one(&rig.app.pool).await.unwrap();
    for column in ["access_token", "refresh_token"] {
        let stored: Vec<u8> = row.get(column);
        let text = String::from_utf8_lossy(&stored).into_owned();
        assert!(!text.contains("shpat_") && !text.contains("shprt_"), "{column}");
    }
    rig.sql("UPDATE shop_tokens SET access_token = refresh_token").await;
    let refused = rig.call(&rig.worker()).await;
    assert!(matches!(&refused, Err(CallError::Later { .. })), "a value of another column opens nothing: {refused:?}");
    rig.app.finish().await;
}

#[tokio::test]
async fn a_dead_credential_stops_the_calls_of_all_workers_until_the_app_is_installed_again() {
    let rig = Rig::start().await;
    rig.install().await;
    let domain = rig.app.shops[0].domain.clone();
    let faults = serde_json::json!({ "shop_gone": domain }).to_string();
    let faults = sandbox::Faults::from_json(faults.as_bytes(), Partner::Shopify).unwrap();
    rig.sandbox.set_faults(Partner::Shopify, faults);
    let dead =
        |ended: Result<(), CallError>| assert!(matches!(&ended, Err(CallError::CredentialDead { .. })), "{ended:?}");
    dead(rig.call(&rig.worker()).await);
    rig.sandbox.end_faults(Partner::Shopify);
    rig.sandbox.forget();
    let marked = sqlx::query("SELECT dead_reason FROM shop_tokens").fetch_one(&rig.app.pool).await.unwrap();
    assert_eq!(marked.get::<String, _>("dead_reason"), "invalid_grant");
    for _ in 0..3 {
        dead(rig.call(&rig.worker()).await);
    }
    assert!(rig.sandbox.requests(Partner::Shopify, 0).is_empty(), "no request for a shop that is marked");
    rig.install().await;
    rig.call(&rig.worker()).await.unwrap();
    rig.sql("UPDATE merchants SET status = 'uninstalled'").await;
    let gone = rig.call(&rig.worker()).await;
    assert!(matches!(&gone, Err(CallError::ShopGone { .. })), "{gone:?}");
    rig.app.finish().await;
}
