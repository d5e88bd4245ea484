//! One connection of HTTP/2 carries many requests: how many at once, and how many over all connections.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use hyper::Request;
use shopify::testing::Delivery;
use tests::settings::SHOPIFY_SECRET;
use tests::{TestApp, wait_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::support::order;

/// What the api announces.
const STREAMS_MAX: usize = 64;
/// Longest until a request beyond a limit is refused.
const AT_ONCE: Duration = Duration::from_secs(1);
/// Longest until a frame must arrive.
const FRAME_MAX: Duration = Duration::from_secs(20);

/// A client that writes frames itself: a library's client would wait for the announced limit.
struct RawClient(TcpStream);

/// A received frame, as far as it matters here.
#[derive(Debug)]
struct Frame {
    kind: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl RawClient {
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    const RESET: u8 = 3;
    const SETTINGS: u8 = 4;
    const GO_AWAY: u8 = 7;
    const END_STREAM: u8 = 1;
    const END_HEADERS: u8 = 4;
    /// Error code of a stream that was not worked on: the request may be sent again.
    const REFUSED_STREAM: u32 = 7;
    /// `:status 200`, an entry of HPACK's static table.
    const STATUS_200: u8 = 0x88;

    async fn connect(app: &TestApp) -> Self {
        let mut stream = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
        let mut client = Self(stream);
        client.write(Self::SETTINGS, 0, 0, &[]).await;
        client
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut frame = [&length[1..], &[kind, flags]].concat();
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        self.0.write_all(&frame).await.unwrap();
    }

    /// Sends the headers of a delivery. Returns its body, which is not sent.
    async fn begin(&mut self, app: &TestApp, stream: u32, id: i64) -> Vec<u8> {
        let body = order(id, 1_000).json().into_bytes();
        let delivery = Delivery::new("orders/create", &app.shops[0].domain, id.unsigned_abs());
        let mut block = Vec::new();
        literal(&mut block, ":method", b"POST");
        literal(&mut block, ":scheme", b"http");
        literal(&mut block, ":path", b"/v1/api/shopify/webhook");
        literal(&mut block, ":authority", app.base.trim_start_matches("http://").as_bytes());
        for (name, value) in delivery.headers(SHOPIFY_SECRET.as_bytes(), &body) {
            literal(&mut block, &name.to_string().to_lowercase(), value.as_ref());
        }
        self.write(Self::HEADERS, Self::END_HEADERS, stream, &block).await;
        body
    }

    /// Returns the next frame that answers or ends a stream, or the connection.
    async fn next(&mut self) -> Frame {
        loop {
            let mut head = [0; 9];
            timeout(FRAME_MAX, self.0.read_exact(&mut head)).await.expect("a frame in time").unwrap();
            let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
            let mut payload = vec![0; length];
            timeout(FRAME_MAX, self.0.read_exact(&mut payload)).await.expect("its payload in time").unwrap();
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
            if [Self::HEADERS, Self::RESET, Self::GO_AWAY].contains(&head[3]) {
                return Frame { kind: head[3], stream, payload };
            }
        }
    }
}

/// Appends a header as a literal without indexing and without Huffman coding (RFC 7541, 6.2.2).
fn literal(block: &mut Vec<u8>, name: &str, value: &[u8]) {
    block.push(0);
    for text in [name.as_bytes(), value] {
        let length = u8::try_from(text.len()).unwrap();
        match length.checked_sub(127) {
            None => block.push(length),
            Some(beyond) => block.extend_from_slice(&[127, beyond]),
        }
        block.extend_from_slice(text);
    }
}

/// A connection of HTTP/2 without TLS.
async fn connect(app: &TestApp) -> SendRequest<Bytes> {
    let stream = TcpStream::connect(app.base.trim_start_matches("http://")).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A signed delivery whose headers are sent, and whose body is not.
fn begin(client: &mut SendRequest<Bytes>, app: &TestApp, n: u64) -> (ResponseFuture, SendStream<Bytes>, Bytes) {
    let body = order(i64::try_from(n).unwrap(), 1_000).json().into_bytes();
    let delivery = Delivery::new("orders/create", &app.shops[0].domain, n);
    let mut request = Request::post(format!("{}/v1/api/shopify/webhook", app.base));
    for (name, value) in delivery.headers(SHOPIFY_SECRET.as_bytes(), &body) {
        request = request.header(name, value);
    }
    let (answer, sending) = client.send_request(request.body(()).unwrap(), false).unwrap();
    (answer, sending, body.into())
}

#[tokio::test]
async fn a_connection_announces_how_many_requests_it_may_have_open_and_answers_as_many() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let mut client = connect(&app).await.ready().await.unwrap();
    wait_until("the api announces its limit", async || client.current_max_send_streams() == STREAMS_MAX).await;
    let mut open = Vec::new();
    for n in 1..=STREAMS_MAX as u64 {
        client = client.ready().await.unwrap();
        open.push(begin(&mut client, &app, n));
    }
    let answers = open.into_iter().map(|(answer, mut sending, body)| async move {
        sending.send_data(body, true).unwrap();
        answer.await.unwrap().status().as_u16()
    });
    assert!(join_all(answers).await.into_iter().all(|status| status == 200));
    assert_eq!(app.number("SELECT count(*) FROM api_logs").await, STREAMS_MAX as i64);
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_ignores_the_announced_limit_is_refused_its_next_stream_while_the_others_finish() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let mut client = RawClient::connect(&app).await;
    let streams_max = u32::try_from(STREAMS_MAX).unwrap();
    let mut open = Vec::new();
    for n in 1..=streams_max {
        let stream = 2 * n - 1;
        open.push((stream, client.begin(&app, stream, i64::from(n)).await));
    }
    let beyond = 2 * streams_max + 1;
    let body = client.begin(&app, beyond, i64::from(streams_max) + 1).await;
    let refused = client.next().await;
    assert_eq!((refused.kind, refused.stream), (RawClient::RESET, beyond), "{refused:?}");
    assert_eq!(refused.payload, RawClient::REFUSED_STREAM.to_be_bytes());
    let mut unanswered: BTreeSet<u32> = open.iter().map(|(stream, _)| *stream).collect();
    for (stream, body) in &open {
        client.write(RawClient::DATA, RawClient::END_STREAM, *stream, body).await;
    }
    while !unanswered.is_empty() {
        let answer = client.next().await;
        assert_eq!((answer.kind, answer.payload[0]), (RawClient::HEADERS, RawClient::STATUS_200), "{answer:?}");
        assert!(unanswered.remove(&answer.stream), "{answer:?}");
    }
    // The refused one was not worked on, and may be sent again.
    assert_eq!(app.number("SELECT count(*) FROM api_logs").await, STREAMS_MAX as i64);
    assert_eq!(client.begin(&app, beyond + 2, i64::from(streams_max) + 1).await, body);
    client.write(RawClient::DATA, RawClient::END_STREAM, beyond + 2, &body).await;
    let answer = client.next().await;
    assert_eq!((answer.stream, answer.payload[0]), (beyond + 2, RawClient::STATUS_200), "{answer:?}");
    app.finish().await;
}

#[tokio::test]
async fn requests_in_flight_are_limited_over_all_connections() {
    const REQUESTS_MAX: usize = 16;
    let builder = TestApp::builder().without_workers().without_scheduler();
    let app = builder.api_settings(|settings| settings.api.requests_max = REQUESTS_MAX).start().await;
    let (mut open, mut n) = (Vec::new(), 0);
    for _ in 0..4 {
        let mut client = connect(&app).await.ready().await.unwrap();
        for _ in 0..REQUESTS_MAX / 4 {
            n += 1;
            open.push(begin(&mut client, &app, n));
        }
    }
    let delivery = app.webhook("orders/create", order(1_000, 1_000).json());
    wait_until("the slow requests fill the limit", async || delivery.send().await.status == 503).await;
    let begun = Instant::now();
    let refused = delivery.send().await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    assert!(refused.retry_after.is_some(), "{refused:?}");
    refused.refused(503, "unavailable");
    assert_eq!(app.get("/healthz", "").await.status, 200, "a process that is busy is alive");
    for (answer, mut sending, body) in open {
        sending.send_data(body, true).unwrap();
        assert_eq!(answer.await.unwrap().status(), 200);
    }
    delivery.send().await.ok();
    app.finish().await;
}
