//! Slack's incoming webhooks: a message to the channel that a webhook is for. The path of a webhook is its secret; its host is
//! configuration, so that no merchant can name another one.

use std::time::Duration;

use domain::TokenRate;
use platform::config::{PartnersConfig, Secret};
use serde_json::{Value, json};

use crate::channel::{Channel, Repeat, Wire};
use crate::circuit::CircuitPolicy;
use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer, failure};
use crate::upstream::{Answer, Limits, UpstreamPolicy};

/// Longest text of a message, in characters.
pub const SLACK_TEXT_CHARS_MAX: usize = 40_000;

const SLACK: UpstreamPolicy = UpstreamPolicy {
    name: "slack",
    limits: Limits { rate: TokenRate::fixed(1, Duration::from_secs(1), 1), smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(60),
        failures_min: 5,
        failures_percent: 50,
        open_base: Duration::from_secs(10),
        open_max: Duration::from_secs(300),
    },
    timeout: Duration::from_secs(10),
    retry_after: Duration::from_secs(1),
};

/// An incoming webhook: `/services/T.../B.../...`.
#[derive(Clone, PartialEq, Eq)]
pub struct SlackWebhook(Secret<String>);

impl SlackWebhook {
    /// Reads a webhook from its URL, or from `/services/` on. Its host does not count; `None`: it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let path = &text[text.find("/services/")?..];
        let segments: Vec<&str> = path.split('/').collect();
        let plain =
            |text: &&str| !text.is_empty() && text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        let fits = matches!(segments[..], ["", "services", team, channel, token]
            if team.starts_with('T') && channel.starts_with('B') && [team, channel, token].iter().all(plain));
        fits.then(|| Self(Secret::new(path.to_owned())))
    }

    /// Returns the name of the channel's integration, which is not secret.
    fn name(&self) -> &str {
        self.0.expose().split('/').nth(3).unwrap_or_default()
    }
}

impl std::fmt::Debug for SlackWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SlackWebhook").field(&self.name()).finish()
    }
}

/// The client of Slack. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Slack {
    url: String,
    platform: Option<SlackWebhook>,
    channel: Channel,
}

impl Slack {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig) -> Self {
        let channel = wire.channel(&SLACK, config.timeout());
        let platform = config.slack_webhook.as_ref().and_then(|text| SlackWebhook::parse(text.expose()));
        Self { url: config.slack_url.as_str().to_owned(), platform, channel }
    }

    /// Returns the webhook of the platform's alerts, if one is configured.
    #[must_use]
    pub fn platform_webhook(&self) -> Option<&SlackWebhook> {
        self.platform.as_ref()
    }

    /// Sends a message, cut to 40,000 characters. A message whose answer was lost is sent again, and may appear twice.
    ///
    /// # Errors
    /// Fails with [`CallError::Rejected`] where the webhook or its channel is no more; otherwise as any call.
    pub async fn send(&self, webhook: &SlackWebhook, text: &str, blocks: &[Value]) -> Result<(), CallError> {
        let text: String = text.chars().take(SLACK_TEXT_CHARS_MAX).collect();
        let mut body = json!({ "text": text });
        if !blocks.is_empty() {
            body["blocks"] = blocks.into();
        }
        let url = format!("{}{}", self.url, webhook.0.expose());
        let request = self.channel.request(reqwest::Method::POST, &url).json(&body);
        self.channel.send(Credential::of_account(webhook.name()), 1, Repeat::Safe, request, read).await
    }
}

fn read(answer: HttpAnswer) -> Result<Answer<()>, CallFailure> {
    let word = std::str::from_utf8(&answer.body).unwrap_or_default().trim();
    match answer.status {
        200 if word == "ok" => Ok(Answer::new(())),
        200..300 => Err(CallFailure::Failed(AnswerError::Malformed.into())),
        // The webhook or its channel is no more: 403 `action_prohibited`, 404 `no_service`, 410 `channel_is_archived`.
        403 => Err(CallFailure::Rejected(AnswerError::status(&answer, Some(word)).into())),
        _ => Err(failure(&answer, Some(word))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_read_with_or_without_its_host_and_shows_no_secret() {
        for text in ["https://hooks.slack.com/services/T1/B2/s3cret", "/services/T1/B2/s3cret"] {
            assert_eq!(format!("{:?}", SlackWebhook::parse(text).unwrap()), r#"SlackWebhook("B2")"#);
        }
        for text in [
            "",
            "/services/T1/B2",
            "/services/T1/B2/a/b",
            "/services/X1/B2/a",
            "/services/T1/B2/a?x=1",
            "/services/T/B/..",
        ] {
            assert_eq!(SlackWebhook::parse(text), None, "{text}");
        }
    }
}
