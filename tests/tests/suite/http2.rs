//! One connection of HTTP/2 carries many requests: how many at once, and how many over all connections.

use bytes::Bytes;
use futures::future::join_all;
use h2::SendStream;
use h2::client::{ResponseFuture, SendRequest};
use hyper::Request;
use shopify::testing::Delivery;
use tests::settings::SHOPIFY_SECRET;
use tests::{TestApp, wait_until};
use tokio::net::TcpStream;

use crate::support::order;

/// What the api announces.
const STREAMS_MAX: usize = 64;

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
    let refused = delivery.send().await;
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
