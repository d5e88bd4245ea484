//! Builds the body of `refunds/create`, which is also what an order lists under `refunds`.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::line::LinePayload;
use super::order::OrderPayload;
use super::shape::{decimal, instant, money_set, seconds};

/// Builder of a refund of an order's lines.
#[derive(Debug, Clone)]
pub struct RefundPayload {
    id: i64,
    order_id: i64,
    currency: domain::Currency,
    lines: Vec<(i64, LinePayload)>,
    rows: Vec<Row>,
    shipping: i64,
    discrepancies: Vec<(i64, &'static str)>,
    names_currency: bool,
    created_at: DateTime<Utc>,
}

#[derive(Debug, Clone)]
struct Row {
    line: usize,
    quantity: i64,
    subtotal: i64,
    tax: i64,
}

impl RefundPayload {
    /// An empty refund of this order.
    #[must_use]
    pub fn of(order: &OrderPayload, id: i64) -> Self {
        Self {
            id,
            order_id: order.id,
            currency: order.currency,
            lines: order.lines.iter().enumerate().map(|(n, line)| (order.line_id(n), *line)).collect(),
            rows: Vec::new(),
            shipping: 0,
            discrepancies: Vec::new(),
            names_currency: true,
            created_at: seconds(60),
        }
    }

    /// Refunds units of the `n`th line (from 0) at this value and tax.
    #[must_use]
    pub fn line(mut self, n: usize, quantity: i64, subtotal: i64, tax: i64) -> Self {
        self.rows.push(Row { line: n, quantity, subtotal, tax });
        self
    }

    /// Refunds every line in full.
    #[must_use]
    pub fn everything(mut self) -> Self {
        let whole = |(n, (_, line)): (usize, &(i64, LinePayload))| Row {
            line: n,
            quantity: line.quantity,
            subtotal: line.net(),
            tax: line.tax,
        };
        self.rows = self.lines.iter().enumerate().map(whole).collect();
        self
    }

    /// Refunds shipping.
    #[must_use]
    pub fn shipping(mut self, amount: i64) -> Self {
        self.shipping = amount;
        self
    }

    /// Adds a discrepancy with Shopify's sign: negative when more was given back than the lines are worth, positive when less was.
    #[must_use]
    pub fn discrepancy(self, amount: i64) -> Self {
        self.discrepancy_with(amount, "Refund discrepancy")
    }

    /// Adds a discrepancy with this reason.
    #[must_use]
    pub fn discrepancy_with(mut self, amount: i64, reason: &'static str) -> Self {
        self.discrepancies.push((amount, reason));
        self
    }

    /// Writes bare amounts only, without the currency, as versions of the API before 2019 do.
    #[must_use]
    pub fn without_currency(mut self) -> Self {
        self.names_currency = false;
        self
    }

    /// When it was made.
    #[must_use]
    pub fn created_at(mut self, at: DateTime<Utc>) -> Self {
        self.created_at = at;
        self
    }

    /// The body.
    #[must_use]
    pub fn json(&self) -> String {
        self.value().to_string()
    }

    pub(super) fn units_of(&self, n: usize) -> i64 {
        self.rows.iter().filter(|row| row.line == n).map(|row| row.quantity).sum()
    }

    pub(super) fn value_of(&self, n: usize) -> i64 {
        self.rows.iter().filter(|row| row.line == n).map(|row| row.subtotal).sum()
    }

    pub(super) fn value(&self) -> Value {
        let at = instant(self.created_at);
        let shipping = match self.shipping {
            0 => json!([]),
            amount => json!([{
                "id": self.id % 1_000_000_007, "shipping_line_id": 369_256_396,
                "subtotal_amount_set": money_set(amount, self.currency),
            }]),
        };
        let adjustments =
            (1..).zip(&self.discrepancies).map(|(n, (amount, reason))| self.adjustment(n, *amount, reason));
        let mut body = json!({
            "id": self.id, "admin_graphql_api_id": format!("gid://shopify/Refund/{}", self.id),
            "order_id": self.order_id, "created_at": at, "processed_at": at, "note": "wrong size",
            "user_id": 548_380_009, "restock": true, "return": null, "duties": [], "additional_fees": [],
            "total_duties_set": money_set(0, self.currency),
            "total_additional_fees_set": money_set(0, self.currency),
            "order_adjustments": adjustments.collect::<Value>(), "refund_shipping_lines": shipping,
            "refund_line_items": self.rows.iter().enumerate().map(|(k, row)| self.row(k, row)).collect::<Value>(),
            "transactions": [self.transaction(&at)],
        });
        if !self.names_currency {
            remove_sets(&mut body);
        }
        body
    }

    fn adjustment(&self, n: i64, amount: i64, reason: &str) -> Value {
        json!({
            "id": self.id % 1_000_000_000_000 * 10 + n, "order_id": self.order_id, "refund_id": self.id, "reason": reason,
            "amount": decimal(amount, self.currency), "amount_set": money_set(amount, self.currency),
            "tax_amount": decimal(0, self.currency), "tax_amount_set": money_set(0, self.currency),
        })
    }

    fn row(&self, k: usize, row: &Row) -> Value {
        let (line_id, line) = self.lines[row.line];
        json!({
            "id": self.id % 1_000_000_000_000 * 100 + i64::try_from(k).unwrap_or(0) + 1,
            "line_item_id": line_id, "line_item": line.json(line_id, 0, self.currency),
            "location_id": null, "quantity": row.quantity, "restock_type": "return",
            // Numbers here, texts in the sets: as Shopify has it.
            "subtotal": number(row.subtotal, self.currency), "total_tax": number(row.tax, self.currency),
            "subtotal_set": money_set(row.subtotal, self.currency),
            "total_tax_set": money_set(row.tax, self.currency),
        })
    }

    fn transaction(&self, at: &str) -> Value {
        let discrepancies: i64 = self.discrepancies.iter().map(|(amount, _)| amount).sum();
        let amount = self.rows.iter().map(|row| row.subtotal + row.tax).sum::<i64>() + self.shipping - discrepancies;
        let unsettled = json!({ "amount": "0.0", "currency": "XXX" });
        json!({
            "id": self.id % 1_000_000_000_000 * 100, "order_id": self.order_id,
            "admin_graphql_api_id": "gid://shopify/OrderTransaction/1", "amount": decimal(amount, self.currency),
            "amount_rounding": null, "authorization": null, "created_at": at, "currency": null, "device_id": null,
            "error_code": null, "gateway": "bogus", "kind": "refund", "location_id": null,
            "manual_payment_gateway": false, "message": null, "parent_id": null, "payment_id": "c1.1",
            "processed_at": at, "receipt": {}, "source_name": "web", "status": "success", "test": false,
            "total_unsettled_set": { "shop_money": unsettled, "presentment_money": unsettled }, "user_id": null,
        })
    }
}

/// Removes the amounts that name their currency, at every level.
fn remove_sets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.ends_with("_set"));
            fields.values_mut().for_each(remove_sets);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_sets),
        _ => {}
    }
}

fn number(minor: i64, currency: domain::Currency) -> Value {
    let text = decimal(minor, currency);
    text.parse::<f64>().map_or(Value::Null, Value::from)
}
