//! The server: receives a request whole, lets the faults decide its effect and the partner answer it, records it, and sends
//! the answer. Listens on the loopback; every body and the number of connections are bounded.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use platform::health::Health;
use platform::{Ids, SharedClock};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, JoinSet};

use crate::answer_body::AnswerBody;
use crate::call::{Answer, Call};
use crate::control;
use crate::faults::{Effect, Faults};
use crate::journal::{Journal, Recorded};
use crate::partner::Partner;
use crate::partners::{Partners, Refusal, RequestContext, Sent, send_review};

/// Longest body that is received.
const BODY_BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// Connections at once; further ones wait.
const CONNECTIONS_MAX: usize = 1_024;
/// How long a request that hangs keeps its connection.
const HANG: Duration = Duration::from_secs(600);
/// How long to wait before the next attempt to accept, when the system lets the process open no more files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a sandbox is made with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 picks a free one.
    pub addr: SocketAddr,
    /// The Shopify app's secret: clients authenticate with it, and tokens are signed with it.
    pub shopify_api_secret: String,
    /// Name of the key that requests to S3 and SNS are signed with.
    pub access_key_id: String,
    /// That key.
    pub secret_access_key: String,
    /// The bucket that S3 has at first.
    pub bucket: String,
    /// Health and metrics of the process, served beside the partners.
    pub health: Option<Health>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from(([127, 0, 0, 1], 0)),
            shopify_api_secret: "sandbox-shopify-api-secret".to_owned(),
            access_key_id: "sandbox".to_owned(),
            secret_access_key: "sandbox-secret-access-key".to_owned(),
            bucket: "loyalnest".to_owned(),
            health: None,
        }
    }
}

/// A running sandbox; it ends when dropped.
#[derive(Debug)]
pub struct Sandbox {
    addr: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What all connections share.
pub(crate) struct Shared {
    pub(crate) partners: Partners,
    faults: Mutex<BTreeMap<Partner, Faults>>,
    journal: Mutex<Journal>,
    clock: SharedClock,
    ids: Arc<Ids>,
    health: Option<Health>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Starts a sandbox. `ids` decides which requests a share of errors hits and what garbage looks like.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn start(options: Options, clock: SharedClock, ids: Arc<Ids>) -> io::Result<Self> {
        let listener = TcpListener::bind(options.addr).await.map_err(|error| {
            io::Error::new(error.kind(), format!("the sandbox cannot listen on {}: {error}", options.addr))
        })?;
        let addr = listener.local_addr()?;
        let partners = Partners::new(&options);
        let (faults, journal) = (Mutex::default(), Mutex::default());
        let shared = Arc::new(Shared { partners, faults, journal, clock, ids, health: options.health });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { addr, shared, accepting })
    }

    /// Returns the base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Returns the base URL of one partner.
    #[must_use]
    pub fn url_of(&self, partner: Partner) -> String {
        format!("http://{}/{partner}", self.addr)
    }

    /// Returns the requests to `partner` with a number above `since`, oldest first.
    #[must_use]
    pub fn requests(&self, partner: Partner, since: u64) -> Vec<Recorded> {
        self.shared.journal().since(Some(partner), since)
    }

    /// Returns how many requests `partner` answered with each status since they were last forgotten, whether they are still
    /// kept or not; those that were never answered under 0.
    #[must_use]
    pub fn totals(&self, partner: Partner) -> BTreeMap<u16, u64> {
        self.shared.journal().totals(partner)
    }

    /// Sends a review as Judge.me or Yotpo does, to a webhook on the loopback: `url`, `secret` (Judge.me), `topic` or `event`,
    /// and members of `review` or `data`. Returns the status and the body of the answer.
    ///
    /// # Errors
    /// When the order cannot be carried out, with the reason.
    pub async fn send_review(&self, partner: Partner, order: &Value) -> Result<Value, String> {
        self.shared.send_review(partner, order).await
    }

    /// Forgets all requests.
    pub fn forget(&self) {
        self.shared.journal().forget(None);
    }

    /// Sets the faults of a partner, instead of those it had.
    pub fn set_faults(&self, partner: Partner, faults: Faults) {
        self.shared.faults().insert(partner, faults);
    }

    /// Ends the faults of a partner.
    pub fn end_faults(&self, partner: Partner) {
        self.shared.faults().remove(&partner);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Shared {
    pub(crate) fn faults(&self) -> MutexGuard<'_, BTreeMap<Partner, Faults>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a review as that partner does, and records it.
    pub(crate) async fn send_review(&self, partner: Partner, order: &Value) -> Result<Value, String> {
        let sent = send_review(partner, order, self.now(), &self.ids).await?;
        let Sent { call, answer } = sent;
        let (status, body) = match &answer {
            Ok((status, body)) => (Some(*status), body.clone()),
            Err(_) => (None, Bytes::new()),
        };
        self.journal().record(self.now(), partner, call, status, &body);
        Ok(match answer {
            Ok((status, body)) => json!({ "status": status, "body": String::from_utf8_lossy(&body) }),
            Err(error) => json!({ "status": null, "error": error }),
        })
    }

    /// Returns the present moment.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request to a partner. `Err` ends the connection without an answer.
    async fn serve(&self, partner: Partner, call: Call) -> io::Result<Response<AnswerBody>> {
        let api = self.partners.partner(partner);
        let account = api.account(&call);
        let (effect, latency, limits) = {
            let mut faults = self.faults();
            let faults = faults.entry(partner).or_default();
            (faults.effect(&account, &self.ids), faults.latency(&account), faults.limits(&account))
        };
        let context = RequestContext { now: self.clock.now(), ids: &self.ids, limits };
        let answer = match effect {
            Effect::Hung => {
                self.journal().record(context.now, partner, call, None, &Bytes::new());
                tokio::time::sleep(HANG).await;
                return Err(io::Error::other("hung as set by the faults"));
            }
            Effect::Refused(status) => api.refuse(&call, Refusal::Status(status), &context),
            Effect::Gone => api.refuse(&call, Refusal::Gone, &context),
            Effect::Normal | Effect::Cut | Effect::Garbled(_) => api.answer(&call, &context),
        };
        self.journal().record(context.now, partner, call, Some(answer.status.as_u16()), &answer.body);
        tokio::time::sleep(latency).await;
        match effect {
            Effect::Cut if answer.body.len() < 2 => Err(io::Error::other("cut off as set by the faults")),
            Effect::Cut => {
                let body = AnswerBody::cut(&answer.body);
                Ok(response(answer, body))
            }
            Effect::Garbled(left) => Ok(response(answer, AnswerBody::Garbage { left, ids: Arc::clone(&self.ids) })),
            _ => {
                let body = answer.body.clone().into();
                Ok(response(answer, body))
            }
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> io::Result<Response<AnswerBody>> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return Ok(whole(Answer::new(
                413,
                "text/plain",
                "the body is longer than the sandbox receives, or was cut off",
            )));
        };
        let full_path = head.uri.path().to_owned();
        let (name, path) = split(&full_path);
        let partner = name.parse::<Partner>();
        let call = Call {
            method: head.method,
            path: path.to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            headers: head.headers,
            body: body.to_bytes(),
            full_path,
        };
        match partner {
            Ok(partner) => self.serve(partner, call).await,
            Err(unknown) => match control::answer(self, &call).await {
                Some(answer) => Ok(whole(answer)),
                None => Ok(whole(self.health(&call.full_path).await.unwrap_or_else(|| {
                    Answer::new(404, "text/plain; charset=utf-8", format!("{unknown}, or see /_sandbox/\n"))
                }))),
            },
        }
    }

    async fn health(&self, path: &str) -> Option<Answer> {
        let answer = self.health.as_ref()?.respond(path).await?;
        Some(Answer::new(answer.status, answer.content_type, answer.body))
    }
}

/// Splits `/name/rest` into `name` and `/rest`.
fn split(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    match path.find('/') {
        Some(slash) => path.split_at(slash),
        None => (path, "/"),
    }
}

fn whole(answer: Answer) -> Response<AnswerBody> {
    let body = answer.body.clone().into();
    response(answer, body)
}

fn response(answer: Answer, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    for (name, value) in answer.headers {
        response.headers_mut().append(name, value);
    }
    response
}

/// Accepts until it is dropped, and all connections with it.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        // The semaphore is never closed, so that this cannot fail.
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    serve_connection(stream, shared).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the sandbox cannot accept");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve_connection(stream: TcpStream, shared: Arc<Shared>) {
    // Answers are small and wait for nothing: Nagle's algorithm would only delay them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| shared.respond(request));
    let connection = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "connection");
    }
}
