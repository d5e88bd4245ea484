//! Shopify's OAuth: access tokens for a code, an ID token, an older token or the app's own credentials, and their refreshing. A
//! token carries its shop, its end and a signature, so that it outlives the sandbox's memory; what was used up or replaced is
//! remembered as long as there is room.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use hyper::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::form;
use crate::partners::RequestContext;

/// How long an expiring offline token lives, in seconds.
const ACCESS_S: i64 = 3_600;
/// How long a refresh token lives, in seconds.
const REFRESH_S: i64 = 90 * 24 * 3_600;
/// How long a token for the app's own credentials lives, in seconds.
const CLIENT_CREDENTIALS_S: i64 = 24 * 3_600;
/// Codes, and tokens that were replaced, which are remembered.
const REMEMBERED_MAX: usize = 100_000;
/// The scopes that a token is issued with.
const SCOPES: [&str; 13] = [
    "read_customers",
    "write_customers",
    "read_customer_merge",
    "write_customer_merge",
    "read_discounts",
    "write_discounts",
    "read_orders",
    "read_all_orders",
    "read_products",
    "read_store_credit_accounts",
    "read_store_credit_account_transactions",
    "write_store_credit_account_transactions",
    "write_orders",
];
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const OFFLINE_TOKEN: &str = "urn:shopify:params:oauth:token-type:offline-access-token";

/// Issues and checks tokens.
pub(super) struct Tokens {
    secret: String,
    state: Mutex<State>,
}

struct State {
    /// Codes that were exchanged.
    codes: BoundedMap<String, ()>,
    /// Refresh tokens that were used: by what they were replaced.
    replaced: BoundedMap<String, String>,
    /// Refresh tokens that do not work any more, since their replacement was used.
    dead: BoundedMap<String, ()>,
    /// What was used is kept here, too: the replacement of a refresh token counts as used from then on.
    used: BoundedMap<String, ()>,
}

/// An error of OAuth: status, error, description.
type Refused = (u16, &'static str, &'static str);

impl Tokens {
    /// Returns tokens signed with the app's secret.
    pub(super) fn new(secret: &str) -> Self {
        let map = || BoundedMap::new(REMEMBERED_MAX);
        let state = State { codes: map(), replaced: BoundedMap::new(REMEMBERED_MAX), dead: map(), used: map() };
        Self { secret: secret.to_owned(), state: Mutex::new(state) }
    }

    /// Returns the scopes of an access token, or `None` when it is unknown or has expired.
    pub(super) fn scopes(&self, shop: &str, token: &str, now: DateTime<Utc>) -> Option<Vec<String>> {
        let ends = self.read(shop, "shpat_", token)?;
        (ends == 0 || ends > now.timestamp()).then(|| SCOPES.map(str::to_owned).to_vec())
    }

    /// Answers a request for a token.
    pub(super) fn answer(&self, shop: &str, call: &Call, context: &RequestContext<'_>) -> Answer {
        match self.issue(shop, call, context) {
            Ok(body) => Answer::json(200, &body),
            Err((status, error, description)) => {
                Answer::json(status, &json!({ "error": error, "error_description": description }))
            }
        }
    }

    /// Sends the browser of a merchant, who consents to everything, back to the app with a code.
    pub(super) fn authorize(&self, shop: &str, call: &Call, context: &RequestContext<'_>) -> Answer {
        let asked = form::parse(&call.query);
        let get = |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let (Some(client_id), Some(redirect_uri)) = (get("client_id"), get("redirect_uri")) else {
            return super::answers::errors(400, "Oauth error invalid_request: client_id and redirect_uri are required");
        };
        if call.method != Method::GET || client_id.is_empty() {
            return super::answers::errors(400, "Oauth error invalid_request");
        }
        let code = hex(&self.mac(&format!("code {shop} {}", context.ids.ulid())))[..32].to_owned();
        let mut parameters = vec![("code", code), ("shop", shop.to_owned())];
        parameters.push(("timestamp", context.now.timestamp().to_string()));
        if let Some(state) = get("state") {
            parameters.push(("state", state.to_owned()));
        }
        parameters.sort_unstable();
        let signed = form::encode(parameters.iter().map(|(name, value)| (*name, value.as_str())));
        let signature = hex(&self.mac(&signed));
        let joint = if redirect_uri.contains('?') { '&' } else { '?' };
        Answer::empty(302).with("location", format!("{redirect_uri}{joint}{signed}&hmac={signature}"))
    }

    fn issue(&self, shop: &str, call: &Call, context: &RequestContext<'_>) -> Result<Value, Refused> {
        if call.method != Method::POST {
            return Err((404, "not_found", "Use POST"));
        }
        let asked = parameters(call)?;
        let get = |name: &str| asked[name].as_str().filter(|text| !text.is_empty());
        if get("client_id").is_none() || get("client_secret") != Some(self.secret.as_str()) {
            return Err((401, "invalid_client", "Client authentication failed"));
        }
        let expiring = matches!(&asked["expiring"], Value::String(text) if text == "1" || text == "true")
            || asked["expiring"] == 1
            || asked["expiring"] == true;
        match get("grant_type") {
            None | Some("authorization_code") => {
                let code = get("code").ok_or((400, "invalid_request", "The code is missing"))?;
                let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                if state.codes.insert(format!("{shop} {code}"), ()).is_some() {
                    let description = "The authorization code was not found or was already used";
                    return Err((400, "invalid_request", description));
                }
                drop(state);
                Ok(self.tokens(shop, expiring, context))
            }
            Some(TOKEN_EXCHANGE) => {
                let subject = get("subject_token").ok_or((400, "invalid_request", "subject_token is missing"))?;
                let valid = match get("subject_token_type") {
                    Some(ID_TOKEN) => self.is_session_token(shop, subject, context.now),
                    Some(OFFLINE_TOKEN) => self.scopes(shop, subject, context.now).is_some(),
                    _ => return Err((400, "invalid_request", "subject_token_type is not supported")),
                };
                if !valid {
                    return Err((400, "invalid_subject_token", "The subject token is invalid or has expired"));
                }
                Ok(self.tokens(shop, expiring, context))
            }
            Some("client_credentials") => {
                let ends = (context.now + TimeDelta::seconds(CLIENT_CREDENTIALS_S)).timestamp();
                let token = self.write(shop, "shpat_", ends, context);
                Ok(json!({ "access_token": token, "scope": SCOPES.join(","), "expires_in": CLIENT_CREDENTIALS_S }))
            }
            Some("refresh_token") => {
                let token = get("refresh_token").ok_or((400, "invalid_request", "The refresh token is missing"))?;
                self.refresh(shop, token, context)
            }
            Some(_) => Err((400, "unsupported_grant_type", "The grant type is not supported")),
        }
    }

    /// Replaces a refresh token. The old one works until its replacement is first used.
    fn refresh(&self, shop: &str, token: &str, context: &RequestContext<'_>) -> Result<Value, Refused> {
        let invalid = (400, "invalid_grant", "The refresh token is invalid, has expired or was replaced");
        let ends = self.read(shop, "shprt_", token).ok_or(invalid)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if ends <= context.now.timestamp() || state.dead.get(token).is_some() {
            return Err(invalid);
        }
        // Using this one ends the one it replaced.
        if state.used.insert(token.to_owned(), ()).is_none()
            && let Some(old) = state.replaced.get(token).cloned()
        {
            state.dead.insert(old, ());
        }
        let issued = self.tokens(shop, true, context);
        if let Some(new) = issued["refresh_token"].as_str() {
            state.replaced.insert(new.to_owned(), token.to_owned());
        }
        Ok(issued)
    }

    fn tokens(&self, shop: &str, expiring: bool, context: &RequestContext<'_>) -> Value {
        if !expiring {
            return json!({ "access_token": self.write(shop, "shpat_", 0, context), "scope": SCOPES.join(",") });
        }
        let ends = |seconds: i64| (context.now + TimeDelta::seconds(seconds)).timestamp();
        json!({
            "access_token": self.write(shop, "shpat_", ends(ACCESS_S), context),
            "scope": SCOPES.join(","),
            "expires_in": ACCESS_S,
            "refresh_token": self.write(shop, "shprt_", ends(REFRESH_S), context),
            "refresh_token_expires_in": REFRESH_S,
        })
    }

    /// Writes a token: its end (0 for none), a random part, and the beginning of the signature over both and the shop.
    fn write(&self, shop: &str, prefix: &str, ends: i64, context: &RequestContext<'_>) -> String {
        let body = format!("{:08x}{:08x}", ends, context.ids.random_u64() >> 32);
        format!("{prefix}{body}{}", self.seal(shop, prefix, &body))
    }

    /// Reads the end of a token of that shop.
    fn read(&self, shop: &str, prefix: &str, token: &str) -> Option<i64> {
        let (body, seal) = token.strip_prefix(prefix)?.split_at_checked(16)?;
        (self.seal(shop, prefix, body) == seal).then(|| i64::from_str_radix(&body[..8], 16).ok())?
    }

    fn seal(&self, shop: &str, prefix: &str, body: &str) -> String {
        hex(&self.mac(&format!("{prefix} {shop} {body}")))[..16].to_owned()
    }

    fn mac(&self, text: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes())
            .unwrap_or_else(|_| unreachable!("any length is a key"));
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    /// Returns whether a session token is signed with the app's secret, for this shop, and still valid.
    fn is_session_token(&self, shop: &str, token: &str, now: DateTime<Utc>) -> bool {
        let Some((signed, signature)) = token.rsplit_once('.') else { return false };
        let claims = signed.split_once('.').and_then(|(_, claims)| URL_SAFE_NO_PAD.decode(claims).ok());
        let claims: Value = claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(self.mac(signed)) == signature
            && claims["dest"].as_str() == Some(&format!("https://{shop}"))
            && claims["exp"].as_i64().is_some_and(|ends| ends > now.timestamp())
    }
}

fn parameters(call: &Call) -> Result<Value, Refused> {
    let wrong = (400, "invalid_request", "The body must be JSON or a form");
    if call.has_content_type("application/json") {
        return serde_json::from_slice(&call.body).ok().filter(Value::is_object).ok_or(wrong);
    }
    if !call.has_content_type("application/x-www-form-urlencoded") {
        return Err(wrong);
    }
    let text = std::str::from_utf8(&call.body).map_err(|_| wrong)?;
    Ok(form::parse(text).into_iter().map(|(name, value)| (name, Value::from(value))).collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
