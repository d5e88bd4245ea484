//! `GET /v1/api/customers/{id}/points`: balance, open lots, what expires soon, and a page of history.

use std::sync::Arc;

use chrono::{DateTime, Days, Utc};
use domain::CustomerId;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use store::ledger::{CustomerKey, CustomerPoints, HistoryPage};

use super::{PAGE_ROWS_DEFAULT, cursor, page};
use crate::app::State;
use crate::auth::{Caller, MerchantSelector, Permission};
use crate::error::{ApiError, Code, ErrorBody, ReadRefusal};

/// What Shopify's GraphQL ids of customers begin with.
const CUSTOMER_GID: &str = "gid://shopify/Customer/";
/// How far ahead "about to expire" looks when the caller does not say.
const EXPIRING_DAYS_DEFAULT: u32 = 30;

/// Points that stand together until they are spent or expire.
#[derive(Debug, Clone, Object)]
#[oai(rename = "Lot")]
struct LotBody {
    lot_id: String,
    /// Points left.
    points: i64,
    /// When they are lost; null: never.
    expires_at: Option<DateTime<Utc>>,
}

/// One entry of the ledger.
#[derive(Debug, Object)]
#[oai(rename = "Transaction")]
struct EntryBody {
    transaction_id: String,
    /// `earn`, `redeem`, `expire`, `adjust`, `import`, `referral` or `campaign`.
    #[oai(rename = "type")]
    kind: String,
    /// Absolute points.
    points: i64,
    /// Signed points: what the balance moved by.
    delta: i64,
    /// The balance after this entry.
    balance_after: i64,
    /// Kind of origin, such as `order`.
    source: String,
    /// Shopify's order.
    order_id: Option<String>,
    /// When its points expire.
    expiry_date: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

/// A customer's points.
#[derive(Debug, Object)]
#[oai(rename = "CustomerPoints")]
struct PointsBody {
    /// `ok`.
    status: String,
    customer_id: String,
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
    error: Option<ErrorBody>,
}

/// Reads of points.
pub(crate) struct PointsApi(pub(crate) Arc<State>);

#[OpenApi]
impl PointsApi {
    /// A customer's points
    ///
    /// The balance, the lots about to expire, and the history, newest first.
    #[oai(path = "/v1/api/customers/:id/points", method = "get", operation_id = "get_customer_points")]
    #[expect(clippy::too_many_arguments, reason = "one per parameter of the operation")]
    async fn points(
        &self,
        caller: Caller,
        /// Our id, Shopify's number, or `gid://shopify/Customer/<number>` (percent-encoded).
        id: Path<String>,
        /// Entries of history on a page.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u32>>,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// How far ahead `expiring` looks.
        #[oai(validator(minimum(value = "1"), maximum(value = "365")))]
        expiring_within_days: Query<Option<u32>>,
        /// Whose customer, for the administrator's token.
        merchant_id: Query<Option<String>>,
        /// Whose customer by `*.myshopify.com`, for the administrator's token.
        shop: Query<Option<String>>,
    ) -> Result<Json<PointsBody>, ReadRefusal> {
        let state = &self.0;
        let selector = MerchantSelector { merchant_id: merchant_id.0, shop: shop.0 };
        let key = customer_key(&id.0)?;
        let before = self::cursor(cursor.0.as_deref())?;
        let merchant = caller.0.merchant(Permission::PointsRead, &selector, &state.merchants, &state.store).await?;
        let limit = limit.0.unwrap_or(PAGE_ROWS_DEFAULT);
        let history = HistoryPage { before, rows_max: i64::from(limit) + 1 };
        let points = state.store.customer_points(&merchant, &key, history).await?;
        let points =
            points.ok_or_else(|| ApiError::new(Code::CustomerNotFound, "the merchant has no such customer"))?;
        let days = expiring_within_days.0.unwrap_or(EXPIRING_DAYS_DEFAULT);
        let horizon = state.context.clock.now() + Days::new(u64::from(days));
        Ok(Json(body(points, limit, horizon)))
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

fn body(mut points: CustomerPoints, limit: u32, horizon: DateTime<Utc>) -> PointsBody {
    let next_cursor = page(&mut points.history, limit, |entry| &entry.transaction_id);
    let lots: Vec<LotBody> = points
        .lots
        .into_iter()
        .map(|lot| LotBody { lot_id: lot.lot_id, points: lot.remaining, expires_at: lot.expires_at })
        .collect();
    let expiring = lots.iter().filter(|lot| lot.expires_at.is_some_and(|at| at <= horizon)).cloned().collect();
    let history = points
        .history
        .into_iter()
        .map(|entry| EntryBody {
            transaction_id: entry.transaction_id,
            kind: entry.kind.as_str().to_owned(),
            points: entry.delta.saturating_abs(),
            delta: entry.delta,
            balance_after: entry.balance_after,
            source: entry.source,
            order_id: entry.order_id,
            expiry_date: entry.expiry_date,
            created_at: entry.created_at,
        })
        .collect();
    PointsBody {
        status: "ok".to_owned(),
        customer_id: points.customer_id,
        shopify_customer_id: points.shopify_customer_id,
        points_balance: points.points_balance,
        total_points_earned: points.total_points_earned,
        expiring,
        lots,
        history,
        next_cursor,
        error: None,
    }
}

#[cfg(test)]
mod tests {
    use store::ledger::LotView;

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
        let body = body(points, 20, at(100).unwrap());
        assert_eq!(body.expiring.iter().map(|lot| lot.lot_id.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(body.lots.len(), 3);
    }
}
