//! AWS Signature Version 4, checked: in the header `Authorization`, or in the query of a presigned URL. Time is an argument.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use crate::call::Call;
use crate::form::{decode, quote};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far the caller's clock may be off.
const SKEW_MAX: TimeDelta = TimeDelta::minutes(15);
/// How long a presigned URL may be valid, in seconds.
const EXPIRES_S_MAX: i64 = 7 * 24 * 3_600;
/// What stands for the hash of a body that is not signed.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Whose signatures are accepted.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    /// The name of the key.
    pub(crate) access_key_id: String,
    /// The key.
    pub(crate) secret_access_key: String,
}

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is none.
    Missing,
    /// It has not the right form.
    Malformed,
    /// The key is not known.
    UnknownKey,
    /// It is not that of this request.
    Mismatch,
    /// The caller's clock is off, or the request was made long ago.
    Skewed,
    /// The presigned URL has expired.
    Expired,
    /// The body is not the one that was signed.
    Body,
}

/// The parts of a signature.
struct Signature {
    key_id: String,
    scope: String,
    signed_headers: String,
    signature: String,
    at: String,
    presigned_for: Option<i64>,
}

/// Checks the signature of a request to that service.
///
/// # Errors
/// Why it is not accepted.
pub(crate) fn verify(call: &Call, service: &str, known: &Credentials, now: DateTime<Utc>) -> Result<(), Refused> {
    let signature = signature(call)?;
    let at = NaiveDateTime::parse_from_str(&signature.at, "%Y%m%dT%H%M%SZ").map_err(|_| Refused::Malformed)?.and_utc();
    let day = signature.at.get(..8).unwrap_or_default();
    let scope: Vec<&str> = signature.scope.split('/').collect();
    match scope[..] {
        [of, region, for_, "aws4_request"] if of == day && !region.is_empty() && for_ == service => {}
        _ => return Err(Refused::Malformed),
    }
    if signature.key_id != known.access_key_id {
        return Err(Refused::UnknownKey);
    }
    match signature.presigned_for {
        Some(seconds) if now > at + TimeDelta::seconds(seconds) => return Err(Refused::Expired),
        Some(_) if at > now + SKEW_MAX => return Err(Refused::Skewed),
        None if (now - at).abs() > SKEW_MAX => return Err(Refused::Skewed),
        _ => {}
    }
    let payload = payload_hash(call, service, signature.presigned_for.is_some())?;
    let request = canonical_request(call, service, &signature.signed_headers, &payload)?;
    let text =
        format!("{ALGORITHM}\n{}\n{}\n{}", signature.at, signature.scope, hex(&Sha256::digest(request.as_bytes())));
    let key = scope.iter().fold(format!("AWS4{}", known.secret_access_key).into_bytes(), |key, part| mac(&key, part));
    let expected = hex(&mac(&key, &text));
    if expected == signature.signature { Ok(()) } else { Err(Refused::Mismatch) }
}

/// Returns the bytes in lower hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| unreachable!("any length is a key"));
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn signature(call: &Call) -> Result<Signature, Refused> {
    if let Some(header) = call.header("authorization") {
        let rest = header.strip_prefix(ALGORITHM).ok_or(Refused::Malformed)?;
        let part = |name: &str| {
            let found = rest.split(',').map(str::trim).find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            found.map(str::to_owned).ok_or(Refused::Malformed)
        };
        let at = call.header("x-amz-date").ok_or(Refused::Malformed)?.to_owned();
        return split(&part("Credential")?, part("SignedHeaders")?, part("Signature")?, at, None);
    }
    let parameter = |name: &str| {
        let found = call.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.map(decode)
    };
    if parameter("X-Amz-Algorithm").as_deref() != Some(ALGORITHM) {
        return Err(Refused::Missing);
    }
    let required = |name: &str| parameter(name).ok_or(Refused::Malformed);
    let seconds: i64 = required("X-Amz-Expires")?.parse().map_err(|_| Refused::Malformed)?;
    if !(1..=EXPIRES_S_MAX).contains(&seconds) {
        return Err(Refused::Malformed);
    }
    let (headers, signature) = (required("X-Amz-SignedHeaders")?, required("X-Amz-Signature")?);
    split(&required("X-Amz-Credential")?, headers, signature, required("X-Amz-Date")?, Some(seconds))
}

fn split(
    credential: &str,
    signed_headers: String,
    signature: String,
    at: String,
    presigned_for: Option<i64>,
) -> Result<Signature, Refused> {
    let (key_id, scope) = credential.split_once('/').ok_or(Refused::Malformed)?;
    Ok(Signature { key_id: key_id.to_owned(), scope: scope.to_owned(), signed_headers, signature, at, presigned_for })
}

fn payload_hash(call: &Call, service: &str, presigned: bool) -> Result<String, Refused> {
    let actual = hex(&Sha256::digest(&call.body));
    if presigned {
        return Ok(UNSIGNED.to_owned());
    }
    match call.header("x-amz-content-sha256") {
        Some(UNSIGNED) => Ok(UNSIGNED.to_owned()),
        Some(declared) if declared == actual => Ok(actual),
        Some(_) => Err(Refused::Body),
        // Only S3 demands the header.
        None if service == "s3" => Err(Refused::Malformed),
        None => Ok(actual),
    }
}

fn canonical_request(call: &Call, service: &str, signed_headers: &str, payload: &str) -> Result<String, Refused> {
    let signed: Vec<&str> = signed_headers.split(';').collect();
    let all_signed = call.headers.keys().filter(|name| name.as_str().starts_with("x-amz-"));
    if !signed.contains(&"host") || all_signed.into_iter().any(|name| !signed.contains(&name.as_str())) {
        return Err(Refused::Mismatch);
    }
    let mut headers = String::new();
    for name in &signed {
        let values: Vec<String> = call.headers.get_all(*name).iter().map(|value| trimmed(value.as_bytes())).collect();
        if values.is_empty() {
            return Err(Refused::Mismatch);
        }
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let path: Vec<String> = call.full_path.split('/').map(|segment| quote(&decode(segment))).collect();
    let path = path.join("/");
    // Every service but S3 encodes the path twice.
    let path = if service == "s3" { path } else { path.replace('%', "%25") };
    let mut query: Vec<(String, String)> = call
        .query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("X-Amz-Signature="))
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (quote(&decode(name)), quote(&decode(value))))
        .collect();
    query.sort();
    let query = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    Ok(format!("{}\n{path}\n{query}\n{headers}\n{signed_headers}\n{payload}", call.method))
}

/// Returns a header's value without spaces at its ends, and one space where there were several.
fn trimmed(value: &[u8]) -> String {
    String::from_utf8_lossy(value).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
