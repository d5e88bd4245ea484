//! More codes for a discount, and fewer.

use serde_json::{Value, json};

use super::{Code, payload};
use crate::partners::shopify::resolve::Session;
use crate::partners::shopify::shop::Shop;
use crate::partners::shopify::values::{gid, moment, number, user_error};

/// Codes of one call.
const CODES_MAX: usize = 250;

/// `discountRedeemCodeBulkAdd`: codes that are taken fail each for itself.
pub(super) fn add(session: &Session<'_>, shop: &mut Shop, arguments: &Value) -> Value {
    let found =
        number(&arguments["discountId"], "DiscountCodeNode").and_then(|id| shop.discounts.by_id.get(&id)).cloned();
    let Some(mut discount) = found else {
        let error = user_error(&["discountId"], "Code discount does not exist.", "INVALID");
        return payload("bulkCreation", Value::Null, vec![error]);
    };
    let given: Vec<&str> =
        arguments["codes"].as_array().into_iter().flatten().filter_map(|code| code["code"].as_str()).collect();
    if given.is_empty() || given.len() > CODES_MAX {
        let (message, code) = if given.is_empty() {
            ("Codes can't be blank", "BLANK")
        } else {
            ("The input array size is greater than the maximum allowed of 250.", "TOO_MANY_ARGUMENTS")
        };
        return payload("bulkCreation", Value::Null, vec![user_error(&["codes"], message, code)]);
    }
    let mut failed = 0;
    for code in &given {
        if code.is_empty() || code.contains(['\n', '\r']) || shop.discounts.by_code(code).is_some() {
            failed += 1;
            continue;
        }
        shop.discounts.by_code.insert(code.to_lowercase(), discount.id);
        discount.codes.push(Code { id: shop.id(), code: (*code).to_owned(), uses: 0 });
    }
    let id = gid("DiscountRedeemCodeBulkCreation", shop.id());
    let creation = json!({
        "__typename": "DiscountRedeemCodeBulkCreation",
        "id": id,
        "codesCount": given.len(),
        "createdAt": moment(session.now),
        "discountCode": super::view::node(&discount, shop, session.now),
        "done": false,
        "failedCount": 0,
        "importedCount": 0,
    });
    tracing::debug!(failed, "codes that are taken");
    shop.discounts.by_id.insert(discount.id, discount);
    payload("bulkCreation", creation, Vec::new())
}

/// `discountCodeRedeemCodeBulkDelete`.
pub(super) fn delete(session: &Session<'_>, shop: &mut Shop, arguments: &Value) -> Value {
    let found =
        number(&arguments["discountId"], "DiscountCodeNode").and_then(|id| shop.discounts.by_id.get(&id)).cloned();
    let Some(mut discount) = found else {
        let error = user_error(&["discountId"], "Code discount does not exist.", "INVALID");
        return payload("job", Value::Null, vec![error]);
    };
    let ids: Vec<u64> =
        arguments["ids"].as_array().into_iter().flatten().filter_map(|id| number(id, "DiscountRedeemCode")).collect();
    let search = arguments["search"].as_str().map(str::to_lowercase);
    let (gone, kept): (Vec<Code>, Vec<Code>) = discount.codes.into_iter().partition(|code| {
        ids.contains(&code.id)
            || search.as_ref().is_some_and(|search| code.code.to_lowercase().contains(search.as_str()))
    });
    discount.codes = kept;
    for code in gone {
        shop.discounts.by_code.remove(&code.code.to_lowercase());
    }
    discount.updated_at = session.now;
    shop.discounts.by_id.insert(discount.id, discount);
    let job = session.finished_job(shop);
    payload("job", json!({ "id": job, "done": true }), Vec::new())
}
