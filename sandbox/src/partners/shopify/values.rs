//! Values as Shopify writes them: global ids, money, moments.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};

/// The largest number that a record made outside the sandbox is taken to have.
const FOREIGN_ID_MAX: u64 = 99_999_999_999_999;

/// Returns the global id of a record.
pub(super) fn gid(kind: &str, id: u64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

/// Returns the number in a global id of that kind.
pub(super) fn number(gid: &Value, kind: &str) -> Option<u64> {
    let (found, id) = parts(gid.as_str()?)?;
    (found == kind).then_some(id)
}

/// Returns the kind and the number in a global id.
pub(super) fn parts(gid: &str) -> Option<(&str, u64)> {
    let (kind, id) = gid.strip_prefix("gid://shopify/")?.split_once('/')?;
    Some((kind, id.split('?').next()?.parse().ok()?))
}

/// Returns whether a record that the sandbox has not made can have that number.
pub(super) fn can_exist(id: u64) -> bool {
    (1..=FOREIGN_ID_MAX).contains(&id)
}

/// Returns a moment to the second, as answers have it.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Returns the moment that an input states.
pub(super) fn parse_moment(text: &Value) -> Option<DateTime<Utc>> {
    let text = text.as_str()?;
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    Some(text.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?.and_utc())
}

/// Returns an input's decimal in hundred-millionths, or `None` when it is not one.
pub(super) fn units(value: &Value) -> Option<i128> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.len() > 20
        || fraction.len() > 8
        || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let units: i128 = format!("{whole}{fraction:0<8}").parse().ok()?;
    Some(if negative { -units } else { units })
}

/// Returns a decimal as answers have it: no zeros at the end, but one place at least.
pub(super) fn decimal(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let fraction = format!("{:08}", units.unsigned_abs() % 100_000_000);
    let fraction = fraction.trim_end_matches('0');
    format!("{sign}{}.{}", units.unsigned_abs() / 100_000_000, if fraction.is_empty() { "0" } else { fraction })
}

/// Returns `MoneyV2`.
pub(super) fn money(units: i128, currency: &str) -> Value {
    json!({ "amount": decimal(units), "currencyCode": currency })
}

/// Returns an amount as a summary shows it, such as `$5.00`.
pub(super) fn shown(units: i128, currency: &str) -> String {
    let symbol = match currency {
        "USD" | "CAD" | "AUD" | "NZD" | "SGD" | "HKD" | "MXN" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" => "¥",
        _ => "",
    };
    let cents = units / 1_000_000;
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    if symbol.is_empty() { format!("{amount} {currency}") } else { format!("{symbol}{amount}") }
}

/// Returns an entry of `userErrors` with a code.
pub(super) fn user_error(field: &[&str], message: &str, code: &str) -> Value {
    let field = if field.is_empty() { Value::Null } else { json!(field) };
    json!({ "field": field, "message": message, "code": code, "extraInfo": null })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_written_as_shopify_does() {
        for (given, written) in [("5.00", "5.0"), ("0.1", "0.1"), ("-3", "-3.0"), ("12.3400", "12.34")] {
            assert_eq!(units(&json!(given)).map(decimal).as_deref(), Some(written), "{given}");
        }
        assert_eq!(units(&json!(2.5)).map(decimal).as_deref(), Some("2.5"));
        assert_eq!(units(&json!("abc")), None);
        assert_eq!(shown(500_000_000, "CAD"), "$5.00");
        assert_eq!(shown(150_000_000, "PLN"), "1.50 PLN");
    }

    #[test]
    fn global_ids_have_a_kind_and_a_number() {
        assert_eq!(parts("gid://shopify/Customer/7"), Some(("Customer", 7)));
        assert_eq!(number(&json!("gid://shopify/Customer/7"), "Order"), None);
        assert_eq!(parts("7"), None);
    }
}
