//! A partner on the loopback credentialse answers change while it runs, and the few lines of HTTP that a test needs to call it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::BoxFuture;
use partners::{Answer, CallFailure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::Instant,
};

/// What the partner does with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    Works,
    /// 429, to be tried again after so many seconds.
    Throttles(Option<u64>),
    /// 500.
    Fails,
    /// Takes the request and never answers.
    Hangs,
}

#[derive(Default)]
struct State {
    behaviours: BTreeMap<String, Behaviour>,
    calls: Vec<(String, Instant)>,
}

/// A partner.
pub(super) struct Partner {
    address: String,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

impl Partner {
    pub(super) async fn start() -> Self {
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

    /// Changes what it does with requests of that credential.
    pub(super) fn becomes(&self, credential: &str, behaviour: Behaviour) {
        self.state.lock().unwrap().behaviours.insert(credential.to_owned(), behaviour);
    }

    /// Returns when requests of that credential came.
    pub(super) fn calls(&self, credential: &str) -> Vec<Instant> {
        let state = self.state.lock().unwrap();
        state.calls.iter().filter(|(of, _)| of == credential).map(|(_, at)| *at).collect()
    }

    /// Makes a request with that credential, and reads the answer as a partner's module does.
    pub(super) fn call(
        &self,
        credential: &str,
    ) -> impl Future<Output = Result<Answer<()>, CallFailure>> + Send + use<> {
        request(self.address.clone(), credential.to_owned())
    }

    /// Returns a function that makes such requests.
    pub(super) fn caller(
        &self,
    ) -> impl Fn(&str) -> BoxFuture<'static, Result<Answer<()>, CallFailure>> + Clone + Send + use<> {
        let address = self.address.clone();
        move |credential| Box::pin(request(address.clone(), credential.to_owned()))
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
    let credential = head.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let behaviour = {
        let mut state = state.lock().unwrap();
        state.calls.push((credential.clone(), Instant::now()));
        state.behaviours.get(&credential).copied().unwrap_or(Behaviour::Works)
    };
    let answer = match behaviour {
        Behaviour::Works => "HTTP/1.1 200 OK\r\n\r\n".to_owned(),
        Behaviour::Throttles(Some(secs)) => format!("HTTP/1.1 429 Too Many Requests\r\nRetry-After: {secs}\r\n\r\n"),
        Behaviour::Throttles(None) => "HTTP/1.1 429 Too Many Requests\r\n\r\n".to_owned(),
        Behaviour::Fails => "HTTP/1.1 500 Internal Server Error\r\n\r\n".to_owned(),
        Behaviour::Hangs => return std::future::pending().await,
    };
    let _ = stream.write_all(answer.as_bytes()).await;
}

async fn request(address: String, credential: String) -> Result<Answer<()>, CallFailure> {
    let answer = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("GET /{credential} HTTP/1.1\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = answer.await.map_err(|error| CallFailure::Failed(error.into()))?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    match status {
        "200" => Ok(Answer::new(())),
        "429" => {
            let header = answer.lines().find_map(|line| line.strip_prefix("Retry-After: "));
            let retry_after = header.and_then(|secs| secs.parse().ok()).map(Duration::from_secs);
            Err(CallFailure::Throttled { retry_after })
        }
        "500" => Err(CallFailure::Failed("status 500".into())),
        other => Err(CallFailure::Rejected(format!("status {other}").into())),
    }
}
