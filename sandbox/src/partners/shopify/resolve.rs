//! One GraphQL request at one shop: which part of the shop answers a field, and which scope that needs.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::{Value, json};

use super::bulk;
use super::customers;
use super::discounts;
use super::graphql::{Engine, Fields, Problem};
use super::metafields;
use super::orders;
use super::shop::Shop;
use super::values::{can_exist, gid, parts};
use crate::partners::{RequestContext, uuid};

/// A request while it is executed.
pub(super) struct Session<'a> {
    shop: RefCell<&'a mut Shop>,
    /// The engine that executes it.
    pub(super) engine: &'a Engine,
    /// The host that was called, for URLs.
    pub(super) host: &'a str,
    scopes: Vec<String>,
    /// The moment of the request.
    pub(super) now: DateTime<Utc>,
    /// Identity and randomness.
    pub(super) ids: &'a Ids,
    /// What is beside the message of an error, by the message.
    extensions: RefCell<HashMap<String, Value>>,
    /// Whether connections are answered whole.
    whole: Cell<bool>,
    /// An error of the field that is answered now.
    failed: RefCell<Option<Problem>>,
}

impl<'a> Session<'a> {
    /// Returns a request with a token of these scopes.
    pub(super) fn new(
        shop: &'a mut Shop,
        engine: &'a Engine,
        scopes: Vec<String>,
        host: &'a str,
        context: &'a RequestContext<'_>,
    ) -> Self {
        Self {
            shop: RefCell::new(shop),
            engine,
            host,
            whole: Cell::new(false),
            scopes,
            now: context.now,
            ids: context.ids,
            extensions: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    /// Returns the shop.
    pub(super) fn shop(&self) -> RefMut<'_, Shop> {
        RefMut::map(self.shop.borrow_mut(), |shop| &mut **shop)
    }

    /// Sets whether connections are answered whole.
    pub(super) fn pages_are_whole(&self, whole: bool) {
        self.whole.set(whole);
    }

    /// Makes the field that is answered now fail as a whole.
    pub(super) fn fail(&self, problem: Problem) -> Value {
        *self.failed.borrow_mut() = Some(problem);
        Value::Null
    }

    /// Returns the id of a new job that is done when it is next asked for.
    pub(super) fn finished_job(&self, shop: &mut Shop) -> String {
        let id = format!("gid://shopify/Job/{}", uuid(self.ids));
        shop.jobs.insert(id.clone(), true);
        id
    }

    fn answer(&self, field: &str, arguments: &Value) -> Value {
        if let Some(answer) = discounts::query(&self.shop(), field, arguments, self.now) {
            return answer;
        }
        if let Some(answer) = discounts::mutate(self, field, arguments) {
            return answer;
        }
        if let Some(answer) = customers::answer(self, field, arguments) {
            return answer;
        }
        if let Some(answer) = orders::answer(self, field, arguments).or_else(|| bulk::answer(self, field, arguments)) {
            return answer;
        }
        if let Some(answer) = metafields::mutate(self, field, arguments) {
            return answer;
        }
        match field {
            "products" => json!([]),
            "product" => self.node(&arguments["id"]),
            "shop" => self.shop().view(),
            "currentAppInstallation" => {
                let scopes = self.scopes.iter().map(|scope| json!({ "handle": scope, "description": scope }));
                json!({
                    "__typename": "AppInstallation",
                    "id": gid("AppInstallation", 1),
                    "accessScopes": scopes.collect::<Vec<_>>(),
                })
            }
            "job" => {
                let id = arguments["id"].as_str().unwrap_or_default();
                self.shop().jobs.get(id).map_or(Value::Null, |done| json!({ "id": id, "done": done }))
            }
            "node" => self.node(&arguments["id"]),
            "nodes" => arguments["ids"].as_array().into_iter().flatten().map(|id| self.node(id)).collect(),
            "flowTriggerReceive" => flow(arguments),
            _ => Value::Null,
        }
    }

    fn node(&self, id: &Value) -> Value {
        let Some((kind, number)) = id.as_str().and_then(parts) else { return Value::Null };
        let shop = self.shop();
        match kind {
            "DiscountCodeNode" | "DiscountAutomaticNode" => discounts::node(&shop, kind, id, self.now),
            "Shop" => shop.view(),
            "Customer" => customers::node(&shop, id),
            "Order" => orders::node(&shop, id),
            "Product" | "ProductVariant" | "Collection" if can_exist(number) => {
                json!({ "__typename": kind, "id": id, "title": format!("{kind} {number}"), "handle": format!("{number}") })
            }
            _ => Value::Null,
        }
    }
}

impl Fields for Session<'_> {
    fn root(&self, field: &str, arguments: &Value) -> Result<Value, Problem> {
        let missing =
            required_scope(field).filter(|scope| !self.scopes.iter().any(|has| has == scope || implies(has, scope)));
        let problem = match missing {
            Some(scope) => denied(field, scope),
            None => {
                let answer = self.answer(field, arguments);
                match self.failed.borrow_mut().take() {
                    None => return Ok(answer),
                    Some(problem) => problem,
                }
            }
        };
        self.extensions.borrow_mut().insert(problem.message.clone(), problem.extensions.clone());
        Err(problem)
    }

    fn beside(&self, type_name: &str, object: &Value, field: &str, arguments: &Value) -> Option<Value> {
        let shop = self.shop();
        customers::beside(&shop, type_name, object, field, arguments)
            .or_else(|| orders::beside(&shop, type_name, object, field, arguments))
            .or_else(|| metafields::beside(&shop, object, field, arguments))
    }

    fn are_pages_whole(&self) -> bool {
        self.whole.get()
    }

    fn extensions(&self, message: &str) -> Option<Value> {
        self.extensions.borrow().get(message).cloned()
    }
}

/// Returns the scope that a field of the query or of the mutation needs.
fn required_scope(field: &str) -> Option<&'static str> {
    Some(match field {
        "automaticDiscountNode"
        | "codeDiscountNode"
        | "codeDiscountNodeByCode"
        | "codeDiscountNodes"
        | "discountNode"
        | "discountNodes"
        | "discountNodesCount" => "read_discounts",
        "customer" | "customers" | "customersCount" => "read_customers",
        "customerMerge" | "customerMergeJobStatus" => "write_customer_merge",
        "order" | "orders" | "ordersCount" => "read_orders",
        "storeCreditAccount" => "read_store_credit_accounts",
        "storeCreditAccountCredit" | "storeCreditAccountDebit" => "write_store_credit_account_transactions",
        _ if field.starts_with("discount") => "write_discounts",
        _ if field.starts_with("customer") => "write_customers",
        _ => return None,
    })
}

fn implies(has: &str, scope: &str) -> bool {
    scope.strip_prefix("read_").is_some_and(|what| has.strip_prefix("write_") == Some(what))
}

fn denied(field: &str, scope: &str) -> Problem {
    let required = format!("`{scope}` access scope.");
    Problem {
        message: format!("Access denied for {field} field. Required access: {required}"),
        extensions: json!({
            "code": "ACCESS_DENIED",
            "documentation": "https://shopify.dev/api/usage/access-scopes",
            "requiredAccess": required,
        }),
    }
}

/// `flowTriggerReceive`: a payload of less than 50 kB for a known form of handle.
fn flow(arguments: &Value) -> Value {
    const PAYLOAD_BYTES_MAX: usize = 50_000;
    let error = |field: &str, message: &str| json!({ "userErrors": [{ "field": [field], "message": message }] });
    if arguments["handle"].as_str().is_none_or(str::is_empty) && arguments["body"].is_null() {
        return error("handle", "Handle can't be blank");
    }
    if arguments["payload"].to_string().len() >= PAYLOAD_BYTES_MAX {
        return error("payload", "Payload is larger than 50 KB");
    }
    json!({ "userErrors": [] })
}
