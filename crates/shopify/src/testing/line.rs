//! One line of an order as orders and refunds write it.

use domain::Currency;
use serde_json::{Value, json};

use super::shape::{allocations, put_money, tax_lines};

/// One line of an order; amounts in minor units for all units together, but `price` for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePayload {
    pub(super) price: i64,
    pub(super) quantity: i64,
    pub(super) discount: i64,
    pub(super) tax: i64,
    pub(super) removed: i64,
    gift_card: bool,
    pub(super) tip: bool,
}

impl LinePayload {
    /// A plain line.
    #[must_use]
    pub fn new(price: i64, quantity: i64) -> Self {
        Self { price, quantity, discount: 0, tax: 0, removed: 0, gift_card: false, tip: false }
    }

    /// Discount allocated to the line.
    #[must_use]
    pub fn discount(self, discount: i64) -> Self {
        Self { discount, ..self }
    }

    /// Tax on the line.
    #[must_use]
    pub fn tax(self, tax: i64) -> Self {
        Self { tax, ..self }
    }

    /// Units taken out by an edit of the order, without a refund.
    #[must_use]
    pub fn removed(self, removed: i64) -> Self {
        Self { removed, ..self }
    }

    /// The line sells a gift card.
    #[must_use]
    pub fn gift_card(self) -> Self {
        Self { gift_card: true, ..self }
    }

    /// The line is a tip.
    #[must_use]
    pub fn tip(self) -> Self {
        Self { tip: true, ..self }
    }

    pub(super) fn net(self) -> i64 {
        self.price * self.quantity - self.discount
    }

    pub(super) fn json(self, line_id: i64, current_quantity: i64, currency: Currency) -> Value {
        let mut line = json!({
            "id": line_id,
            "admin_graphql_api_id": format!("gid://shopify/LineItem/{line_id}"),
            "attributed_staffs": [],
            "current_quantity": current_quantity, "fulfillable_quantity": current_quantity,
            "fulfillment_service": "manual", "fulfillment_status": null,
            "gift_card": self.gift_card, "grams": 200,
            "name": "Sample article - black", "title": "Sample article", "variant_title": "black",
            "product_exists": true, "product_id": 632_910_392, "variant_id": 457_924_702,
            "properties": [], "quantity": self.quantity, "requires_shipping": !self.gift_card,
            "sku": "SAMPLE-BLACK", "taxable": self.tax != 0, "variant_inventory_management": "shopify",
            "vendor": "Sample vendor", "duties": [],
            "tax_lines": tax_lines(self.tax, currency),
            "discount_allocations": allocations(self.discount, currency),
        });
        put_money(&mut line, "price", self.price, currency);
        put_money(&mut line, "total_discount", 0, currency);
        if self.tip {
            line["tip_payment_gateway"] = json!("shopify_payments");
            line["tip_payment_method"] = json!("visa");
        }
        line
    }
}
