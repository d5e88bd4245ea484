//! Shopify: a shop's Admin API, with access tokens that expire after an hour. The shop's own budget is shared by all workers; its token is
//! renewed ahead of time, by one of them. Refuses to know rewards: it creates what it is told to.

mod admin;
mod discount_inputs;
mod discounts;
mod documents;
mod metafields;
mod oauth;
mod store_credit;
mod tokens;
mod user_errors;

use std::sync::Arc;
use std::time::Duration;

use domain::{MerchantId, TokenRate};
use graphql_client::GraphQLQuery;
use platform::config::{PartnersConfig, ShopifyConfig};

pub use discounts::{CombinesWith, Discount, DiscountCode, DiscountKind, DiscountStatus, Items, Minimum};
pub use metafields::{METAFIELDS_BATCH_MAX, Metafield};
pub use store_credit::{StoreCredit, StoreCreditTransaction};
pub use tokens::{
    DeadReason, IssuedTokens, Lease, LeasedTokens, ShopTokens, StoredTokens, TOKEN_LEASE, TOKEN_REFRESH_AHEAD,
    TokensUnavailable,
};

use crate::channel::{Channel, Wire};
use crate::circuit::CircuitPolicy;
use crate::error::CallError;
use crate::upstream::{Limits, UpstreamPolicy};
use admin::Operation;
use oauth::OAuth;
use tokens::TokenKeeper;

/// A shop's budget, until its first answer shows its own: that of the standard plan.
const BUDGET: TokenRate = TokenRate::fixed(100, Duration::from_secs(1), 2_000);

/// How a shop's Admin API is called.
pub const SHOPIFY: UpstreamPolicy = UpstreamPolicy {
    name: "shopify",
    limits: Limits { rate: BUDGET, smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(30),
        failures_min: 10,
        failures_percent: 50,
        open_base: Duration::from_secs(5),
        open_max: Duration::from_secs(120),
    },
    timeout: Duration::from_secs(10),
    retry_after: Duration::from_secs(2),
};

/// The client of Shopify. Cheap to clone.
#[derive(Clone)]
pub struct Shopify {
    channel: Channel,
    url: String,
    version: String,
    tokens: TokenKeeper,
}

impl Shopify {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig, app: &ShopifyConfig, store: Arc<dyn ShopTokens>) -> Self {
        let oauth = OAuth::new(wire, config, app);
        Self {
            channel: wire.channel(&SHOPIFY, config.timeout()),
            url: config.shopify_url.as_str().to_owned(),
            version: config.shopify_api_version.clone(),
            tokens: TokenKeeper::new(store, oauth, Arc::clone(&wire.ids)),
        }
    }

    /// Sends a document to a merchant's shop. A token that Shopify does not accept is replaced once; if the next one is not accepted either,
    /// the shop is marked.
    async fn run<Q: GraphQLQuery>(
        &self,
        merchant: &MerchantId,
        operation: Operation<Q>,
    ) -> Result<Q::ResponseData, CallError> {
        let access = self.tokens.access(merchant).await?;
        let url = self.admin_url(&access.domain);
        match admin::run(&self.channel, &url, merchant, &access, &operation).await {
            Err(CallError::Unauthorized { .. }) => {}
            ended => return ended,
        }
        let renewed = self.tokens.replace(merchant, &access).await?;
        match admin::run(&self.channel, &url, merchant, &renewed, &operation).await {
            Err(CallError::Unauthorized { .. }) => Err(self.tokens.dead(merchant, DeadReason::Unauthorized).await),
            ended => ended,
        }
    }

    fn admin_url(&self, domain: &str) -> String {
        format!("{}/admin/api/{}/graphql.json", self.url.replace("{shop}", domain), self.version)
    }
}

impl std::fmt::Debug for Shopify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shopify").field("url", &self.url).field("version", &self.version).finish_non_exhaustive()
    }
}
