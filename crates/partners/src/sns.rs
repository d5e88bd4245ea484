//! AWS SNS: a message published to a topic. A FIFO topic takes a message once for each deduplication id, for five minutes.

use std::time::Duration;

use domain::TokenRate;
use platform::config::PartnersConfig;
use reqwest::Method;

use crate::channel::{Channel, Repeat, Wire};
use crate::circuit::CircuitPolicy;
use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer, failure};
use crate::sigv4::Signer;
use crate::upstream::{Answer, Limits, UpstreamPolicy};

/// Longest message, in bytes.
pub const SNS_MESSAGE_BYTES_MAX: usize = 262_144;
/// Longest subject, in characters of ASCII.
pub const SNS_SUBJECT_CHARS_MAX: usize = 100;

const SNS: UpstreamPolicy = UpstreamPolicy {
    name: "sns",
    limits: Limits { rate: TokenRate::fixed(100, Duration::from_secs(1), 100), smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(30),
        failures_min: 5,
        failures_percent: 50,
        open_base: Duration::from_secs(5),
        open_max: Duration::from_secs(120),
    },
    timeout: Duration::from_secs(10),
    retry_after: Duration::from_secs(1),
};

/// The client of SNS. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sns {
    url: String,
    topic: Option<String>,
    signer: Option<Signer>,
    channel: Channel,
}

/// A message for a topic.
#[derive(Debug, Clone)]
pub struct Notification<'a> {
    /// ARN of the topic.
    pub topic: &'a str,
    /// Subject of the e-mails that the topic sends; other characters than ASCII are left out.
    pub subject: Option<&'a str>,
    /// The text.
    pub message: &'a str,
    /// Group and deduplication id: for FIFO topics, and only for them.
    pub fifo: Option<(&'a str, &'a str)>,
}

impl Sns {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig) -> Self {
        let key = config.sns_access_key_id.as_ref().zip(config.sns_secret_access_key.as_ref());
        Self {
            url: format!("{}/", config.sns_url.as_str()),
            topic: config.sns_topic_arn.clone(),
            signer: key.map(|(id, key)| Signer::new("sns", &config.sns_region, id, key)),
            channel: wire.channel(&SNS, config.timeout()),
        }
    }

    /// Returns the topic of the platform's alerts, if one is configured.
    #[must_use]
    pub fn platform_topic(&self) -> Option<&str> {
        self.topic.as_deref()
    }

    /// Publishes a message and returns its id. Sent again after a lost answer it may arrive twice, unless the topic is FIFO.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] for a message of more than 262,144 bytes, or without a configured key.
    pub async fn publish(&self, notification: &Notification<'_>) -> Result<String, CallError> {
        let signer = self.signer.as_ref().ok_or_else(|| self.channel.unfit("SNS_ACCESS_KEY_ID is not set"))?;
        if notification.message.is_empty() || notification.message.len() > SNS_MESSAGE_BYTES_MAX {
            return Err(self.channel.unfit("a message has 1 to 262,144 bytes"));
        }
        let body = form(notification);
        let method = Method::POST;
        let request = self
            .channel
            .request(method.clone(), &self.url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.clone());
        let now = self.channel.wire.clock.now();
        let request = signer.signed(request, (&method, &self.url), body.as_bytes(), now);
        let request = request.map_err(|_| self.channel.unfit("the request cannot be signed"))?;
        self.channel.send(Credential::of_account("platform"), 1, Repeat::Safe, request, read).await
    }
}

fn form(notification: &Notification<'_>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("Action", "Publish").append_pair("Version", "2010-03-31");
    form.append_pair("TopicArn", notification.topic).append_pair("Message", notification.message);
    if let Some(subject) = notification.subject {
        let plain = |c: &char| c.is_ascii() && !c.is_ascii_control();
        let subject: String = subject.chars().filter(plain).take(SNS_SUBJECT_CHARS_MAX).collect();
        if !subject.is_empty() {
            form.append_pair("Subject", &subject);
        }
    }
    if let Some((group, deduplication)) = notification.fifo {
        form.append_pair("MessageGroupId", group).append_pair("MessageDeduplicationId", deduplication);
    }
    form.finish()
}

fn read(answer: HttpAnswer) -> Result<Answer<String>, CallFailure> {
    let body = std::str::from_utf8(&answer.body).unwrap_or_default();
    if answer.is_success() {
        let id = element(body, "MessageId").filter(|id| !id.is_empty() && id.len() <= 100);
        return id
            .map(|id| Answer::new(id.to_owned()))
            .ok_or_else(|| CallFailure::Failed(AnswerError::Malformed.into()));
    }
    let code = element(body, "Code");
    match code {
        Some("Throttling" | "ThrottlingException" | "Throttled" | "KMSThrottling") => {
            Err(CallFailure::Throttled { retry_after: answer.retry_after() })
        }
        _ => Err(failure(&answer, code)),
    }
}

/// Returns the text of the first element of that name.
pub(crate) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let start = xml.find(&format!("<{name}>"))? + name.len() + 2;
    let length = xml[start..].find(&format!("</{name}>"))?;
    Some(&xml[start..start + length])
}
