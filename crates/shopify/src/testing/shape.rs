//! Pieces that several bodies share: money in its two currencies, instants in a shop's zone, people and addresses.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use domain::Currency;
use serde_json::{Value, json};

/// 2026-01-01T00:00:00Z: where builders' clocks start.
pub(super) const EPOCH_SECONDS: i64 = 1_767_225_600;
const SHOP_OFFSET_SECONDS: i32 = -5 * 3_600;

/// Instants are given in the shop's zone, as Shopify does.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    let zone = FixedOffset::east_opt(SHOP_OFFSET_SECONDS).expect("five hours are a valid offset");
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

pub(super) fn seconds(after_epoch: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(EPOCH_SECONDS + after_epoch, 0).expect("tests stay within the calendar")
}

/// The decimal text of minor units; `0.0`-like texts for currencies without minor digits, as Shopify writes them.
pub(super) fn decimal(minor: i64, currency: Currency) -> String {
    let exponent = currency.exponent();
    if exponent == 0 {
        return format!("{minor}.0");
    }
    let unit = 10_u64.pow(exponent);
    let (sign, magnitude) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    let width = usize::try_from(exponent).unwrap_or(2);
    format!("{sign}{}.{:0width$}", magnitude / unit, magnitude % unit)
}

pub(super) fn money_set(minor: i64, currency: Currency) -> Value {
    let money = json!({ "amount": decimal(minor, currency), "currency_code": currency.as_str() });
    json!({ "shop_money": money, "presentment_money": money })
}

/// `name` and `name_set` with the same amount.
pub(super) fn put_money(body: &mut Value, name: &str, minor: i64, currency: Currency) {
    body[name] = json!(decimal(minor, currency));
    body[format!("{name}_set")] = money_set(minor, currency);
}

pub(super) fn allocations(discount: i64, currency: Currency) -> Value {
    match discount {
        0 => json!([]),
        amount => json!([{
            "amount": decimal(amount, currency),
            "amount_set": money_set(amount, currency),
            "discount_application_index": 0,
        }]),
    }
}

pub(super) fn tax_lines(tax: i64, currency: Currency) -> Value {
    match tax {
        0 => json!([]),
        amount => json!([{
            "channel_liable": false,
            "price": decimal(amount, currency),
            "price_set": money_set(amount, currency),
            "rate": 0.06,
            "title": "State Tax",
        }]),
    }
}

pub(super) fn address() -> Value {
    json!({
        "first_name": "Ada", "last_name": "Example", "name": "Ada Example", "company": null,
        "address1": "1 Sample Street", "address2": null, "city": "Ottawa", "zip": "K2P 0V6",
        "province": "Ontario", "province_code": "ON", "country": "Canada", "country_code": "CA",
        "phone": "+15555550100", "latitude": 45.41634, "longitude": -75.6868,
    })
}

pub(super) fn customer(id: i64, email: Option<&str>, at: DateTime<Utc>, currency: Currency) -> Value {
    json!({
        "id": id,
        "admin_graphql_api_id": format!("gid://shopify/Customer/{id}"),
        "email": email,
        "created_at": instant(seconds(-86_400)),
        "updated_at": instant(at),
        "first_name": "Ada", "last_name": "Example",
        "state": "disabled", "note": "", "verified_email": true, "multipass_identifier": null,
        "tax_exempt": false, "phone": null, "currency": currency.as_str(), "tax_exemptions": [], "tags": "",
        "email_marketing_consent": {
            "state": "not_subscribed", "opt_in_level": "single_opt_in", "consent_updated_at": null,
        },
        "sms_marketing_consent": null,
        "default_address": {
            "id": id.wrapping_add(1), "customer_id": id, "first_name": "Ada", "last_name": "Example",
            "company": null, "address1": "1 Sample Street", "address2": null, "city": "Ottawa",
            "province": "Ontario", "country": "Canada", "zip": "K2P 0V6", "phone": "+15555550100",
            "name": "Ada Example", "province_code": "ON", "country_code": "CA", "country_name": "Canada",
            "default": true,
        },
    })
}
