//! Reads one delivery from its bytes alone: signature first, then JSON, then facts and the job they need; and encrypts what it
//! says of people once its merchant is known. Nothing here waits, and nothing is parsed before its signature is verified.

use domain::{MerchantId, PersonalData};
use jobs::JobKind;
use platform::Ids;
use serde::de::IgnoredAny;
use shopify::{ParseError, Secrets, Topic, WebhookHeaders};
use store::crypto::{Encrypted, KeyRing, Nonce, WebhookBody, WebhookPersonalData};

use crate::error::{ApiError, Code};

/// Why a recorded webhook of a topic that is not ours needs no work.
const NOTE_UNNEEDED: &str = "topic not needed";
/// Characters of a note that are kept.
const NOTE_CHARS_MAX: usize = 400;

/// A verified delivery, ready to be recorded once its shop is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// The facts as JSON that PostgreSQL can store, without personal data.
    pub(super) facts: Option<String>,
    /// What the body says of a person.
    pub(super) personal_data: PersonalData,
    /// Why there are no facts, or no work.
    pub(super) note: Option<String>,
    /// The kind of job that handles it; `None`: its handler comes with a later release, and the record waits for it.
    pub(super) job: Option<JobKind>,
    /// `pending`, or `success` when there is nothing to do.
    pub(super) status: &'static str,
}

/// What of a delivery is stored encrypted.
#[derive(Debug)]
pub(super) struct Sealed {
    /// What its job needs to know of a person; `None`: nothing.
    pub(super) personal_data: Option<Encrypted<WebhookPersonalData>>,
    /// The raw bytes.
    pub(super) body: Encrypted<WebhookBody>,
}

/// Encrypts what a delivery to `merchant` holds of people.
pub(super) fn seal(
    keys: &KeyRing,
    ids: &Ids,
    merchant: &MerchantId,
    personal_data: &PersonalData,
    raw: &[u8],
) -> Sealed {
    let nonce = || Nonce::new(ids.random_bytes());
    let said = !personal_data.is_empty();
    Sealed {
        personal_data: said.then(|| Encrypted::seal(keys, nonce(), merchant, personal_data)),
        body: Encrypted::seal(keys, nonce(), merchant, raw),
    }
}

/// Verifies and reads a delivery.
pub(super) fn verify_and_parse(secrets: &Secrets, headers: &WebhookHeaders, raw: &[u8]) -> Result<Delivery, ApiError> {
    if !shopify::verify(secrets, raw, &headers.hmac) {
        return Err(ApiError::new(Code::InvalidSignature, "the signature is not that of the body"));
    }
    let Some(topic) = Topic::parse(&headers.topic) else {
        if let Err(error) = serde_json::from_slice::<IgnoredAny>(raw) {
            return Err(not_json(&error.to_string()));
        }
        let (personal_data, note) = (PersonalData::default(), Some(NOTE_UNNEEDED.to_owned()));
        return Ok(Delivery { facts: None, personal_data, note, job: None, status: "success" });
    };
    let mut personal_data = PersonalData::default();
    let (facts, note) = match shopify::parse(topic, raw).map(|facts| facts.triggered_at(headers.triggered_at)) {
        Ok(mut facts) => {
            personal_data = facts.take_personal_data();
            match serde_json::to_string(&facts) {
                Ok(json) => (Some(storable(json)), None),
                Err(error) => (None, Some(note(&error.to_string()))),
            }
        }
        Err(ParseError::Shape(reason)) => (None, Some(note(&reason))),
        Err(ParseError::NotJson(reason)) => return Err(not_json(&reason)),
    };
    Ok(Delivery { facts, personal_data, note, job: JobKind::of_topic(topic.as_str()), status: "pending" })
}

fn not_json(reason: &str) -> ApiError {
    ApiError::new(Code::InvalidJson, format!("the body is not JSON: {reason}"))
}

/// Text columns take no NUL, and a note is read by people: bounded and printable.
fn note(reason: &str) -> String {
    let printable = reason.chars().filter(|character| !character.is_control());
    "shape: ".chars().chain(printable.take(NOTE_CHARS_MAX)).collect()
}

/// PostgreSQL's jsonb takes every JSON text but those with a NUL character: it is cut out. The raw bytes keep it.
fn storable(json: String) -> String {
    if !json.contains("\\u0000") {
        return json;
    }
    match serde_json::from_str(&json) {
        Ok(mut value) => {
            cut_nul(&mut value);
            value.to_string()
        }
        Err(_) => json,
    }
}

fn cut_nul(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::String(text) => text.retain(|character| character != '\0'),
        serde_json::Value::Array(items) => items.iter_mut().for_each(cut_nul),
        serde_json::Value::Object(fields) => {
            let old = std::mem::take(fields);
            fields.extend(old.into_iter().map(|(name, mut value)| {
                cut_nul(&mut value);
                (name.replace('\0', ""), value)
            }));
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use platform::{Clock as _, SystemClock};
    use shopify::testing::{self, OrderPayload};
    use store::crypto::NamedKey;

    use super::*;

    const SECRET: &[u8] = b"hush";

    fn try_out(topic: &str, raw: &[u8]) -> Result<Delivery, ApiError> {
        let hmac = shopify::sign(SECRET, raw);
        let headers = WebhookHeaders::from_lookup(|name| match name {
            "x-shopify-topic" => Some(topic),
            "x-shopify-shop-domain" => Some("a.myshopify.com"),
            "x-shopify-hmac-sha256" => Some(hmac.as_str()),
            "x-shopify-webhook-id" => Some("w1"),
            _ => None,
        });
        verify_and_parse(&Secrets::new(vec![SECRET.to_vec()]), &headers.unwrap(), raw)
    }

    #[test]
    fn the_signature_comes_before_everything() {
        let headers = WebhookHeaders {
            topic: "orders/create".to_owned(),
            shop_domain: "a.myshopify.com".to_owned(),
            hmac: shopify::sign(b"other", b"{"),
            webhook_id: "w1".to_owned(),
            event_id: None,
            api_version: None,
            triggered_at: None,
        };
        let refused = verify_and_parse(&Secrets::new(vec![SECRET.to_vec()]), &headers, b"{").unwrap_err();
        assert_eq!(refused.code, Code::InvalidSignature);
    }

    #[test]
    fn a_body_that_is_not_json_is_refused_for_every_topic() {
        for topic in ["orders/create", "products/update", "shop/redact"] {
            for raw in [&b""[..], b"{", b"not json", b"{} {}"] {
                assert_eq!(try_out(topic, raw).unwrap_err().code, Code::InvalidJson, "{topic}");
            }
        }
    }

    #[test]
    fn json_of_another_shape_is_recorded_with_the_reason_and_its_job() {
        for raw in [&b"[]"[..], b"{}", b"null", b"{\"id\":\"x\"}"] {
            let delivery = try_out("orders/create", raw).unwrap();
            assert_eq!((delivery.facts, delivery.status), (None, "pending"));
            assert_eq!(delivery.job, Some(JobKind::AwardPoints));
            assert!(delivery.note.unwrap().starts_with("shape: "));
        }
    }

    #[test]
    fn a_topic_that_is_not_ours_needs_no_work() {
        let delivery = try_out("products/update", b"{\"id\":1}").unwrap();
        assert_eq!((delivery.facts, delivery.job, delivery.status), (None, None, "success"));
        assert_eq!(delivery.note.as_deref(), Some(NOTE_UNNEEDED));
    }

    #[test]
    fn facts_name_no_person_and_what_does_is_encrypted_for_the_merchant() {
        let keys = KeyRing::new(NamedKey { id: "k1", key: &[1; 32] }, []);
        let ids = Ids::from_system(SystemClock::shared()).unwrap();
        let merchant = MerchantId::parse(&ids.ulid()).unwrap();
        for (topic, body) in [
            ("orders/create", OrderPayload::new(1).line(100, 1).json()),
            ("orders/paid", OrderPayload::new(1).guest(Some("ada@example.com")).json()),
            ("customers/update", testing::customer(7, Some("ada@example.com"), SystemClock.now())),
            ("customers/redact", testing::customers_redact("a.myshopify.com", 7, "ada@example.com", &[1])),
            ("customers/data_request", testing::customers_data_request("a.myshopify.com", 7, "ada@example.com", &[1])),
        ] {
            let delivery = try_out(topic, body.as_bytes()).unwrap();
            let facts = delivery.facts.unwrap();
            assert!(!facts.contains('@') && !facts.contains("locale"), "{topic}: {facts}");
            let sealed = seal(&keys, &ids, &merchant, &delivery.personal_data, body.as_bytes());
            let opened = sealed.personal_data.unwrap().open(&keys, &merchant).unwrap();
            assert_eq!(opened.email.as_deref(), Some("ada@example.com"), "{topic}");
            assert_eq!(sealed.body.open(&keys, &merchant).unwrap(), body.as_bytes());
        }
        let impersonal = try_out("refunds/create", br#"{"id":9,"order_id":5}"#).unwrap();
        assert!(seal(&keys, &ids, &merchant, &impersonal.personal_data, b"{}").personal_data.is_none());
    }

    #[test]
    fn the_catalogue_names_topics_that_exist_and_others_wait_for_their_job() {
        for (kind, topic) in JobKind::ALL.iter().flat_map(|kind| kind.topics().iter().map(move |topic| (kind, *topic)))
        {
            let known = Topic::parse(topic).map(Topic::as_str);
            assert_eq!(known, Some(topic), "the catalogue names {topic} for {kind}, which is no topic of Shopify's");
        }
        let waiting = try_out("app/uninstalled", b"{\"id\":548380009}").unwrap();
        assert_eq!((waiting.job, waiting.status), (None, "pending"));
        assert!(waiting.facts.is_some());
    }

    #[test]
    fn no_nul_reaches_the_database() {
        let json = serde_json::json!({ "a\0": ["x\0y", "back\\u0000slash"], "n": 18_446_744_073_709_551_615_u64 });
        let stored = storable(json.to_string());
        let read: serde_json::Value = serde_json::from_str(&stored).unwrap();
        assert_eq!(read["a"], serde_json::json!(["xy", "back\\u0000slash"]));
        assert_eq!(read["n"], json["n"]);
        assert_eq!(note("a\0b\nc"), "shape: abc");
        assert_eq!(note(&"é".repeat(1_000)).chars().count(), NOTE_CHARS_MAX + "shape: ".len());
    }
}
