//! Where partners are called, with which accounts of the platform's own, and how long a call may take. Holds no merchant's credential:
//! those are in PostgreSQL.

use std::time::Duration;

use super::macros::config;
use super::{Reader, Secret, Value};

/// What stands for a shop's domain in the URL of Shopify.
const SHOP: &str = "{shop}";

/// The URL below which a partner is called: `https`, or `http` on the loopback; without user, query and slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Returns the URL, without a slash at the end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for BaseUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || Err("must be a URL such as `https://partner.example`, or `http` on the loopback".to_owned());
        let (rest, secure) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (rest, true),
            (_, Some(rest)) => (rest, false),
            _ => return wrong(),
        };
        let host = rest.split('/').next().unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let loopback = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
        let plain = !rest.contains(['@', '?', '#', ' ', '\\']);
        if name.is_empty() || !plain || !(secure || loopback) {
            return wrong();
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    fn show(&self) -> String {
        self.0.clone()
    }
}

config! {
    /// The partners that are called. A merchant's own credentials are in PostgreSQL; the sandbox plays all of these in development.
    pub struct PartnersConfig {
        /// URL of a shop's Admin API and OAuth; `{shop}` stands for the shop's domain.
        pub shopify_url: BaseUrl = "SHOPIFY_URL" or "https://{shop}",
        /// Version of Shopify's Admin API.
        pub shopify_api_version: String = "SHOPIFY_API_VERSION" or "2026-07",
        /// Client id of the Shopify app; without it no access token can be obtained or refreshed.
        pub shopify_api_key: Option<String> = "SHOPIFY_API_KEY",
        /// Whether a shop without tokens is asked for one with the app's own credentials: only for apps of the shop's own organisation, and for the sandbox.
        pub shopify_client_credentials: bool = "SHOPIFY_CLIENT_CREDENTIALS" or "false",
        /// URL of Klaviyo.
        pub klaviyo_url: BaseUrl = "KLAVIYO_URL" or "https://a.klaviyo.com",
        /// URL of Postscript.
        pub postscript_url: BaseUrl = "POSTSCRIPT_URL" or "https://api.postscript.io",
        /// URL of PostHog: `https://us.i.posthog.com` or `https://eu.i.posthog.com`.
        pub posthog_url: BaseUrl = "POSTHOG_URL" or "https://us.i.posthog.com",
        /// Project key of PostHog; without it no event is sent.
        pub posthog_api_key: Option<Secret<String>> = "POSTHOG_API_KEY",
        /// URL of Slack's incoming webhooks.
        pub slack_url: BaseUrl = "SLACK_URL" or "https://hooks.slack.com",
        /// The incoming webhook that the platform's alerts go to, whole or from `/services/` on.
        pub slack_webhook: Option<Secret<String>> = "SLACK_WEBHOOK",
        /// URL of AWS SNS.
        pub sns_url: BaseUrl = "SNS_URL" or "https://sns.us-east-1.amazonaws.com",
        /// Region of AWS SNS.
        pub sns_region: String = "SNS_REGION" or "us-east-1",
        /// Topic that the platform's alerts go to, by its ARN.
        pub sns_topic_arn: Option<String> = "SNS_TOPIC_ARN",
        /// Name of the key for AWS SNS.
        pub sns_access_key_id: Option<String> = "SNS_ACCESS_KEY_ID",
        /// That key.
        pub sns_secret_access_key: Option<Secret<String>> = "SNS_SECRET_ACCESS_KEY",
        /// URL of the object storage, which speaks S3.
        pub s3_url: BaseUrl = "S3_URL" or "https://s3.us-west-004.backblazeb2.com",
        /// Region of the object storage.
        pub s3_region: String = "S3_REGION" or "us-west-004",
        /// Bucket of exports and imports.
        pub s3_bucket: String = "S3_BUCKET" or "loyalnest",
        /// Name of the key for the object storage; an application key, not the master key.
        pub s3_access_key_id: Option<String> = "S3_ACCESS_KEY_ID",
        /// That key.
        pub s3_secret_access_key: Option<Secret<String>> = "S3_SECRET_ACCESS_KEY",
        /// How long a connection to a partner may take, in milliseconds.
        pub connect_timeout_ms: u64 = "PARTNER_CONNECT_TIMEOUT_MS" or "3000" in 10..=60_000,
        /// How long a call to a partner may take, from the connection to the end of the answer, in milliseconds.
        pub timeout_ms: u64 = "PARTNER_TIMEOUT_MS" or "10000" in 10..=60_000,
        /// The same for a call to the object storage, whose bodies are larger.
        pub s3_timeout_ms: u64 = "S3_TIMEOUT_MS" or "60000" in 10..=600_000,
        /// How often a call that failed is made again before its caller learns of it; only calls that may be repeated without a second effect.
        pub retries_max: u32 = "PARTNER_RETRIES_MAX" or "3" in 0..=10,
        /// How long to wait before the first of these at most, in milliseconds; twice as long before each further one. The wait is chosen at random below that.
        pub retry_base_ms: u64 = "PARTNER_RETRY_BASE_MS" or "500" in 1..=60_000,
    }
    check check_partners;
}

impl PartnersConfig {
    /// How long a connection may take.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// How long a call may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long a call to the object storage may take.
    #[must_use]
    pub fn s3_timeout(&self) -> Duration {
        Duration::from_millis(self.s3_timeout_ms)
    }

    /// How long to wait before the first retry at most.
    #[must_use]
    pub fn retry_base(&self) -> Duration {
        Duration::from_millis(self.retry_base_ms)
    }
}

fn check_partners(partners: &PartnersConfig, reader: &mut Reader<'_>) {
    if !partners.shopify_url.as_str().contains(SHOP) {
        reader.note("SHOPIFY_URL", "must hold `{shop}`, where the shop's domain goes, such as `https://{shop}`");
    }
    let version = partners.shopify_api_version.as_bytes();
    let dated = version.len() == 7
        && version.iter().enumerate().all(|(at, byte)| if at == 4 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !dated {
        reader.note("SHOPIFY_API_VERSION", "must be a version such as `2026-07`");
    }
    let sns = (partners.sns_access_key_id.is_some(), partners.sns_secret_access_key.is_some());
    if sns.0 != sns.1 {
        reader.note("SNS_ACCESS_KEY_ID", "SNS_ACCESS_KEY_ID and SNS_SECRET_ACCESS_KEY are set together or not at all");
    }
    let s3 = (partners.s3_access_key_id.is_some(), partners.s3_secret_access_key.is_some());
    if s3.0 != s3.1 {
        reader.note("S3_ACCESS_KEY_ID", "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are set together or not at all");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<PartnersConfig, String> {
        let lookup = |name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut reader = Reader::new(&lookup);
        let read = PartnersConfig::read(&mut reader);
        reader.finish(read).map_err(|errors| errors.to_string())
    }

    #[test]
    fn defaults_are_the_real_partners() {
        let config = read(&[]).unwrap();
        assert_eq!(config.shopify_url.as_str(), "https://{shop}");
        assert_eq!((config.retries_max, config.retry_base()), (3, Duration::from_millis(500)));
    }

    #[test]
    fn urls_are_secure_or_of_the_loopback() {
        for (name, url, fits) in [
            ("KLAVIYO_URL", "http://127.0.0.1:3040/klaviyo/", true),
            ("KLAVIYO_URL", "http://a.klaviyo.com", false),
            ("KLAVIYO_URL", "https://key@a.klaviyo.com", false),
            ("KLAVIYO_URL", "ftp://a.klaviyo.com", false),
            ("KLAVIYO_URL", "https://", false),
            ("SHOPIFY_URL", "http://127.0.0.1:3040/shopify/{shop}", true),
            ("SHOPIFY_URL", "https://shop.example", false),
            ("SHOPIFY_API_VERSION", "latest", false),
            ("S3_ACCESS_KEY_ID", "alone", false),
        ] {
            assert_eq!(read(&[(name, url)]).is_ok(), fits, "{name}={url}");
        }
    }
}
