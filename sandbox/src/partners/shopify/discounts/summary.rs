//! The line that tells a merchant what a discount does.

use serde_json::Value;

use super::{Discount, Kind};
use crate::partners::shopify::values::{shown, units};

/// Returns the line.
pub(super) fn summary(discount: &Discount, currency: &str) -> String {
    let body = &discount.body;
    let get = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    let mut parts = vec![match discount.kind {
        Kind::Basic => basic(&get("customerGets"), currency),
        Kind::Bxgy => bxgy(&get("customerBuys"), &get("customerGets"), currency),
        Kind::FreeShipping if discount.automatic => "Free shipping on all products".to_owned(),
        Kind::FreeShipping => {
            let once = get("appliesOnOneTimePurchase") != false;
            format!("Free shipping on {}", purchases(once, get("appliesOnSubscription") == true))
        }
    }];
    let minimum = get("minimumRequirement");
    if let Some(subtotal) = units(&minimum["subtotal"]["greaterThanOrEqualToSubtotal"]) {
        parts.push(format!("Minimum purchase of {}", shown(subtotal, currency)));
    } else if let Some(quantity) = plain(&minimum["quantity"]["greaterThanOrEqualToQuantity"]) {
        parts.push(format!("Minimum quantity of {quantity}"));
    }
    if discount.kind == Kind::FreeShipping {
        let countries = get("destination")["countries"]["add"].as_array().map_or(0, Vec::len);
        parts.push(match countries {
            0 => "For all countries".to_owned(),
            1 => "For 1 country".to_owned(),
            many => format!("For {many} countries"),
        });
        if let Some(price) = units(&get("maximumShippingPrice")) {
            parts.push(format!("Applies to shipping rates under {}", shown(price, currency)));
        }
    }
    if get("appliesOncePerCustomer") == true {
        parts.push("One use per customer".to_owned());
    }
    parts.join(" • ")
}

fn basic(gets: &Value, currency: &str) -> String {
    let value = match units(&gets["value"]["discountAmount"]["amount"]) {
        Some(amount) => shown(amount, currency),
        None => percent(&gets["value"]["percentage"]),
    };
    let once = gets["appliesOnOneTimePurchase"] != false;
    let products = gets["items"]["products"]["productsToAdd"].as_array().map_or(0, Vec::len);
    let collections = gets["items"]["collections"]["add"].as_array().map_or(0, Vec::len);
    let of = match (products, collections) {
        (0, 0) => purchases(once, gets["appliesOnSubscription"] == true).to_owned(),
        (1, _) => "1 product".to_owned(),
        (0, 1) => "1 collection".to_owned(),
        (0, many) => format!("{many} collections"),
        (many, _) => format!("{many} products"),
    };
    format!("{value} off {of}")
}

fn bxgy(buys: &Value, gets: &Value, currency: &str) -> String {
    let bought = match units(&buys["value"]["amount"]) {
        Some(amount) => format!("Spend {}", shown(amount, currency)),
        None => format!("Buy {}", counted(plain(&buys["value"]["quantity"]).unwrap_or(1))),
    };
    let on = &gets["value"]["discountOnQuantity"];
    let got = counted(plain(&on["quantity"]).unwrap_or(1));
    let effect = match (units(&on["effect"]["amount"]), on["effect"]["percentage"].as_f64()) {
        (Some(amount), _) => format!("{got} at {} off each", shown(amount, currency)),
        (None, Some(share)) if share >= 1.0 => format!("{got} free"),
        (None, _) => format!("{got} at {} off", percent(&on["effect"]["percentage"])),
    };
    format!("{bought}, get {effect}")
}

fn counted(quantity: u64) -> String {
    format!("{quantity} item{}", if quantity == 1 { "" } else { "s" })
}

fn purchases(once: bool, subscription: bool) -> &'static str {
    match (once, subscription) {
        (true, true) => "all products",
        (false, true) => "subscription products",
        _ => "one-time purchase products",
    }
}

fn percent(share: &Value) -> String {
    let share = (share.as_f64().unwrap_or(0.0) * 10_000.0).round() / 100.0;
    format!("{share}%")
}

fn plain(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
