//! Merging two customers: the second one stays, and the job is done when it is asked for a second time.

use serde_json::{Value, json};

use super::{completed, sorted};
use crate::partners::shopify::resolve::Session;
use crate::partners::shopify::shop::Shop;
use crate::partners::shopify::values::{gid, number};
use crate::partners::uuid;

/// Answers `customerMerge`.
pub(super) fn merge(session: &Session<'_>, shop: &mut Shop, arguments: &Value) -> Value {
    let refused = |field: Value, message: &str| {
        let error = json!({ "field": field, "message": message, "code": "INVALID_CUSTOMER_ID" });
        json!({ "resultingCustomerId": null, "job": null, "userErrors": [error] })
    };
    let mut ids = [0; 2];
    for (index, name) in ["customerOneId", "customerTwoId"].into_iter().enumerate() {
        let id = number(&arguments[name], "Customer").unwrap_or(0);
        if !shop.has_customer(id) {
            return refused(json!([name]), &format!("Customer does not exist with ID {id}"));
        }
        ids[index] = id;
    }
    let [gone, kept] = ids;
    if gone == kept {
        return refused(Value::Null, "Customers IDs should not match");
    }
    let (one, mut result) = (shop.customer(gone), shop.customer(kept));
    let overrides = &arguments["overrideFields"];
    for (name, field) in [
        ("customerIdOfFirstNameToKeep", "firstName"),
        ("customerIdOfLastNameToKeep", "lastName"),
        ("customerIdOfEmailToKeep", "email"),
        ("customerIdOfPhoneNumberToKeep", "phone"),
    ] {
        let from_first = number(&overrides[name], "Customer") == Some(gone);
        if from_first || result[field].is_null() {
            result[field] = one[field].clone();
        }
    }
    result["note"] = match (&overrides["note"], one["note"].as_str(), result["note"].as_str()) {
        (Value::String(note), ..) => note.as_str().into(),
        (_, Some(first), Some(second)) => format!("{second} {first}").into(),
        (_, first, second) => first.or(second).into(),
    };
    result["tags"] = match overrides["tags"].as_array() {
        Some(tags) => sorted(tags.clone()),
        None => {
            let both = [&one["tags"], &result["tags"]].into_iter().filter_map(Value::as_array).flatten();
            sorted(both.cloned().collect())
        }
    };
    completed(&mut result);
    shop.customers.insert(gone, Value::Null);
    shop.customers.insert(kept, result);
    let job = format!("gid://shopify/Job/{}", uuid(session.ids));
    let kept = gid("Customer", kept);
    shop.merges.insert(job.clone(), (kept.clone(), false));
    shop.jobs.insert(job.clone(), true);
    json!({ "resultingCustomerId": kept, "job": { "id": job, "done": false }, "userErrors": [] })
}

/// Answers `customerMergeJobStatus`.
pub(super) fn status(shop: &mut Shop, arguments: &Value) -> Value {
    let job = arguments["jobId"].as_str().unwrap_or_default();
    let Some((kept, asked)) = shop.merges.get(job).cloned() else { return Value::Null };
    shop.merges.insert(job.to_owned(), (kept.clone(), true));
    let status = if asked { "COMPLETED" } else { "IN_PROGRESS" };
    json!({ "jobId": job, "resultingCustomerId": kept, "status": status, "customerMergeErrors": [] })
}
