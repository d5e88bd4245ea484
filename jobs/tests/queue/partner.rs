//! A partner on loopback whose answers change while it runs, and the few lines of HTTP that a test needs to call it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::BoxFuture;
use jobs::CallError;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::Instant,
};

/// What the partner does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Works,
    /// 429, to be tried again after so many seconds.
    TooMany(Option<u64>),
    /// 500.
    Fails,
    /// 404.
    Refuses,
    /// Takes the request and never answers.
    Hangs,
}

#[derive(Default)]
struct State {
    moods: BTreeMap<String, Mood>,
    calls: Vec<(String, Instant)>,
}

/// A partner.
pub(crate) struct Partner {
    address: String,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

impl Partner {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&shared)));
            }
        });
        Self { address, state, server }
    }

    /// From now on it does that with requests for `who`.
    pub(crate) fn becomes(&self, who: &str, mood: Mood) {
        self.state.lock().unwrap().moods.insert(who.to_owned(), mood);
    }

    /// When requests for `who` came.
    pub(crate) fn calls(&self, who: &str) -> Vec<Instant> {
        let state = self.state.lock().unwrap();
        state.calls.iter().filter(|(of, _)| of == who).map(|(_, at)| *at).collect()
    }

    /// A request for `who`, as a handler would make and read it.
    pub(crate) fn call(&self, who: &str) -> impl Future<Output = Result<(), CallError>> + Send + use<> {
        request(self.address.clone(), who.to_owned())
    }

    /// The same, where the partner itself cannot be had along.
    pub(crate) fn caller(&self) -> impl Fn(&str) -> BoxFuture<'static, Result<(), CallError>> + Clone + Send + use<> {
        let address = self.address.clone();
        move |who| Box::pin(request(address.clone(), who.to_owned()))
    }
}

impl Drop for Partner {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = vec![0; 1_024];
    let length = stream.read(&mut head).await.unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..length]).into_owned();
    let who = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let mood = {
        let mut state = state.lock().unwrap();
        state.calls.push((who.clone(), Instant::now()));
        state.moods.get(&who).copied().unwrap_or(Mood::Works)
    };
    let answer = match mood {
        Mood::Works => "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
        Mood::TooMany(Some(secs)) => format!("HTTP/1.1 429 Too Many Requests\r\nRetry-After: {secs}\r\n\r\n"),
        Mood::TooMany(None) => "HTTP/1.1 429 Too Many Requests\r\n\r\n".to_owned(),
        Mood::Fails => "HTTP/1.1 500 Internal Server Error\r\n\r\n".to_owned(),
        Mood::Refuses => "HTTP/1.1 404 Not Found\r\n\r\n".to_owned(),
        Mood::Hangs => return std::future::pending().await,
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn request(address: String, who: String) -> Result<(), CallError> {
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("GET /{who} HTTP/1.1\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = answer.await.map_err(|error| CallError::Failed(error.into()))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    match status {
        "200" => Ok(()),
        "429" => {
            let header = answer.lines().find_map(|line| line.strip_prefix("Retry-After: "));
            let retry_after = header.and_then(|secs| secs.parse().ok()).map(Duration::from_secs);
            Err(CallError::Throttled { retry_after })
        }
        "500" => Err(CallError::Failed("status 500".into())),
        other => Err(CallError::Rejected(format!("status {other}").into())),
    }
}
