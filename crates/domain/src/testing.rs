//! Builders of order facts and a counting id source, for tests here and (feature `testing`) in other crates.
//! Nothing in production may depend on this module.

use chrono::{DateTime, TimeZone, Utc};

use crate::ids::{CustomerId, IdSource, ShopifyCustomerId, ShopifyLineId, ShopifyOrderId, ShopifyRefundId};
use crate::ledger::Account;
use crate::money::{Currency, Minor};
use crate::order::{
    AdjustmentFacts, CustomerFacts, FinancialStatus, LineFacts, OrderDocument, OrderMessage, RefundFacts,
    RefundLineFacts,
};
use crate::rule::{EarnRule, Factor, RuleSnapshot};

/// The order all builders speak of unless told otherwise.
pub const ORDER_ID: ShopifyOrderId = ShopifyOrderId(6_200_360_403_244);
/// The customer of [`OrderBuilder::new`].
pub const SHOPIFY_CUSTOMER_ID: ShopifyCustomerId = ShopifyCustomerId(8_658_316_394_796);

/// Ids that count up: `01J0000000...0`, `...1` and so on.
#[derive(Debug, Default)]
pub struct CountingIds(pub u64);

impl IdSource for CountingIds {
    fn ulid(&mut self) -> String {
        let id = format!("01J{:023}", self.0);
        self.0 += 1;
        id
    }
}

/// An instant: seconds after 2026-01-01T00:00:00Z.
#[must_use]
pub fn at(seconds: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_767_225_600 + seconds, 0).single().unwrap_or_default()
}

/// The `n`th customer's id.
#[must_use]
pub fn customer_id(n: u64) -> CustomerId {
    CustomerId::mint(&mut CountingIds(n))
}

/// An empty account of the `n`th customer.
#[must_use]
pub fn account(n: u64) -> Account {
    Account::new(customer_id(n))
}

/// Builds an [`OrderDocument`]: by default paid, in EUR, by one customer, without lines.
#[derive(Debug, Clone)]
pub struct OrderBuilder(OrderDocument);

impl Default for OrderBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl OrderBuilder {
    /// A paid order without lines, last changed at `at(0)`.
    #[must_use]
    pub fn new() -> Self {
        let customer = CustomerFacts { customer_id: SHOPIFY_CUSTOMER_ID, updated_at: None, locale: None, email: None };
        Self(OrderDocument {
            order_id: ORDER_ID,
            updated_at: at(0),
            created_at: Some(at(0)),
            cancelled_at: None,
            currency: Currency::parse("EUR").unwrap_or_else(|_| unreachable!("EUR is a currency")),
            financial_status: FinancialStatus::Paid,
            fulfilled: false,
            test: false,
            taxes_included: false,
            source_name: None,
            lines: Vec::new(),
            shipping: 0,
            shipping_tax: 0,
            tip: 0,
            gift_card_paid: false,
            outstanding: 0,
            triggered_at: None,
            customer: Some(customer),
            email: None,
        })
    }

    /// Adds a line of `quantity` units worth `gross` minor units together; line ids count from 1.
    #[must_use]
    pub fn line(self, gross: Minor, quantity: i64) -> Self {
        self.line_with(gross, quantity, |_| {})
    }

    /// As [`OrderBuilder::line`], with changes.
    #[must_use]
    pub fn line_with(mut self, gross: Minor, quantity: i64, change: impl FnOnce(&mut LineFacts)) -> Self {
        let line_id = line_id(self.0.lines.len() + 1);
        let mut line =
            LineFacts { line_id, quantity, gross, discount: 0, tax: 0, gift_card: false, tip: false, edited_out: 0 };
        change(&mut line);
        self.0.lines.push(line);
        self
    }

    /// Sets the document's instant to `at(seconds)`.
    #[must_use]
    pub fn updated(mut self, seconds: i64) -> Self {
        self.0.updated_at = at(seconds);
        self
    }

    /// Sets the payment status.
    #[must_use]
    pub fn status(mut self, status: FinancialStatus) -> Self {
        self.0.financial_status = status;
        self
    }

    /// Sets the shop's currency by code; an unknown text leaves it.
    #[must_use]
    pub fn currency(mut self, code: &str) -> Self {
        self.0.currency = Currency::parse(code).unwrap_or(self.0.currency);
        self
    }

    /// Names another customer, or none.
    #[must_use]
    pub fn customer(mut self, id: Option<i64>) -> Self {
        self.0.customer = id.map(|id| CustomerFacts {
            customer_id: ShopifyCustomerId(id),
            updated_at: None,
            locale: None,
            email: None,
        });
        self
    }

    /// Any other change.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut OrderDocument)) -> Self {
        change(&mut self.0);
        self
    }

    /// The document.
    #[must_use]
    pub fn document(self) -> OrderDocument {
        self.0
    }

    /// The document as a message without refunds.
    #[must_use]
    pub fn message(self) -> OrderMessage {
        OrderMessage::Order { document: self.0, refunds: Vec::new() }
    }
}

/// The id of the `n`th line of an [`OrderBuilder`], from 1.
#[must_use]
pub fn line_id(n: usize) -> ShopifyLineId {
    ShopifyLineId(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A refund of [`ORDER_ID`]: rows of (line number from 1, quantity, subtotal).
#[must_use]
pub fn refund(refund_id: i64, rows: &[(usize, i64, Minor)]) -> RefundFacts {
    let row = |&(line, quantity, subtotal): &(usize, i64, Minor)| RefundLineFacts {
        line_id: line_id(line),
        quantity,
        subtotal,
        tax: 0,
    };
    RefundFacts {
        refund_id: ShopifyRefundId(refund_id),
        order_id: ORDER_ID,
        shipping: 0,
        shipping_tax: 0,
        lines: rows.iter().map(row).collect(),
        created_at: Some(at(refund_id)),
        adjustments: Vec::new(),
        decimals: None,
    }
}

/// A refund as [`refund`] makes it, with discrepancies of (id, amount with Shopify's sign).
#[must_use]
pub fn refund_with(refund_id: i64, rows: &[(usize, i64, Minor)], discrepancies: &[(i64, Minor)]) -> RefundFacts {
    let adjustment = |&(id, amount): &(i64, Minor)| AdjustmentFacts { id, amount, tax: 0, decimals: None };
    RefundFacts { adjustments: discrepancies.iter().map(adjustment).collect(), ..refund(refund_id, rows) }
}

/// The terms of a rule for customers without a segment and orders in EUR.
#[must_use]
pub fn snapshot(rule: &EarnRule) -> RuleSnapshot {
    RuleSnapshot::take(rule, Factor::ONE, OrderBuilder::new().document().currency)
}
