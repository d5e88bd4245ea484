//! Signs requests with SigV4, as a client does. That the sandbox checks them right is shown with another implementation's
//! vectors, beside its code.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::{Method, Response};
use sha2::{Digest as _, Sha256};

use crate::support::{TestSandbox, start};

const SECRET: &str = "sandbox-secret-access-key";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sign(service: &str, at: DateTime<Utc>, request: &str) -> (String, String) {
    let (day, time) = (at.format("%Y%m%d").to_string(), at.format("%Y%m%dT%H%M%SZ"));
    let scope = format!("{day}/us-west-004/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request.as_bytes())));
    let key = scope.split('/').fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part));
    (scope, hex(&mac(&key, &text)))
}

/// Sends a signed request. The query must be sorted and encoded.
pub(crate) async fn send(
    test: &TestSandbox,
    service: &str,
    method: Method,
    path: &str,
    query: &str,
    body: impl Into<Vec<u8>>,
) -> Response {
    let body = body.into();
    let at = start();
    let (time, payload) = (at.format("%Y%m%dT%H%M%SZ").to_string(), hex(&Sha256::digest(&body)));
    let host = test.sandbox.url().replace("http://", "");
    let (type_, signed) = if service == "sns" {
        ("application/x-www-form-urlencoded", "host;x-amz-content-sha256;x-amz-date")
    } else {
        ("text/csv", "host;x-amz-content-sha256;x-amz-date")
    };
    let headers = format!("host:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{time}\n");
    let (scope, signature) = sign(service, at, &format!("{method}\n{path}\n{query}\n{headers}\n{signed}\n{payload}"));
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential=sandbox/{scope}, SignedHeaders={signed}, Signature={signature}");
    let joint = if query.is_empty() { String::new() } else { format!("?{query}") };
    let request = test.request(method, &format!("{path}{joint}")).header("authorization", authorization);
    let request =
        request.header("x-amz-date", time).header("x-amz-content-sha256", payload).header("content-type", type_);
    request.body(body).send().await.unwrap()
}

/// Returns a presigned path and query.
pub(crate) fn presign(test: &TestSandbox, method: &Method, path: &str, seconds: u32) -> String {
    let at = start();
    let host = test.sandbox.url().replace("http://", "");
    let query = format!(
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=sandbox%2F{}%2Fus-west-004%2Fs3%2Faws4_request&X-Amz-Date={}&\
         X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host",
        at.format("%Y%m%d"),
        at.format("%Y%m%dT%H%M%SZ"),
    );
    let (_, signature) = sign("s3", at, &format!("{method}\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"));
    format!("{path}?{query}&X-Amz-Signature={signature}")
}
