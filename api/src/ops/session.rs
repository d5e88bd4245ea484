//! Sessions as signed cookies: who is signed in, since when, and when the person was last active. They need no store, so that
//! the monitor works while PostgreSQL is unavailable; one that its user ended is refused by its id (`ops_sessions_ended`).
//! The key comes from the configured tokens: a changed token ends every session. Holds no personal data of customers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use moka::future::Cache;
use poem::Request;
use poem::http::header;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::identity::Identity;
use crate::error::ApiError;
use crate::v1::admin::model::session::Role;

/// Name of the cookie.
const COOKIE: &str = "loyalnest_ops";
/// Where it is sent: to the API only, not with the pages.
const COOKIE_PATH: &str = "/v1/api";
/// Longest cookie that is read.
const COOKIE_BYTES_MAX: usize = 1_024;
/// Attempts to sign in from one address in [`ATTEMPTS_WINDOW`].
const ATTEMPTS_MAX: u32 = 10;
/// See [`ATTEMPTS_MAX`].
const ATTEMPTS_WINDOW: Duration = Duration::from_secs(60);
/// Addresses whose attempts are counted.
const ADDRESSES_MAX: u64 = 20_000;

/// What a cookie says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    id: String,
    actor: String,
    name: String,
    role: u8,
    payloads: bool,
    born_ms: i64,
    active_ms: i64,
}

/// A session that is valid at the moment it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// Its id.
    pub(crate) id: String,
    /// Who is signed in.
    pub(crate) identity: Identity,
    /// When it began.
    born: DateTime<Utc>,
    /// When the person was last active.
    active: DateTime<Utc>,
}

/// Makes and reads sessions.
pub(crate) struct Sessions {
    key: [u8; 32],
    idle: TimeDelta,
    lasts: TimeDelta,
}

impl Sessions {
    /// Sessions that end after `idle` without activity, and after `lasts` in any case. `secrets` are all tokens.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>, idle: Duration, lasts: Duration) -> Self {
        let mut mac = keyed(b"loyalnest ops session 1");
        for secret in secrets {
            mac.update(&(secret.len() as u64).to_be_bytes());
            mac.update(secret.as_bytes());
        }
        let delta = |duration| TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX);
        Self { key: mac.finalize().into_bytes().into(), idle: delta(idle), lasts: delta(lasts) }
    }

    /// A new session.
    pub(crate) fn begin(&self, id: String, identity: Identity, now: DateTime<Utc>) -> Session {
        Session { id, identity, born: now, active: now }
    }

    /// The session, with the person active at `now`.
    pub(crate) fn keep(&self, session: &Session, now: DateTime<Utc>) -> Session {
        Session { active: session.active.max(now), ..session.clone() }
    }

    /// When it ends without further activity.
    pub(crate) fn idle_ends_at(&self, session: &Session) -> DateTime<Utc> {
        session.active + self.idle
    }

    /// When it ends in any case.
    pub(crate) fn ends_at(&self, session: &Session) -> DateTime<Utc> {
        session.born + self.lasts
    }

    /// Seconds without activity after which a session ends.
    pub(crate) fn idle_seconds(&self) -> u64 {
        self.idle.num_seconds().unsigned_abs()
    }

    /// The value of `Set-Cookie` that makes the browser keep the session. `HttpOnly`: no script reads it; `SameSite=Strict`: no
    /// other site makes the browser send it; `Secure`: not without TLS, except to the machine itself.
    pub(crate) fn cookie(&self, session: &Session) -> String {
        let Session { id, identity, born, active } = session;
        let claims = Claims {
            id: id.clone(),
            actor: identity.id.clone(),
            name: identity.name.clone(),
            role: identity.role as u8,
            payloads: identity.sees_payloads,
            born_ms: born.timestamp_millis(),
            active_ms: active.timestamp_millis(),
        };
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&claims).unwrap_or_default());
        let mac = self.mac("cookie", &body);
        format!("{COOKIE}={body}.{mac}; HttpOnly; Secure; SameSite=Strict; Path={COOKIE_PATH}")
    }

    /// The value of `Set-Cookie` that makes the browser forget the session.
    pub(crate) fn cookie_of_none() -> String {
        format!("{COOKIE}=; HttpOnly; Secure; SameSite=Strict; Path={COOKIE_PATH}; Max-Age=0")
    }

    /// Returns whether the request carries a cookie of a session, valid or not.
    pub(crate) fn is_named_in(request: &Request) -> bool {
        value_in(request).is_some()
    }

    /// The session whose cookie the request carries, unless it is forged or has ended at `now`.
    pub(crate) fn of(&self, request: &Request, now: DateTime<Utc>) -> Option<Session> {
        self.open(value_in(request)?, now)
    }

    fn open(&self, cookie: &str, now: DateTime<Utc>) -> Option<Session> {
        let (body, mac) = cookie.split_once('.').filter(|_| cookie.len() <= COOKIE_BYTES_MAX)?;
        if !bool::from(self.mac("cookie", body).as_bytes().ct_eq(mac.as_bytes())) {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let role = [Role::Viewer, Role::Operator, Role::Admin].into_iter().find(|role| *role as u8 == claims.role)?;
        let session = Session {
            id: claims.id,
            identity: Identity { id: claims.actor, name: claims.name, role, sees_payloads: claims.payloads },
            born: DateTime::from_timestamp_millis(claims.born_ms)?,
            active: DateTime::from_timestamp_millis(claims.active_ms)?,
        };
        (now < self.idle_ends_at(&session) && now < self.ends_at(&session)).then_some(session)
    }

    /// What changes of this session must carry in `x-csrf-token`: another site can neither read nor guess it.
    pub(crate) fn csrf_token(&self, session: &Session) -> String {
        self.mac("csrf", &session.id)
    }

    /// Returns whether the request carries the session's token.
    pub(crate) fn has_csrf_token(&self, session: &Session, request: &Request) -> bool {
        let given = request.headers().get("x-csrf-token").map(|value| value.as_bytes()).unwrap_or_default();
        self.csrf_token(session).as_bytes().ct_eq(given).into()
    }

    fn mac(&self, purpose: &str, text: &str) -> String {
        let mut mac = keyed(&self.key);
        mac.update(purpose.as_bytes());
        mac.update(b":");
        mac.update(text.as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

fn value_in(request: &Request) -> Option<&str> {
    let headers = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = headers.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// Returns whether the request comes from a page of this server, or from a program: a browser names the page's origin with
/// everything but a plain read.
pub(crate) fn is_same_origin(request: &Request) -> bool {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return true };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    origin.is_some() && origin == host
}

/// Bounds attempts to sign in by address, in this process.
pub(crate) struct SignInLimit(Cache<String, Arc<AtomicU32>>);

impl SignInLimit {
    pub(crate) fn new() -> Self {
        Self(Cache::builder().max_capacity(ADDRESSES_MAX).time_to_live(ATTEMPTS_WINDOW).build())
    }

    /// Counts an attempt from that address.
    ///
    /// # Errors
    /// 429 when there were too many.
    pub(crate) async fn count(&self, address: &str) -> Result<(), ApiError> {
        let count = self.0.get_with(address.to_owned(), async { Arc::default() }).await;
        if count.fetch_add(1, Ordering::Relaxed) >= ATTEMPTS_MAX {
            let error = ApiError::rate_limited(ATTEMPTS_WINDOW);
            return Err(ApiError { message: "too many attempts to sign in: see Retry-After".to_owned(), ..error });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions(secret: &str) -> Sessions {
        Sessions::new([secret], Duration::from_secs(1_800), Duration::from_secs(43_200))
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn request(set_cookie: &str) -> Request {
        let pair = set_cookie.split(';').next().unwrap();
        Request::builder().header("cookie", format!("other=1; {pair}")).finish()
    }

    fn operator() -> Identity {
        Identity { id: "o".to_owned(), name: "O".to_owned(), role: Role::Operator, sees_payloads: true }
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_after_its_longest_time_whatever_the_activity() {
        let sessions = sessions("secret");
        let session = sessions.begin("s".to_owned(), operator(), at(0));
        let cookie = sessions.cookie(&session);
        assert_eq!(sessions.of(&request(&cookie), at(1_799)), Some(session.clone()));
        assert_eq!(sessions.of(&request(&cookie), at(1_800)), None);
        let kept = sessions.keep(&session, at(1_700));
        assert!(sessions.of(&request(&sessions.cookie(&kept)), at(3_499)).is_some());
        let late = sessions.keep(&session, at(43_190));
        assert!(sessions.of(&request(&sessions.cookie(&late)), at(43_199)).is_some());
        assert_eq!(sessions.of(&request(&sessions.cookie(&late)), at(43_200)), None);
    }

    #[test]
    fn a_cookie_that_was_changed_or_is_of_other_tokens_is_not_taken() {
        let (sessions, others) = (sessions("secret"), sessions("another"));
        let session = sessions.begin("s".to_owned(), operator(), at(0));
        let cookie = sessions.cookie(&session);
        assert_eq!(others.of(&request(&cookie), at(1)), None);
        let admin = Session { identity: Identity { role: Role::Admin, ..operator() }, ..session.clone() };
        let body = |cookie: &str| cookie.split('.').next().unwrap().to_owned();
        let mac = cookie.split('.').nth(1).unwrap();
        let forged = format!("{}.{mac}", body(&sessions.cookie(&admin)));
        assert_eq!(sessions.of(&request(&forged), at(1)), None);
        for junk in ["loyalnest_ops=", "loyalnest_ops=.", "loyalnest_ops=a.b", "x"] {
            assert_eq!(sessions.of(&request(junk), at(1)), None, "{junk}");
        }
    }

    #[test]
    fn a_change_needs_the_token_of_its_session_and_a_page_of_this_server() {
        let sessions = sessions("secret");
        let session = sessions.begin("s".to_owned(), operator(), at(0));
        let with = |token: &str| Request::builder().header("x-csrf-token", token).finish();
        assert!(sessions.has_csrf_token(&session, &with(&sessions.csrf_token(&session))));
        let other = sessions.begin("t".to_owned(), operator(), at(0));
        assert!(!sessions.has_csrf_token(&session, &with(&sessions.csrf_token(&other))));
        assert!(!sessions.has_csrf_token(&session, &Request::default()));
        let from = |origin: &str| Request::builder().header("host", "a:1").header("origin", origin).finish();
        assert!(is_same_origin(&from("http://a:1")) && is_same_origin(&from("https://a:1")));
        for other in ["http://a", "http://b:1", "null", "a:1"] {
            assert!(!is_same_origin(&from(other)), "{other}");
        }
    }

    #[tokio::test]
    async fn attempts_to_sign_in_are_limited_by_address() {
        let limit = SignInLimit::new();
        for _ in 0..ATTEMPTS_MAX {
            limit.count("a").await.unwrap();
        }
        assert!(limit.count("a").await.is_err());
        limit.count("b").await.unwrap();
    }
}
