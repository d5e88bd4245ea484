//! Metafields: an app's own values at a shop's records, set and deleted several at a time.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::resolve::Session;
use super::shop::Shop;
use super::values::{gid, moment, parts, units};

/// Metafields of one call.
const METAFIELDS_MAX: usize = 25;
/// The number of the app in its reserved namespace.
const APP_ID: &str = "347082227713";

/// Owner, namespace and key.
pub(super) type MetafieldKey = (String, String, String);

/// Answers a mutation about metafields.
pub(super) fn mutate(session: &Session<'_>, field: &str, arguments: &Value) -> Option<Value> {
    let mut shop = session.shop();
    match field {
        "metafieldsSet" => Some(set(session, &mut shop, arguments)),
        "metafieldsDelete" => Some(delete(&mut shop, arguments)),
        _ => None,
    }
}

/// Answers `metafield` and `metafields` of an owner.
pub(super) fn beside(shop: &Shop, object: &Value, field: &str, arguments: &Value) -> Option<Value> {
    let owner = object["id"].as_str()?;
    match field {
        "metafield" => {
            let key =
                (owner.to_owned(), namespace(arguments["namespace"].as_str()), arguments["key"].as_str()?.to_owned());
            Some(shop.metafields.get(&key).cloned().unwrap_or_default())
        }
        "owner" if object["__typename"] == "Metafield" => {
            let owner = object["ownerId"].as_str()?;
            let kind = parts(owner)?.0;
            Some(json!({ "__typename": kind, "id": owner }))
        }
        "metafields" => {
            let wanted = arguments["namespace"].as_str().map(|given| namespace(Some(given)));
            let all = shop.metafields.newest_first().filter(|metafield| metafield["ownerId"] == owner);
            let mut all: Vec<&Value> = all
                .filter(|metafield| wanted.as_ref().is_none_or(|wanted| metafield["namespace"] == wanted.as_str()))
                .collect();
            all.reverse();
            Some(json!(all))
        }
        _ => None,
    }
}

/// Resolves the app's reserved namespace.
fn namespace(given: Option<&str>) -> String {
    match given {
        None | Some("$app") => format!("app--{APP_ID}"),
        Some(given) => match given.strip_prefix("$app:") {
            Some(rest) => format!("app--{APP_ID}--{rest}"),
            None => given.to_owned(),
        },
    }
}

/// Returns whether a namespace is another app's.
fn is_foreign(namespace: &str) -> bool {
    namespace.strip_prefix("app--").is_some_and(|rest| rest.split("--").next() != Some(APP_ID))
}

fn set(session: &Session<'_>, shop: &mut Shop, arguments: &Value) -> Value {
    let given = arguments["metafields"].as_array().cloned().unwrap_or_default();
    if given.len() > METAFIELDS_MAX {
        let message = format!("Exceeded the maximum metafields input limit of {METAFIELDS_MAX}.");
        let error = json!({ "field": ["metafields"], "message": message, "code": "LESS_THAN_OR_EQUAL_TO", "elementIndex": null });
        return json!({ "metafields": [], "userErrors": [error] });
    }
    let errors: Vec<Value> =
        given.iter().enumerate().filter_map(|(index, input)| refusal(shop, index, input)).collect();
    if !errors.is_empty() {
        return json!({ "metafields": [], "userErrors": errors });
    }
    let written: Vec<Value> = given.iter().map(|input| written(session, shop, input)).collect();
    json!({ "metafields": written, "userErrors": [] })
}

fn refusal(shop: &Shop, index: usize, input: &Value) -> Option<Value> {
    let error = |field: &[&str], message: &str, code: &str| {
        let index = index.to_string();
        let path: Vec<&str> = ["metafields", &index].into_iter().chain(field.iter().copied()).collect();
        Some(json!({ "field": path, "message": message, "code": code, "elementIndex": null }))
    };
    let namespace = namespace(input["namespace"].as_str());
    if is_foreign(&namespace) {
        let message = "Access to this namespace and key on Metafields for this resource type is not allowed.";
        return error(&[], message, "APP_NOT_AUTHORIZED");
    }
    let owner = input["ownerId"].as_str().unwrap_or_default();
    if owner_type(owner).is_none() || parts(owner).is_some_and(|(_, id)| id == 0) {
        return error(&["ownerId"], "Owner does not exist.", "INVALID");
    }
    let key = input["key"].as_str().unwrap_or_default();
    if !(2..=64).contains(&key.len()) {
        let (message, code) = if key.len() < 2 {
            ("Key is too short (minimum is 2 characters)", "TOO_SHORT")
        } else {
            ("Key is too long (maximum is 64 characters)", "TOO_LONG")
        };
        return error(&["key"], message, code);
    }
    let known = shop.metafields.get(&(owner.to_owned(), namespace, key.to_owned()));
    if let Some(digest) = input.get("compareDigest") {
        let current = known.map_or(&Value::Null, |known| &known["compareDigest"]);
        if digest != current {
            return error(
                &[],
                "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value.",
                "STALE_OBJECT",
            );
        }
    }
    let kind = input["type"].as_str().or_else(|| known.and_then(|known| known["type"].as_str()));
    let Some(kind) = kind else { return error(&["type"], "Type can't be blank", "BLANK") };
    match value(kind, input["value"].as_str().unwrap_or_default()) {
        Ok(_) => None,
        Err(message) => error(&["value"], message, "INVALID_VALUE"),
    }
}

/// Returns a value as it is kept, and as JSON.
fn value(kind: &str, text: &str) -> Result<(String, Value), &'static str> {
    if text.is_empty() {
        return Err("Value can't be blank.");
    }
    Ok(match kind {
        "boolean" => match text.trim().to_lowercase().as_str() {
            "true" | "t" | "1" => ("true".to_owned(), json!(true)),
            // As recorded: a false one is a text.
            "false" | "f" | "0" => ("false".to_owned(), json!("false")),
            _ => return Err("Value must be true or false."),
        },
        "number_integer" => {
            let whole = text
                .split_once('.')
                .filter(|(_, zeros)| zeros.bytes().all(|byte| byte == b'0'))
                .map_or(text, |(whole, _)| whole);
            let digits = whole.strip_prefix('-').unwrap_or(whole);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err("Value must be an integer.");
            }
            let number: i64 = whole.parse().map_err(|_| "Value must be an integer.")?;
            (number.to_string(), json!(number))
        }
        "json" | "list.single_line_text_field" => {
            let json: Value = serde_json::from_str(text).map_err(|_| "Value is invalid JSON.")?;
            (text.to_owned(), json)
        }
        "money" => {
            let json: Value = serde_json::from_str(text).map_err(|_| "Value is invalid JSON.")?;
            if json["currency_code"].as_str().is_none_or(str::is_empty) {
                return Err("Value must have a currency code.");
            }
            if units(&json["amount"]).is_none() {
                return Err("Value must have a numeric amount.");
            }
            (text.to_owned(), json)
        }
        _ => (text.to_owned(), text.into()),
    })
}

fn written(session: &Session<'_>, shop: &mut Shop, input: &Value) -> Value {
    let owner = input["ownerId"].as_str().unwrap_or_default().to_owned();
    let key =
        (owner.clone(), namespace(input["namespace"].as_str()), input["key"].as_str().unwrap_or_default().to_owned());
    let known = shop.metafields.get(&key).cloned().unwrap_or_default();
    let kind = input["type"].as_str().or_else(|| known["type"].as_str()).unwrap_or_default().to_owned();
    let (text, json) = value(&kind, input["value"].as_str().unwrap_or_default()).unwrap_or_default();
    let now = moment(session.now);
    let id = known["legacyResourceId"].as_str().and_then(|id| id.parse().ok()).unwrap_or_else(|| shop.id());
    let digest: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let metafield = json!({
        "__typename": "Metafield",
        "id": gid("Metafield", id),
        "legacyResourceId": id.to_string(),
        "ownerId": owner,
        "ownerType": owner_type(&owner),
        "namespace": key.1,
        "key": key.2,
        "type": kind,
        "value": text,
        "jsonValue": json,
        "compareDigest": digest,
        "sizeInBytes": text.len(),
        "createdAt": known["createdAt"].as_str().unwrap_or(&now),
        "updatedAt": now,
    });
    shop.metafields.insert(key, metafield.clone());
    metafield
}

fn delete(shop: &mut Shop, arguments: &Value) -> Value {
    let given = arguments["metafields"].as_array().cloned().unwrap_or_default();
    if given.iter().any(|input| is_foreign(&namespace(input["namespace"].as_str()))) {
        let message = "Access to this namespace and key on Metafields for this resource type is not allowed.";
        return json!({ "deletedMetafields": [], "userErrors": [{ "field": ["metafields"], "message": message }] });
    }
    let deleted = given.iter().map(|input| {
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let key = (text("ownerId"), namespace(input["namespace"].as_str()), text("key"));
        match shop.metafields.remove(&key) {
            Some(_) => json!({ "ownerId": key.0, "namespace": key.1, "key": key.2 }),
            None => Value::Null,
        }
    });
    let deleted: Vec<Value> = deleted.collect();
    json!({ "deletedMetafields": deleted, "userErrors": [] })
}

fn owner_type(owner: &str) -> Option<&'static str> {
    Some(match parts(owner)?.0 {
        "Collection" => "COLLECTION",
        "Customer" => "CUSTOMER",
        "DiscountCodeNode" | "DiscountAutomaticNode" => "DISCOUNT",
        "Order" => "ORDER",
        "Product" => "PRODUCT",
        "ProductVariant" => "PRODUCTVARIANT",
        "Shop" | "AppInstallation" => "SHOP",
        _ => return None,
    })
}
