//! Shopify's Admin GraphQL API: one document to one shop, with what the answer shows of the shop's budget and the failure that an error
//! stands for. Knows no document.

use std::marker::PhantomData;
use std::time::Duration;

use bytes::Bytes;
use domain::{MerchantId, TokenRate};
use graphql_client::GraphQLQuery;
use serde::Deserialize;
use serde_json::Value;

use crate::channel::{Channel, Repeat};
use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer, failure, plain_code};
use crate::shared_rate::Usage;
use crate::upstream::Answer;

use super::tokens::Access;

/// How long to wait after a security rejection (430), which names no time.
const SECURITY_WAIT: Duration = Duration::from_secs(60);
/// Least wait where the budget was used up.
const THROTTLED_WAIT_MIN: Duration = Duration::from_millis(100);
/// Largest burst that a shared bucket holds.
const BURST_MAX: f64 = 10_000.0;

/// A document with its variables, written, and what its call needs to know.
pub(super) struct Operation<Q> {
    body: Bytes,
    cost: u32,
    repeat: Repeat,
    document: PhantomData<fn() -> Q>,
}

impl<Q: GraphQLQuery> Operation<Q> {
    /// Writes a document. `cost` is what Shopify computes for it before it is executed; `repeat` says whether it may be sent again
    /// after a failure.
    pub(super) fn new(variables: Q::Variables, cost: u32, repeat: Repeat) -> Result<Self, CallError> {
        let body = serde_json::to_vec(&Q::build_query(variables));
        let source = |_| CallError::Invalid {
            partner: super::SHOPIFY.name,
            source: AnswerError::Unfit("the variables cannot be written").into(),
        };
        Ok(Self { body: body.map_err(source)?.into(), cost, repeat, document: PhantomData })
    }
}

/// The body of every answer.
#[derive(Deserialize)]
struct Body<T> {
    #[serde(default = "Option::default")]
    data: Option<T>,
    #[serde(default)]
    errors: Value,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Deserialize, Default)]
struct Extensions {
    cost: Option<Cost>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    requested_query_cost: Option<f64>,
    actual_query_cost: Option<f64>,
    throttle_status: Option<ThrottleStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleStatus {
    maximum_available: f64,
    currently_available: f64,
    restore_rate: f64,
}

/// Sends a document to a shop and returns its data.
pub(super) async fn run<Q: GraphQLQuery>(
    channel: &Channel,
    url: &str,
    merchant: &MerchantId,
    access: &Access,
    operation: &Operation<Q>,
) -> Result<Q::ResponseData, CallError> {
    let request = channel
        .request(reqwest::Method::POST, url)
        .header("x-shopify-access-token", access.token.expose().as_str())
        .header("content-type", "application/json")
        .body(operation.body.clone());
    channel.send(Credential::of_merchant(merchant), operation.cost, operation.repeat, request, read).await
}

fn read<T: serde::de::DeserializeOwned>(answer: HttpAnswer) -> Result<Answer<T>, CallFailure> {
    if !answer.is_success() {
        return Err(refused(&answer));
    }
    let body: Body<Value> = answer.json()?;
    let usage = body.extensions.cost.as_ref().map(usage).unwrap_or_default();
    if let Some(failure) = of_errors(&body) {
        return Err(failure);
    }
    let malformed = || CallFailure::Failed(AnswerError::Malformed.into());
    let data = body.data.filter(|data| !data.is_null()).ok_or_else(malformed)?;
    let data = serde_json::from_value(data).map_err(|_| malformed())?;
    Ok(Answer::new(data).with_usage(usage))
}

/// Returns what a status other than 2xx stands for.
fn refused(answer: &HttpAnswer) -> CallFailure {
    let error = || AnswerError::status(answer, None).into();
    match answer.status {
        402 | 423 => CallFailure::Suspended(error()),
        // The app lacks an approval; the token works.
        403 => CallFailure::Rejected(error()),
        404 => CallFailure::ShopGone(error()),
        430 => CallFailure::Throttled { retry_after: answer.retry_after().or(Some(SECURITY_WAIT)) },
        _ => failure(answer, None),
    }
}

/// Returns what the errors of an answer with status 200 stand for.
fn of_errors(body: &Body<Value>) -> Option<CallFailure> {
    let codes: Vec<String> = match &body.errors {
        Value::Null => return None,
        Value::Array(errors) if errors.is_empty() => return None,
        Value::Array(errors) => errors
            .iter()
            .map(|error| error["extensions"]["code"].as_str().and_then(plain_code).unwrap_or_else(|| "-".to_owned()))
            .collect(),
        // A text, or something unknown.
        _ => vec!["-".to_owned()],
    };
    let has = |code: &str| codes.iter().any(|known| known == code);
    if has("THROTTLED") {
        return Some(CallFailure::Throttled { retry_after: body.extensions.cost.as_ref().and_then(restored_after) });
    }
    let refused = AnswerError::Refused { codes: codes.join(", ") }.into();
    Some(match () {
        () if has("SHOP_INACTIVE") => CallFailure::Suspended(refused),
        () if has("INTERNAL_SERVER_ERROR") || has("TIMEOUT") => CallFailure::Failed(refused),
        () => CallFailure::Rejected(refused),
    })
}

/// Returns when the budget will hold what the query costs.
fn restored_after(cost: &Cost) -> Option<Duration> {
    let status = cost.throttle_status.as_ref()?;
    let missing = cost.requested_query_cost? - status.currently_available;
    let wait = Duration::try_from_secs_f64(missing.max(0.0) / status.restore_rate).ok()?;
    Some(wait.max(THROTTLED_WAIT_MIN))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn usage(cost: &Cost) -> Usage {
    let whole = |number: f64| number.max(0.0).ceil() as u32;
    let status = cost.throttle_status.as_ref();
    let rate = status.and_then(|status| {
        let burst = status.maximum_available.clamp(1.0, BURST_MAX) as u32;
        TokenRate::new(status.restore_rate.max(1.0) as u32, Duration::from_secs(1), burst).ok()
    });
    Usage {
        spent: cost.actual_query_cost.map(whole),
        left: status.map(|status| status.currently_available.max(0.0) as u32),
        rate,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(json: Value) -> Body<Value> {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn an_answer_shows_what_the_call_cost_what_is_left_and_the_shops_rate() {
        let shown = body(json!({ "data": {}, "extensions": { "cost": {
            "requestedQueryCost": 11, "actualQueryCost": 10,
            "throttleStatus": { "maximumAvailable": 20000.0, "currentlyAvailable": 1990, "restoreRate": 1000.0 },
        } } }));
        let usage = usage(shown.extensions.cost.as_ref().unwrap());
        assert_eq!((usage.spent, usage.left), (Some(10), Some(1_990)));
        let rate = usage.rate.unwrap();
        assert_eq!((rate.burst().get(), rate.interval()), (10_000, Duration::from_millis(1)));
    }

    #[test]
    fn a_throttled_query_waits_until_the_budget_holds_it() {
        let throttled = body(json!({ "errors": [{ "message": "Throttled", "extensions": { "code": "THROTTLED" } }],
            "extensions": { "cost": { "requestedQueryCost": 11, "actualQueryCost": null,
                "throttleStatus": { "maximumAvailable": 40, "currentlyAvailable": 1, "restoreRate": 2 } } } }));
        let Some(CallFailure::Throttled { retry_after }) = of_errors(&throttled) else { panic!() };
        assert_eq!(retry_after, Some(Duration::from_secs(5)));
    }

    #[test]
    fn each_error_has_its_meaning() {
        let of = |code: &str| of_errors(&body(json!({ "errors": [{ "extensions": { "code": code } }] })));
        assert!(matches!(of("ACCESS_DENIED"), Some(CallFailure::Rejected(_))));
        assert!(matches!(of("MAX_COST_EXCEEDED"), Some(CallFailure::Rejected(_))));
        assert!(matches!(of("INTERNAL_SERVER_ERROR"), Some(CallFailure::Failed(_))));
        assert!(matches!(of("SHOP_INACTIVE"), Some(CallFailure::Suspended(_))));
        assert!(matches!(of_errors(&body(json!({ "errors": "Bad Request" }))), Some(CallFailure::Rejected(_))));
        assert!(of_errors(&body(json!({ "data": {}, "errors": [] }))).is_none());
        let Some(CallFailure::Rejected(error)) = of("someone@example.com") else { panic!() };
        assert_eq!(error.to_string(), "it refused with -", "what could be personal data is not kept");
    }
}
