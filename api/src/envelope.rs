//! What surrounds every request: its id, its span, its metrics, and one shape for everything that is refused, panics
//! included. Logs the method, the route's pattern and the status; never a body, a query, a key or a person.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use platform::Ids;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{Endpoint, Request, Response};
use poem_openapi::error::{AuthorizationError, ContentTypeError, ParseParamError, ParsePathError};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::error::{ApiError, Code, RETRY_AFTER_SECONDS, envelope};

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

/// The outermost endpoint.
pub(crate) struct Enveloped<E> {
    inner: E,
    ids: Arc<Ids>,
}

impl<E> Enveloped<E> {
    pub(crate) fn new(inner: E, ids: Arc<Ids>) -> Self {
        Self { inner, ids }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Enveloped<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let started = Instant::now();
        let id = RequestId::of(&request, &self.ids);
        let route = route_label(request.uri().path());
        let method = request.method().clone();
        request.extensions_mut().insert(id.clone());
        let span = tracing::info_span!("request", request_id = %id);
        let answered = AssertUnwindSafe(self.inner.call(request)).catch_unwind().instrument(span.clone()).await;
        let mut response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => span.in_scope(|| respond(&refusal(&error), route)),
            // The panic itself was logged by the hook.
            Err(_) => respond(&ApiError::new(Code::Internal, "an unexpected error"), route),
        };
        if let Ok(value) = HeaderValue::from_str(id.as_str()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let (status, took) = (response.status().as_u16(), started.elapsed());
        platform::metrics::api_http_requests(route, platform::metrics::status_label(status), 1);
        platform::metrics::api_http_request_seconds(route, took.as_secs_f64());
        span.in_scope(|| tracing::debug!(%method, route, status, took_us = took.as_micros(), "answered"));
        Ok(response)
    }
}

/// The pattern of a path, from a fixed set, so that labels stay few whatever is asked for.
fn route_label(path: &str) -> &'static str {
    match path {
        "/v1/api/shopify/webhook" => "/v1/api/shopify/webhook",
        "/v1/api/webhooks/retries" => "/v1/api/webhooks/retries",
        "/v1/api/health" => "/v1/api/health",
        "/healthz" => "/healthz",
        "/readyz" => "/readyz",
        "/metrics" => "/metrics",
        "/openapi.json" => "/openapi.json",
        "/" => "/",
        _ if path.starts_with("/docs") => "/docs",
        _ if path.starts_with("/v1/api/customers/") && path.ends_with("/points") => "/v1/api/customers/:id/points",
        _ => "other",
    }
}

/// The method a route takes: each takes one.
fn allowed(route: &str) -> &'static str {
    if route == "/v1/api/shopify/webhook" { "POST" } else { "GET" }
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
    } else if error.is::<AuthorizationError>() {
        Code::Unauthorized
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
        Code::MethodNotAllowed => "not for this method",
        Code::Unauthorized => "a valid key is needed: Authorization: Bearer <key>",
        Code::UnsupportedMediaType => "this media type is not taken",
        Code::Internal => {
            tracing::error!(%error, "an unexpected error");
            "an unexpected error"
        }
        _ => "the request cannot be read",
    };
    ApiError::new(code, message)
}

fn respond(error: &ApiError, route: &str) -> Response {
    let mut response = Response::builder()
        .status(error.code.status())
        .content_type("application/json; charset=utf-8")
        .body(envelope(error.code, &error.message));
    match error.code {
        Code::Unavailable => {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        Code::MethodNotAllowed => {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed(route)));
        }
        Code::Unauthorized => {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

#[cfg(test)]
mod tests {
    use platform::SystemClock;
    use poem::endpoint::make_sync;
    use poem::{EndpointExt as _, Route, get};

    use super::*;

    fn app() -> impl Endpoint<Output = Response> {
        let inner = Route::new()
            .at("/", get(make_sync(|_| "fine")))
            .at("/panic", get(make_sync(|request: Request| assert!(request.uri().path().is_empty()))))
            .at(
                "/away",
                get(poem::endpoint::make(|_| async { Err::<(), _>(poem::Error::from(ApiError::unavailable())) })),
            )
            .at("/key", get(poem::endpoint::make(|_| async { Err::<(), _>(poem::Error::from(AuthorizationError)) })));
        Enveloped::new(inner.map_to_response(), Arc::new(Ids::seeded(SystemClock::shared(), 1)))
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
            ("GET", "/panic", 500, "internal"),
            ("GET", "/away", 503, "unavailable"),
            ("GET", "/key", 401, "unauthorized"),
        ] {
            let (answered, response, body) = ask(method, path).await;
            assert_eq!(answered, status, "{path}");
            assert_eq!(body["status"], "error");
            assert_eq!(body["error"]["code"], code);
            assert_eq!(response.headers()["x-request-id"], "mine-1");
            assert_eq!(response.headers().contains_key("retry-after"), status == 503);
            assert_eq!(response.headers().contains_key("www-authenticate"), status == 401);
            let allow = (status == 405).then_some(HeaderValue::from_static("GET"));
            assert_eq!(response.headers().get("allow"), allow.as_ref());
        }
        assert_eq!(ask("GET", "/").await.0, 200);
    }

    #[test]
    fn every_documented_path_has_a_label_and_the_method_that_is_told_to_be_allowed() {
        let document: serde_json::Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 4);
        for (path, operations) in paths {
            let route = route_label(path);
            assert_ne!(route, "other", "{path}");
            let methods: Vec<_> = operations.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
            assert_eq!(methods, [allowed(route)], "{path}");
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
