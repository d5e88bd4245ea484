//! Starts and stops the role. The drain goes in one direction: not ready, no new connections, requests in flight are
//! answered, what they recorded is enqueued, connections are closed.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use datastores::{Datastores, DatastoresError};
use platform::Context;
use platform::config::{ApiConfig, ApiSettings};
use platform::health::{Health, HealthServer};
use poem::Server;
use poem::listener::TcpAcceptor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::{self, State};
use crate::auth::{Keys, Quotas};
use crate::ingress::{Ingress, IngressTasks, Parts};
use crate::listener::Listener;
use crate::merchant_cache::MerchantCache;
use crate::ops::Ops;
use crate::ops::bulk::Bulks;
use crate::ops::identity::Tokens;
use crate::ops::live::Live;
use crate::ops::session::{Sessions, SignInLimit};

/// Requests that one connection of HTTP/2 may have open at the same time; announced to the peer, whose further requests wait.
const STREAMS_MAX: u32 = 64;

/// The reason why the role cannot start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address is taken, or not one of this machine.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `APP_DATABASE_URL` or `REDIS_URL` cannot be used.
    #[error(transparent)]
    Datastores(#[from] DatastoresError),
    /// The server ended by itself.
    #[error("the server ended by itself")]
    Server(#[source] io::Error),
}

/// A running API.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    internal: HealthServer,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    /// The public address.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The internal address, which serves `/healthz`, `/readyz` and `/metrics`.
    #[must_use]
    pub fn internal_addr(&self) -> SocketAddr {
        self.internal.local_addr()
    }

    /// Waits until the drain, begun through the context's shutdown, has ended.
    ///
    /// # Errors
    /// [`ServeError::Server`] when the server ended by itself.
    pub async fn ended(self) -> Result<(), ServeError> {
        self.task.await.unwrap_or_else(|broken| Err(ServeError::Server(io::Error::other(broken))))
    }
}

/// Starts the API: listens on both addresses before it returns, and serves until the context's shutdown drains. Neither
/// PostgreSQL nor Redis need be available yet.
///
/// # Errors
/// When an address or a URL cannot be used.
pub async fn start(settings: ApiSettings, context: Context) -> Result<Running, ServeError> {
    let addr = settings.api.addr;
    let listening = async {
        let listener = TcpListener::bind(addr).await?;
        Ok((listener.local_addr()?, TcpAcceptor::from_tokio(listener)?))
    };
    let (addr, acceptor) = listening.await.map_err(|source| ServeError::Listen { addr, source })?;

    let datastores = Datastores::new(&settings.database, &settings.redis, context.ids.random_u64())?;
    let internal = serve_internal(settings.api.internal_addr, &datastores, &context).await?;
    let store = datastores.store().clone();
    datastores.watch_redis(context.shutdown.clone());
    let merchants = Arc::new(MerchantCache::new(store.clone()));
    let (ingress, tasks) = Ingress::start(Parts {
        settings: &settings,
        context: &context,
        store: store.clone(),
        merchants: Arc::clone(&merchants),
        queues: datastores.queues().clone(),
    });
    let state = Arc::new(State {
        keys: Keys::new(settings.api.admin_token.expose(), store.clone()),
        quotas: Quotas::new(datastores.queues().quotas(), settings.api.key_requests_per_minute_max),
        dependencies: app::dependencies(&datastores),
        ops: ops(&settings),
        queues: datastores.queues().clone(),
        store,
        reads: datastores.reads().clone(),
        merchants,
        context,
    });
    let listener = Listener::new(acceptor, settings.api.connections_max);
    let task = tokio::spawn(run(listener, state, ingress, tasks, settings.api));
    Ok(Running { addr, internal, task })
}

/// What the queue monitor is made of.
fn ops(settings: &ApiSettings) -> Ops {
    let (admin, config) = (settings.api.admin_token.expose(), &settings.ops);
    let others = [&config.operator_token, &config.viewer_token].map(|token| {
        let token = token.as_ref().map(|token| token.expose().as_str());
        token.unwrap_or_default()
    });
    Ops {
        method: Arc::new(Tokens::new(admin, config)),
        sessions: Sessions::new([admin.as_str(), others[0], others[1]], config.idle(), config.session()),
        attempts: SignInLimit::new(),
        bulks: Bulks::new(),
        live: Live::new(),
        environment: config.environment.clone(),
    }
}

/// Health, readiness and metrics, apart from what the public can reach. The readiness asks for PostgreSQL alone: without
/// Redis, webhooks are recorded and the reads go on.
async fn serve_internal(
    addr: SocketAddr,
    datastores: &Datastores,
    context: &Context,
) -> Result<HealthServer, ServeError> {
    let health = Health::new(datastores.postgres_readiness(), context.metrics.clone(), context.shutdown.clone());
    let server = health.serve(addr).await.map_err(|source| ServeError::Listen { addr, source })?;
    tracing::info!(internal_addr = %server.local_addr(), "the internal listener serves /healthz, /readyz and /metrics");
    Ok(server)
}

/// As [`start`], and waits for the end.
///
/// # Errors
/// As [`start`], and when the server breaks.
pub async fn serve(settings: ApiSettings, context: Context) -> Result<(), ServeError> {
    start(settings, context).await?.ended().await
}

async fn run(
    listener: Listener,
    state: Arc<State>,
    ingress: Ingress,
    tasks: IngressTasks,
    config: ApiConfig,
) -> Result<(), ServeError> {
    let (store, shutdown) = (state.store.clone(), state.context.shutdown.clone());
    let app = app::app(&state, ingress, config.requests_max);
    let live = tokio::spawn(async move { state.ops.live.run(&state).await });
    Server::new_with_acceptor(listener)
        .name("api")
        .http2_max_concurrent_streams(STREAMS_MAX)
        .run_with_graceful_shutdown(app, shutdown.draining(), Some(config.drain()))
        .await
        .map_err(ServeError::Server)?;
    live.abort();
    // The app is dropped with the last connection, and with it the last handle of the recorder.
    tokio::select! {
        () = tasks.ended() => {}
        () = shutdown.aborting() => tracing::warn!("aborted before all was enqueued: the sweep will"),
    }
    store.close().await;
    Ok(())
}
