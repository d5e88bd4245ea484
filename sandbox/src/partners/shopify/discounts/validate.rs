//! What Shopify refuses of a discount, in the order and words of its answers.

use serde_json::{Map, Value, json};

use super::{Discount, Kind};
use crate::partners::shopify::graphql::Problem;
use crate::partners::shopify::shop::Shop;
use crate::partners::shopify::values::{can_exist, number, parse_moment, units, user_error};

/// Longest code.
const CODE_CHARS_MAX: usize = 255;
/// Longest title.
const TITLE_CHARS_MAX: usize = 255;

/// Collects errors under the name of the argument.
struct Errors {
    argument: &'static str,
    found: Vec<Value>,
}

impl Errors {
    fn add(&mut self, field: &[&str], message: &str, code: &str) {
        let path: Vec<&str> = std::iter::once(self.argument).chain(field.iter().copied()).collect();
        self.found.push(user_error(&path, message, code));
    }
}

/// Returns the user errors of a discount that is made of `body`, of which `input` was given now.
///
/// # Errors
/// An error of the whole call.
pub(super) fn validate(
    shop: &Shop,
    (kind, automatic): (Kind, bool),
    known: Option<&Discount>,
    body: &Map<String, Value>,
    input: &Map<String, Value>,
) -> Result<Vec<Value>, Problem> {
    let mut errors = Errors { argument: kind.argument(automatic), found: Vec::new() };
    combines_with(&mut errors, kind, body)?;
    let gets = body.get("customerGets").unwrap_or(&Value::Null);
    if kind == Kind::Bxgy && gets["items"]["all"] == true {
        errors.add(&["customerGets"], "Items in 'customer get' cannot be set to all", "INVALID");
    }
    if kind != Kind::FreeShipping || !automatic {
        title(&mut errors, body);
    }
    if !automatic {
        code(&mut errors, shop, known, body);
    }
    period(&mut errors, body);
    if kind == Kind::Bxgy {
        let buys = body.get("customerBuys").unwrap_or(&Value::Null);
        if buys["items"].is_null() || buys["items"]["all"] == true {
            errors.add(&["customerBuys", "items"], "Items in 'customer buys' must be defined", "BLANK");
        }
        items(&mut errors, shop, "customerBuys", &buys["items"]);
    }
    if kind != Kind::FreeShipping {
        if gets.is_null() {
            errors.add(&["customerGets"], "Customer gets can't be blank", "BLANK");
        }
        items(&mut errors, shop, "customerGets", &gets["items"]);
        value(&mut errors, kind, &gets["value"]);
    } else if body.get("destination").is_none_or(Value::is_null) {
        errors.add(&["destination"], "Destination can't be blank", "BLANK");
    }
    if !input.is_empty() {
        context(&mut errors, shop, body);
    }
    minimum(&mut errors, body);
    if body.get("usageLimit").and_then(Value::as_i64).is_some_and(|limit| limit < 1) {
        errors.add(&["usageLimit"], "Usage limit must be greater than 0", "GREATER_THAN");
    }
    Ok(errors.found)
}

fn combines_with(errors: &mut Errors, kind: Kind, body: &Map<String, Value>) -> Result<(), Problem> {
    let combines = body.get("combinesWith").unwrap_or(&Value::Null);
    let tags = &combines["productDiscountsWithTagsOnSameCartLine"];
    let list = |name: &str| tags[name].as_array().cloned().unwrap_or_default();
    if list("add").iter().any(|tag| list("remove").contains(tag)) {
        let message =
            "The same tag is present in both `add` and `remove` fields of `productDiscountsWithTagsOnSameCartLine`.";
        return Err(Problem { message: message.to_owned(), extensions: json!({ "code": "BAD_REQUEST" }) });
    }
    if !tags.is_null() {
        let field = ["combinesWith", "productDiscountsWithTagsOnSameCartLine"];
        errors.add(
            &field,
            "The shop's plan does not allow setting `productDiscountsWithTagsOnSameCartLine`.",
            "PRODUCT_DISCOUNTS_WITH_TAGS_ON_SAME_CART_LINE_NOT_ENTITLED",
        );
        if super::view::class(kind, body) != "PRODUCT" {
            errors.add(
                &field,
                "Combines with product discounts with tags on same cart line is only valid for discounts with the PRODUCT \
                 discount class",
                "INVALID_PRODUCT_DISCOUNTS_WITH_TAGS_ON_SAME_CART_LINE_FOR_DISCOUNT_CLASS",
            );
        }
    }
    if kind == Kind::FreeShipping && combines["shippingDiscounts"] == true {
        errors.add(
            &["combinesWith"],
            "The combinesWith settings are not valid for the discount class.",
            "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS",
        );
    }
    Ok(())
}

fn title(errors: &mut Errors, body: &Map<String, Value>) {
    let title = body.get("title").and_then(Value::as_str).unwrap_or_default();
    if title.trim().is_empty() {
        errors.add(&["title"], "Title can't be blank", "BLANK");
    } else if title.chars().count() > TITLE_CHARS_MAX {
        errors.add(&["title"], "Title is too long (maximum is 255 characters)", "TOO_LONG");
    }
}

fn code(errors: &mut Errors, shop: &Shop, known: Option<&Discount>, body: &Map<String, Value>) {
    let (message, code) = match body.get("code").and_then(Value::as_str) {
        None => ("Code can't be blank", "BLANK"),
        Some("") => ("Code is too short (minimum is 1 character)", "TOO_SHORT"),
        Some(code) if code.contains(['\n', '\r']) => ("Code cannot contain newline characters.", "INVALID"),
        Some(code) if code.chars().count() > CODE_CHARS_MAX => {
            ("Code is too long (maximum is 255 characters)", "TOO_LONG")
        }
        Some(code) => {
            let taken =
                shop.discounts.by_code(code).is_some_and(|other| known.is_none_or(|known| known.id != other.id));
            if !taken {
                return;
            }
            ("Code must be unique. Please try a different code.", "TAKEN")
        }
    };
    errors.add(&["code"], message, code);
}

fn period(errors: &mut Errors, body: &Map<String, Value>) {
    let moment = |name: &str| body.get(name).and_then(parse_moment);
    match (moment("startsAt"), moment("endsAt")) {
        (None, _) => errors.add(&["startsAt"], "Starts at can't be blank", "BLANK"),
        (Some(start), Some(end)) if end <= start => {
            errors.add(&["endsAt"], "Ends at needs to be after starts_at", "INVALID");
        }
        _ => {}
    }
}

fn items(errors: &mut Errors, shop: &Shop, of: &str, items: &Value) {
    let products = &items["products"];
    let collections = items["collections"]["add"].as_array().is_some_and(|list| !list.is_empty());
    let has = |name: &str| products[name].as_array().is_some_and(|list| !list.is_empty());
    if collections && (has("productsToAdd") || has("productVariantsToAdd")) {
        errors.add(
            &[of, "items", "collections", "add"],
            "Cannot entitle collections in combination with product variants or products",
            "CONFLICT",
        );
    }
    let kinds =
        [("productsToAdd", "Product", "Product"), ("productVariantsToAdd", "ProductVariant", "Product variant")];
    for (name, kind, said) in kinds {
        for id in unknown(shop, &products[name], kind) {
            errors.add(&[of, "items", "products", name], &format!("{said} with id: {id} is invalid"), "INVALID");
        }
    }
    if !has("productsToAdd") && !has("productVariantsToAdd") {
        for id in unknown(shop, &items["collections"]["add"], "Collection") {
            errors.add(
                &[of, "items", "collections", "add"],
                &format!("Collection with id: {id} is invalid"),
                "INVALID",
            );
        }
    }
}

/// Returns the numbers of a list of ids that no record can have.
fn unknown(shop: &Shop, ids: &Value, kind: &str) -> Vec<u64> {
    let ids = ids.as_array().into_iter().flatten().map(|id| number(id, kind).unwrap_or(0));
    ids.filter(|id| !shop.settings.any_record_exists || !can_exist(*id)).collect()
}

fn value(errors: &mut Errors, kind: Kind, value: &Value) {
    let outside = |share: &Value| share.as_f64().is_some_and(|share| !(0.0..=1.0).contains(&share));
    if outside(&value["percentage"]) {
        errors.add(
            &["customerGets", "value", "percentage"],
            "Value must be between 0.0 and 1.0",
            "VALUE_OUTSIDE_RANGE",
        );
    }
    let effect = &value["discountOnQuantity"]["effect"];
    if outside(&effect["percentage"]) {
        errors.add(
            &["customerGets", "value", "discountOnQuantity", "effect", "percentage"],
            "Value must be between 0.0 and 1.0",
            "VALUE_OUTSIDE_RANGE",
        );
    }
    if units(&value["discountAmount"]["amount"]).is_some_and(|amount| amount < 0) {
        errors.add(
            &["customerGets", "value", "discountAmount", "amount"],
            "Value must be less than or equal to 0",
            "LESS_THAN_OR_EQUAL_TO",
        );
    }
    if kind == Kind::Bxgy && value["discountOnQuantity"].is_null() {
        errors.add(&["customerGets", "value"], "Value must be set to discount on quantity", "INVALID");
    }
}

fn context(errors: &mut Errors, shop: &Shop, body: &Map<String, Value>) {
    let context = body.get("context").unwrap_or(&Value::Null);
    if !["all", "customers", "customerSegments"].into_iter().any(|name| !context[name].is_null()) {
        return errors.add(&["context"], "Context can't be blank", "BLANK");
    }
    for id in context["customers"]["add"].as_array().into_iter().flatten() {
        let known = number(id, "Customer").is_some_and(|id| shop.has_customer(id));
        if !known {
            let id = number(id, "Customer").unwrap_or(0);
            errors.add(&["context", "customers", "add"], &format!("Customer with id: {id} is invalid"), "INVALID");
        }
    }
}

fn minimum(errors: &mut Errors, body: &Map<String, Value>) {
    let minimum = body.get("minimumRequirement").unwrap_or(&Value::Null);
    let quantity = &minimum["quantity"]["greaterThanOrEqualToQuantity"];
    let subtotal = &minimum["subtotal"]["greaterThanOrEqualToSubtotal"];
    if !quantity.is_null() && !subtotal.is_null() {
        errors.add(
            &["minimumRequirement", "subtotal", "greaterThanOrEqualToSubtotal"],
            "Minimum subtotal cannot be defined when minimum quantity is.",
            "CONFLICT",
        );
    }
    if units(subtotal).is_some_and(|amount| amount < 0) {
        errors.add(
            &["minimumRequirement", "subtotal", "greaterThanOrEqualToSubtotal"],
            "Minimum subtotal must be greater than or equal to 0",
            "GREATER_THAN_OR_EQUAL_TO",
        );
    }
}
