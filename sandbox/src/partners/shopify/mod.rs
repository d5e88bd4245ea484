//! Shopify: OAuth and the Admin GraphQL API of any number of shops, `/{shop domain}/admin/...`. Each shop has a budget, scopes and
//! records of its own in bounded memory. Knows no REST but the status codes that GraphQL calls meet, too.

mod answers;
mod bulk;
mod customers;
mod discounts;
mod graphql;
mod metafields;
mod oauth;
mod orders;
mod resolve;
mod shop;
mod values;

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use hyper::Method;
use serde_json::Value;

use self::graphql::Engine;
pub(crate) use self::graphql::schema_text;
use self::oauth::Tokens;
use self::resolve::Session;
use self::shop::{Shop, ShopBudget, ShopSettings};
use super::{PartnerApi, Refusal, RequestContext};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::server::Options;

/// Shops that are kept.
const SHOPS_MAX: usize = 10_000;
/// The versions that are served; an older one falls forward to the first.
const VERSIONS: [&str; 6] = ["2025-10", "2026-01", "2026-04", "2026-07", "2026-10", "unstable"];

/// The partner.
pub(super) struct Shopify {
    engine: Engine,
    tokens: Tokens,
    shops: Mutex<BoundedMap<String, Shop>>,
}

impl Shopify {
    /// Returns the partner as it is at first.
    pub(super) fn new(options: &Options) -> Self {
        let tokens = Tokens::new(&options.shopify_api_secret);
        Self { engine: Engine::new(), tokens, shops: Mutex::new(BoundedMap::new(SHOPS_MAX)) }
    }

    /// Shows what a shop is like, after setting it from JSON if some is given.
    pub(super) fn settings(&self, domain: &str, json: Option<&[u8]>, now: DateTime<Utc>) -> Result<Value, String> {
        if !is_domain(domain) {
            return Err(format!("`{domain}` is not the domain of a shop, such as demo.myshopify.com"));
        }
        let given = json.map(ShopSettings::from_json).transpose()?;
        let settings = self.with_shop(domain, now, |shop| {
            if let Some(given) = given {
                shop.set(given);
            }
            shop.settings.clone()
        });
        serde_json::to_value(settings).map_err(|error| error.to_string())
    }

    /// Keeps an order of a shop, from the body of a webhook.
    pub(super) fn put_order(&self, domain: &str, json: &[u8], now: DateTime<Utc>) -> Result<u64, String> {
        if !is_domain(domain) {
            return Err(format!("`{domain}` is not the domain of a shop, such as demo.myshopify.com"));
        }
        let body: Value = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        self.with_shop(domain, now, |shop| orders::put(shop, &body))
    }

    /// Does something with a shop, which is made if it is not known.
    fn with_shop<R>(&self, domain: &str, now: DateTime<Utc>, act: impl FnOnce(&mut Shop) -> R) -> R {
        let mut shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
        act(shops.entry(&domain.to_owned(), || Shop::new(domain, now)))
    }

    fn graphql(&self, domain: &str, version: &str, call: &Call, context: &RequestContext<'_>) -> Answer {
        let served = VERSIONS.iter().find(|known| **known == version).or_else(|| {
            // Too old, but well formed: the oldest version that is served.
            let well_formed = version.len() == 7 && version.as_bytes()[4] == b'-' && version < VERSIONS[0];
            well_formed.then_some(&VERSIONS[0])
        });
        let Some(served) = served else { return answers::not_found() };
        if call.method != Method::POST {
            return answers::not_found();
        }
        let token = call.header("x-shopify-access-token").unwrap_or_default();
        let Some(scopes) = self.tokens.scopes(domain, token, context.now) else { return answers::unauthorized() };
        let request = if call.has_content_type("application/graphql") {
            String::from_utf8(call.body.to_vec()).map(|query| serde_json::json!({ "query": query })).ok()
        } else if call.has_content_type("application/json") {
            serde_json::from_slice(&call.body).ok().filter(Value::is_object)
        } else {
            return answers::errors(415, "Unsupported Media Type");
        };
        let Some(request) = request else { return answers::errors(400, "Bad Request: the body is not a JSON object") };
        let body = self.with_shop(domain, context.now, |shop| {
            if let Some(refused) = shop.refused() {
                return Err(refused);
            }
            let scopes = shop.settings.scopes.clone().unwrap_or(scopes);
            let mut budget = ShopBudget::new(shop.bucket(context), shop.limit(context), context.now);
            let host = call.header("host").unwrap_or_default();
            let session = Session::new(shop, &self.engine, scopes, host, context);
            let body = self.engine.run(&request, &session, &mut budget);
            shop.set_bucket(budget.into_bucket());
            Ok(body)
        });
        match body {
            Ok(body) => Answer::json(200, &body).with("x-shopify-api-version", served),
            Err(status) => answers::status(status, context),
        }
    }
}

impl PartnerApi for Shopify {
    fn account(&self, call: &Call) -> String {
        call.path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        let path = call.path.trim_start_matches('/');
        let (domain, rest) = path.split_once('/').unwrap_or((path, ""));
        if !is_domain(domain) {
            return answers::not_found();
        }
        match rest.split('/').collect::<Vec<_>>()[..] {
            ["admin", "api", version, "graphql.json"] => self.graphql(domain, version, call, context),
            ["admin", "oauth", "access_token"] => self.tokens.answer(domain, call, context),
            ["admin", "oauth", "authorize"] => self.tokens.authorize(domain, call, context),
            ["_bulk", id] => self
                .with_shop(domain, context.now, |shop| bulk::file(shop, id, context.now))
                .unwrap_or_else(answers::not_found),
            _ => answers::not_found(),
        }
    }

    fn refuse(&self, call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        match refusal {
            Refusal::Gone => answers::unauthorized(),
            // Only a query is throttled with 200.
            Refusal::Status(200) => {
                let domain = self.account(call);
                self.with_shop(&domain, context.now, |shop| answers::throttled(shop.throttle_status(context)))
            }
            Refusal::Status(status) => answers::status(status, context),
        }
    }
}

/// Returns whether that can be the domain of a shop.
pub(super) fn is_domain(domain: &str) -> bool {
    let name = domain.strip_suffix(".myshopify.com");
    name.is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}
