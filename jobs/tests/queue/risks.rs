//! What about a Redis would lose jobs, found on a real one.

use jobs::{Redis, Risk};

use crate::support::*;

async fn found(redis: &Redis) -> Vec<Risk> {
    redis.examine().await.unwrap().into_iter().map(|finding| finding.risk).collect()
}

async fn set(redis: &Redis, name: &str, value: &str) {
    redis.call(redis::cmd("CONFIG").arg("SET").arg(name).arg(value)).await.unwrap();
}

#[tokio::test]
async fn what_would_lose_jobs_is_found_and_what_is_mended_is_not() {
    let server = Server::start().await;
    let redis = Redis::open(&server.url, 1).unwrap();
    assert_eq!(found(&redis).await, []);
    set(&redis, "maxmemory-policy", "allkeys-lru").await;
    assert_eq!(found(&redis).await, [Risk::PartialEviction]);
    set(&redis, "maxmemory", "100mb").await;
    set(&redis, "appendfsync", "no").await;
    assert_eq!(found(&redis).await, [Risk::Eviction, Risk::Fsync]);
    set(&redis, "appendonly", "no").await;
    set(&redis, "maxmemory-policy", "noeviction").await;
    let findings = redis.examine().await.unwrap();
    assert_eq!(findings.len(), 1);
    assert!(findings[0].to_string().contains("appendonly"), "{}", findings[0]);
}

#[tokio::test]
async fn where_settings_are_forbidden_the_unknown_is_said() {
    let server = Server::start().await;
    let admin = Redis::open(&server.url, 1).unwrap();
    let mut user = redis::cmd("ACL");
    user.arg("SETUSER").arg("app").arg("on").arg(">pass").arg("~*").arg("+@all").arg("-config");
    admin.call(&user).await.unwrap();
    let redis = Redis::open(&server.url.replace("redis://", "redis://app:pass@"), 1).unwrap();
    assert_eq!(found(&redis).await, [Risk::Unknown]);
    set(&admin, "maxmemory-policy", "allkeys-random").await;
    set(&admin, "maxmemory", "100mb").await;
    assert_eq!(found(&redis).await, [Risk::Eviction, Risk::Unknown]);
}

#[tokio::test]
async fn a_redis_that_is_away_is_an_error_and_not_a_finding() {
    let mut server = Server::start().await;
    server.kill();
    assert!(Redis::open(&server.url, 1).unwrap().examine().await.is_err());
}
