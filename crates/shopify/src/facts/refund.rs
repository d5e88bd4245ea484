//! Refunds: `refunds/create`, and the list inside an order. What was refunded is read from lines, shipping, and the adjustments
//! that correct them; transactions, which may be in another currency or include duties, are ignored.

use domain::money::DECIMALS_MAX;
use domain::{
    AdjustmentFacts, Currency, Minor, OrderMessage, RefundFacts, RefundLineFacts, ShopifyLineId, ShopifyOrderId,
    ShopifyRefundId,
};
use serde::Deserialize;

use super::amount::{Amount, AmountSet, minor};
use super::error::ParseError;
use super::object::Object;
use super::text::{Int, Text, instant, list};

#[derive(Debug, Deserialize)]
pub(super) struct RefundBody<'a> {
    id: Option<Int>,
    order_id: Option<Int>,
    #[serde(borrow)]
    created_at: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    pub(super) refund_line_items: Vec<Object<RefundRow<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    refund_shipping_lines: Vec<Object<RefundShipping<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    order_adjustments: Vec<Object<Adjustment<'a>>>,
    #[serde(borrow)]
    total_duties_set: Option<Object<AmountSet<'a>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RefundRow<'a> {
    line_item_id: Option<Int>,
    line_item: Option<Object<RefundedLine>>,
    quantity: Option<Int>,
    #[serde(borrow)]
    subtotal: Option<Amount<'a>>,
    #[serde(borrow)]
    subtotal_set: Option<Object<AmountSet<'a>>>,
    #[serde(borrow)]
    total_tax: Option<Amount<'a>>,
    #[serde(borrow)]
    total_tax_set: Option<Object<AmountSet<'a>>>,
}

#[derive(Debug, Deserialize)]
struct RefundedLine {
    id: Option<Int>,
}

#[derive(Debug, Deserialize)]
struct RefundShipping<'a> {
    #[serde(borrow)]
    subtotal_amount_set: Option<Object<AmountSet<'a>>>,
}

/// The difference between the value of a refund's lines and what was given back: negative when more was given back than the
/// lines say (an amount without lines, say), positive when less was (a restocking fee). Shopify's kinds are `refund_discrepancy`
/// and, in versions before 2024-10, `shipping_refund`, by which these tell refunded shipping; since then the kind is missing and the
/// reason says more (`Refund discrepancy`, `Pending refund discrepancy`, `Full return balancing adjustment`, `restock`, `damage`,
/// `customer`). Whatever is not shipping counts: a refund whose payment is pending has a discrepancy of all its value, and one that
/// cancels it when the payment has succeeded.
#[derive(Debug, Deserialize)]
struct Adjustment<'a> {
    id: Option<Int>,
    #[serde(borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    reason: Option<Text<'a>>,
    #[serde(borrow)]
    amount: Option<Amount<'a>>,
    #[serde(borrow)]
    amount_set: Option<Object<AmountSet<'a>>>,
    #[serde(borrow)]
    tax_amount: Option<Amount<'a>>,
    #[serde(borrow)]
    tax_amount_set: Option<Object<AmountSet<'a>>>,
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

    fn facts(&self, decimals: u32) -> Result<RefundLineFacts, ParseError> {
        let subtotal = minor("subtotal", self.subtotal_set.as_ref(), self.subtotal.as_ref(), decimals)?;
        let tax = minor("total_tax", self.total_tax_set.as_ref(), self.total_tax.as_ref(), decimals)?;
        Ok(RefundLineFacts {
            line_id: self.line_id().ok_or_else(|| ParseError::missing("line_item_id"))?,
            quantity: self.quantity(),
            subtotal: subtotal.ok_or_else(|| ParseError::missing("subtotal"))?,
            tax: tax.unwrap_or(0),
        })
    }
}

impl Adjustment<'_> {
    fn is_shipping(&self) -> bool {
        match &self.kind {
            Some(kind) => kind.as_str() == "shipping_refund",
            None => self.reason.as_ref().is_some_and(|reason| reason.as_str().eq_ignore_ascii_case("shipping refund")),
        }
    }

    fn amount(&self, decimals: u32) -> Result<Minor, ParseError> {
        let (set, bare) = (self.amount_set.as_ref(), self.amount.as_ref());
        Ok(minor("order_adjustments.amount", set, bare, decimals)?.unwrap_or(0))
    }

    fn tax(&self, decimals: u32) -> Result<Minor, ParseError> {
        let (set, bare) = (self.tax_amount_set.as_ref(), self.tax_amount.as_ref());
        Ok(minor("order_adjustments.tax_amount", set, bare, decimals)?.unwrap_or(0))
    }
}

impl RefundBody<'_> {
    /// The facts of a refund of this order. Without a currency the amounts keep [`DECIMALS_MAX`] digits.
    pub(super) fn facts(
        &self,
        order_id: ShopifyOrderId,
        currency: Option<Currency>,
    ) -> Result<RefundFacts, ParseError> {
        let Some(Int(refund_id)) = self.id else { return Err(ParseError::missing("id")) };
        let (unknown, decimals) = match currency {
            Some(currency) => (None, currency.exponent()),
            None => (Some(DECIMALS_MAX), DECIMALS_MAX),
        };
        let mut lines = Vec::with_capacity(self.refund_line_items.len());
        for (n, row) in self.refund_line_items.iter().enumerate() {
            lines.push(row.facts(decimals).map_err(|e| e.within(|| format!("refund_line_items[{n}]")))?);
        }
        let (shipping, shipping_tax) = self.shipping(decimals)?;
        let mut adjustments = Vec::new();
        for (n, adjustment) in (1..).zip(self.order_adjustments.iter().filter(|adjustment| !adjustment.is_shipping())) {
            let (amount, tax) = (adjustment.amount(decimals)?, adjustment.tax(decimals)?);
            if (amount, tax) != (0, 0) {
                let id = adjustment.id.map_or(-n, |id| id.0);
                adjustments.push(AdjustmentFacts { id, amount, tax, decimals: unknown });
            }
        }
        Ok(RefundFacts {
            refund_id: ShopifyRefundId(refund_id),
            order_id,
            shipping,
            shipping_tax,
            lines,
            created_at: instant("created_at", self.created_at.as_ref())?,
            adjustments,
            decimals: unknown,
        })
    }

    fn shipping(&self, decimals: u32) -> Result<(Minor, Minor), ParseError> {
        let (mut of_lines, mut of_adjustments, mut tax) = (0, 0, 0);
        for line in &self.refund_shipping_lines {
            let amount = minor("refund_shipping_lines", line.subtotal_amount_set.as_ref(), None, decimals)?;
            of_lines = add(of_lines, amount.unwrap_or(0))?;
        }
        for adjustment in self.order_adjustments.iter().filter(|adjustment| adjustment.is_shipping()) {
            of_adjustments = add(of_adjustments, adjustment.amount(decimals)?)?;
            tax = add(tax, adjustment.tax(decimals)?)?;
        }
        let shipping = if self.refund_shipping_lines.is_empty() { of_adjustments } else { of_lines };
        Ok((shipping.saturating_abs(), tax.saturating_abs()))
    }

    /// The shop's currency as the refund itself names it.
    fn currency(&self) -> Option<Currency> {
        let lines = self.refund_line_items.iter().filter_map(|row| row.subtotal_set.as_ref());
        let shipping = self.refund_shipping_lines.iter().filter_map(|line| line.subtotal_amount_set.as_ref());
        let adjustments = self.order_adjustments.iter().filter_map(|adjustment| adjustment.amount_set.as_ref());
        let sets = lines.chain(shipping).chain(adjustments).chain(self.total_duties_set.as_ref());
        sets.into_iter().find_map(|set| set.currency())
    }
}

fn add(sum: Minor, amount: Minor) -> Result<Minor, ParseError> {
    sum.checked_add(amount).ok_or_else(|| ParseError::Shape("shipping: amount out of range".to_owned()))
}

pub(super) fn message(body: &RefundBody<'_>) -> Result<OrderMessage, ParseError> {
    let Some(Int(order_id)) = body.order_id else { return Err(ParseError::missing("order_id")) };
    body.facts(ShopifyOrderId(order_id), body.currency()).map(OrderMessage::Refund)
}
