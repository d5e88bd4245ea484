//! Shopify's answers beside those of GraphQL: the status codes a caller meets, each with the body that comes with it.

use serde_json::{Value, json};

use crate::call::Answer;
use crate::partners::RequestContext;

/// What Shopify asks a caller to wait after 429, in seconds.
const RETRY_AFTER_S: f64 = 2.0;
/// What a query is said to cost that a fault throttles.
const THROTTLED_COST: u32 = 10;

/// Returns an answer in the short form of errors.
pub(super) fn errors(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "errors": message }))
}

/// Returns the answer to a token that is unknown, expired or revoked.
pub(super) fn unauthorized() -> Answer {
    errors(401, "[API] Invalid API key or access token (unrecognized login or wrong password)")
}

/// Returns the answer to a path that is not there.
pub(super) fn not_found() -> Answer {
    errors(404, "Not Found")
}

/// Returns the answer with that status as a fault wants it.
pub(super) fn status(status: u16, context: &RequestContext<'_>) -> Answer {
    match status {
        401 => unauthorized(),
        402 => errors(402, "This shop's plan does not have access to this feature, or its bills are unpaid (frozen)"),
        403 => errors(403, "[API] This action requires merchant approval"),
        404 => not_found(),
        423 => errors(423, "This shop is unavailable"),
        429 => {
            let message =
                "Exceeded the rate limit of the api client. Reduce request rates to resume uninterrupted service.";
            let seconds = context.limits.retry_after_s.unwrap_or(RETRY_AFTER_S);
            errors(429, message).with("retry-after", format!("{seconds:?}"))
        }
        430 => errors(430, "Security Rejection: the request looks automated"),
        500 => {
            let request_id = super::super::uuid(context.ids);
            let message = format!(
                "Internal error. Looks like something went wrong on our end.\nRequest ID: {request_id} (include this in \
                 support requests)."
            );
            let extensions = json!({ "code": "INTERNAL_SERVER_ERROR", "requestId": request_id });
            Answer::json(500, &json!({ "errors": [{ "message": message, "extensions": extensions }] }))
        }
        501.. => {
            let html =
                "<!doctype html><title>Something went wrong</title><h1>There's been an issue loading this page.</h1>";
            Answer::new(status, "text/html; charset=utf-8", html)
        }
        _ => errors(status, "Bad Request"),
    }
}

/// Returns the answer to a caller whose budget is used up: 200, with the error inside.
pub(super) fn throttled(throttle_status: Value) -> Answer {
    let documentation = "https://shopify.dev/api/usage/rate-limits";
    let cost = json!({
        "requestedQueryCost": THROTTLED_COST,
        "actualQueryCost": null,
        "throttleStatus": throttle_status,
    });
    let error =
        json!({ "message": "Throttled", "extensions": { "code": "THROTTLED", "documentation": documentation } });
    Answer::json(200, &json!({ "errors": [error], "extensions": { "cost": cost } }))
}
