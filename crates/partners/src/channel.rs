//! One partner's way: the circuit and the shared rate of [`Upstream`], HTTP, and the retries of what failed. Only a call that may be
//! repeated without a second effect is made again, with full jitter, and one that timed out is not: its caller decides.

use std::time::Duration;

use platform::SharedClock;
use platform::config::PartnersConfig;
use platform::ids::Ids;
use reqwest::{Method, Request, RequestBuilder};
use std::sync::Arc;

use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{ANSWER_BYTES_MAX, AnswerError, Http, HttpAnswer};
use crate::upstream::{Answer, Upstream, UpstreamPolicy};
use crate::{Partners, jitter};

/// Longest wait before a retry.
const RETRY_WAIT_MAX: Duration = Duration::from_secs(30);

/// Whether a call that failed may be made again at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It has no second effect.
    Safe,
    /// It could have a second effect: the partner may have carried it out.
    Never,
}

/// What all channels of a process share.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) partners: Partners,
    pub(crate) http: Http,
    pub(crate) clock: SharedClock,
    pub(crate) ids: Arc<Ids>,
    retries_max: u32,
    retry_base: Duration,
}

/// The way to one partner.
#[derive(Clone)]
pub(crate) struct Channel {
    pub(crate) wire: Wire,
    upstream: Upstream,
    answer_bytes_max: usize,
}

impl Wire {
    pub(crate) fn new(partners: Partners, http: Http, clock: SharedClock, config: &PartnersConfig) -> Self {
        let ids = partners.ids();
        Self { partners, http, clock, ids, retries_max: config.retries_max, retry_base: config.retry_base() }
    }

    /// Opens the way to the partner of that policy, whose calls may take `timeout`.
    pub(crate) fn channel(&self, policy: &UpstreamPolicy, timeout: Duration) -> Channel {
        let policy = UpstreamPolicy { timeout, ..*policy };
        let upstream = self.partners.upstream(&policy);
        Channel { wire: self.clone(), upstream, answer_bytes_max: ANSWER_BYTES_MAX }
    }
}

impl Channel {
    /// Lets answers be as long as that.
    pub(crate) fn with_answers_up_to(mut self, bytes_max: usize) -> Self {
        self.answer_bytes_max = bytes_max;
        self
    }

    /// Returns the partner's name.
    pub(crate) fn name(&self) -> &'static str {
        self.upstream.name()
    }

    /// Starts a request.
    pub(crate) fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.wire.http.request(method, url)
    }

    /// Makes the error of a call that can never be made.
    pub(crate) fn unfit(&self, why: &'static str) -> CallError {
        CallError::Invalid { partner: self.name(), source: AnswerError::Unfit(why).into() }
    }

    /// Sends a request with that credential, at that cost in tokens, and returns what `read` makes of the answer.
    pub(crate) async fn send<T>(
        &self,
        credential: Credential<'_>,
        cost: u32,
        repeat: Repeat,
        request: RequestBuilder,
        read: impl Fn(HttpAnswer) -> Result<Answer<T>, CallFailure>,
    ) -> Result<T, CallError> {
        let request = request.build().map_err(|_| self.unfit("the request cannot be written"))?;
        let mut retries = 0;
        loop {
            let again = copy(&request).ok_or_else(|| self.unfit("the request cannot be repeated"))?;
            let call = async {
                let answer = self.wire.http.send(again, self.answer_bytes_max, &*self.wire.clock).await?;
                read(answer)
            };
            match self.upstream.call(credential, cost, call).await {
                Err(CallError::Failed { .. }) if repeat == Repeat::Safe && retries < self.wire.retries_max => {
                    let wait = self.wire.retry_base.saturating_mul(1 << retries.min(16)).min(RETRY_WAIT_MAX);
                    tokio::time::sleep(jitter(&self.wire.ids, wait)).await;
                    retries += 1;
                }
                ended => return ended,
            }
        }
    }
}

/// Copies a request whose body is in memory.
fn copy(request: &Request) -> Option<Request> {
    request.try_clone()
}

impl std::fmt::Debug for Channel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Channel").field(&self.upstream).finish()
    }
}
