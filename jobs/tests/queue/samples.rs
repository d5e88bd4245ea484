//! Frozen samples of everything that is stored: what was shipped once must be readable for ever.

use jobs::{AwardPoints, CancelAdjustment, JobKind, Maintenance, Payload, PayloadError, Queues, testing};
use redis::AsyncCommands;

use crate::support::*;

const AWARD_POINTS_V1: &str = include_str!("../samples/award-points.v1.json");
const CANCEL_ADJUSTMENT_V1: &str = include_str!("../samples/cancel-adjustment.v1.json");
const MAINTENANCE_V1: &str = include_str!("../samples/maintenance.v1.json");

fn check<P: Payload + std::fmt::Debug>(version: u16, sample: &str) {
    let sample = sample.trim();
    let payload = P::decode(version, sample).unwrap();
    if version == P::VERSION {
        assert_eq!(serde_json::to_string(&payload).unwrap(), sample, "{} changed without a new version", P::KIND);
    }
    assert!(matches!(P::decode(P::VERSION + 1, sample), Err(PayloadError::TooNew { .. })));
    assert!(matches!(P::decode(1, "[]"), Err(PayloadError::Malformed { .. })));
}

#[test]
fn every_payload_version_ever_shipped_can_be_read() {
    // A kind without its samples does not compile here.
    for kind in JobKind::ALL {
        match kind {
            JobKind::AwardPoints => check::<AwardPoints>(1, AWARD_POINTS_V1),
            JobKind::CancelAdjustment => check::<CancelAdjustment>(1, CANCEL_ADJUSTMENT_V1),
            JobKind::Maintenance => check::<Maintenance>(1, MAINTENANCE_V1),
        }
    }
}

#[tokio::test]
async fn the_stored_envelope_is_frozen() {
    let prefix = testing::unique_prefix();
    let queues = Queues::connect_prefixed(&testing::redis_url(), &prefix).unwrap();
    let given = job("m1").trace("t").idempotency_key("k").max_attempts(3);
    queues.enqueue(std::slice::from_ref(&given)).await.unwrap();
    let mut connection = queues.redis().clone();
    let key = format!("{{{prefix}-award-points}}:jobs");
    let stored: Option<String> = connection.hget(key, given.id().as_str()).await.unwrap();
    let expected = format!(
        r#"{{"max":3,"v":1,"at":{},"key":"k","trace":"t","p":{{"log_id":"01JD8Q3VN7Z9M0A2B4C6D8E0F1"}}}}"#,
        given.id().made_at_ms()
    );
    assert_eq!(stored, Some(expected));
}
