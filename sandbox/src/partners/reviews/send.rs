//! Sends one review to a webhook on the loopback: `POST /_sandbox/{judgeme|yotpo}/send`. What is sent is recorded as a request,
//! with the status that it was answered with.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use platform::Ids;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpStream;

use crate::call::Call;
use crate::partner::Partner;
use crate::partners::uuid;
use crate::sigv4::hex;

/// How long a webhook may take to answer.
const ANSWER: Duration = Duration::from_secs(10);
/// How much of the answer is kept.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;

/// What was sent, and how it was answered.
pub(crate) struct Sent {
    /// The request, as a record shows it.
    pub(crate) call: Call,
    /// Status and body of the answer.
    pub(crate) answer: Result<(u16, Bytes), String>,
}

/// Sends a review as `order` says: `url`, `secret` (Judge.me), `topic` or `event`, and members of the review.
///
/// # Errors
/// When the order cannot be carried out, with the reason.
pub(crate) async fn send(partner: Partner, order: &Value, now: DateTime<Utc>, ids: &Ids) -> Result<Sent, String> {
    let url: Uri = order["url"].as_str().and_then(|url| url.parse().ok()).ok_or("url must be that of a webhook")?;
    let address = loopback(&url)?;
    let (body, mut headers) = match partner {
        Partner::JudgeMe => judge_me(order)?,
        _ => yotpo(order, now, ids),
    };
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    if let Ok(host) = HeaderValue::from_str(url.authority().map_or("", |authority| authority.as_str())) {
        headers.insert("host", host);
    }
    let call = Call {
        method: Method::POST,
        full_path: url.path().to_owned(),
        path: url.to_string(),
        query: String::new(),
        headers,
        body: body.to_string().into(),
    };
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let exchange = tokio::time::timeout(ANSWER, exchange(address, path, &call)).await;
    let answer = exchange.unwrap_or_else(|_| Err(format!("no answer within {} s", ANSWER.as_secs())));
    Ok(Sent { call, answer })
}

/// Returns the address of a URL, which must be on the loopback and plain HTTP.
fn loopback(url: &Uri) -> Result<SocketAddr, String> {
    let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
    let ip: IpAddr = if host == "localhost" {
        [127, 0, 0, 1].into()
    } else {
        host.parse().map_err(|_| "url must be on the loopback")?
    };
    if url.scheme_str() != Some("http") || !ip.is_loopback() {
        return Err("url must be plain HTTP on the loopback".to_owned());
    }
    Ok(SocketAddr::new(ip, url.port_u16().unwrap_or(80)))
}

fn judge_me(order: &Value) -> Result<(Value, HeaderMap), String> {
    let secret = order["secret"].as_str().ok_or("Judge.me needs the `secret` that signs")?;
    let topic = order["topic"].as_str().unwrap_or("review/created");
    if !["review/created", "review/updated", "review/published"].contains(&topic) {
        return Err("topic must be review/created, review/updated or review/published".to_owned());
    }
    let mut review = json!({
        "id": 1,
        "rating": 5,
        "title": "Good",
        "body": "As described.",
        "verified": "buyer",
        "curated": "ok",
        "published": topic == "review/published",
        "source": "web",
        "product_external_id": 1,
        "reviewer": { "id": 1, "email": "a@example.com", "name": "A", "phone": null, "external_id": 1 },
        "pictures": [],
    });
    extend(&mut review, &order["review"]);
    let body = json!({ "review": review });
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(body.to_string().as_bytes());
    let mut headers = HeaderMap::new();
    let signature = hex(&mac.finalize().into_bytes());
    for (name, value) in [("judgeme-hmac-sha256", signature.as_str()), ("judgeme-topic", topic)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    Ok((body, headers))
}

fn yotpo(order: &Value, now: DateTime<Utc>, ids: &Ids) -> (Value, HeaderMap) {
    let mut data = json!({
        "id": 1,
        "score": 5,
        "title": "Good",
        "content": "As described.",
        "verified_buyer": true,
        "customer_email": "a@example.com",
        "order_id": "1",
        "external_order_id": "1",
        "external_product_id": "1",
        "created_at": now.to_rfc3339_opts(SecondsFormat::Secs, true),
        "new": true,
        "deleted": false,
    });
    extend(&mut data, &order["data"]);
    let event = order["event"].as_str().unwrap_or("review_create");
    let mut headers = HeaderMap::new();
    let event_id = order["eventid"].as_str().map_or_else(|| uuid(ids), str::to_owned);
    if let Ok(value) = HeaderValue::from_str(&event_id) {
        headers.insert("eventid", value);
    }
    (json!({ "event": event, "data": data }), headers)
}

fn extend(into: &mut Value, given: &Value) {
    if let (Some(into), Some(given)) = (into.as_object_mut(), given.as_object()) {
        into.extend(given.clone());
    }
}

async fn exchange(address: SocketAddr, path: &str, call: &Call) -> Result<(u16, Bytes), String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| failed(&error))?;
    let connection = tokio::spawn(connection);
    let mut request = Request::post(path);
    if let Some(headers) = request.headers_mut() {
        headers.extend(call.headers.clone());
    }
    let request = request.body(Full::new(call.body.clone())).map_err(|error| failed(&error))?;
    let answered = async {
        let answer = sender.send_request(request).await.map_err(|error| failed(&error))?;
        let status = answer.status().as_u16();
        let body =
            Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await.map_err(|error| failed(&error))?;
        Ok((status, body.to_bytes()))
    };
    let answered = answered.await;
    connection.abort();
    answered
}
