//! Refunds: `refunds/create`, and the list inside an order. What was refunded is read from lines and shipping;
//! transactions, which may be in another currency or include duties, are ignored.

use domain::OrderMessage;
use domain::{Currency, Minor, RefundFacts, RefundLineFacts, ShopifyLineId, ShopifyOrderId, ShopifyRefundId};
use serde::Deserialize;

use super::amount::{Amount, AmountSet, minor};
use super::error::ParseError;
use super::text::{Int, Text, instant, list};

#[derive(Debug, Deserialize)]
pub(super) struct RefundBody<'a> {
    id: Option<Int>,
    order_id: Option<Int>,
    #[serde(borrow)]
    created_at: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    pub(super) refund_line_items: Vec<RefundRow<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    refund_shipping_lines: Vec<RefundShipping<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    order_adjustments: Vec<Adjustment<'a>>,
    #[serde(borrow)]
    total_duties_set: Option<AmountSet<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundRow<'a> {
    line_item_id: Option<Int>,
    line_item: Option<RefundedLine>,
    quantity: Option<Int>,
    #[serde(borrow)]
    subtotal: Option<Amount<'a>>,
    #[serde(borrow)]
    subtotal_set: Option<AmountSet<'a>>,
    #[serde(borrow)]
    total_tax: Option<Amount<'a>>,
    #[serde(borrow)]
    total_tax_set: Option<AmountSet<'a>>,
}

#[derive(Debug, Deserialize)]
struct RefundedLine {
    id: Option<Int>,
}

#[derive(Debug, Deserialize)]
struct RefundShipping<'a> {
    #[serde(borrow)]
    subtotal_amount_set: Option<AmountSet<'a>>,
}

/// Older versions tell refunded shipping as an adjustment of kind `shipping_refund`, with negative amounts; newer
/// ones give it here for its tax only.
#[derive(Debug, Deserialize)]
struct Adjustment<'a> {
    #[serde(borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    amount: Option<Amount<'a>>,
    #[serde(borrow)]
    amount_set: Option<AmountSet<'a>>,
    #[serde(borrow)]
    tax_amount: Option<Amount<'a>>,
    #[serde(borrow)]
    tax_amount_set: Option<AmountSet<'a>>,
}

impl RefundRow<'_> {
    /// The order's line, wherever the row says it.
    pub(super) fn line_id(&self) -> Option<ShopifyLineId> {
        let id = self.line_item_id.or_else(|| self.line_item.as_ref().and_then(|line| line.id))?;
        Some(ShopifyLineId(id.0))
    }

    pub(super) fn quantity(&self) -> i64 {
        self.quantity.map_or(0, |quantity| quantity.0)
    }

    fn facts(&self, currency: Currency) -> Result<RefundLineFacts, ParseError> {
        let subtotal = minor("subtotal", self.subtotal_set.as_ref(), self.subtotal.as_ref(), currency)?;
        let tax = minor("total_tax", self.total_tax_set.as_ref(), self.total_tax.as_ref(), currency)?;
        Ok(RefundLineFacts {
            line_id: self.line_id().ok_or_else(|| ParseError::missing("line_item_id"))?,
            quantity: self.quantity(),
            subtotal: subtotal.ok_or_else(|| ParseError::missing("subtotal"))?,
            tax: tax.unwrap_or(0),
        })
    }
}

impl RefundBody<'_> {
    /// The facts of a refund inside an order, or of one on its own with its own order id and currency.
    pub(super) fn facts(&self, order_id: ShopifyOrderId, currency: Currency) -> Result<RefundFacts, ParseError> {
        let Some(Int(refund_id)) = self.id else { return Err(ParseError::missing("id")) };
        let mut lines = Vec::with_capacity(self.refund_line_items.len());
        for (n, row) in self.refund_line_items.iter().enumerate() {
            lines.push(row.facts(currency).map_err(|e| e.within(|| format!("refund_line_items[{n}]")))?);
        }
        let (shipping, shipping_tax) = self.shipping(currency)?;
        Ok(RefundFacts {
            refund_id: ShopifyRefundId(refund_id),
            order_id,
            shipping,
            shipping_tax,
            lines,
            created_at: instant("created_at", self.created_at.as_ref())?,
        })
    }

    fn shipping(&self, currency: Currency) -> Result<(Minor, Minor), ParseError> {
        let (mut of_lines, mut of_adjustments, mut tax) = (0, 0, 0);
        for line in &self.refund_shipping_lines {
            let amount = minor("refund_shipping_lines", line.subtotal_amount_set.as_ref(), None, currency)?;
            of_lines = add(of_lines, amount)?;
        }
        let is_shipping = |kind: Option<&Text<'_>>| kind.is_some_and(|kind| kind.as_str() == "shipping_refund");
        for adjustment in self.order_adjustments.iter().filter(|adjustment| is_shipping(adjustment.kind.as_ref())) {
            let (set, bare) = (adjustment.amount_set.as_ref(), adjustment.amount.as_ref());
            of_adjustments = add(of_adjustments, minor("order_adjustments.amount", set, bare, currency)?)?;
            let (set, bare) = (adjustment.tax_amount_set.as_ref(), adjustment.tax_amount.as_ref());
            tax = add(tax, minor("order_adjustments.tax_amount", set, bare, currency)?)?;
        }
        let shipping = if self.refund_shipping_lines.is_empty() { of_adjustments } else { of_lines };
        Ok((shipping.saturating_abs(), tax.saturating_abs()))
    }

    /// The shop's currency as the refund itself names it.
    fn currency(&self) -> Option<Currency> {
        let lines = self.refund_line_items.iter().filter_map(|row| row.subtotal_set.as_ref());
        let shipping = self.refund_shipping_lines.iter().filter_map(|line| line.subtotal_amount_set.as_ref());
        let adjustments = self.order_adjustments.iter().filter_map(|adjustment| adjustment.amount_set.as_ref());
        lines.chain(shipping).chain(adjustments).chain(self.total_duties_set.as_ref()).find_map(AmountSet::currency)
    }

    fn has_amounts(&self) -> bool {
        !(self.refund_line_items.is_empty()
            && self.refund_shipping_lines.is_empty()
            && self.order_adjustments.is_empty())
    }
}

fn add(sum: Minor, amount: Option<Minor>) -> Result<Minor, ParseError> {
    sum.checked_add(amount.unwrap_or(0)).ok_or_else(|| ParseError::Shape("shipping: amount out of range".to_owned()))
}

pub(super) fn message(body: &RefundBody<'_>) -> Result<OrderMessage, ParseError> {
    let Some(Int(order_id)) = body.order_id else { return Err(ParseError::missing("order_id")) };
    let currency = match body.currency() {
        Some(currency) => currency,
        None if body.has_amounts() => return Err(ParseError::missing("refund_line_items[0].subtotal_set.shop_money")),
        // Nothing to read in it.
        None => Currency::parse("XXX").map_err(|error| ParseError::Shape(error.to_string()))?,
    };
    body.facts(ShopifyOrderId(order_id), currency).map(OrderMessage::Refund)
}
