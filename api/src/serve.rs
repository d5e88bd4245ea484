//! Starts and stops the role. The drain goes in one direction: not ready, no new connections, requests in flight are
//! answered, what they recorded is enqueued, connections are closed.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use datastores::{Datastores, DatastoresError};
use platform::Context;
use platform::config::ApiSettings;
use poem::Server;
use poem::listener::TcpAcceptor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::{self, State};
use crate::auth::Auth;
use crate::ingress::{Ingress, IngressTasks, Parts};
use crate::listener::Listener;
use crate::merchant_cache::MerchantCache;

/// Why the role cannot start, or how it broke.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {addr}")]
    Listen {
        /// Where.
        addr: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// `APP_DATABASE_URL` or `REDIS_URL` cannot be used.
    #[error(transparent)]
    Datastores(#[from] DatastoresError),
    /// The server ended by itself.
    #[error("the server broke")]
    Server(#[source] io::Error),
}

/// A running API.
#[derive(Debug)]
pub struct Running {
    addr: SocketAddr,
    task: JoinHandle<Result<(), ServeError>>,
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits until the drain, begun through the context's shutdown, has ended.
    ///
    /// # Errors
    /// [`ServeError::Server`] when it broke instead.
    pub async fn ended(self) -> Result<(), ServeError> {
        self.task.await.unwrap_or_else(|broken| Err(ServeError::Server(io::Error::other(broken))))
    }
}

/// Starts the API: listens before it returns, and serves until the context's shutdown drains. Neither PostgreSQL nor
/// Redis need be there yet.
///
/// # Errors
/// When the address or a URL cannot be used.
pub async fn start(settings: ApiSettings, context: Context) -> Result<Running, ServeError> {
    let addr = settings.api.addr;
    let listening = async {
        let listener = TcpListener::bind(addr).await?;
        Ok((listener.local_addr()?, TcpAcceptor::from_tokio(listener)?))
    };
    let (addr, acceptor) = listening.await.map_err(|source| ServeError::Listen { addr, source })?;

    let datastores = Datastores::new(&settings.database, &settings.redis, context.ids.random_u64())?;
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
        auth: Auth::new(settings.api.admin_token.expose(), store.clone()),
        dependencies: app::dependencies(&datastores),
        datastores,
        store,
        merchants,
        context,
    });
    let listener = Listener::new(acceptor, settings.api.connections_max);
    let task = tokio::spawn(run(listener, state, ingress, tasks, settings.api.drain()));
    Ok(Running { addr, task })
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
    drain: Duration,
) -> Result<(), ServeError> {
    let (store, shutdown) = (state.store.clone(), state.context.shutdown.clone());
    let app = app::app(&state, ingress);
    drop(state);
    Server::new_with_acceptor(listener)
        .name("api")
        .run_with_graceful_shutdown(app, shutdown.draining(), Some(drain))
        .await
        .map_err(ServeError::Server)?;
    // The app is gone with the last connection, and with it the recorder's last handle.
    tokio::select! {
        () = tasks.ended() => {}
        () = shutdown.aborting() => tracing::warn!("aborted before all was enqueued: the sweep will"),
    }
    store.close().await;
    Ok(())
}
