//! Builds the body of the `orders/*` topics. Its sums are coherent: subtotal = Σ lines − discounts, total = subtotal +
//! shipping + tax on top + tips, current subtotal = what refunds and edits left.

use chrono::{DateTime, Utc};
use domain::Currency;
use serde_json::{Value, json};

use super::line::LinePayload;
use super::refund::RefundPayload;
use super::shape::{address, customer, instant, put_money, seconds, tax_lines};

/// Builder of an order's body. Starts as a paid EUR order of a customer, without lines.
#[derive(Debug, Clone)]
pub struct OrderPayload {
    pub(super) id: i64,
    pub(super) currency: Currency,
    pub(super) lines: Vec<LinePayload>,
    customer: Option<(i64, Option<String>)>,
    email: Option<String>,
    status: Option<String>,
    fulfilled: bool,
    test: bool,
    taxes_included: bool,
    source: String,
    gateway: String,
    outstanding: i64,
    shipping: (i64, i64),
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    cancelled_at: Option<DateTime<Utc>>,
    refunds: Vec<RefundPayload>,
}

impl OrderPayload {
    /// A paid order.
    ///
    /// # Panics
    /// If EUR is no currency.
    #[must_use]
    pub fn new(id: i64) -> Self {
        Self {
            id,
            currency: Currency::parse("EUR").expect("EUR is a currency"),
            lines: Vec::new(),
            customer: Some((8_658_316_394_796, Some("ada@example.com".to_owned()))),
            email: Some("ada@example.com".to_owned()),
            status: Some("paid".to_owned()),
            fulfilled: false,
            test: false,
            taxes_included: false,
            source: "web".to_owned(),
            gateway: "shopify_payments".to_owned(),
            outstanding: 0,
            shipping: (0, 0),
            created_at: seconds(0),
            updated_at: seconds(0),
            cancelled_at: None,
            refunds: Vec::new(),
        }
    }

    /// Names the customer; without an address as POS orders have it.
    #[must_use]
    pub fn customer(mut self, id: i64, email: Option<&str>) -> Self {
        self.customer = Some((id, email.map(str::to_owned)));
        self.email = email.map(str::to_owned);
        self
    }

    /// No customer: `"customer": null`, and `"email": ""` when there is no address.
    #[must_use]
    pub fn guest(mut self, email: Option<&str>) -> Self {
        self.customer = None;
        self.email = Some(email.unwrap_or_default().to_owned());
        self
    }

    /// Shop's currency.
    ///
    /// # Panics
    /// If the code is not three capitals.
    #[must_use]
    pub fn currency(mut self, code: &str) -> Self {
        self.currency = Currency::parse(code).expect("a test's currency is well formed");
        self
    }

    /// Adds a plain line: price of one unit, units.
    #[must_use]
    pub fn line(self, price: i64, quantity: i64) -> Self {
        self.push(LinePayload::new(price, quantity))
    }

    /// Adds a line.
    #[must_use]
    pub fn push(mut self, line: LinePayload) -> Self {
        self.lines.push(line);
        self
    }

    /// `financial_status`; `None` writes null.
    #[must_use]
    pub fn status(mut self, status: Option<&str>) -> Self {
        self.status = status.map(str::to_owned);
        self
    }

    /// All lines fulfilled.
    #[must_use]
    pub fn fulfilled(mut self) -> Self {
        self.fulfilled = true;
        self
    }

    /// An order of a test gateway.
    #[must_use]
    pub fn test(mut self) -> Self {
        self.test = true;
        self
    }

    /// Prices contain taxes.
    #[must_use]
    pub fn taxes_included(mut self) -> Self {
        self.taxes_included = true;
        self
    }

    /// `source_name`: `web`, `pos`, `shopify_draft_order` ...
    #[must_use]
    pub fn source(mut self, name: &str) -> Self {
        name.clone_into(&mut self.source);
        self
    }

    /// Payment gateway: `gift_card`, `manual` ...
    #[must_use]
    pub fn gateway(mut self, name: &str) -> Self {
        name.clone_into(&mut self.gateway);
        self
    }

    /// What is still to be paid; negative: what is owed to the customer.
    #[must_use]
    pub fn outstanding(mut self, minor: i64) -> Self {
        self.outstanding = minor;
        self
    }

    /// One shipping line and its tax.
    #[must_use]
    pub fn shipping(mut self, price: i64, tax: i64) -> Self {
        self.shipping = (price, tax);
        self
    }

    /// When it was placed.
    #[must_use]
    pub fn created_at(mut self, at: DateTime<Utc>) -> Self {
        self.created_at = at;
        self
    }

    /// Which document is newer.
    #[must_use]
    pub fn updated_at(mut self, at: DateTime<Utc>) -> Self {
        self.updated_at = at;
        self
    }

    /// Cancels it.
    #[must_use]
    pub fn cancelled_at(mut self, at: DateTime<Utc>) -> Self {
        self.cancelled_at = Some(at);
        self
    }

    /// Lists a refund inside the order.
    #[must_use]
    pub fn refund(mut self, refund: RefundPayload) -> Self {
        self.refunds.push(refund);
        self
    }

    /// Shopify's id of the `n`th line, from 0.
    #[must_use]
    pub fn line_id(&self, n: usize) -> i64 {
        self.id % 1_000_000_000_000 * 100 + i64::try_from(n).unwrap_or(0) + 1
    }

    fn current_quantity(&self, n: usize) -> i64 {
        let refunded: i64 = self.refunds.iter().map(|refund| refund.units_of(n)).sum();
        match self.cancelled_at {
            Some(_) => 0,
            None => (self.lines[n].quantity - self.lines[n].removed - refunded).max(0),
        }
    }

    /// What is left of the products: refunds at their value, removed units at their share of the rest.
    fn current_subtotal(&self) -> i64 {
        let left = |n: usize, line: &LinePayload| {
            let rest = line.net() - self.refunds.iter().map(|refund| refund.value_of(n)).sum::<i64>();
            let units = line.quantity - self.refunds.iter().map(|refund| refund.units_of(n)).sum::<i64>();
            share(rest, (units - line.removed).max(0), units)
        };
        match self.cancelled_at {
            Some(_) => 0,
            None => self.lines.iter().enumerate().filter(|(_, l)| !l.tip).map(|(n, l)| left(n, l)).sum(),
        }
    }

    /// The body.
    #[must_use]
    pub fn json(&self) -> String {
        let mut body = self.head();
        self.put_totals(&mut body);
        let lines = self.lines.iter().enumerate();
        body["line_items"] =
            lines.map(|(n, line)| line.json(self.line_id(n), self.current_quantity(n), self.currency)).collect();
        body["shipping_lines"] = match self.shipping {
            (0, 0) => json!([]),
            (price, tax) => json!([self.shipping_line(price, tax)]),
        };
        body["refunds"] = self.refunds.iter().map(RefundPayload::value).collect();
        body["customer"] = match &self.customer {
            Some((id, email)) => customer(*id, email.as_deref(), self.updated_at, self.currency),
            None => Value::Null,
        };
        let discounted = self.lines.iter().any(|line| line.discount != 0);
        body["discount_applications"] = match discounted {
            true => json!([{
                "target_type": "line_item", "type": "manual", "value": "10.0", "value_type": "fixed_amount",
                "allocation_method": "across", "target_selection": "all", "title": "SAMPLE", "description": "SAMPLE",
            }]),
            false => json!([]),
        };
        body.to_string()
    }

    fn head(&self) -> Value {
        let number = self.id % 100_000;
        let mut body = json!({
            "id": self.id, "admin_graphql_api_id": format!("gid://shopify/Order/{}", self.id),
            "app_id": 580_111, "browser_ip": "203.0.113.7", "buyer_accepts_marketing": false,
            "cancel_reason": self.cancelled_at.map(|_| "customer"), "cancelled_at": self.cancelled_at.map(instant),
            "cart_token": null, "checkout_id": 38_571_940_610_348_i64,
            "checkout_token": "0123456789abcdef0123456789abcdef",
            "client_details": {
                "accept_language": "en", "browser_height": null, "browser_ip": "203.0.113.7", "browser_width": null,
                "session_hash": null, "user_agent": "Mozilla/5.0 (test)",
            },
            "closed_at": null, "company": null, "confirmation_number": "TESTNUMBR", "confirmed": true,
            "contact_email": self.email.as_deref().filter(|email| !email.is_empty()),
            "created_at": instant(self.created_at), "processed_at": instant(self.created_at),
            "updated_at": instant(self.updated_at),
            "currency": self.currency.as_str(), "presentment_currency": self.currency.as_str(),
            "customer_locale": "en", "device_id": null, "discount_codes": [], "duties_included": false,
            "email": self.email, "estimated_taxes": false, "financial_status": self.status,
            "fulfillment_status": self.fulfilled.then_some("fulfilled"), "fulfillments": [],
            "landing_site": null, "landing_site_ref": null, "line_item_groups": [], "location_id": null,
        });
        let rest = json!({
            "merchant_business_entity_id": "MTIzNDU2Nzg5", "merchant_of_record_app_id": null,
            "name": format!("#{number}"), "note": null, "note_attributes": [], "number": number,
            "order_number": number, "order_status_url": format!("https://sample.example.com/orders/{}", self.id),
            "payment_gateway_names": [self.gateway], "payment_terms": null, "phone": null, "po_number": null,
            "reference": null, "referring_site": null, "returns": [], "source_identifier": null,
            "source_name": self.source, "source_url": null, "tags": "", "tax_exempt": false,
            "taxes_included": self.taxes_included, "test": self.test,
            "token": "0123456789abcdef0123456789abcdef", "total_weight": 600, "user_id": null,
            "billing_address": address(), "shipping_address": address(),
            "current_total_additional_fees_set": null, "current_total_duties_set": null,
            "original_total_additional_fees_set": null, "original_total_duties_set": null,
        });
        if let (Some(body), Value::Object(rest)) = (body.as_object_mut(), rest) {
            body.extend(rest);
        }
        body
    }

    fn put_totals(&self, body: &mut Value) {
        let products = || self.lines.iter().filter(|line| !line.tip);
        let gross: i64 = products().map(|line| line.price * line.quantity).sum();
        let discounts: i64 = products().map(|line| line.discount).sum();
        let tips: i64 = self.lines.iter().filter(|line| line.tip).map(|line| line.net()).sum();
        let tax: i64 = self.lines.iter().map(|line| line.tax).sum::<i64>() + self.shipping.1;
        let on_top = if self.taxes_included { 0 } else { tax };
        let (subtotal, left) = (gross - discounts, self.current_subtotal());
        let total = subtotal + self.shipping.0 + on_top + tips;
        // Taxes shrink with the products here; nothing reads the current totals but people.
        let rest = share(left, on_top, subtotal);
        let shipping = if self.cancelled_at.is_some() { 0 } else { self.shipping.0 };
        let currency = self.currency;
        for (name, minor) in [
            ("subtotal_price", subtotal),
            ("current_subtotal_price", left),
            ("total_line_items_price", gross),
            ("total_discounts", discounts),
            ("current_total_discounts", discounts),
            ("total_tax", tax),
            ("current_total_tax", rest),
            ("total_price", total),
            ("current_total_price", left + shipping + rest),
        ] {
            put_money(body, name, minor, currency);
        }
        for (name, minor) in [
            ("total_shipping_price_set", self.shipping.0),
            ("current_shipping_price_set", shipping),
            ("total_cash_rounding_payment_adjustment_set", 0),
            ("total_cash_rounding_refund_adjustment_set", 0),
        ] {
            body[name] = super::shape::money_set(minor, currency);
        }
        body["total_outstanding"] = json!(super::shape::decimal(self.outstanding, currency));
        body["total_tip_received"] = json!(super::shape::decimal(tips, currency));
        body["tax_lines"] = tax_lines(tax, currency);
    }

    fn shipping_line(&self, price: i64, tax: i64) -> Value {
        let mut line = json!({
            "id": self.line_id(98), "carrier_identifier": null, "code": "standard", "is_removed": false,
            "phone": null, "requested_fulfillment_service_id": null, "source": "shopify", "title": "Standard",
            "tax_lines": tax_lines(tax, self.currency), "discount_allocations": [],
            "current_discounted_price_set": super::shape::money_set(price, self.currency),
        });
        put_money(&mut line, "price", price, self.currency);
        put_money(&mut line, "discounted_price", price, self.currency);
        line
    }
}

/// `amount · part / whole`, also where the product has more than 64 bits; 0 of nothing.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    i64::try_from(i128::from(amount) * i128::from(part) / i128::from(whole)).expect("a share is at most the whole")
}
