//! HTTP client that calls the api as Shopify and as partners do.

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde_json::Value;
use shopify::testing::Delivery;

use crate::settings::SHOPIFY_SECRET;

const PATH: &str = "/v1/api/shopify/webhook";

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub retry_after: Option<String>,
    pub text: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, retry_after, text: response.text().await.unwrap() }
    }

    /// The body; null when it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Returns the error code of the envelope; empty when there is none.
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Fails the test unless the answer is 200.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.text);
        self
    }

    /// Fails the test unless the answer is this error.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.text);
        assert_eq!(self.json()["status"], "error", "{}", self.text);
        self
    }
}

/// A delivery to be sent, valid unless changed.
#[derive(Debug, Clone)]
pub struct Webhook {
    http: reqwest::Client,
    base: String,
    delivery: Delivery,
    body: Vec<u8>,
    secret: Vec<u8>,
    changes: Vec<(String, Option<Vec<u8>>)>,
    added: Vec<(String, Vec<u8>)>,
}

impl Webhook {
    pub fn new(http: reqwest::Client, base: &str, topic: &str, shop: &str, n: u64, body: impl Into<Vec<u8>>) -> Self {
        Self {
            http,
            base: base.to_owned(),
            delivery: Delivery::new(topic, shop, n),
            body: body.into(),
            secret: SHOPIFY_SECRET.as_bytes().to_vec(),
            changes: Vec::new(),
            added: Vec::new(),
        }
    }

    /// Sets the api to send to.
    pub fn to(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// Sets the shop's domain.
    pub fn shop(mut self, domain: &str) -> Self {
        domain.clone_into(&mut self.delivery.shop_domain);
        self
    }

    /// Sets the delivery id: the same id again is a retry.
    pub fn id(mut self, webhook_id: &str) -> Self {
        webhook_id.clone_into(&mut self.delivery.webhook_id);
        self
    }

    /// Sets the signing secret.
    pub fn secret(mut self, secret: &str) -> Self {
        secret.as_bytes().clone_into(&mut self.secret);
        self
    }

    /// Replaces the value of a header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.changes.push((name.to_owned(), Some(value.as_ref().to_vec())));
        self
    }

    /// Removes a header.
    pub fn without(mut self, name: &str) -> Self {
        self.changes.push((name.to_owned(), None));
        self
    }

    /// Adds a header, also if one of this name exists.
    pub fn also(mut self, name: &str, value: &str) -> Self {
        self.added.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    /// Sends the delivery; fails the test when there is no HTTP answer.
    pub async fn send(&self) -> Answer {
        self.try_send().await.unwrap()
    }

    /// Sends the delivery; fails when there is no HTTP answer.
    pub async fn try_send(&self) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.post(format!("{}{PATH}", self.base));
        for (name, value) in self.delivery.headers(&self.secret, &self.body) {
            match self.changes.iter().find(|(changed, _)| changed == name) {
                None => request = request.header(name, value),
                Some((_, Some(other))) => request = request.header(name, other.as_slice()),
                Some((_, None)) => {}
            }
        }
        for (name, value) in &self.added {
            request = request.header(name, value.as_slice());
        }
        Ok(Answer::of(request.body(self.body.clone()).send().await?).await)
    }

    /// Returns the content type.
    pub fn content_type(self, value: &str) -> Self {
        self.header(CONTENT_TYPE.as_str(), value)
    }
}
