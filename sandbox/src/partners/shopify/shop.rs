//! One shop: its settings, its budget, and its records.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::bulk;
use super::customers::StoreCredit;
use super::discounts::Discounts;
use super::graphql::Budget;
use super::metafields::MetafieldKey;
use super::values::{gid, moment};
use crate::bounded::BoundedMap;
use crate::partners::RequestContext;
use crate::rate::{Bucket, Limit};

/// Records of a kind that a shop keeps.
pub(super) const RECORDS_MAX: usize = 100_000;
/// Bulk operations, with their files, that a shop keeps.
const BULK_OPERATIONS_MAX: usize = 50;
/// Points restored each second unless the settings or a fault say otherwise: Shopify's standard plan.
const RESTORE_RATE: f64 = 100.0;
/// Highest rate that can be set.
const RESTORE_RATE_MAX: f64 = 1e9;
/// How many seconds of restoring a bucket holds.
const BUCKET_SECONDS: f64 = 20.0;
/// Where numbers of records begin.
const FIRST_ID: u64 = 1_000_000_000_000;

/// What a shop is like, as a test or an operator sets it: `PUT /_sandbox/shopify/{shop}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ShopSettings {
    /// Currency of the shop (ISO 4217).
    pub(crate) currency: String,
    /// Points restored each second: 100 on the standard plan, 200 advanced, 1000 Plus, 2000 Enterprise.
    pub(crate) restore_rate: f64,
    /// `open`, `frozen` (402), `locked` (423) or `closed` (404).
    pub(crate) state: String,
    /// The scopes that every token of the shop has; those it was issued with if absent.
    pub(crate) scopes: Option<Vec<String>>,
    /// Whether customers, products and segments that were not made here are taken to exist.
    pub(crate) any_record_exists: bool,
}

impl ShopSettings {
    /// Reads settings from JSON.
    ///
    /// # Errors
    /// When a field is unknown or cannot be that; the text says which.
    pub(super) fn from_json(json: &[u8]) -> Result<Self, String> {
        // A map first: serde would take an array for a struct, too.
        let map: Map<String, Value> = serde_json::from_slice(json).map_err(|error| error.to_string())?;
        let settings: Self = serde_json::from_value(Value::Object(map)).map_err(|error| error.to_string())?;
        if !["open", "frozen", "locked", "closed"].contains(&settings.state.as_str()) {
            return Err("state must be open, frozen, locked or closed".to_owned());
        }
        if settings.currency.len() != 3 || !settings.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("currency must be three capital letters".to_owned());
        }
        if !(settings.restore_rate > 0.0 && settings.restore_rate <= RESTORE_RATE_MAX) {
            return Err("restore_rate must be above 0, and at most 1000000000".to_owned());
        }
        Ok(settings)
    }
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            currency: "USD".to_owned(),
            restore_rate: RESTORE_RATE,
            state: "open".to_owned(),
            scopes: None,
            any_record_exists: true,
        }
    }
}

/// A shop.
pub(super) struct Shop {
    /// The domain.
    pub(super) domain: String,
    /// The settings.
    pub(super) settings: ShopSettings,
    /// Discounts and their codes.
    pub(super) discounts: Discounts,
    /// Customers by number.
    pub(super) customers: BoundedMap<u64, Value>,
    /// Store credit.
    pub(super) credit: StoreCredit,
    /// Metafields by owner, namespace and key.
    pub(super) metafields: BoundedMap<MetafieldKey, Value>,
    /// Orders by number, as webhooks have them.
    pub(super) orders: BoundedMap<u64, Value>,
    /// Bulk operations by number.
    pub(super) bulk: BoundedMap<u64, bulk::Operation>,
    /// Merges by job: the customer who stays, and whether the job was asked for before.
    pub(super) merges: BoundedMap<String, (String, bool)>,
    /// Jobs by id: whether they are done.
    pub(super) jobs: BoundedMap<String, bool>,
    created_at: DateTime<Utc>,
    bucket: Option<Bucket>,
    next_id: u64,
}

impl Shop {
    /// Returns a shop without records.
    pub(super) fn new(domain: &str, now: DateTime<Utc>) -> Self {
        Self {
            domain: domain.to_owned(),
            settings: ShopSettings::default(),
            discounts: Discounts::new(),
            customers: BoundedMap::new(RECORDS_MAX),
            credit: StoreCredit::new(),
            metafields: BoundedMap::new(RECORDS_MAX),
            orders: BoundedMap::new(RECORDS_MAX),
            bulk: BoundedMap::new(BULK_OPERATIONS_MAX),
            merges: BoundedMap::new(RECORDS_MAX),
            jobs: BoundedMap::new(RECORDS_MAX),
            created_at: now,
            bucket: None,
            next_id: FIRST_ID,
        }
    }

    /// Sets what the shop is like; its bucket is full then.
    pub(super) fn set(&mut self, settings: ShopSettings) {
        self.settings = settings;
        self.bucket = None;
    }

    /// Returns a new number.
    pub(super) fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Returns the status that every call is refused with, if the shop is not open.
    pub(super) fn refused(&self) -> Option<u16> {
        match self.settings.state.as_str() {
            "frozen" => Some(402),
            "locked" => Some(423),
            "closed" => Some(404),
            _ => None,
        }
    }

    /// Returns the limit of the shop's budget.
    pub(super) fn limit(&self, context: &RequestContext<'_>) -> Limit {
        let per_s = context.limits.rate_per_s.unwrap_or(self.settings.restore_rate);
        Limit { burst: per_s * BUCKET_SECONDS, per_s }
    }

    /// Returns the shop's bucket.
    pub(super) fn bucket(&self, context: &RequestContext<'_>) -> Bucket {
        self.bucket.clone().unwrap_or_else(|| Bucket::full(self.limit(context), context.now))
    }

    /// Sets the shop's bucket.
    pub(super) fn set_bucket(&mut self, bucket: Bucket) {
        self.bucket = Some(bucket);
    }

    /// Returns `throttleStatus`.
    pub(super) fn throttle_status(&self, context: &RequestContext<'_>) -> Value {
        ShopBudget::new(self.bucket(context), self.limit(context), context.now).status()
    }

    /// Returns `Shop`.
    pub(super) fn view(&self) -> Value {
        json!({
            "__typename": "Shop",
            "id": gid("Shop", 1),
            "name": self.domain.trim_end_matches(".myshopify.com"),
            "email": format!("owner@{}", self.domain),
            "myshopifyDomain": self.domain,
            "url": format!("https://{}", self.domain),
            "currencyCode": self.settings.currency,
            "createdAt": moment(self.created_at),
            "ianaTimezone": "UTC",
            "taxesIncluded": false,
            "taxShipping": false,
            "features": { "sellsSubscriptions": true },
            "plan": {
                "partnerDevelopment": true,
                "publicDisplayName": if self.settings.restore_rate >= 1_000.0 { "Shopify Plus" } else { "Development" },
                "shopifyPlus": self.settings.restore_rate >= 1_000.0,
            },
        })
    }
}

/// The budget of a shop while a query runs.
pub(super) struct ShopBudget {
    bucket: Bucket,
    limit: Limit,
    now: DateTime<Utc>,
}

impl ShopBudget {
    /// Returns the budget that a bucket holds.
    pub(super) fn new(bucket: Bucket, limit: Limit, now: DateTime<Utc>) -> Self {
        Self { bucket, limit, now }
    }

    /// Returns the bucket as it is left.
    pub(super) fn into_bucket(self) -> Bucket {
        self.bucket
    }
}

impl Budget for ShopBudget {
    fn take(&mut self, cost: u32) -> bool {
        self.bucket.take(f64::from(cost), self.limit, self.now).is_ok()
    }

    fn give_back(&mut self, cost: u32) {
        self.bucket.give_back(f64::from(cost), self.limit);
    }

    fn status(&mut self) -> Value {
        let whole = |number: f64| serde_json::Number::from_f64(number.floor()).map_or(Value::Null, whole_number);
        json!({
            "maximumAvailable": whole(self.limit.burst),
            "currentlyAvailable": whole(self.bucket.available(self.limit, self.now)),
            "restoreRate": whole(self.limit.per_s),
        })
    }
}

/// Writes a number without a fraction as an integer, as Shopify does.
fn whole_number(number: serde_json::Number) -> Value {
    number.to_string().trim_end_matches(".0").parse::<u64>().map_or(Value::Number(number), Value::from)
}
