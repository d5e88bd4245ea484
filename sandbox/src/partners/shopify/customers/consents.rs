//! A customer's consent to e-mail and to text messages.

use serde_json::{Value, json};

use super::completed;
use crate::partners::shopify::graphql::Problem;
use crate::partners::shopify::resolve::Session;
use crate::partners::shopify::shop::Shop;
use crate::partners::shopify::values::{number, parse_moment};

/// Answers `customerEmailMarketingConsentUpdate` and `customerSmsMarketingConsentUpdate`.
pub(super) fn update(session: &Session<'_>, shop: &mut Shop, field: &str, input: &Value) -> Value {
    let sms = field == "customerSmsMarketingConsentUpdate";
    let name = if sms { "smsMarketingConsent" } else { "emailMarketingConsent" };
    let consent = &input[name];
    let state = consent["marketingState"].as_str().unwrap_or_default();
    if ["NOT_SUBSCRIBED", "REDACTED", "INVALID"].contains(&state) {
        let message = format!("Cannot specify {state} as a marketing state input");
        return session.fail(Problem { message, extensions: json!({ "code": "INVALID" }) });
    }
    let Some(id) = number(&input["customerId"], "Customer").filter(|id| shop.has_customer(*id)) else {
        let error = match sms {
            true => json!({ "field": null, "message": "Customer not found", "code": null }),
            false => json!({ "field": ["input", "customerId"], "message": "Customer not found", "code": "INVALID" }),
        };
        return json!({ "customer": null, "userErrors": [error] });
    };
    let mut customer = shop.customer(id);
    let refused = refusal(session, &customer, sms, name, consent);
    if let Some(error) = refused {
        // Text messages answer an error without the customer.
        let customer = if sms { Value::Null } else { customer };
        return json!({ "customer": customer, "userErrors": [error] });
    }
    let kept = if sms { "defaultPhoneNumber" } else { "defaultEmailAddress" };
    if !customer[kept].is_null() {
        customer[kept]["marketingState"] = state.into();
        customer[kept]["marketingOptInLevel"] = consent["marketingOptInLevel"].clone();
        customer[kept]["marketingUpdatedAt"] = match consent["consentUpdatedAt"].is_null() {
            true => super::moment(session.now).into(),
            false => consent["consentUpdatedAt"].clone(),
        };
        if sms {
            customer[kept]["marketingCollectedFrom"] = "OTHER".into();
        }
        completed(&mut customer);
        shop.customers.insert(id, customer.clone());
    }
    json!({ "customer": customer, "userErrors": [] })
}

fn refusal(session: &Session<'_>, customer: &Value, sms: bool, name: &str, consent: &Value) -> Option<Value> {
    let error = |field: &[&str], message: &str, code: &str| {
        let path: Vec<&str> = ["input", name].into_iter().chain(field.iter().copied()).collect();
        Some(json!({ "field": path, "message": message, "code": code }))
    };
    let level = consent["marketingOptInLevel"].as_str();
    let updated_at = parse_moment(&consent["consentUpdatedAt"]);
    if updated_at.is_some_and(|at| at > session.now) {
        return error(&["consentUpdatedAt"], "Consent updated at must not be in the future", "INVALID");
    }
    if sms && customer["defaultPhoneNumber"].is_null() {
        return error(&[], "A phone number is required to set the SMS consent state.", "INVALID");
    }
    if level.is_none() && consent["marketingState"] != "UNSUBSCRIBED" {
        return error(&["marketingOptInLevel"], "Marketing opt in level must exist", "MISSING_ARGUMENT");
    }
    if consent["marketingState"] == "PENDING" && level != Some("CONFIRMED_OPT_IN") {
        let message = "Marketing opt in level must be confirmed opt-in for pending consent state";
        return error(&["marketingOptInLevel"], message, "INVALID");
    }
    None
}
