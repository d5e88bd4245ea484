//! A sandbox with a clock that stands still and a seeded generator, and short ways to call it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use platform::{Ids, ManualClock};
use reqwest::{Client, Method, RequestBuilder, Response};
use sandbox::{Options, Partner, Sandbox};
use serde_json::Value;

/// A sandbox and its clock.
pub(crate) struct TestSandbox {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: ManualClock,
    pub(crate) http: Client,
}

impl TestSandbox {
    pub(crate) async fn start() -> Self {
        let clock = ManualClock::new(start());
        let ids = Arc::new(Ids::seeded(Arc::new(clock.clone()), 7));
        let sandbox = Sandbox::start(Options::default(), Arc::new(clock.clone()), ids).await.unwrap();
        // A build with TLS, for the clients of partners, wants its cryptography named before a client is made.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { sandbox, clock, http: Client::new() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.sandbox.url()))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> Response {
        self.request(Method::POST, path).body(body).send().await.unwrap()
    }

    /// Sets the faults of a partner as an operator does, with JSON.
    pub(crate) async fn fault(&self, partner: Partner, faults: Value) -> Response {
        self.request(Method::PUT, &format!("/_sandbox/faults/{partner}")).json(&faults).send().await.unwrap()
    }

    /// The status of the answer to a request.
    pub(crate) async fn status(&self, path: &str) -> u16 {
        self.get(path).await.status().as_u16()
    }
}

/// When the clock of a test stands still at first.
pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_798_761_600, 0).unwrap()
}

/// The body of an answer as JSON.
pub(crate) async fn json(answer: Response) -> Value {
    answer.json().await.unwrap()
}
