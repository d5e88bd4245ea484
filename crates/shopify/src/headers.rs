//! The headers of a webhook delivery: who sent what, signed how. Names come with or without the `x-` prefix; what is
//! needed must be there and well formed, what is only useful is dropped when it is not.

use chrono::{DateTime, Utc};

/// Longest delivery or event id.
pub const WEBHOOK_ID_CHARS_MAX: usize = 128;
/// Longest topic.
pub const TOPIC_CHARS_MAX: usize = 64;
/// Longest signature worth comparing.
pub const SIGNATURE_CHARS_MAX: usize = 128;
/// Longest first label of a shop's domain, as DNS has it.
pub const SHOP_LABEL_CHARS_MAX: usize = 63;
/// Longest name of an API version.
pub const API_VERSION_CHARS_MAX: usize = 32;

/// A header that is needed and cannot be used. Carries Shopify's name of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// Not sent.
    #[error("header {0} is missing")]
    Missing(&'static str),
    /// Sent, but not what it must be.
    #[error("header {0} is malformed")]
    Malformed(&'static str),
}

/// The headers of one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookHeaders {
    /// Topic as sent: see [`Topic::parse`](crate::Topic::parse).
    pub topic: String,
    /// `*.myshopify.com`, in lower case.
    pub shop_domain: String,
    /// Base64 signature, to be verified against the raw body.
    pub hmac: String,
    /// Unique per delivery, the same on its retries.
    pub webhook_id: String,
    /// Shared by all deliveries of one action.
    pub event_id: Option<String>,
    /// Version of the body's shape, such as `2026-07`.
    pub api_version: Option<String>,
    /// When the action happened.
    pub triggered_at: Option<DateTime<Utc>>,
}

impl WebhookHeaders {
    /// Reads the headers through a look-up by lower-case name.
    ///
    /// # Errors
    /// [`HeaderError`] for the first of topic, shop domain, signature and delivery id that is missing or malformed.
    pub fn from_lookup<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<Self, HeaderError> {
        let find = |names: [&str; 2]| names.into_iter().find_map(|name| get(name).map(str::trim));
        let needed = |title, names| find(names).filter(|text| !text.is_empty()).ok_or(HeaderError::Missing(title));
        let useful = |names, chars_max| find(names).filter(|text| is_token(text, chars_max)).map(str::to_owned);

        let topic = needed("X-Shopify-Topic", ["x-shopify-topic", "shopify-topic"])?;
        let shop = needed("X-Shopify-Shop-Domain", ["x-shopify-shop-domain", "shopify-shop-domain"])?;
        let hmac = needed("X-Shopify-Hmac-Sha256", ["x-shopify-hmac-sha256", "shopify-hmac-sha256"])?;
        let webhook_id = needed("X-Shopify-Webhook-Id", ["x-shopify-webhook-id", "shopify-webhook-id"])?;
        let well_formed = |title, text: &str, chars_max| match is_token(text, chars_max) {
            true => Ok(text.to_owned()),
            false => Err(HeaderError::Malformed(title)),
        };
        Ok(Self {
            topic: well_formed("X-Shopify-Topic", topic, TOPIC_CHARS_MAX)?,
            shop_domain: shop_domain(shop).ok_or(HeaderError::Malformed("X-Shopify-Shop-Domain"))?,
            hmac: well_formed("X-Shopify-Hmac-Sha256", hmac, SIGNATURE_CHARS_MAX)?,
            webhook_id: well_formed("X-Shopify-Webhook-Id", webhook_id, WEBHOOK_ID_CHARS_MAX)?,
            event_id: useful(["x-shopify-event-id", "shopify-event-id"], WEBHOOK_ID_CHARS_MAX),
            api_version: useful(["x-shopify-api-version", "shopify-api-version"], API_VERSION_CHARS_MAX),
            triggered_at: find(["x-shopify-triggered-at", "shopify-triggered-at"])
                .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
                .map(|instant| instant.to_utc()),
        })
    }
}

fn is_token(text: &str, chars_max: usize) -> bool {
    !text.is_empty() && text.len() <= chars_max && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A shop's domain in lower case, when it is one: a single label under `myshopify.com`.
#[must_use]
pub fn shop_domain(text: &str) -> Option<String> {
    let domain = text.to_ascii_lowercase();
    let label = domain.strip_suffix(".myshopify.com")?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    let starts_well = label.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    (starts_well && label.len() <= SHOP_LABEL_CHARS_MAX && label.bytes().all(allowed)).then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 7] = [
        ("x-shopify-topic", "orders/create"),
        ("x-shopify-shop-domain", "Snow-Devil.myshopify.com"),
        ("x-shopify-hmac-sha256", "qBvrsZF7RfB1iS6BX6IHqJTp5L911P7intnPeTPsH0I="),
        ("x-shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"),
        ("x-shopify-event-id", "98880550-7158-44d4-b7cd-2c97c8a091b5"),
        ("x-shopify-api-version", "2026-07"),
        ("x-shopify-triggered-at", "2025-07-10T16:15:47.000000Z"),
    ];

    fn read(changes: &[(&str, Option<&'static str>)]) -> Result<WebhookHeaders, HeaderError> {
        WebhookHeaders::from_lookup(|name| match changes.iter().find(|(changed, _)| *changed == name) {
            Some((_, value)) => *value,
            None => GOOD.iter().find(|(good, _)| *good == name).map(|(_, value)| *value),
        })
    }

    #[test]
    fn all_headers_are_read_and_the_domain_is_lower_case() {
        let headers = read(&[]).unwrap();
        assert_eq!(headers.shop_domain, "snow-devil.myshopify.com");
        assert_eq!(headers.topic, "orders/create");
        assert_eq!(headers.api_version.as_deref(), Some("2026-07"));
        assert_eq!(headers.triggered_at.unwrap().to_rfc3339(), "2025-07-10T16:15:47+00:00");
    }

    #[test]
    fn names_without_the_x_are_accepted() {
        let headers = WebhookHeaders::from_lookup(|name| {
            GOOD.iter().find(|(good, _)| good.strip_prefix("x-") == Some(name)).map(|(_, value)| *value)
        });
        assert_eq!(headers, read(&[]));
    }

    #[test]
    fn what_is_needed_is_named_when_missing_or_malformed() {
        for (name, title) in [
            ("x-shopify-topic", "X-Shopify-Topic"),
            ("x-shopify-shop-domain", "X-Shopify-Shop-Domain"),
            ("x-shopify-hmac-sha256", "X-Shopify-Hmac-Sha256"),
            ("x-shopify-webhook-id", "X-Shopify-Webhook-Id"),
        ] {
            assert_eq!(read(&[(name, None)]), Err(HeaderError::Missing(title)));
            assert_eq!(read(&[(name, Some(" "))]), Err(HeaderError::Missing(title)));
            assert_eq!(read(&[(name, Some("a b"))]), Err(HeaderError::Malformed(title)));
        }
    }

    #[test]
    fn what_is_only_useful_never_fails_a_delivery() {
        let headers =
            read(&[("x-shopify-event-id", Some("ü")), ("x-shopify-triggered-at", Some("yesterday"))]).unwrap();
        assert_eq!((headers.event_id, headers.triggered_at), (None, None));
    }

    #[test]
    fn only_a_label_under_myshopify_is_a_shop() {
        assert_eq!(shop_domain("A1_b-c.MyShopify.com").as_deref(), Some("a1_b-c.myshopify.com"));
        let long = format!("{}.myshopify.com", "a".repeat(64));
        for bad in [
            "shop.example.com",
            "myshopify.com",
            ".myshopify.com",
            "-a.myshopify.com",
            "a.b.myshopify.com",
            "a.myshopify.com.evil.com",
            "a.myshopify.com/",
            "a'--.myshopify.com",
            long.as_str(),
        ] {
            assert_eq!(shop_domain(bad), None, "{bad}");
        }
    }
}
