//! Accepts connections: a limited number at the same time, each with timeouts. Others wait in the kernel's backlog.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use platform::host;
use poem::http::uri::Scheme;
use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::timeout_stream::TimeoutStream;

/// The pause after a connection could not be accepted: without free file descriptors, for example, only waiting helps.
const FAILED_PAUSE: Duration = Duration::from_millis(100);

/// Open files the process needs besides its peers: connections to PostgreSQL and Redis, the runtime's own.
const FILES_FOR_ELSE: usize = 128;

/// The api's listener.
pub(crate) struct Listener {
    inner: TcpAcceptor,
    permits: Arc<Semaphore>,
}

impl Listener {
    /// At most `connections_max` at once, and fewer where the system does not let the process open so many files.
    pub(crate) fn new(inner: TcpAcceptor, connections_max: usize) -> Self {
        let connections = connections_max.min(connections_allowed());
        if connections < connections_max {
            tracing::warn!(connections, connections_max, "fewer connections than configured: raise `ulimit -Hn`");
        }
        Self { inner, permits: Arc::new(Semaphore::new(connections)) }
    }
}

fn connections_allowed() -> usize {
    match host::raise_open_files() {
        Ok(files) => usize::try_from(files).unwrap_or(usize::MAX).saturating_sub(FILES_FOR_ELSE).max(1),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files cannot be raised");
            Semaphore::MAX_PERMITS
        }
    }
}

impl Acceptor for Listener {
    type Io = TimeoutStream<TcpStream>;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(io::Error::other)?;
        loop {
            match self.inner.accept().await {
                Ok((stream, local, remote, scheme)) => {
                    return Ok((TimeoutStream::new(stream, permit), local, remote, scheme));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    tokio::time::sleep(FAILED_PAUSE).await;
                }
            }
        }
    }
}
