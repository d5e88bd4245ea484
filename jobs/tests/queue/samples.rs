//! Frozen samples of everything that is stored: what was shipped once must be readable for ever.

use std::{fs, path::Path};

use jobs::{JobKind, Payload, PayloadError, Queues, testing};
use redis::AsyncCommands;

use crate::support::*;

/// Reads the samples of all versions of a payload.
fn check<P: Payload>() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    for version in 1..=P::VERSION {
        let path = folder.join(format!("{}.v{version}.json", P::KIND));
        let sample = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let payload = P::decode(version, sample.trim()).unwrap();
        if version == P::VERSION {
            let written = serde_json::to_string(&payload).unwrap();
            assert_eq!(written, sample.trim(), "{} changed without a new version", P::KIND);
        }
        assert!(matches!(P::decode(P::VERSION + 1, sample.trim()), Err(PayloadError::TooNew { .. })));
    }
    assert!(matches!(P::decode(1, "[]"), Err(PayloadError::Malformed { .. })));
}

macro_rules! check_payloads {
    ($($module:ident::$payload:ident($($entry:tt)*);)*) => { $(check::<jobs::$payload>();)* };
}

#[test]
fn every_payload_version_ever_shipped_can_be_read() {
    jobs::catalogue!(check_payloads);
}

#[test]
fn a_webhook_has_a_job_exactly_where_its_kind_has_topics() {
    for kind in JobKind::ALL {
        let merchant = domain::MerchantId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F2").unwrap();
        let made = jobs::NewJob::of_webhook(kind, payload().log_id, &merchant);
        assert_eq!(made.is_some(), kind.is_of_webhook(), "{kind}");
        for topic in kind.topics() {
            assert_eq!(JobKind::of_topic(topic), Some(kind));
        }
    }
    assert_eq!(JobKind::of_topic("products/create"), None);
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
