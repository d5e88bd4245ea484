//! `GET /v1/api/customers/{id}/points`: balance, open lots, what expires soon, and a page of history.

use std::sync::Arc;

use chrono::{DateTime, Days, Utc};
use domain::{CustomerId, TransactionId};
use poem::web::Data;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object, OpenApi};
use store::ledger::{CustomerKey, CustomerPoints, EntryView, HistoryPage, LotView};

use crate::app::State;
use crate::auth::{Authorized, PointsRead};
use crate::error::{ApiError, Code, refusal};
use crate::openapi::Null;
use crate::page::{ID_KEY_PATTERN, List, Page};
use crate::v1::{OkStatus, Tag, listed};

/// What Shopify's GraphQL ids of customers begin with.
const CUSTOMER_GID: &str = "gid://shopify/Customer/";

fn expiring_within_days_default() -> u32 {
    30
}

fn id_example() -> String {
    "7067158249642".to_owned()
}

/// The entries of a customer's ledger, newest first.
struct History;

impl List for History {
    const NAME: &'static str = "history";
    type Key = String;
    const KEY_PATTERN: &'static str = ID_KEY_PATTERN;

    fn key(text: &str) -> Option<String> {
        TransactionId::parse(text).ok().map(|id| id.as_str().to_owned())
    }
}

/// Points that stay together until they are spent or expire.
#[derive(Debug, Clone, Object)]
#[oai(rename = "Lot")]
struct LotBody {
    lot_id: String,
    /// Points left.
    points: i64,
    /// When they are lost; null: never.
    expires_at: Option<DateTime<Utc>>,
}

/// What kind of entry moved the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "TransactionType", rename_all = "snake_case")]
enum EntryKind {
    Earn,
    Redeem,
    Expire,
    Adjust,
    Import,
    Referral,
    Campaign,
}

/// One entry of the ledger.
#[derive(Debug, Object)]
#[oai(rename = "Transaction")]
struct EntryBody {
    transaction_id: String,
    #[oai(rename = "type")]
    kind: EntryKind,
    /// Absolute points.
    #[oai(validator(minimum(value = "0")))]
    points: i64,
    /// Signed points: what the balance moved by.
    delta: i64,
    /// The balance after this entry.
    balance_after: i64,
    /// Kind of origin, such as `order`.
    source: String,
    /// Shopify's order; null where the entry has another origin.
    order_id: Option<String>,
    /// When its points expire; null: never.
    expiry_date: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// A customer's points.
#[derive(Debug, Object)]
#[oai(rename = "CustomerPoints", example)]
struct PointsBody {
    status: OkStatus,
    customer_id: String,
    /// Shopify's number of the customer; null for one that Shopify does not know.
    shopify_customer_id: Option<i64>,
    /// May be negative where the merchant's policy allows it.
    points_balance: i64,
    /// Cumulative net points earned.
    total_points_earned: i64,
    /// The lots that expire within `expiring_within_days`, soonest first.
    expiring: Vec<LotBody>,
    /// The 50 open lots that expire first.
    lots: Vec<LotBody>,
    /// Newest first.
    history: Vec<EntryBody>,
    /// `cursor` of the next page; null: this is the last.
    next_cursor: Option<String>,
    error: Null,
}

refusal! {
    /// Why a customer's points are not shown.
    GetPointsRefusal: CustomerNotFound
}

/// The operation.
#[derive(Default)]
pub(crate) struct GetPoints;

#[OpenApi(tag = "Tag::Customers")]
impl GetPoints {
    /// A customer's points
    ///
    /// The balance, the lots about to expire, and the history, newest first.
    #[oai(path = "/v1/api/customers/:id/points", method = "get", operation_id = "get_customer_points")]
    async fn handle(
        &self,
        state: Data<&Arc<State>>,
        caller: Authorized<PointsRead>,
        /// Our id, Shopify's number, or `gid://shopify/Customer/<number>` (percent-encoded).
        #[oai(
            example = "id_example",
            validator(
                max_length = 64,
                pattern = "^([0-9]{1,18}|gid://shopify/Customer/[0-9]{1,18}|[0-9A-HJKMNP-TV-Z]{26})$"
            )
        )]
        id: Path<String>,
        page: Page<History>,
        /// How far ahead `expiring` looks.
        #[oai(default = "expiring_within_days_default", validator(minimum(value = "1"), maximum(value = "365")))]
        expiring_within_days: Query<u32>,
    ) -> Result<Json<PointsBody>, GetPointsRefusal> {
        let key = customer_key(&id.0)?;
        let history = HistoryPage { before: page.after.as_deref(), rows_max: page.rows_max() };
        let points = state.reads.customer_points(&caller.merchant, &key, history).await?;
        let points =
            points.ok_or_else(|| ApiError::new(Code::CustomerNotFound, "the merchant has no such customer"))?;
        let horizon = state.context.clock.now() + Days::new(u64::from(expiring_within_days.0));
        Ok(Json(body(points, &page, horizon)?))
    }
}

/// A customer is named by our id, by Shopify's number, or by Shopify's GraphQL id.
fn customer_key(text: &str) -> Result<CustomerKey, ApiError> {
    let number = text.strip_prefix(CUSTOMER_GID).unwrap_or(text);
    if let Some(number) = number.parse::<i64>().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit())) {
        return Ok(CustomerKey::Shopify(number));
    }
    match CustomerId::parse(text) {
        Ok(id) => Ok(CustomerKey::Ours(id.as_str().to_owned())),
        Err(_) => Err(ApiError::new(Code::InvalidParameter, "id is neither ours nor Shopify's")),
    }
}

fn body(mut points: CustomerPoints, page: &Page<History>, horizon: DateTime<Utc>) -> Result<PointsBody, ApiError> {
    let next_cursor = page.cut(&mut points.history, |entry| entry.transaction_id.clone());
    let lots: Vec<LotBody> = points.lots.into_iter().map(LotBody::from).collect();
    Ok(PointsBody {
        status: OkStatus::Ok,
        customer_id: points.customer_id,
        shopify_customer_id: points.shopify_customer_id,
        points_balance: points.points_balance,
        total_points_earned: points.total_points_earned,
        expiring: lots.iter().filter(|lot| lot.expires_at.is_some_and(|at| at <= horizon)).cloned().collect(),
        lots,
        history: points.history.into_iter().map(EntryBody::try_from).collect::<Result<_, _>>()?,
        next_cursor,
        error: Null,
    })
}

impl From<LotView> for LotBody {
    fn from(lot: LotView) -> Self {
        Self { lot_id: lot.lot_id, points: lot.remaining, expires_at: lot.expires_at }
    }
}

impl TryFrom<EntryView> for EntryBody {
    type Error = ApiError;

    fn try_from(entry: EntryView) -> Result<Self, ApiError> {
        Ok(Self {
            transaction_id: entry.transaction_id,
            kind: listed(entry.kind.as_str())?,
            points: entry.delta.saturating_abs(),
            delta: entry.delta,
            balance_after: entry.balance_after,
            source: entry.source,
            order_id: entry.order_id,
            expiry_date: entry.expiry_date,
            created_at: entry.created_at,
        })
    }
}

impl Example for PointsBody {
    fn example() -> Self {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let lot = LotBody {
            lot_id: "01JD8Q3VN7Z9M0A2B4C6D8E0F1".to_owned(),
            points: 350,
            expires_at: Some(at(1_798_675_200)),
        };
        let entry = EntryBody {
            transaction_id: "01JD8Q3VN7Z9M0A2B4C6D8E0F1".to_owned(),
            kind: EntryKind::Earn,
            points: 350,
            delta: 350,
            balance_after: 350,
            source: "order".to_owned(),
            order_id: Some("820982911946154500".to_owned()),
            expiry_date: Some(at(1_798_675_200)),
            created_at: at(1_795_341_600),
        };
        Self {
            status: OkStatus::Ok,
            customer_id: "01JD8Q3VN7Z9M0A2B4C6D8E0F0".to_owned(),
            shopify_customer_id: Some(7_067_158_249_642),
            points_balance: 350,
            total_points_earned: 350,
            expiring: vec![],
            lots: vec![lot],
            history: vec![entry],
            next_cursor: None,
            error: Null,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_has_three_names() {
        assert!(matches!(customer_key("7067158249642"), Ok(CustomerKey::Shopify(7_067_158_249_642))));
        assert!(matches!(customer_key("gid://shopify/Customer/12"), Ok(CustomerKey::Shopify(12))));
        assert!(matches!(customer_key("01JD8Q3VN7Z9M0A2B4C6D8E0F1"), Ok(CustomerKey::Ours(_))));
        for bad in
            ["", "-1", "+1", "1x", "99999999999999999999", "gid://shopify/Order/1", "gid://shopify/Customer/", "é"]
        {
            assert_eq!(customer_key(bad).unwrap_err().code, Code::InvalidParameter, "{bad}");
        }
    }

    #[test]
    fn what_expires_by_the_horizon_is_expiring() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0);
        let lot = |id: &str, expires_at| LotView { lot_id: id.to_owned(), remaining: 5, expires_at };
        let points = CustomerPoints {
            customer_id: "c".to_owned(),
            shopify_customer_id: None,
            points_balance: 15,
            total_points_earned: 15,
            lots: vec![lot("a", at(100)), lot("b", at(101)), lot("c", None)],
            history: vec![],
        };
        let body = body(points, &Page::first(), at(100).unwrap()).unwrap();
        assert_eq!(body.expiring.iter().map(|lot| lot.lot_id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(body.lots.len(), 3);
    }
}
