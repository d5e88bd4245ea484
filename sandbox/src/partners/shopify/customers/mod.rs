//! Customers: their records, consents and merging, and store credit. A customer who was not made here exists all the same, unless
//! the shop's settings say otherwise, since the platform knows customers from webhooks.

mod consents;
mod credit;
mod merge;

use serde_json::{Value, json};

pub(super) use self::credit::StoreCredit;
use super::resolve::Session;
use super::shop::Shop;
use super::values::{can_exist, gid, moment, money, number};

/// Tags of one customer.
const TAGS_MAX: usize = 250;

impl Shop {
    /// Returns whether a customer of that number exists.
    pub(super) fn has_customer(&self, id: u64) -> bool {
        match self.customers.get(&id) {
            Some(customer) => !customer.is_null(),
            None => self.settings.any_record_exists && can_exist(id),
        }
    }

    /// Returns a customer, or `null`.
    pub(super) fn customer(&self, id: u64) -> Value {
        match self.customers.get(&id) {
            Some(customer) => customer.clone(),
            None if self.has_customer(id) => self.blank_customer(id, "2026-01-01T00:00:00Z"),
            None => Value::Null,
        }
    }

    fn blank_customer(&self, id: u64, created_at: &str) -> Value {
        json!({
            "__typename": "Customer",
            "id": gid("Customer", id),
            "legacyResourceId": id.to_string(),
            "displayName": format!("Customer {id}"),
            "amountSpent": money(0, &self.settings.currency),
            "numberOfOrders": "0",
            "state": "DISABLED",
            "locale": "en",
            "tags": [],
            "taxExempt": false,
            "verifiedEmail": true,
            "canDelete": true,
            "dataSaleOptOut": false,
            "statistics": { "rfmGroup": null, "predictedSpendTier": null },
            "addressesV2": [],
            "createdAt": created_at,
            "updatedAt": created_at,
        })
    }
}

/// Answers a field that is about customers.
pub(super) fn answer(session: &Session<'_>, field: &str, arguments: &Value) -> Option<Value> {
    let mut shop = session.shop();
    Some(match field {
        "customer" => node(&shop, &arguments["id"]),
        "customerByIdentifier" => {
            let identifier = &arguments["identifier"];
            match identifier["id"].is_string() {
                true => node(&shop, &identifier["id"]),
                false => found(&shop, &identifier["emailAddress"], &identifier["phoneNumber"]),
            }
        }
        "customers" => listed(&shop, arguments["query"].as_str()),
        "customersCount" => {
            let count = listed(&shop, arguments["query"].as_str()).as_array().map_or(0, Vec::len);
            json!({ "count": count, "precision": "EXACT" })
        }
        "customerCreate" => write(session, &mut shop, None, &arguments["input"]),
        "customerUpdate" => write(session, &mut shop, Some(&arguments["input"]["id"]), &arguments["input"]),
        "customerDelete" => delete(&mut shop, &arguments["input"]["id"]),
        "customerEmailMarketingConsentUpdate" | "customerSmsMarketingConsentUpdate" => {
            return Some(consents::update(session, &mut shop, field, &arguments["input"]));
        }
        "customerMerge" => merge::merge(session, &mut shop, arguments),
        "customerMergeJobStatus" => merge::status(&mut shop, arguments),
        "tagsAdd" | "tagsRemove" => tags(&mut shop, field, arguments),
        _ => return credit::answer(session, &mut shop, field, arguments),
    })
}

/// Returns a customer by global id.
pub(super) fn node(shop: &Shop, id: &Value) -> Value {
    number(id, "Customer").map_or(Value::Null, |id| shop.customer(id))
}

/// Answers a field of a customer or of store credit that is kept elsewhere.
pub(super) fn beside(shop: &Shop, type_name: &str, object: &Value, field: &str, arguments: &Value) -> Option<Value> {
    match (type_name, field) {
        ("Customer", "storeCreditAccounts") => Some(credit::accounts(shop, &object["id"], arguments["query"].as_str())),
        // An account outlives its owner's record.
        ("StoreCreditAccount", "owner") => {
            let id = number(&object["ownerId"], "Customer")?;
            let owner = shop.customer(id);
            Some(if owner.is_null() { shop.blank_customer(id, "2026-01-01T00:00:00Z") } else { owner })
        }
        _ => None,
    }
}

fn found(shop: &Shop, email: &Value, phone: &Value) -> Value {
    let same = |value: &Value, wanted: &Value| {
        wanted.as_str().is_some_and(|wanted| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted)))
    };
    let mut all = shop.customers.newest_first();
    let found = all.find(|customer| same(&customer["email"], email) || same(&customer["phone"], phone));
    found.cloned().unwrap_or_default()
}

fn listed(shop: &Shop, query: Option<&str>) -> Value {
    let term =
        query.and_then(|query| query.split_once(':')).map(|(name, value)| (name, value.trim_matches(['"', '\''])));
    let all = shop.customers.newest_first().filter(|customer| !customer.is_null());
    let mut all: Vec<Value> = all
        .filter(|customer| match term {
            Some(("email", email)) => customer["email"].as_str().is_some_and(|has| has.eq_ignore_ascii_case(email)),
            Some(("id", id)) => customer["legacyResourceId"] == id,
            Some(("updated_at", since)) => {
                customer["updatedAt"].as_str().is_some_and(|at| at >= since.trim_start_matches(['>', '=']))
            }
            _ => true,
        })
        .cloned()
        .collect();
    all.reverse();
    all.into()
}

fn write(session: &Session<'_>, shop: &mut Shop, id: Option<&Value>, input: &Value) -> Value {
    let error = |field: Value, message: &str| json!({ "customer": null, "userErrors": [{ "field": field, "message": message }] });
    let id = match id {
        None if !input["id"].is_null() => return error(json!(["id"]), "Cannot specify ID on creation"),
        None => None,
        Some(id) => match number(id, "Customer").filter(|id| shop.has_customer(*id)) {
            Some(id) => Some(id),
            None => return error(json!(["id"]), "Customer does not exist"),
        },
    };
    let text = |name: &str| input[name].as_str().filter(|text| !text.is_empty());
    if id.is_none() && ["email", "phone", "firstName", "lastName"].into_iter().all(|name| text(name).is_none()) {
        return error(Value::Null, "A name, phone number, or email address must be present");
    }
    if text("email").is_some_and(|email| !email.contains('@')) {
        return error(json!(["email"]), "Email is invalid");
    }
    let taken = |name: &str| {
        let other = text(name).and_then(|text| found_by(shop, name, text));
        other.is_some_and(|other| id.is_none_or(|id| other != id))
    };
    for (name, said) in [("email", "Email has already been taken"), ("phone", "Phone has already been taken")] {
        if taken(name) {
            return error(json!([name]), said);
        }
    }
    let now = moment(session.now);
    let id = id.unwrap_or_else(|| shop.id());
    let mut customer = match shop.customers.get(&id) {
        Some(customer) => customer.clone(),
        None => shop.blank_customer(id, &now),
    };
    for name in ["email", "phone", "firstName", "lastName", "locale", "note", "taxExempt"] {
        if let Some(value) = input.get(name) {
            customer[name] = value.clone();
        }
    }
    if let Some(tags) = input["tags"].as_array() {
        customer["tags"] = sorted(tags.clone());
    }
    customer["updatedAt"] = now.into();
    completed(&mut customer);
    shop.customers.insert(id, customer.clone());
    json!({ "customer": customer, "userErrors": [] })
}

fn found_by(shop: &Shop, name: &str, text: &str) -> Option<u64> {
    let (email, phone) = if name == "email" { (json!(text), Value::Null) } else { (Value::Null, json!(text)) };
    number(&found(shop, &email, &phone)["id"], "Customer")
}

/// Derives what follows from a customer's name, address and number.
fn completed(customer: &mut Value) {
    let names: Vec<&str> = ["firstName", "lastName"].iter().filter_map(|name| customer[*name].as_str()).collect();
    let shown = if names.is_empty() { customer["email"].as_str().map(str::to_owned) } else { Some(names.join(" ")) };
    if let Some(shown) = shown {
        customer["displayName"] = shown.into();
    }
    let consent = |customer: &Value, name: &str| match &customer[name]["marketingState"] {
        Value::Null => {
            json!({ "marketingState": "NOT_SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN", "marketingUpdatedAt": null })
        }
        _ => customer[name].clone(),
    };
    let mut email = consent(customer, "defaultEmailAddress");
    email["emailAddress"] = customer["email"].clone();
    email["validFormat"] = true.into();
    customer["emailMarketingConsent"] = json!({
        "marketingState": email["marketingState"],
        "marketingOptInLevel": email["marketingOptInLevel"],
        "consentUpdatedAt": email["marketingUpdatedAt"],
    });
    customer["defaultEmailAddress"] = if customer["email"].is_null() { Value::Null } else { email };
    let mut phone = consent(customer, "defaultPhoneNumber");
    phone["phoneNumber"] = customer["phone"].clone();
    customer["smsMarketingConsent"] = json!({
        "marketingState": phone["marketingState"],
        "marketingOptInLevel": phone["marketingOptInLevel"],
        "consentUpdatedAt": phone["marketingUpdatedAt"],
        "consentCollectedFrom": phone["marketingCollectedFrom"],
    });
    customer["defaultPhoneNumber"] = if customer["phone"].is_null() { Value::Null } else { phone };
}

fn sorted(mut tags: Vec<Value>) -> Value {
    tags.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    tags.dedup();
    tags.truncate(TAGS_MAX);
    tags.into()
}

fn delete(shop: &mut Shop, id: &Value) -> Value {
    let known = number(id, "Customer").filter(|id| shop.has_customer(*id));
    let Some(known) = known else {
        let error = json!({ "field": ["id"], "message": "Customer can't be found" });
        return json!({ "deletedCustomerId": null, "shop": shop.view(), "userErrors": [error] });
    };
    shop.customers.insert(known, Value::Null);
    json!({ "deletedCustomerId": id, "shop": shop.view(), "userErrors": [] })
}

fn tags(shop: &mut Shop, field: &str, arguments: &Value) -> Value {
    let Some(id) = number(&arguments["id"], "Customer").filter(|id| shop.has_customer(*id)) else {
        return json!({ "node": null, "userErrors": [{ "field": ["id"], "message": "Customer does not exist" }] });
    };
    let mut customer = shop.customer(id);
    let given = arguments["tags"].as_array().cloned().unwrap_or_default();
    let mut tags = customer["tags"].as_array().cloned().unwrap_or_default();
    if field == "tagsAdd" {
        tags.extend(given);
    } else {
        tags.retain(|tag| !given.contains(tag));
    }
    customer["tags"] = sorted(tags);
    shop.customers.insert(id, customer.clone());
    json!({ "node": customer, "userErrors": [] })
}
