//! `/healthz` (the process is alive), `/readyz` (its dependencies answer) and `/metrics`: a tiny server for roles without
//! one of their own, and `respond` for the api, which has one. Holds no state; never says more than up or down and why.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Map, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::metrics::Metrics;
use crate::shutdown::Shutdown;

/// How long one dependency may take to answer before it counts as away.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// Connections the health server holds at the same time; more wait.
const CONNECTIONS_MAX: usize = 64;
/// How long a health connection may last.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);

type Check = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// What a process needs in order to do its work.
#[derive(Default)]
pub struct Readiness {
    checks: Vec<(&'static str, Check)>,
}

impl fmt::Debug for Readiness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.checks.iter().map(|(name, _)| name)).finish()
    }
}

impl Readiness {
    /// Nothing needed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dependency. `check` says `Err(reason)` when it is away; the reason is shown to whoever asks.
    #[must_use]
    pub fn with<F, R>(mut self, name: &'static str, check: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks.push((name, Box::new(move || Box::pin(check()))));
        self
    }

    /// Asks every dependency, one after the other, each within [`CHECK_TIMEOUT`].
    pub async fn report(&self) -> Report {
        let mut dependencies = Vec::with_capacity(self.checks.len());
        for (name, check) in &self.checks {
            let started = Instant::now();
            let result = tokio::time::timeout(CHECK_TIMEOUT, check())
                .await
                .unwrap_or_else(|_| Err(format!("no answer within {} s", CHECK_TIMEOUT.as_secs())));
            dependencies.push(Dependency { name, result, took: started.elapsed() });
        }
        Report { dependencies }
    }
}

/// How one dependency answered.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// Its name, such as `postgres`.
    pub name: &'static str,
    /// `Err(reason)` when it is away.
    pub result: Result<(), String>,
    /// How long the answer took.
    pub took: Duration,
}

/// How all dependencies answered.
#[derive(Debug, Clone)]
pub struct Report {
    /// One entry a dependency, in the order they were added.
    pub dependencies: Vec<Dependency>,
}

impl Report {
    /// Whether every dependency answered.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.dependencies.iter().all(|dependency| dependency.result.is_ok())
    }

    fn to_json(&self, status: &str) -> String {
        let dependencies: Map<String, serde_json::Value> = self
            .dependencies
            .iter()
            .map(|dependency| {
                let took_ms = u64::try_from(dependency.took.as_millis()).unwrap_or(u64::MAX);
                let entry = match &dependency.result {
                    Ok(()) => json!({ "status": "up", "took_ms": took_ms }),
                    Err(reason) => json!({ "status": "down", "took_ms": took_ms, "reason": reason }),
                };
                (dependency.name.to_owned(), entry)
            })
            .collect();
        json!({ "status": status, "dependencies": dependencies }).to_string()
    }
}

/// What answers the three paths. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Health {
    readiness: Arc<Readiness>,
    metrics: Metrics,
    shutdown: Shutdown,
}

/// An answer without a web framework's types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Body.
    pub body: String,
}

impl Answer {
    fn json(status: u16, body: impl Into<String>) -> Self {
        Self { status, content_type: "application/json", body: body.into() }
    }
}

impl Health {
    /// Puts the parts together.
    #[must_use]
    pub fn new(readiness: Readiness, metrics: Metrics, shutdown: Shutdown) -> Self {
        Self { readiness: Arc::new(readiness), metrics, shutdown }
    }

    /// The dependencies' answers, for an endpoint with an envelope of its own.
    pub async fn report(&self) -> Report {
        self.readiness.report().await
    }

    /// Answers `/healthz`, `/readyz` and `/metrics`; `None` for any other path. A draining process is alive but not ready.
    pub async fn respond(&self, path: &str) -> Option<Answer> {
        match path {
            "/healthz" => Some(Answer::json(200, r#"{"status":"alive"}"#)),
            "/readyz" if self.shutdown.is_draining() => Some(Answer::json(503, r#"{"status":"draining"}"#)),
            "/readyz" => {
                let report = self.readiness.report().await;
                Some(if report.is_ready() {
                    Answer::json(200, report.to_json("ready"))
                } else {
                    Answer::json(503, report.to_json("unready"))
                })
            }
            "/metrics" => Some(Answer {
                status: 200,
                content_type: "text/plain; version=0.0.4; charset=utf-8",
                body: self.metrics.render(),
            }),
            _ => None,
        }
    }

    /// Serves the three paths on `addr` (port 0 picks a free one) until the returned server is dropped: through the
    /// drain, so that one can watch it.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn serve(self, addr: SocketAddr) -> io::Result<HealthServer> {
        let listener = TcpListener::bind(addr)
            .await
            .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {addr}: {error}")))?;
        let local_addr = listener.local_addr()?;
        Ok(HealthServer { local_addr, task: tokio::spawn(self.accept(listener)) })
    }

    async fn accept(self, listener: TcpListener) {
        let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            // The semaphore is never closed, so that this cannot fail.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            match listener.accept().await {
                Ok((stream, _)) => {
                    let health = self.clone();
                    tokio::spawn(async move {
                        let _ = tokio::time::timeout(CONNECTION_TIMEOUT, health.connection(stream)).await;
                        drop(slot);
                    });
                }
                // Out of file descriptors, for example: waiting is all one can do.
                Err(error) => {
                    tracing::warn!(%error, "the health server cannot accept");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    async fn connection(self, stream: TcpStream) {
        let service = service_fn(move |request: Request<Incoming>| {
            let health = self.clone();
            async move { health.hyper_response(request.uri().path()).await }
        });
        if let Err(error) =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
        {
            tracing::debug!(%error, "health connection");
        }
    }

    async fn hyper_response(&self, path: &str) -> Result<Response<Full<Bytes>>, hyper::http::Error> {
        let answer = self.respond(path).await.unwrap_or_else(|| Answer::json(404, r#"{"status":"not found"}"#));
        Response::builder()
            .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
            .header(CONTENT_TYPE, answer.content_type)
            .body(Full::new(Bytes::from(answer.body)))
    }
}

/// A running health server; it ends when dropped.
#[derive(Debug)]
pub struct HealthServer {
    local_addr: SocketAddr,
    task: JoinHandle<()>,
}

impl HealthServer {
    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for HealthServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[cfg(test)]
mod tests;
