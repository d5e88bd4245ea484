//! Refuses text that PostgreSQL cannot hold: NUL is a character of Unicode and of JSON, but not of its texts. Checked here
//! for the path, the query and JSON bodies of every operation, so that no operation can forget it.

use std::time::Duration;

use poem::endpoint::BoxEndpoint;
use poem::error::ReadBodyError;
use poem::http::{Uri, header};
use poem::{Body, Endpoint, EndpointExt as _, Request, Response};

use crate::error::{ApiError, Code};

/// Largest JSON body of an operation. (Webhooks have a limit of their own.)
const JSON_BODY_BYTES_MAX: usize = 1_024 * 1_024;
/// How long such a body may take to arrive.
const JSON_BODY_READ_MAX: Duration = Duration::from_secs(10);

/// Checks a request's path and query.
///
/// # Errors
/// 400 when a percent-encoded NUL is in them; an unencoded one never comes so far.
pub(crate) fn check_uri(uri: &Uri) -> Result<(), ApiError> {
    let text = uri.path_and_query().map_or("", |text| text.as_str());
    match text.contains("%00") {
        true => Err(ApiError::new(Code::InvalidParameter, "the path and the query must not contain NUL (%00)")),
        false => Ok(()),
    }
}

/// Wraps an operation so that it reads JSON bodies only that are of limited size and without NUL.
pub(crate) fn checked_body(endpoint: BoxEndpoint<'static>) -> BoxEndpoint<'static> {
    CheckedBody(endpoint).boxed()
}

struct CheckedBody(BoxEndpoint<'static>);

impl Endpoint for CheckedBody {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if has_json(&request) {
            let body = read(request.take_body()).await?;
            if holds_nul(&body) {
                return Err(ApiError::new(Code::InvalidJson, "texts must not contain NUL (\\u0000)").into());
            }
            request.set_body(body);
        }
        self.0.call(request).await
    }
}

fn has_json(request: &Request) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|text| text.to_ascii_lowercase().contains("json"))
}

async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    let too_late = || ApiError::new(Code::BodyTimeout, "the body did not arrive in time");
    let read = tokio::time::timeout(JSON_BODY_READ_MAX, body.into_bytes_limit(JSON_BODY_BYTES_MAX)).await;
    match read.map_err(|_| too_late())? {
        Ok(bytes) => Ok(bytes.into()),
        Err(ReadBodyError::PayloadTooLarge) => {
            let message = format!("the body is larger than {JSON_BODY_BYTES_MAX} bytes");
            Err(ApiError::new(Code::BodyTooLarge, message))
        }
        Err(_) => Err(ApiError::new(Code::BadRequest, "the body ended early")),
    }
}

/// Whether a text of this JSON holds NUL, which JSON can write as an escape only.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with(b"u0000") {
            return true;
        }
        // The escaped character may be a backslash itself.
        rest = escape.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use poem::endpoint::make;
    use poem::http::StatusCode;

    use super::*;

    #[test]
    fn nul_is_found_in_paths_and_queries() {
        for bad in ["/a?b=%00", "/a?b=a%00b", "/a%00b", "/%00", "/a?%00=b"] {
            assert_eq!(check_uri(&bad.parse().unwrap()).unwrap_err().code, Code::InvalidParameter, "{bad}");
        }
        for good in ["/", "/a?b=c", "/a?b=%2500", "/a?b=100%25"] {
            assert_eq!(check_uri(&good.parse().unwrap()), Ok(()), "{good}");
        }
    }

    #[test]
    fn nul_is_found_in_json_and_an_escaped_backslash_is_not_one() {
        for bad in [r#""\u0000""#, r#"{"a":"x\u0000y"}"#, r#"{"a\u0000":1}"#, r#""\\\u0000""#, r#"["\n\u0000"]"#] {
            assert!(holds_nul(bad.as_bytes()), "{bad}");
        }
        for good in [r#""\\u0000""#, r#""u0000""#, r#""\u0001""#, r#""\"#, "{}", ""] {
            assert!(!holds_nul(good.as_bytes()), "{good}");
        }
    }

    async fn send(content_type: &str, body: impl Into<Body>) -> Result<String, StatusCode> {
        let echo = make(|request: Request| async move { Ok::<_, poem::Error>(request.into_body().into_vec().await?) });
        let request = Request::builder().header("content-type", content_type).body(body);
        match checked_body(echo.map_to_response().boxed()).call(request).await {
            Ok(answer) => Ok(answer.into_body().into_string().await.unwrap()),
            Err(error) => Err(error.status()),
        }
    }

    #[tokio::test]
    async fn an_operation_reads_the_body_that_was_checked() {
        assert_eq!(send("application/json", r#"{"a":"b"}"#).await, Ok(r#"{"a":"b"}"#.to_owned()));
        assert_eq!(send("application/json; charset=utf-8", r#"{"a":"\u0000"}"#).await, Err(StatusCode::BAD_REQUEST));
        assert_eq!(send("application/merge-patch+json", r#"{"a":"\u0000"}"#).await, Err(StatusCode::BAD_REQUEST));
        let large = " ".repeat(JSON_BODY_BYTES_MAX + 1);
        assert_eq!(send("application/json", large).await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert_eq!(send("text/plain", r#"{"a":"\u0000"}"#).await, Ok(r#"{"a":"\u0000"}"#.to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_is_given_up() {
        let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        assert_eq!(send("application/json", Body::from_bytes_stream(never)).await, Err(StatusCode::REQUEST_TIMEOUT));
    }
}
