//! All roles in this process, with a database and a Redis prefix of the test's own. [`TestApp::finish`] verifies that
//! no work is left and the accounts are right; a test that does not call it fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::{EarnRule, MerchantId};
use jobs::{JobKind, Queues};
use platform::Context;
use platform::clock::SharedClock;
use platform::config::ApiSettings;
use platform::ids::Ids;
use platform::metrics::Metrics;
use platform::shutdown::{self, ShutdownHandle};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgPool;
use store::crypto::{Encrypted, Nonce};
use store::merchants::set_earn_rule;
use store::merchants::{NewMerchant, PartnerKey};
use store::{Owner, Store, TenantScope};

use crate::accounts;
use crate::builder::{Builder, Server};
use crate::client::{Answer, Webhook};
use crate::database::Database;
use crate::environment::{log_levels, redis_url, unique};
use crate::settings::{ADMIN_TOKEN, Servers, keys};
use crate::wait::{wait_at_most, wait_until};

/// Time within which a role must drain.
const DRAIN_MAX: Duration = Duration::from_secs(20);
/// Time within which recorded webhooks must be processed, including delays of the sweep and of leases.
const SETTLED_MAX: Duration = Duration::from_secs(60);
/// All permissions a partner's key can have.
pub const SCOPES: [&str; 4] = ["points:read", "points:write", "webhooks:read", "webhooks:write"];

/// A registered merchant.
#[derive(Debug, Clone)]
pub struct Shop {
    pub merchant_id: MerchantId,
    pub domain: String,
    /// A partner's key with all permissions.
    pub key: String,
}

type Finished = std::pin::Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>;

/// A role of this process.
struct Role {
    stop: ShutdownHandle,
    finished: Finished,
}

/// The application under test.
pub struct TestApp {
    pub shops: Vec<Shop>,
    pub store: Store,
    pub owner: Owner,
    /// The database as the schema's owner, who sees and may change everything.
    pub pool: PgPool,
    pub queues: Queues,
    pub servers: Servers,
    pub ids: Arc<Ids>,
    pub http: reqwest::Client,
    /// The public address of the api.
    pub base: String,
    /// Where the api serves its health, readiness and metrics.
    pub internal: String,
    clock: SharedClock,
    deliveries: AtomicU64,
    apis: Vec<Role>,
    change_api: Option<fn(&mut ApiSettings)>,
    workers: Vec<Role>,
    scheduler: Option<Role>,
    database: Option<Database>,
    dead_letters: i64,
}

impl TestApp {
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Starts all roles with the system's clock and two shops.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    pub(crate) async fn build(builder: Builder) -> Self {
        if let Some(log_level) = log_levels() {
            let log_format = platform::config::LogFormat::Text;
            let _ = platform::telemetry::init(&platform::config::TelemetryConfig { log_format, log_level });
        }
        let database = match &builder.database_server {
            Some(server) => Database::create_on(server).await,
            None => Database::create().await,
        };
        let chosen = |server| builder.servers.iter().find(|(kind, _)| *kind == server).map(|(_, url)| url.clone());
        let mut app_url = database.app_url();
        if let Some(through) = chosen(Server::Postgres) {
            let (user, rest) = app_url.split_once('@').unwrap();
            app_url = format!("{user}@{through}/{}", rest.split_once('/').unwrap().1);
        }
        let random = unique();
        let servers = Servers {
            owner_url: database.owner_url(),
            app_url,
            redis_url: chosen(Server::Redis).unwrap_or_else(redis_url),
            prefix: format!("t{}", random.ulid()),
        };
        let ids = Arc::new(Ids::seeded(Arc::clone(&builder.clock), random.random_u64()));
        let mut app = Self {
            shops: Vec::new(),
            store: Store::lazy(&database.app_url(), 2, Duration::from_secs(10)).unwrap(),
            owner: Owner::connect(&servers.owner_url).await.unwrap(),
            pool: database.pool().await,
            queues: Queues::connect_prefixed(&servers.redis_url, &servers.prefix).unwrap(),
            servers,
            ids,
            http: http_client(),
            base: String::new(),
            internal: String::new(),
            clock: builder.clock,
            deliveries: AtomicU64::new(1),
            apis: Vec::new(),
            change_api: builder.change_api,
            workers: Vec::new(),
            scheduler: None,
            database: Some(database),
            dead_letters: 0,
        };
        for n in 1..=builder.shops {
            app.add_shop(&format!("shop-{n}.myshopify.com")).await;
        }
        if builder.api {
            app.start_api().await;
        }
        if builder.workers {
            app.start_workers().await;
        }
        if builder.scheduler {
            app.start_scheduler().await;
        }
        app
    }

    fn context(&self) -> (Context, ShutdownHandle) {
        let (stop, shutdown) = shutdown::manual();
        let (clock, ids) = (Arc::clone(&self.clock), Arc::clone(&self.ids));
        let metrics = Metrics::install().unwrap();
        (Context { clock, ids, metrics, shutdown, stop: stop.clone() }, stop)
    }

    /// Starts an api, or one more; requests go to the last one.
    pub async fn start_api(&mut self) {
        let (context, stop) = self.context();
        let mut settings = self.servers.api();
        if let Some(change) = self.change_api {
            change(&mut settings);
        }
        let running = api::start(settings, context).await.unwrap();
        self.base = format!("http://{}", running.addr());
        self.internal = format!("http://{}", running.internal_addr());
        self.apis.push(Role { stop, finished: Box::pin(async { Ok(running.ended().await?) }) });
    }

    /// Gives roles that are started from now on another clock.
    pub fn set_clock(&mut self, clock: impl platform::clock::Clock + 'static) {
        self.clock = Arc::new(clock);
    }

    /// Starts one more workers role.
    pub async fn start_workers(&mut self) {
        let (context, stop) = self.context();
        let running = workers::start(self.servers.workers(), context).await.unwrap();
        self.workers.push(Role { stop, finished: Box::pin(running.finished()) });
    }

    pub async fn start_scheduler(&mut self) {
        let (context, stop) = self.context();
        let running = scheduler::start(self.servers.scheduler(), context).await.unwrap();
        self.scheduler = Some(Role { stop, finished: Box::pin(running.finished()) });
    }

    /// Registers a merchant with a key of all permissions.
    pub async fn add_shop(&mut self, domain: &str) -> Shop {
        let merchant_id = MerchantId::parse(&self.ids.ulid()).unwrap();
        let merchant = NewMerchant {
            merchant_id: merchant_id.clone(),
            shopify_domain: domain.to_owned(),
            plan_id: "plus",
            api_token: Encrypted::seal(&keys(), Nonce::new(self.ids.random_bytes()), &merchant_id, "token"),
        };
        self.owner.register_merchants(&[merchant]).await.unwrap();
        let key = self.add_key(domain, &SCOPES).await;
        let shop = Shop { merchant_id, domain: domain.to_owned(), key };
        self.shops.push(shop.clone());
        shop
    }

    /// Creates a partner's key.
    pub async fn add_key(&self, domain: &str, scopes: &[&str]) -> String {
        let key = PartnerKey::of(unique().random_bytes());
        assert!(self.owner.add_api_key(domain, &self.ids.ulid(), &key, "a test's key", scopes).await.unwrap());
        key.expose().to_owned()
    }

    /// Replaces the first shop's earning rule.
    pub async fn set_rule(&self, rule: &EarnRule) {
        let merchant = &self.shops[0].merchant_id;
        let mut tx = self.store.begin(&TenantScope::of(merchant)).await.unwrap();
        set_earn_rule(&mut tx, merchant, rule).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Creates a delivery to the first shop, to be changed or sent.
    pub fn webhook(&self, topic: &str, body: impl Into<Vec<u8>>) -> Webhook {
        let n = self.deliveries.fetch_add(1, Ordering::Relaxed);
        Webhook::new(self.http.clone(), &self.base, topic, &self.shops[0].domain, n, body)
    }

    /// Delivers to the first shop; it must be accepted.
    pub async fn deliver(&self, topic: &str, body: impl Into<Vec<u8>>) {
        self.webhook(topic, body).send().await.ok();
    }

    /// Sends GET with a bearer token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        let request = self.http.get(format!("{}{path}", self.base));
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        Answer::of(request.send().await.unwrap()).await
    }

    /// Sends GET to the internal address of the api.
    pub async fn get_internal(&self, path: &str) -> Answer {
        Answer::of(self.http.get(format!("{}{path}", self.internal)).send().await.unwrap()).await
    }

    /// Sends GET as the administrator.
    pub async fn get_as_admin(&self, path: &str) -> Answer {
        self.get(path, ADMIN_TOKEN).await
    }

    /// Returns the points of the first shop's customer as its partner reads them; null for an unknown customer.
    pub async fn points(&self, shopify_customer_id: i64) -> Value {
        let path = format!("/v1/api/customers/{shopify_customer_id}/points?limit=100");
        let answer = self.get(&path, &self.shops[0].key).await;
        if answer.status == 404 { Value::Null } else { answer.ok().json() }
    }

    /// Returns the balance of [`TestApp::points`]; `None` for an unknown customer.
    pub async fn balance(&self, shopify_customer_id: i64) -> Option<i64> {
        self.points(shopify_customer_id).await["points_balance"].as_i64()
    }

    /// Queries one number as the database's owner.
    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Queries rows of one text column as the owner.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Executes a statement as the owner. Returns the number of affected rows.
    pub async fn execute(&self, sql: &str) -> u64 {
        let done = sqlx::query(AssertSqlSafe(sql)).execute(&self.pool).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// Returns the number of recorded webhooks whose job has not ended.
    pub async fn pending_webhooks(&self) -> i64 {
        self.number("SELECT count(*) FROM api_logs WHERE status = 'pending' AND job_kind IS NOT NULL").await
    }

    /// Returns the number of jobs in Redis in any state.
    pub async fn jobs(&self) -> u64 {
        let mut jobs = 0;
        for kind in JobKind::ALL {
            let Ok(counts) = self.queues.queue(kind).counts().await else { return u64::MAX };
            jobs += counts.pending() + counts.dead;
        }
        jobs
    }

    /// Waits until every recorded webhook is processed and no job is left.
    pub async fn settled(&self) {
        wait_at_most(SETTLED_MAX, "all webhooks are worked off", async || {
            self.pending_webhooks().await == 0 && self.jobs().await == 0
        })
        .await;
    }

    /// Sets the number of jobs that must die in this test.
    pub fn expect_dead_letters(&mut self, expected: i64) {
        self.dead_letters = expected;
    }

    /// Fails the test when anything in the accounts differs.
    pub async fn assert_accounts_right(&self) {
        accounts::assert_right(&self.owner, &self.pool).await;
    }

    /// Drains the workers of this process.
    pub async fn stop_workers(&mut self) {
        drain(self.workers.drain(..).collect()).await;
    }

    /// Drains the scheduler of this process.
    pub async fn stop_scheduler(&mut self) {
        drain(self.scheduler.take().into_iter().collect()).await;
    }

    /// Stops the roles and asserts that no job is left, only the expected jobs died, and the accounts are right.
    pub async fn finish(mut self) {
        if !self.workers.is_empty() {
            self.settled().await;
        }
        drain(self.apis.drain(..).chain(self.workers.drain(..)).chain(self.scheduler.take()).collect()).await;
        let dead = self.texts("SELECT queue || ': ' || reason FROM dead_letters").await;
        assert_eq!(dead.len() as i64, self.dead_letters, "dead letters: {dead:?}");
        self.assert_accounts_right().await;
        self.forget_keys().await;
        self.store.close().await;
        self.pool.close().await;
        if let Some(database) = self.database.take() {
            database.drop().await;
        }
    }

    /// Removes the test's keys from the shared Redis if it answers.
    async fn forget_keys(&self) {
        let pattern = format!("*{}*", self.servers.prefix);
        let Ok(client) = redis::Client::open(self.servers.redis_url.as_str()) else { return };
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return };
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap_or_default();
        for keys in keys.chunks(500) {
            let _ = redis::cmd("UNLINK").arg(keys).exec_async(&mut connection).await;
        }
    }
}

async fn drain(roles: Vec<Role>) {
    for role in &roles {
        role.stop.drain();
    }
    for role in roles {
        let finished = tokio::time::timeout(DRAIN_MAX, role.finished).await;
        finished.expect("a role drains in time").expect("a role ends without error");
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if self.database.is_some() && !std::thread::panicking() {
            panic!(
                "a test ends with `app.finish().await`, which proves that nothing is left and the accounts are right"
            );
        }
    }
}

/// Waits until a customer has exactly these points.
pub async fn wait_for_balance(app: &TestApp, shopify_customer_id: i64, points: i64) {
    let what = format!("customer {shopify_customer_id} has {points} points");
    wait_until(&what, async || app.balance(shopify_customer_id).await == Some(points)).await;
}

/// Makes an HTTP client. The build with TLS, for the clients of partners, wants its cryptography named before one is made.
pub(crate) fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
