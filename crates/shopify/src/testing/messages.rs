//! Bodies that are not orders: customers, the compliance topics, the app's removal.

use chrono::{DateTime, Utc};
use domain::Currency;
use serde_json::json;

use super::shape;

/// Body of `customers/create` and `customers/update`.
///
/// # Panics
/// If EUR is no currency.
#[must_use]
pub fn customer(customer_id: i64, email: Option<&str>, updated_at: DateTime<Utc>) -> String {
    let currency = Currency::parse("EUR").expect("EUR is a currency");
    let mut body = shape::customer(customer_id, email, updated_at, currency);
    body["addresses"] = json!([]);
    body.to_string()
}

/// Body of `customers/data_request`.
#[must_use]
pub fn customers_data_request(shop_domain: &str, customer_id: i64, email: &str, orders: &[i64]) -> String {
    json!({
        "shop_id": 954_889, "shop_domain": shop_domain, "orders_requested": orders,
        "customer": { "id": customer_id, "email": email, "phone": "+15555550100" },
        "data_request": { "id": 9_999 },
    })
    .to_string()
}

/// Body of `customers/redact`.
#[must_use]
pub fn customers_redact(shop_domain: &str, customer_id: i64, email: &str, orders: &[i64]) -> String {
    json!({
        "shop_id": 954_889, "shop_domain": shop_domain, "orders_to_redact": orders,
        "customer": { "id": customer_id, "email": email, "phone": "+15555550100" },
    })
    .to_string()
}

/// Body of `shop/redact`.
#[must_use]
pub fn shop_redact(shop_domain: &str) -> String {
    json!({ "shop_id": 954_889, "shop_domain": shop_domain }).to_string()
}

/// Body of `app/uninstalled`: the shop, as it was.
#[must_use]
pub fn app_uninstalled(shop_domain: &str) -> String {
    let mut body = json!({
        "id": 954_889, "name": "Sample Shop", "email": "owner@example.com", "domain": null, "province": "Ontario",
        "country": "CA", "address1": "1 Sample Street", "zip": "K2P 0V6", "city": "Ottawa", "source": null,
        "phone": "+15555550100", "latitude": null, "longitude": null, "primary_locale": "en", "address2": null,
        "created_at": null, "updated_at": null, "country_code": "CA", "country_name": "Canada", "currency": "CAD",
        "customer_email": "shop@example.com", "timezone": "(GMT-05:00) America/Toronto",
        "iana_timezone": "America/Toronto", "shop_owner": "Ada Example", "money_format": "${{amount}}",
        "money_with_currency_format": "${{amount}} CAD", "weight_unit": "kg", "province_code": "ON",
        "taxes_included": null, "auto_configure_tax_inclusivity": null, "tax_shipping": null, "county_taxes": null,
    });
    let rest = json!({
        "plan_display_name": "Shopify Plus", "plan_name": "enterprise", "has_discounts": false,
        "has_gift_cards": true, "myshopify_domain": shop_domain, "google_apps_domain": null,
        "google_apps_login_enabled": null, "money_in_emails_format": "${{amount}}",
        "money_with_currency_in_emails_format": "${{amount}} CAD", "eligible_for_payments": true,
        "requires_extra_payments_agreement": false, "password_enabled": null, "has_storefront": true,
        "finances": true, "primary_location_id": 655_441_491, "checkout_api_supported": true,
        "multi_location_enabled": true, "setup_required": false, "pre_launch_enabled": false,
        "enabled_presentment_currencies": ["CAD"], "marketing_sms_consent_enabled_at_checkout": false,
        "transactional_sms_disabled": false,
    });
    if let (Some(body), serde_json::Value::Object(rest)) = (body.as_object_mut(), rest) {
        body.extend(rest);
    }
    body.to_string()
}
