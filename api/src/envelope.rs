//! What surrounds every request: its id, its span, its metrics, and one shape for everything that is refused. Logs the
//! method, the route's pattern and the status; never a body, a query, a key or a person.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use platform::Ids;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{Endpoint, PathPattern, Request, Response};
use poem_openapi::error::{ContentTypeError, ParseParamError, ParsePathError};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::error::{ApiError, Code, RETRY_AFTER, envelope};
use crate::routes::{Known, Table};
use crate::text;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest request id that is taken over from the caller.
const REQUEST_ID_CHARS_MAX: usize = 128;

/// Names one request: given by the caller, or made here.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    fn of(request: &Request, ids: &Ids) -> Self {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
        match given {
            Some(id) if !id.is_empty() && id.len() <= REQUEST_ID_CHARS_MAX && id.bytes().all(allowed) => {
                Self(id.into())
            }
            _ => Self(ids.ulid().into()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Headers that an extractor or a handler adds to the answer, whatever becomes of the request.
#[derive(Debug, Clone, Default)]
pub(crate) struct AnswerHeaders(Arc<Mutex<Vec<(HeaderName, HeaderValue)>>>);

impl AnswerHeaders {
    /// Adds a header to the answer of this request.
    pub(crate) fn add(request: &Request, name: HeaderName, value: &str) {
        if let (Some(headers), Ok(value)) = (request.data::<Self>(), HeaderValue::from_str(value)) {
            headers.0.lock().unwrap_or_else(PoisonError::into_inner).push((name, value));
        }
    }

    /// Adds a header in place of those of the same name that were added before.
    pub(crate) fn replace(request: &Request, name: HeaderName, value: &str) {
        if let Some(headers) = request.data::<Self>() {
            headers.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(other, _)| *other != name);
        }
        Self::add(request, name, value);
    }

    fn take(&self) -> Vec<(HeaderName, HeaderValue)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The outermost endpoint.
pub(crate) struct Enveloped<E> {
    inner: E,
    table: Table,
    ids: Arc<Ids>,
}

impl<E> Enveloped<E> {
    pub(crate) fn new(inner: E, table: Table, ids: Arc<Ids>) -> Self {
        Self { inner, table, ids }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Enveloped<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let id = RequestId::of(&request, &self.ids);
        let method = request.method().clone();
        let added = AnswerHeaders::default();
        request.extensions_mut().insert(id.clone());
        request.extensions_mut().insert(added.clone());
        let span = tracing::info_span!("request", request_id = %id);
        let answered = match text::check_uri(request.uri()) {
            Ok(()) => self.inner.call(request).instrument(span.clone()).await,
            Err(error) => Err(error.into()),
        };
        let (known, mut response) = match answered {
            Ok(response) => (self.table.find(response.data::<PathPattern>()), response),
            Err(error) => {
                let known = self.table.find(error.data::<PathPattern>());
                (known, span.in_scope(|| respond(&refusal(&error), known)))
            }
        };
        complete(&mut response, &id, added.take());
        let (status, took) = (response.status().as_u16(), started.elapsed());
        platform::metrics::api_http_requests(known.label, platform::metrics::status_label(status), 1);
        platform::metrics::api_http_request_seconds(known.label, took.as_secs_f64());
        let route = known.label;
        span.in_scope(|| tracing::debug!(%method, route, status, took_us = took.as_micros(), "answered"));
        Ok(response)
    }
}

/// Every error of the framework as one of ours.
fn refusal(error: &poem::Error) -> ApiError {
    if let Some(error) = error.downcast_ref::<ApiError>() {
        return error.clone();
    }
    if error.is::<ParseParamError>() || error.is::<ParsePathError>() {
        return ApiError::new(Code::InvalidParameter, error.to_string());
    }
    let code = if error.is::<NotFoundError>() {
        Code::NotFound
    } else if error.is::<MethodNotAllowedError>() {
        Code::MethodNotAllowed
    } else if error.is::<ContentTypeError>() {
        Code::UnsupportedMediaType
    } else {
        match error.status() {
            StatusCode::NOT_FOUND => Code::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
            status if status.is_client_error() => Code::BadRequest,
            _ => Code::Internal,
        }
    };
    let message = match code {
        Code::NotFound => "no such path",
        Code::MethodNotAllowed => "the path does not take this method: see Allow",
        Code::UnsupportedMediaType => "this media type is not taken",
        Code::Internal => {
            tracing::error!(%error, "an unexpected error");
            "an unexpected error"
        }
        _ => "the request cannot be read",
    };
    ApiError::new(code, message)
}

fn respond(error: &ApiError, known: Known) -> Response {
    let mut response = Response::builder()
        .status(error.code.status())
        .content_type("application/json; charset=utf-8")
        .body(envelope(error));
    let headers = response.headers_mut();
    if let Some(after) = error.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(whole_seconds(after)));
    }
    match error.code {
        Code::MethodNotAllowed => drop(headers.insert(header::ALLOW, HeaderValue::from_static(known.allow))),
        Code::Unauthorized => drop(headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
        _ => {}
    }
    response
}

/// Rounded up: whoever comes back then must not be too early.
pub(crate) fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

/// Adds the headers that every answer has.
fn complete(response: &mut Response, id: &RequestId, added: Vec<(HeaderName, HeaderValue)>) {
    let unavailable = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.extend(added);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, value);
    }
    if unavailable {
        headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from(RETRY_AFTER.as_secs()));
    }
}

#[cfg(test)]
mod tests {
    use platform::SystemClock;
    use poem::EndpointExt as _;
    use poem::endpoint::{make, make_sync};

    use super::*;
    use crate::routes::Routes;

    fn app() -> impl Endpoint<Output = Response> {
        let routes = Routes::default()
            .get("/", make_sync(|_| "fine"))
            .get("/panic", make_sync(|request: Request| assert!(request.uri().path().is_empty())))
            .get("/unavailable", make(|_| async { Err::<(), _>(poem::Error::from(ApiError::unavailable())) }))
            .get("/down", make_sync(|_| StatusCode::SERVICE_UNAVAILABLE))
            .get("/key", make(|_| async { Err::<(), _>(poem::Error::from(ApiError::new(Code::Unauthorized, "no"))) }));
        let (route, table) = routes.finish();
        Enveloped::new(route.map_to_response(), table, Arc::new(Ids::seeded(SystemClock::shared(), 1)))
    }

    async fn ask(method: &str, path: &str) -> (u16, Response, serde_json::Value) {
        let request = Request::builder()
            .method(method.parse().unwrap())
            .uri(path.parse().unwrap())
            .header("X-Request-Id", "mine-1")
            .finish();
        let mut response = app().call(request).await.unwrap();
        let body = response.take_body().into_string().await.unwrap();
        (response.status().as_u16(), response, serde_json::from_str(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn everything_refused_has_one_shape() {
        for (method, path, status, code) in [
            ("GET", "/none", 404, "not_found"),
            ("POST", "/", 405, "method_not_allowed"),
            ("PURGE", "/", 405, "method_not_allowed"),
            ("GET", "/panic", 500, "internal"),
            ("GET", "/unavailable", 503, "unavailable"),
            ("GET", "/key", 401, "unauthorized"),
            ("GET", "/?a=%00", 400, "invalid_parameter"),
        ] {
            let (answered, response, body) = ask(method, path).await;
            assert_eq!(answered, status, "{path}");
            assert_eq!(body["status"], "error");
            assert_eq!(body["error"]["code"], code);
            assert_eq!(response.headers()["x-request-id"], "mine-1");
            assert_eq!(response.headers().contains_key("retry-after"), status == 503);
            assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
            let allow = (status == 405).then_some(HeaderValue::from_static("GET, HEAD"));
            assert_eq!(response.headers().get("allow"), allow.as_ref());
        }
        for (method, path, status) in [("GET", "/", 200), ("HEAD", "/", 200), ("GET", "/down", 503)] {
            let (answered, response, _) = ask(method, path).await;
            assert_eq!(answered, status);
            assert_eq!(response.headers().contains_key("retry-after"), status == 503);
        }
    }

    #[test]
    fn a_request_id_is_taken_over_only_if_it_is_harmless() {
        let ids = Ids::seeded(SystemClock::shared(), 1);
        let of = |given: &str| {
            let request = Request::builder().header("x-request-id", given).finish();
            RequestId::of(&request, &ids).as_str().to_owned()
        };
        assert_eq!(of("a-1_b.2:c"), "a-1_b.2:c");
        for bad in ["", "a b", "a\"b", &"x".repeat(129)] {
            assert_eq!(of(bad).len(), 26, "{bad}");
        }
    }
}
