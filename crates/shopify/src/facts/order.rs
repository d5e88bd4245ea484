//! Orders: the body of every `orders/*` topic. Amounts are those of the shop's currency, per line and before refunds. Of the
//! order's own totals only what is outstanding is read: the others cannot be reconciled with refunds that arrive out of order.

use domain::{
    Currency, FinancialStatus, LineFacts, Minor, OrderDocument, OrderMessage, RefundFacts, ShopifyLineId,
    ShopifyOrderId,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::amount::{Amount, AmountSet, minor};
use super::customer::CustomerBody;
use super::error::ParseError;
use super::object::Object;
use super::refund::RefundBody;
use super::text::{Int, Text, instant, list, non_empty};

#[derive(Debug, Deserialize)]
pub(super) struct OrderBody<'a> {
    id: Option<Int>,
    #[serde(borrow)]
    customer: Option<Object<CustomerBody<'a>>>,
    #[serde(borrow)]
    email: Option<Text<'a>>,
    #[serde(borrow)]
    contact_email: Option<Text<'a>>,
    #[serde(borrow)]
    customer_locale: Option<Text<'a>>,
    #[serde(borrow)]
    currency: Option<Text<'a>>,
    #[serde(borrow)]
    updated_at: Option<Text<'a>>,
    #[serde(borrow)]
    created_at: Option<Text<'a>>,
    #[serde(borrow)]
    cancelled_at: Option<Text<'a>>,
    #[serde(borrow)]
    financial_status: Option<Text<'a>>,
    #[serde(borrow)]
    fulfillment_status: Option<Text<'a>>,
    test: Option<bool>,
    taxes_included: Option<bool>,
    #[serde(borrow)]
    source_name: Option<Text<'a>>,
    #[serde(borrow, default, deserialize_with = "list")]
    line_items: Vec<Object<LineBody<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    shipping_lines: Vec<Object<ShippingBody<'a>>>,
    #[serde(borrow)]
    total_tip_received: Option<Amount<'a>>,
    #[serde(borrow)]
    total_outstanding: Option<Amount<'a>>,
    #[serde(borrow)]
    total_outstanding_set: Option<Object<AmountSet<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    payment_gateway_names: Vec<Option<Text<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    refunds: Vec<Object<RefundBody<'a>>>,
}

#[derive(Debug, Deserialize)]
struct LineBody<'a> {
    id: Option<Int>,
    quantity: Option<Int>,
    current_quantity: Option<Int>,
    #[serde(borrow)]
    price: Option<Amount<'a>>,
    #[serde(borrow)]
    price_set: Option<Object<AmountSet<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    discount_allocations: Vec<Object<Allocation<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    tax_lines: Vec<Object<Tax<'a>>>,
    gift_card: Option<bool>,
    // Present only on tips.
    tip_payment_gateway: Option<IgnoredAny>,
    tip_payment_method: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct ShippingBody<'a> {
    #[serde(borrow)]
    price: Option<Amount<'a>>,
    #[serde(borrow)]
    price_set: Option<Object<AmountSet<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    discount_allocations: Vec<Object<Allocation<'a>>>,
    #[serde(borrow, default, deserialize_with = "list")]
    tax_lines: Vec<Object<Tax<'a>>>,
    is_removed: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct Allocation<'a> {
    #[serde(borrow)]
    amount: Option<Amount<'a>>,
    #[serde(borrow)]
    amount_set: Option<Object<AmountSet<'a>>>,
}

#[derive(Debug, Deserialize)]
struct Tax<'a> {
    #[serde(borrow)]
    price: Option<Amount<'a>>,
    #[serde(borrow)]
    price_set: Option<Object<AmountSet<'a>>>,
}

/// Payments that are value the shop gave out before, not money coming in.
const STORED_VALUE_GATEWAYS: [&str; 2] = ["gift_card", "shopify_store_credit"];

pub(super) fn message(body: &OrderBody<'_>) -> Result<OrderMessage, ParseError> {
    let Some(Int(order_id)) = body.id else { return Err(ParseError::missing("id")) };
    let order_id = ShopifyOrderId(order_id);
    let currency = body.currency()?;
    let mut refunds = Vec::with_capacity(body.refunds.len());
    for (n, refund) in body.refunds.iter().enumerate() {
        refunds.push(refund.facts(order_id, Some(currency)).map_err(|e| e.within(|| format!("refunds[{n}]")))?);
    }
    let document = body.document(order_id, currency, &refunds)?;
    Ok(OrderMessage::Order { document, refunds })
}

impl OrderBody<'_> {
    /// The shop's currency, if need be as the first line names it.
    fn currency(&self) -> Result<Currency, ParseError> {
        match self.currency.as_ref() {
            Some(code) => {
                Currency::parse(code.as_str()).map_err(|error| ParseError::Shape(format!("currency: {error}")))
            }
            None => {
                let sets = self.line_items.iter().filter_map(|line| line.price_set.as_ref());
                sets.into_iter().find_map(|set| set.currency()).ok_or_else(|| ParseError::missing("currency"))
            }
        }
    }

    fn document(
        &self,
        order_id: ShopifyOrderId,
        currency: Currency,
        refunds: &[RefundFacts],
    ) -> Result<OrderDocument, ParseError> {
        let decimals = currency.exponent();
        let created_at = instant("created_at", self.created_at.as_ref())?;
        let updated_at = instant("updated_at", self.updated_at.as_ref())?.or(created_at);
        let mut customer = match &self.customer {
            Some(customer) => customer.facts().map_err(|e| e.within(|| "customer".to_owned()))?,
            None => None,
        };
        if let Some(customer) = &mut customer {
            customer.locale = customer.locale.take().or_else(|| non_empty(self.customer_locale.as_ref()));
        }
        let mut lines = Vec::with_capacity(self.line_items.len());
        for (n, line) in self.line_items.iter().enumerate() {
            lines.push(line.facts(decimals, refunds).map_err(|e| e.within(|| format!("line_items[{n}]")))?);
        }
        let (shipping, shipping_tax) = self.shipping(decimals)?;
        let status = self.financial_status.as_ref().map(Text::as_str);
        let paid_by = |gateway: &Option<Text<'_>>| {
            gateway.as_ref().is_some_and(|name| STORED_VALUE_GATEWAYS.contains(&name.as_str()))
        };
        Ok(OrderDocument {
            order_id,
            updated_at: updated_at.ok_or_else(|| ParseError::missing("updated_at"))?,
            created_at,
            cancelled_at: instant("cancelled_at", self.cancelled_at.as_ref())?,
            currency,
            financial_status: FinancialStatus::from_text(status),
            fulfilled: self.fulfillment_status.as_ref().is_some_and(|status| status.as_str() == "fulfilled"),
            test: self.test.unwrap_or(false),
            taxes_included: self.taxes_included.unwrap_or(false),
            source_name: non_empty(self.source_name.as_ref()),
            lines,
            shipping,
            shipping_tax,
            tip: minor("total_tip_received", None, self.total_tip_received.as_ref(), decimals)?.unwrap_or(0),
            gift_card_paid: self.payment_gateway_names.iter().any(paid_by),
            outstanding: self.outstanding(decimals)?,
            triggered_at: None,
            // The customer's own address is in `customer`; this is the order's, by which a guest is found.
            email: match customer {
                Some(_) => None,
                None => non_empty(self.email.as_ref()).or_else(|| non_empty(self.contact_email.as_ref())),
            },
            customer,
        })
    }

    /// What is still to be paid. Shopify writes what is owed to the customer as a negative amount.
    fn outstanding(&self, decimals: u32) -> Result<Minor, ParseError> {
        let (set, bare) = (self.total_outstanding_set.as_ref(), self.total_outstanding.as_ref());
        Ok(minor("total_outstanding", set, bare, decimals)?.unwrap_or(0).max(0))
    }

    /// Shipping after its discounts, and its taxes, without lines that were removed.
    fn shipping(&self, decimals: u32) -> Result<(Minor, Minor), ParseError> {
        let (mut shipping, mut shipping_tax) = (0_i64, 0_i64);
        for line in self.shipping_lines.iter().filter(|line| line.is_removed != Some(true)) {
            let price = minor("shipping_lines.price", line.price_set.as_ref(), line.price.as_ref(), decimals)?;
            let discount = sum_allocations(&line.discount_allocations, decimals)?;
            shipping = in_range(shipping.checked_add(price.unwrap_or(0)).and_then(|sum| sum.checked_sub(discount)))?;
            shipping_tax = in_range(shipping_tax.checked_add(sum_taxes(&line.tax_lines, decimals)?))?;
        }
        Ok((shipping, shipping_tax))
    }
}

impl LineBody<'_> {
    fn facts(&self, decimals: u32, refunds: &[RefundFacts]) -> Result<LineFacts, ParseError> {
        let Some(Int(id)) = self.id else { return Err(ParseError::missing("id")) };
        let Some(Int(quantity)) = self.quantity else { return Err(ParseError::missing("quantity")) };
        let price = minor("price", self.price_set.as_ref(), self.price.as_ref(), decimals)?
            .ok_or_else(|| ParseError::missing("price"))?;
        let line_id = ShopifyLineId(id);
        Ok(LineFacts {
            line_id,
            quantity,
            gross: in_range(price.checked_mul(quantity))?,
            discount: sum_allocations(&self.discount_allocations, decimals)?,
            tax: sum_taxes(&self.tax_lines, decimals)?,
            gift_card: self.gift_card.unwrap_or(false),
            tip: self.tip_payment_gateway.is_some() || self.tip_payment_method.is_some(),
            edited_out: self.edited_out(line_id, quantity, refunds),
        })
    }

    /// Units that are gone without a refund in this same document.
    fn edited_out(&self, line_id: ShopifyLineId, quantity: i64, refunds: &[RefundFacts]) -> i64 {
        let Some(Int(current)) = self.current_quantity else { return 0 };
        let rows = refunds.iter().flat_map(|refund| &refund.lines).filter(|row| row.line_id == line_id);
        let refunded = rows.map(|row| row.quantity).fold(0_i64, i64::saturating_add);
        quantity.saturating_sub(current).saturating_sub(refunded).max(0)
    }
}

fn sum_allocations(allocations: &[Object<Allocation<'_>>], decimals: u32) -> Result<Minor, ParseError> {
    allocations.iter().try_fold(0_i64, |sum, allocation| {
        let (set, bare) = (allocation.amount_set.as_ref(), allocation.amount.as_ref());
        in_range(sum.checked_add(minor("discount_allocations.amount", set, bare, decimals)?.unwrap_or(0)))
    })
}

fn sum_taxes(taxes: &[Object<Tax<'_>>], decimals: u32) -> Result<Minor, ParseError> {
    taxes.iter().try_fold(0_i64, |sum, tax| {
        let price = minor("tax_lines.price", tax.price_set.as_ref(), tax.price.as_ref(), decimals)?;
        in_range(sum.checked_add(price.unwrap_or(0)))
    })
}

fn in_range(sum: Option<Minor>) -> Result<Minor, ParseError> {
    sum.ok_or_else(|| ParseError::Shape("amount out of range".to_owned()))
}
