//! Discounts by code and automatic ones: creating, changing, ending and finding them. A code is unique in its shop, whatever its
//! case; creating one twice is refused, so that a repeated call can be told from a first one.

mod codes;
mod summary;
mod validate;
mod view;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::resolve::Session;
use super::shop::{RECORDS_MAX, Shop};
use super::values::{gid, number, parse_moment, user_error};
use crate::bounded::BoundedMap;

/// What a discount gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An amount or a share off.
    Basic,
    /// Free shipping.
    FreeShipping,
    /// Buy X, get Y.
    Bxgy,
}

/// A discount.
#[derive(Debug, Clone)]
pub(super) struct Discount {
    id: u64,
    automatic: bool,
    kind: Kind,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    /// The input it was made of, with what later inputs changed.
    body: Map<String, Value>,
    codes: Vec<Code>,
}

/// A code of a discount.
#[derive(Debug, Clone)]
struct Code {
    id: u64,
    code: String,
    uses: u64,
}

/// The discounts of a shop.
#[derive(Debug)]
pub(super) struct Discounts {
    by_id: BoundedMap<u64, Discount>,
    by_code: BoundedMap<String, u64>,
}

impl Discounts {
    /// Returns none.
    pub(super) fn new() -> Self {
        Self { by_id: BoundedMap::new(RECORDS_MAX), by_code: BoundedMap::new(2 * RECORDS_MAX) }
    }

    fn by_code(&self, code: &str) -> Option<&Discount> {
        self.by_id.get(self.by_code.get(&code.to_lowercase())?)
    }
}

impl Kind {
    /// Returns the kind that a mutation or an argument is about.
    fn of(field: &str) -> Option<Self> {
        match field {
            _ if field.contains("Basic") => Some(Self::Basic),
            _ if field.contains("FreeShipping") => Some(Self::FreeShipping),
            _ if field.contains("Bxgy") => Some(Self::Bxgy),
            _ => None,
        }
    }

    /// Returns the name of the argument that holds the input.
    fn argument(self, automatic: bool) -> &'static str {
        match (self, automatic) {
            (Self::Basic, false) => "basicCodeDiscount",
            (Self::Basic, true) => "automaticBasicDiscount",
            (Self::FreeShipping, false) => "freeShippingCodeDiscount",
            (Self::FreeShipping, true) => "freeShippingAutomaticDiscount",
            (Self::Bxgy, false) => "bxgyCodeDiscount",
            (Self::Bxgy, true) => "automaticBxgyDiscount",
        }
    }
}

/// Answers a field of the query that is about discounts.
pub(super) fn query(shop: &Shop, field: &str, arguments: &Value, now: DateTime<Utc>) -> Option<Value> {
    let all = || {
        let mut all: Vec<&Discount> = shop.discounts.by_id.newest_first().collect();
        all.reverse();
        all.into_iter().filter(|discount| matches_query(discount, arguments["query"].as_str(), now))
    };
    Some(match field {
        "codeDiscountNode" => node(shop, "DiscountCodeNode", &arguments["id"], now),
        "automaticDiscountNode" => node(shop, "DiscountAutomaticNode", &arguments["id"], now),
        "discountNode" => {
            let kind = if number(&arguments["id"], "DiscountAutomaticNode").is_some() {
                "DiscountAutomaticNode"
            } else {
                "DiscountCodeNode"
            };
            as_discount_node(node(shop, kind, &arguments["id"], now))
        }
        "codeDiscountNodeByCode" => {
            let found = shop.discounts.by_code(arguments["code"].as_str().unwrap_or_default());
            found.map_or(Value::Null, |discount| view::node(discount, shop, now))
        }
        "codeDiscountNodes" => {
            all().filter(|discount| !discount.automatic).map(|discount| view::node(discount, shop, now)).collect()
        }
        "discountNodes" => all().map(|discount| as_discount_node(view::node(discount, shop, now))).collect(),
        "discountNodesCount" => json!({ "count": all().count(), "precision": "EXACT" }),
        _ => return None,
    })
}

/// Answers a mutation about discounts.
pub(super) fn mutate(session: &Session<'_>, field: &str, arguments: &Value) -> Option<Value> {
    let automatic = field.starts_with("discountAutomatic");
    let shop = &mut *session.shop();
    Some(match field {
        "discountRedeemCodeBulkAdd" => codes::add(session, shop, arguments),
        "discountCodeRedeemCodeBulkDelete" => codes::delete(session, shop, arguments),
        "discountCodeBulkDelete" | "discountCodeBulkDeactivate" => bulk(session, shop, field, arguments),
        _ if field.ends_with("Activate") => switch(session, shop, automatic, &arguments["id"], true),
        _ if field.ends_with("Deactivate") => switch(session, shop, automatic, &arguments["id"], false),
        _ if field.ends_with("Delete") && field.starts_with("discount") => {
            delete(session, shop, automatic, &arguments["id"])
        }
        _ if field.starts_with("discount") => {
            let kind = Kind::of(field)?;
            let input = arguments[kind.argument(automatic)].as_object().cloned().unwrap_or_default();
            let id = field.ends_with("Update").then(|| &arguments["id"]);
            write(session, shop, (kind, automatic), id, input)
        }
        _ => return None,
    })
}

/// Returns the node of a discount by its global id.
pub(super) fn node(shop: &Shop, kind: &str, id: &Value, now: DateTime<Utc>) -> Value {
    let found = number(id, kind).and_then(|id| shop.discounts.by_id.get(&id));
    let found = found.filter(|discount| discount.automatic == (kind == "DiscountAutomaticNode"));
    found.map_or(Value::Null, |discount| view::node(discount, shop, now))
}

/// Counts a use of a code, as an order does that was made with it.
pub(super) fn use_code(shop: &mut Shop, code: &str) {
    let Some(mut discount) = shop.discounts.by_code(code).cloned() else { return };
    for known in discount.codes.iter_mut().filter(|known| known.code.eq_ignore_ascii_case(code)) {
        known.uses += 1;
    }
    shop.discounts.by_id.insert(discount.id, discount);
}

fn as_discount_node(mut node: Value) -> Value {
    let discount = ["codeDiscount", "automaticDiscount"].into_iter().find_map(|name| node.get(name).cloned());
    if let (Some(discount), Some(object)) = (discount, node.as_object_mut()) {
        object.insert("discount".to_owned(), discount);
        object.insert("__typename".to_owned(), "DiscountNode".into());
    }
    node
}

fn payload(node_field: &str, node: Value, errors: Vec<Value>) -> Value {
    json!({ node_field: node, "userErrors": errors })
}

fn node_field(automatic: bool) -> &'static str {
    if automatic { "automaticDiscountNode" } else { "codeDiscountNode" }
}

fn node_kind(automatic: bool) -> &'static str {
    if automatic { "DiscountAutomaticNode" } else { "DiscountCodeNode" }
}

/// Creates a discount, or changes the one with that id.
fn write(
    session: &Session<'_>,
    shop: &mut Shop,
    (kind, automatic): (Kind, bool),
    id: Option<&Value>,
    input: Map<String, Value>,
) -> Value {
    let known = match id {
        None => None,
        Some(id) => {
            let found = number(id, node_kind(automatic)).and_then(|id| shop.discounts.by_id.get(&id)).cloned();
            let Some(found) = found.filter(|found| found.automatic == automatic && found.kind == kind) else {
                let error = user_error(&["id"], "Discount does not exist", "INVALID");
                return payload(node_field(automatic), Value::Null, vec![error]);
            };
            Some(found)
        }
    };
    let mut body = known.as_ref().map(|known| known.body.clone()).unwrap_or_default();
    body.extend(input.clone());
    let errors = match validate::validate(shop, (kind, automatic), known.as_ref(), &body, &input) {
        Ok(errors) => errors,
        Err(problem) => return session.fail(problem),
    };
    if !errors.is_empty() {
        return payload(node_field(automatic), Value::Null, errors);
    }
    let discount = built(session, shop, (kind, automatic), known, body);
    for code in &discount.codes {
        shop.discounts.by_code.insert(code.code.to_lowercase(), discount.id);
    }
    shop.discounts.by_id.insert(discount.id, discount.clone());
    payload(node_field(automatic), view::node(&discount, shop, session.now), Vec::new())
}

fn built(
    session: &Session<'_>,
    shop: &mut Shop,
    (kind, automatic): (Kind, bool),
    known: Option<Discount>,
    body: Map<String, Value>,
) -> Discount {
    let starts_at = body.get("startsAt").and_then(parse_moment).unwrap_or(session.now);
    let ends_at = body.get("endsAt").and_then(parse_moment);
    let code = body.get("code").and_then(Value::as_str).map(str::to_owned);
    let mut discount = known.unwrap_or_else(|| Discount {
        id: shop.id(),
        automatic,
        kind,
        created_at: session.now,
        updated_at: session.now,
        starts_at,
        ends_at,
        body: Map::new(),
        codes: Vec::new(),
    });
    if let Some(code) = code {
        match discount.codes.first_mut() {
            None => discount.codes.push(Code { id: shop.id(), code, uses: 0 }),
            Some(first) if first.code != code => {
                shop.discounts.by_code.remove(&first.code.to_lowercase());
                first.code = code;
            }
            Some(_) => {}
        }
    }
    Discount { updated_at: session.now, starts_at, ends_at, body, ..discount }
}

fn switch(session: &Session<'_>, shop: &mut Shop, automatic: bool, id: &Value, active: bool) -> Value {
    let found = number(id, node_kind(automatic)).and_then(|id| shop.discounts.by_id.get(&id)).cloned();
    let Some(mut discount) = found.filter(|found| found.automatic == automatic) else {
        let message = if automatic { "Automatic discount does not exist." } else { "Code discount does not exist." };
        return payload(node_field(automatic), Value::Null, vec![user_error(&["id"], message, "INVALID")]);
    };
    discount.updated_at = session.now;
    if active {
        discount.starts_at = discount.starts_at.min(session.now);
        discount.ends_at = discount.ends_at.filter(|end| *end > session.now);
    } else {
        discount.ends_at = Some(session.now);
    }
    shop.discounts.by_id.insert(discount.id, discount.clone());
    payload(node_field(automatic), view::node(&discount, shop, session.now), Vec::new())
}

fn delete(_session: &Session<'_>, shop: &mut Shop, automatic: bool, id: &Value) -> Value {
    let field = if automatic { "deletedAutomaticDiscountId" } else { "deletedCodeDiscountId" };
    let found = number(id, node_kind(automatic))
        .filter(|id| shop.discounts.by_id.get(id).is_some_and(|found| found.automatic == automatic));
    let Some(found) = found else {
        let message = if automatic { "Automatic discount does not exist." } else { "Code discount does not exist." };
        return payload(field, Value::Null, vec![user_error(&["id"], message, "INVALID")]);
    };
    remove(shop, found);
    payload(field, gid(node_kind(automatic), found).into(), Vec::new())
}

fn remove(shop: &mut Shop, id: u64) {
    if let Some(discount) = shop.discounts.by_id.remove(&id) {
        for code in discount.codes {
            shop.discounts.by_code.remove(&code.code.to_lowercase());
        }
    }
}

fn bulk(session: &Session<'_>, shop: &mut Shop, field: &str, arguments: &Value) -> Value {
    let given = ["ids", "search", "savedSearchId"].into_iter().filter(|name| !arguments[*name].is_null()).count();
    if given != 1 {
        let (message, code) = match given {
            0 => ("Missing expected argument key: 'ids', 'search' or 'saved_search_id'.", "MISSING_ARGUMENT"),
            _ => ("Only one of 'ids', 'search' or 'saved_search_id' is allowed.", "TOO_MANY_ARGUMENTS"),
        };
        return payload("job", Value::Null, vec![user_error(&[], message, code)]);
    }
    let named: Vec<u64> = match arguments["ids"].as_array() {
        Some(ids) => ids.iter().filter_map(|id| number(id, "DiscountCodeNode")).collect(),
        None => {
            let query = arguments["search"].as_str();
            let all = shop.discounts.by_id.newest_first().filter(|found| !found.automatic);
            all.filter(|found| matches_query(found, query, session.now)).map(|found| found.id).collect()
        }
    };
    for id in named {
        if field == "discountCodeBulkDelete" {
            remove(shop, id);
        } else {
            switch(session, shop, false, &gid("DiscountCodeNode", id).into(), false);
        }
    }
    let job = session.finished_job(shop);
    payload("job", json!({ "id": job, "done": false }), Vec::new())
}

/// Returns whether a discount fits a search: `status:`, `title:`, `code:` or words of its title.
fn matches_query(discount: &Discount, query: Option<&str>, now: DateTime<Utc>) -> bool {
    query.unwrap_or_default().split_whitespace().all(|term| match term.split_once(':') {
        Some(("status", status)) => view::status(discount, now).eq_ignore_ascii_case(status),
        Some(("code", wanted)) => {
            discount.codes.iter().any(|code| code.code.eq_ignore_ascii_case(wanted.trim_matches(['\'', '"'])))
        }
        Some(("title", wanted)) => {
            title(discount).to_lowercase().contains(&wanted.trim_matches(['\'', '"']).to_lowercase())
        }
        Some(_) => true,
        None => title(discount).to_lowercase().contains(&term.to_lowercase()),
    })
}

fn title(discount: &Discount) -> &str {
    discount.body.get("title").and_then(Value::as_str).unwrap_or_default()
}
