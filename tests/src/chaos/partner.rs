//! A partner on the loopback whose answers change while it is called. It keeps which keys it has taken, and how often
//! it was called. Speaks as much HTTP as that needs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Longest head of a request.
const HEAD_BYTES_MAX: usize = 8 * 1_024;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// 200.
    Well,
    /// 429 with this many seconds in Retry-After.
    Limiting(u32),
    /// 500.
    Failing,
    /// Not at all.
    Silent,
}

#[derive(Debug)]
struct State {
    mood: Mood,
    taken: BTreeMap<String, u64>,
    refused: u64,
}

/// The partner. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Partner {
    addr: SocketAddr,
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

impl Partner {
    /// Starts one in that mood.
    pub(super) async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { mood, taken: BTreeMap::new(), refused: 0 }));
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, Arc::clone(&shared)));
            }
        });
        Self { addr, state, accepting }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(super) fn turn(&self, mood: Mood) {
        lock(&self.state).mood = mood;
    }

    /// Keys that were taken.
    pub(super) fn taken(&self) -> u64 {
        lock(&self.state).taken.len() as u64
    }

    /// Calls that were taken, beyond the first of their key.
    pub(super) fn taken_again(&self) -> u64 {
        lock(&self.state).taken.values().map(|calls| calls - 1).sum()
    }

    /// Calls that were not taken.
    pub(super) fn refused(&self) -> u64 {
        lock(&self.state).refused
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers one request after the other, until the caller hangs up.
async fn answer(mut connection: TcpStream, state: Arc<Mutex<State>>) {
    while let Some(path) = request(&mut connection).await {
        let mood = {
            let mut state = lock(&state);
            match state.mood {
                Mood::Well => *state.taken.entry(path).or_default() += 1,
                _ => state.refused += 1,
            }
            state.mood
        };
        let head = match mood {
            Mood::Well => "200 OK\r\n".to_owned(),
            Mood::Limiting(seconds) => format!("429 Too Many Requests\r\nretry-after: {seconds}\r\n"),
            Mood::Failing => "500 Internal Server Error\r\n".to_owned(),
            // Until the caller gives up.
            Mood::Silent => return drop(connection.read_u8().await),
        };
        let response = format!("HTTP/1.1 {head}content-length: 0\r\n\r\n");
        if connection.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The path of the next request, which has no body.
async fn request(connection: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= HEAD_BYTES_MAX {
            return None;
        }
        head.push(connection.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()?.split_whitespace().nth(1).map(str::to_owned)
}
