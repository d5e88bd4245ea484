//! A sandbox, the clients of one process over it, and a shared rate and tokens in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::MerchantId;
use futures::FutureExt;
use futures::future::BoxFuture;
use partners::shopify::{DeadReason, IssuedTokens, Lease, LeasedTokens, ShopTokens, StoredTokens, TokensUnavailable};
use partners::{Account, Bucket, CallError, Clients, Partners, RateError, SharedRate, Usage};
use platform::clock::SystemClock;
use platform::config::{PartnersConfig, Reader, Secret, ShopifyConfig};
use platform::ids::Ids;
use sandbox::{Faults, Options, Partner, Recorded, Sandbox};
use serde_json::Value;

/// Longer than an answer on the loopback takes, shorter than a test may.
pub(crate) const TIMEOUT_MS: u64 = 700;
pub(crate) const SHOP: &str = "demo.myshopify.com";
/// The key of the merchant's account: Klaviyo wants `pk_`, Postscript `sk_`.
pub(crate) const KLAVIYO_KEY: &str = "pk_0123456789";
pub(crate) const POSTSCRIPT_KEY: &str = "sk_0123456789";

/// A rate that grants every token and remembers what it was shown.
#[derive(Default)]
pub(crate) struct OpenRate {
    pub(crate) shown: Mutex<Vec<(String, u32, Usage)>>,
    pub(crate) taken: Mutex<BTreeMap<&'static str, u32>>,
}

impl SharedRate for OpenRate {
    fn acquire<'a>(&'a self, bucket: Bucket<'a>, cost: u32) -> BoxFuture<'a, Result<(), RateError>> {
        *self.taken.lock().unwrap().entry(bucket.partner).or_default() += cost;
        async { Ok(()) }.boxed()
    }

    fn penalize<'a>(&'a self, _: Bucket<'a>, after: Duration) -> BoxFuture<'a, Result<Duration, RateError>> {
        async move { Ok(after) }.boxed()
    }

    fn reconcile<'a>(&'a self, bucket: Bucket<'a>, taken: u32, usage: Usage) -> BoxFuture<'a, Result<(), RateError>> {
        self.shown.lock().unwrap().push((bucket.partner.to_owned(), taken, usage));
        async { Ok(()) }.boxed()
    }
}

/// The tokens of one shop, as a row of a table.
#[derive(Default)]
pub(crate) struct MemoryTokens(pub(crate) Mutex<Row>);

#[derive(Default, Clone)]
pub(crate) struct Row {
    pub(crate) access: Option<String>,
    pub(crate) expires_in: Option<Duration>,
    pub(crate) refresh: Option<String>,
    pub(crate) lease: Option<String>,
    pub(crate) dead: Option<DeadReason>,
    /// Commits are lost, as when the process ends before one.
    pub(crate) loses_commits: bool,
}

impl ShopTokens for MemoryTokens {
    fn find<'a>(&'a self, _: &'a MerchantId) -> BoxFuture<'a, Result<Option<StoredTokens>, TokensUnavailable>> {
        let row = self.0.lock().unwrap().clone();
        async move {
            Ok(Some(StoredTokens {
                domain: SHOP.to_owned(),
                installed: true,
                dead: row.dead.is_some(),
                access_token: row.access.map(Secret::new),
                expires_in: row.expires_in,
            }))
        }
        .boxed()
    }

    fn lease<'a>(&'a self, _: &'a MerchantId, lease: &'a str) -> BoxFuture<'a, Result<Lease, TokensUnavailable>> {
        let mut row = self.0.lock().unwrap();
        let held = row.lease.is_none();
        if held {
            row.lease = Some(lease.to_owned());
        }
        let tokens = LeasedTokens {
            access_token: row.access.clone().map(Secret::new),
            refresh_token: row.refresh.clone().map(Secret::new),
        };
        async move { Ok(if held { Lease::Held(tokens) } else { Lease::Busy }) }.boxed()
    }

    fn commit<'a>(
        &'a self,
        _: &'a MerchantId,
        lease: &'a str,
        tokens: &'a IssuedTokens,
    ) -> BoxFuture<'a, Result<bool, TokensUnavailable>> {
        let mut row = self.0.lock().unwrap();
        let result = if row.loses_commits {
            row.lease = None;
            Err(TokensUnavailable("the process ended".into()))
        } else if row.lease.as_deref() == Some(lease) {
            *row = Row {
                access: Some(tokens.access_token.expose().clone()),
                expires_in: tokens.expires_in,
                refresh: tokens.refresh_token.as_ref().map(|token| token.expose().clone()),
                ..Row::default()
            };
            Ok(true)
        } else {
            Ok(false)
        };
        async move { result }.boxed()
    }

    fn release<'a>(&'a self, _: &'a MerchantId, lease: &'a str) -> BoxFuture<'a, Result<(), TokensUnavailable>> {
        let mut row = self.0.lock().unwrap();
        if row.lease.as_deref() == Some(lease) {
            row.lease = None;
        }
        async { Ok(()) }.boxed()
    }

    fn mark_dead<'a>(&'a self, _: &'a MerchantId, reason: DeadReason) -> BoxFuture<'a, Result<(), TokensUnavailable>> {
        let mut row = self.0.lock().unwrap();
        (row.dead, row.lease) = (Some(reason), None);
        async { Ok(()) }.boxed()
    }
}

/// A sandbox with the clients of one process.
pub(crate) struct Rig {
    pub(crate) sandbox: Sandbox,
    pub(crate) clients: Clients,
    pub(crate) tokens: Arc<MemoryTokens>,
    pub(crate) rates: Arc<OpenRate>,
    pub(crate) merchant: MerchantId,
    pub(crate) klaviyo_key: Secret<String>,
    pub(crate) postscript_key: Secret<String>,
}

fn ids() -> Arc<Ids> {
    Arc::new(Ids::seeded(SystemClock::shared(), 7))
}

impl Rig {
    pub(crate) async fn start() -> Self {
        let sandbox = Sandbox::start(Options::default(), SystemClock::shared(), ids()).await.unwrap();
        let (tokens, rates) = (Arc::<MemoryTokens>::default(), Arc::<OpenRate>::default());
        let clients = clients(&sandbox, &tokens, &rates, &[]);
        let merchant = MerchantId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap();
        let key = |text: &str| Secret::new(text.to_owned());
        let (klaviyo_key, postscript_key) = (key(KLAVIYO_KEY), key(POSTSCRIPT_KEY));
        Self { sandbox, clients, tokens, rates, merchant, klaviyo_key, postscript_key }
    }

    /// Starts the clients anew, as another process does: with closed circuits and without tokens in memory.
    pub(crate) fn restart(&mut self, set: &[(&str, &str)]) {
        self.clients = clients(&self.sandbox, &self.tokens, &self.rates, set);
    }

    pub(crate) fn klaviyo(&self) -> Account<'_> {
        Account { merchant: &self.merchant, key: &self.klaviyo_key }
    }

    pub(crate) fn postscript(&self) -> Account<'_> {
        Account { merchant: &self.merchant, key: &self.postscript_key }
    }

    pub(crate) fn fault(&self, partner: Partner, json: Value) {
        self.sandbox.set_faults(partner, Faults::from_json(json.to_string().as_bytes(), partner).unwrap());
    }

    /// The requests that a partner received, those of OAuth aside.
    pub(crate) fn received(&self, partner: Partner) -> Vec<Recorded> {
        let mut received = self.sandbox.requests(partner, 0);
        received.retain(|request| !request.path.contains("oauth"));
        received
    }
}

pub(crate) fn clients(
    sandbox: &Sandbox,
    tokens: &Arc<MemoryTokens>,
    rates: &Arc<OpenRate>,
    set: &[(&str, &str)],
) -> Clients {
    let base = sandbox.url();
    let lookup = |name: &str| {
        if let Some((_, value)) = set.iter().find(|(known, _)| *known == name) {
            return Some((*value).to_owned());
        }
        Some(match name {
            "SHOPIFY_URL" => format!("{base}/shopify/{{shop}}"),
            "SHOPIFY_API_KEY" => "app".to_owned(),
            "SHOPIFY_CLIENT_CREDENTIALS" => "true".to_owned(),
            "KLAVIYO_URL" => format!("{base}/klaviyo"),
            "POSTSCRIPT_URL" => format!("{base}/postscript"),
            "POSTHOG_URL" => format!("{base}/posthog"),
            "POSTHOG_API_KEY" => "phc_0123456789".to_owned(),
            "SLACK_URL" => format!("{base}/slack"),
            "SNS_URL" => format!("{base}/sns"),
            "S3_URL" => format!("{base}/s3"),
            "SNS_ACCESS_KEY_ID" | "S3_ACCESS_KEY_ID" => "sandbox".to_owned(),
            "SNS_SECRET_ACCESS_KEY" | "S3_SECRET_ACCESS_KEY" => "sandbox-secret-access-key".to_owned(),
            "PARTNER_TIMEOUT_MS" | "S3_TIMEOUT_MS" => TIMEOUT_MS.to_string(),
            "PARTNER_RETRY_BASE_MS" => "1".to_owned(),
            _ => return None,
        })
    };
    let mut reader = Reader::new(&lookup);
    let config = PartnersConfig::read(&mut reader).unwrap();
    let app =
        ShopifyConfig { api_secret: Secret::new(Options::default().shopify_api_secret), api_secret_previous: None };
    let partners = Partners::new(Arc::clone(rates) as _, ids());
    Clients::new(partners, &config, &app, Arc::clone(tokens) as _, SystemClock::shared()).unwrap()
}

/// The variant of an error, and its reason if it is later.
pub(crate) fn kind<T: std::fmt::Debug>(result: &Result<T, CallError>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(CallError::Later { reason, .. }) => format!("later: {}", reason.as_str()),
        Err(CallError::Failed { .. }) => "failed".to_owned(),
        Err(CallError::TimedOut { .. }) => "timed_out".to_owned(),
        Err(CallError::Unauthorized { .. }) => "unauthorized".to_owned(),
        Err(CallError::CredentialDead { .. }) => "credential_dead".to_owned(),
        Err(CallError::ShopGone { .. }) => "shop_gone".to_owned(),
        Err(CallError::Rejected { .. }) => "rejected".to_owned(),
        Err(CallError::Invalid { .. }) => "invalid".to_owned(),
    }
}

/// A client of HTTP that knows no partner.
pub(crate) fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}
