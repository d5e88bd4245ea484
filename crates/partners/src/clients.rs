//! The clients of all partners, made once for a process. A handler calls `env.clients.klaviyo.send_event(account, &event).await` and makes
//! the job's outcome of the error with `job_error`.

use std::sync::Arc;

use domain::MerchantId;
use platform::SharedClock;
use platform::config::{PartnersConfig, Secret, ShopifyConfig};

use crate::Partners;
use crate::channel::Wire;
use crate::credentials::Credential;
use crate::http::{Http, HttpSetupError};
use crate::klaviyo::Klaviyo;
use crate::posthog::PostHog;
use crate::postscript::Postscript;
use crate::s3::ObjectStorage;
use crate::shopify::{ShopTokens, Shopify};
use crate::slack::Slack;
use crate::sns::Sns;

/// A merchant's account with a partner: whose it is, and its key.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// The merchant.
    pub merchant: &'a MerchantId,
    /// The key.
    pub key: &'a Secret<String>,
}

impl<'a> Account<'a> {
    pub(crate) fn credential(&self) -> Credential<'a> {
        Credential::of_merchant(self.merchant)
    }
}

/// The clients of all partners. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients {
    /// The Admin API of merchants' shops.
    pub shopify: Shopify,
    /// E-mail marketing.
    pub klaviyo: Klaviyo,
    /// Text messages.
    pub postscript: Postscript,
    /// Product analytics.
    pub posthog: PostHog,
    /// Messages in a chat.
    pub slack: Slack,
    /// AWS's notifications.
    pub sns: Sns,
    /// Storage of files, by the protocol of S3.
    pub objects: ObjectStorage,
}

impl Clients {
    /// Makes the clients of this process over the partners' circuits and shared rates.
    ///
    /// # Errors
    /// Fails where TLS cannot be set up.
    pub fn new(
        partners: Partners,
        config: &PartnersConfig,
        app: &ShopifyConfig,
        tokens: Arc<dyn ShopTokens>,
        clock: SharedClock,
    ) -> Result<Self, HttpSetupError> {
        let wire = Wire::new(partners, Http::new(config)?, clock, config);
        Ok(Self {
            shopify: Shopify::new(&wire, config, app, tokens),
            klaviyo: Klaviyo::new(&wire, config),
            postscript: Postscript::new(&wire, config),
            posthog: PostHog::new(&wire, config),
            slack: Slack::new(&wire, config),
            sns: Sns::new(&wire, config),
            objects: ObjectStorage::new(&wire, config),
        })
    }
}
