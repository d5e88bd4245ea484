//! A TCP proxy between a role and a server that can cut, stall or slow down connections.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Delay of a slow connection in each direction.
const SLOW_BY: Duration = Duration::from_millis(40);
/// Bytes forwarded at once over a slow connection.
const SLOW_BYTES_MAX: usize = 16 * 1_024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Open,
    /// Closes connections; new ones are closed at once.
    Cut,
    /// Keeps connections open without forwarding.
    Silent,
    /// Delays everything.
    Slow,
}

/// The proxy. Dropping it closes all connections.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    mode: watch::Sender<Mode>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy to the server of this URL.
    pub async fn before(url: &str) -> Self {
        let target = authority(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (mode, modes) = watch::channel(Mode::Open);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, target.clone(), modes.clone()));
            }
        });
        Self { addr, mode, accepting }
    }

    /// Returns the URL through the proxy.
    pub fn url(&self, url: &str) -> String {
        url.replacen(authority(url), &self.addr.to_string(), 1)
    }

    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    pub fn silence(&self) {
        self.mode.send_replace(Mode::Silent);
    }

    pub fn slow_down(&self) {
        self.mode.send_replace(Mode::Slow);
    }

    pub fn restore(&self) {
        self.mode.send_replace(Mode::Open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.cut();
    }
}

/// Returns `host:port` of a URL.
fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    host.split('/').next().unwrap()
}

async fn pass(mut client: TcpStream, target: String, mut modes: watch::Receiver<Mode>) {
    if *modes.borrow() == Mode::Cut {
        return;
    }
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    loop {
        let mode = *modes.borrow_and_update();
        tokio::select! {
            () = carry(mode, &mut client, &mut server) => return,
            changed = modes.changed() => {
                if changed.is_err() || *modes.borrow() == Mode::Cut {
                    return;
                }
            }
        }
    }
}

/// Forwards until either side closes.
async fn carry(mode: Mode, client: &mut TcpStream, server: &mut TcpStream) {
    match mode {
        Mode::Open => drop(copy_bidirectional(client, server).await),
        Mode::Slow => crawl_bidirectional(client, server).await,
        Mode::Cut => {}
        Mode::Silent => std::future::pending().await,
    }
}

async fn crawl_bidirectional(client: &mut TcpStream, server: &mut TcpStream) {
    let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
    tokio::select! {
        () = crawl(from_client, to_server) => {}
        () = crawl(from_server, to_client) => {}
    }
}

/// Forwards until either side closes.
async fn crawl(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let mut bytes = vec![0; SLOW_BYTES_MAX];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        sleep(SLOW_BY).await;
        if to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}
