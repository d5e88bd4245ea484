//! The three paths, with and without the server around them.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::shutdown;

fn health(readiness: Readiness) -> (Health, crate::ShutdownHandle) {
    let (handle, shutdown) = shutdown::manual();
    (Health::new(readiness, Metrics::install().unwrap(), shutdown), handle)
}

async fn get(addr: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn readiness_names_what_is_away_and_recovers() {
    let up = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&up);
    let readiness = Readiness::new().with("postgres", || async { Ok(()) }).with("redis", move || {
        let up = seen.load(Ordering::SeqCst);
        async move { if up { Ok(()) } else { Err("connection refused".to_owned()) } }
    });
    let (health, handle) = health(readiness);

    let away = health.respond("/readyz").await.unwrap();
    assert_eq!(away.status, 503);
    let body: serde_json::Value = serde_json::from_str(&away.body).unwrap();
    assert_eq!(body["status"], "unready");
    assert_eq!(body["dependencies"]["postgres"]["status"], "up");
    assert_eq!(body["dependencies"]["redis"]["reason"], "connection refused");

    up.store(true, Ordering::SeqCst);
    assert_eq!(health.respond("/readyz").await.unwrap().status, 200);

    handle.drain();
    assert_eq!(health.respond("/readyz").await.unwrap().status, 503, "a draining process takes no new work");
    assert_eq!(health.respond("/healthz").await.unwrap().status, 200, "but it is alive");
}

#[tokio::test(start_paused = true)]
async fn a_dependency_that_hangs_counts_as_away() {
    let (health, _handle) = health(Readiness::new().with("redis", std::future::pending));
    let report = health.report().await;
    assert!(!report.is_ready());
    assert_eq!(report.dependencies[0].result, Err("no answer within 2 s".to_owned()));
}

#[tokio::test]
async fn the_server_answers_the_three_paths_and_nothing_else() {
    let (health, _handle) = health(Readiness::new());
    let server = health.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let addr = server.local_addr();
    assert!(get(addr, "/healthz").await.starts_with("HTTP/1.1 200"));
    assert!(get(addr, "/readyz").await.ends_with(r#"{"dependencies":{},"status":"ready"}"#));
    assert!(get(addr, "/metrics").await.contains("text/plain; version=0.0.4"));
    assert!(get(addr, "/admin").await.starts_with("HTTP/1.1 404"));
    drop(server);
}

#[tokio::test]
async fn an_address_that_is_taken_is_named() {
    let (first, _handle) = health(Readiness::new());
    let server = first.serve("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let (second, _handle) = health(Readiness::new());
    let error = second.serve(server.local_addr()).await.unwrap_err();
    assert!(error.to_string().contains(&format!("cannot listen on {}", server.local_addr())), "{error}");
}
