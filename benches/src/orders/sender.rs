//! Sends requests over keep-alive HTTP/1.1, one write and one read each: as fast as the connections allow, or at a fixed
//! rate. Records when each was sent and the answer. Retries nothing.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use platform::{Clock, SystemClock};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Mutex, mpsc},
    time::{Instant, sleep_until, timeout},
};

use super::load::{Kind, Order, Request};

const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// The outcome of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    pub(crate) kind: Kind,
    pub(crate) order: Order,
    /// Time of sending, or when it was due if no connection was free, in microseconds since 1970.
    pub(crate) sent_us: i64,
    pub(crate) latency_ms: f64,
    /// HTTP status; 0 if there was no answer.
    pub(crate) status: u16,
}

impl Sent {
    /// Returns whether the server accepted it.
    pub(crate) fn accepted(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns whether the answer is the expected one.
    pub(crate) fn as_expected(&self) -> bool {
        match self.kind {
            Kind::Valid => self.accepted(),
            Kind::Duplicate => self.accepted() || self.status == 409,
            Kind::Bad => (400..500).contains(&self.status),
        }
    }
}

/// State shared by all connections.
struct Shared {
    requests: Mutex<(u64, mpsc::Receiver<Request>)>,
    host: String,
    begun: Instant,
    begun_us: i64,
    per_s: Option<f64>,
}

/// Sends all requests: in an open loop at `per_s`, or in a closed loop if it is `None`.
///
/// # Errors
/// Fails when no connection can be opened.
pub(crate) async fn send(
    requests: mpsc::Receiver<Request>,
    host: &str,
    connections: usize,
    per_s: Option<f64>,
) -> Result<Vec<Sent>> {
    // All are open before the clock starts.
    let mut streams = Vec::new();
    for _ in 0..connections {
        streams.push(connect(host).await?);
    }
    let shared = Arc::new(Shared {
        requests: Mutex::new((0, requests)),
        host: host.to_owned(),
        begun: Instant::now(),
        begun_us: SystemClock.now().timestamp_micros(),
        per_s,
    });
    let tasks: Vec<_> =
        streams.into_iter().map(|stream| tokio::spawn(connection(Arc::clone(&shared), stream))).collect();
    let mut sent = Vec::new();
    for task in tasks {
        sent.extend(task.await?);
    }
    Ok(sent)
}

async fn connect(host: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(host).await.with_context(|| format!("{host} cannot be reached"))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn connection(shared: Arc<Shared>, stream: TcpStream) -> Vec<Sent> {
    let mut stream = Some(stream);
    let mut sent = Vec::new();
    let mut buffer = Vec::with_capacity(4_096);
    loop {
        let (number, request) = {
            let mut requests = shared.requests.lock().await;
            let Some(request) = requests.1.recv().await else { return sent };
            requests.0 += 1;
            (requests.0 - 1, request)
        };
        let mut at = Instant::now();
        if let Some(per_s) = shared.per_s {
            let due = shared.begun + Duration::from_secs_f64(number as f64 / per_s);
            if due > at {
                sleep_until(due).await;
                at = Instant::now();
            } else {
                at = due;
            }
        }
        let status = exchange(&shared.host, &mut stream, &request.bytes, &mut buffer).await.unwrap_or(0);
        let since_begin = i64::try_from(at.duration_since(shared.begun).as_micros()).unwrap_or(i64::MAX);
        sent.push(Sent {
            kind: request.kind,
            order: request.order,
            sent_us: shared.begun_us + since_begin,
            latency_ms: at.elapsed().as_secs_f64() * 1_000.0,
            status,
        });
    }
}

/// Sends one request and reads its answer. A failed connection is reopened for the next request.
async fn exchange(host: &str, place: &mut Option<TcpStream>, request: &[u8], buffer: &mut Vec<u8>) -> Result<u16> {
    let mut stream = match place.take() {
        Some(stream) => stream,
        None => connect(host).await?,
    };
    let answer = timeout(ANSWER_TIMEOUT, async {
        stream.write_all(request).await?;
        read_answer(&mut stream, buffer).await
    });
    let (status, keep) = answer.await.context("no answer in time")??;
    if keep {
        *place = Some(stream);
    }
    Ok(status)
}

/// Returns the status, and whether the connection stays open.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(u16, bool)> {
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end])?;
            let (status, length, keep) = read_head(head).context("not an HTTP answer with a length")?;
            while buffer.len() < end + 4 + length {
                if stream.read_buf(buffer).await? == 0 {
                    bail!("the server closed the connection within an answer");
                }
            }
            return Ok((status, keep));
        }
        if buffer.len() > ANSWER_BYTES_MAX {
            bail!("an answer's head of more than {ANSWER_BYTES_MAX} bytes");
        }
    }
}

fn read_head(head: &str) -> Option<(u16, usize, bool)> {
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut keep) = (None, true);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok(),
            "connection" => keep = !value.trim().eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    Some((status, length.filter(|length| *length <= ANSWER_BYTES_MAX)?, keep))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_s_head_gives_status_length_and_whether_to_go_on() {
        assert_eq!(read_head("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx: y"), Some((200, 12, true)));
        assert_eq!(read_head("HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: 0"), Some((401, 0, false)));
        assert_eq!(read_head("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked"), None);
        assert_eq!(read_head("nonsense"), None);
    }
}
