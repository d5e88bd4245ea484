//! What is known of one order, joined from messages that arrive in any order and any number of times.
//!
//! [`OrderState::merge`] is a join: commutative, associative and idempotent. So two workers, a replay and a delivery a
//! day late all end in the same state. It keeps facts only: whether they earn anything is decided in
//! [`target`](crate::target). The JSON of these types is stored; `wire_samples` freezes it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ShopifyCustomerId, ShopifyLineId, ShopifyOrderId, ShopifyRefundId};
use crate::money::{Currency, Minor};

mod merge;
mod refund;

pub use refund::{AdjustmentFacts, RefundFacts, RefundLineFacts};

/// How far an order's payment has come. The order of the variants is their rank between documents of one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "String")]
pub enum FinancialStatus {
    /// Absent, or a word this version does not know.
    #[default]
    Unknown,
    /// Payment is awaited.
    Pending,
    /// The amount is reserved, not taken.
    Authorized,
    /// Part of the amount was taken.
    PartiallyPaid,
    /// All was taken.
    Paid,
    /// All was taken and part given back.
    PartiallyRefunded,
    /// All was given back.
    Refunded,
    /// The reservation ran out.
    Expired,
    /// The reservation was given up.
    Voided,
}

impl FinancialStatus {
    /// Shopify's word for it; `unknown` for what this version does not know.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Authorized => "authorized",
            Self::PartiallyPaid => "partially_paid",
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::Expired => "expired",
            Self::Voided => "voided",
        }
    }

    /// From Shopify's word; anything unknown is [`FinancialStatus::Unknown`].
    #[must_use]
    pub fn from_text(text: Option<&str>) -> Self {
        match text {
            Some("pending") => Self::Pending,
            Some("authorized") => Self::Authorized,
            Some("partially_paid") => Self::PartiallyPaid,
            Some("paid") => Self::Paid,
            Some("partially_refunded") => Self::PartiallyRefunded,
            Some("refunded") => Self::Refunded,
            Some("expired") => Self::Expired,
            Some("voided") => Self::Voided,
            _ => Self::Unknown,
        }
    }

    /// Whether nothing of the payment remains with the merchant, nor will.
    #[must_use]
    pub fn is_void(self) -> bool {
        matches!(self, Self::Refunded | Self::Expired | Self::Voided)
    }
}

impl From<String> for FinancialStatus {
    fn from(text: String) -> Self {
        Self::from_text(Some(&text))
    }
}

/// Who bought, as the order or a customer message says. No names: nothing here needs them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CustomerFacts {
    /// Shopify's customer, the key under which a member is known.
    pub customer_id: ShopifyCustomerId,
    /// When Shopify last changed the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<DateTime<Utc>>,
    /// Language tag of the buyer, for messages to them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// E-mail address as Shopify has it: personal data. Last, so that it decides no merge before anything else does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// One line of an order, in minor units of the shop's currency, for all its units together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LineFacts {
    /// Shopify's line.
    pub line_id: ShopifyLineId,
    /// Units ordered, before refunds and edits.
    pub quantity: i64,
    /// Price × quantity, before discounts.
    pub gross: Minor,
    /// Sum of the discounts allocated to the line.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub discount: Minor,
    /// Sum of the line's taxes: contained in `gross − discount` when the order's prices include taxes, else on top.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tax: Minor,
    /// The line sells a gift card.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gift_card: bool,
    /// The line is a tip.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tip: bool,
    /// Units removed by an edit of the order: quantity − current quantity − units refunded in this same document,
    /// never negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub edited_out: i64,
}

/// An order as one document of Shopify shows it; amounts in minor units of `currency`, the shop's currency.
///
/// The derived order of the fields is the last resort of [`OrderState::merge`]; personal data stand last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OrderDocument {
    /// Shopify's order.
    pub order_id: ShopifyOrderId,
    /// Which document is newer.
    pub updated_at: DateTime<Utc>,
    /// When the order was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// When it was cancelled, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<DateTime<Utc>>,
    /// The shop's currency.
    pub currency: Currency,
    /// How far payment has come.
    #[serde(default)]
    pub financial_status: FinancialStatus,
    /// All lines are fulfilled.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fulfilled: bool,
    /// Placed through a test gateway.
    #[serde(default, skip_serializing_if = "is_false")]
    pub test: bool,
    /// Prices contain taxes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub taxes_included: bool,
    /// Channel: `web`, `pos`, `shopify_draft_order`, an app's number ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_name: Option<String>,
    /// The lines, in the document's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineFacts>,
    /// Shipping after its discounts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping: Minor,
    /// Taxes on shipping, contained or on top as for lines.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping_tax: Minor,
    /// All tips received; those shown as lines are contained.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tip: Minor,
    /// A gift card or store credit was among the payments.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gift_card_paid: bool,
    /// What is still to be paid, never negative.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub outstanding: Minor,
    /// When the event happened that this document was sent for, more finely than `updated_at` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub triggered_at: Option<DateTime<Utc>>,
    /// Who bought; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerFacts>,
    /// Contact address of the order, by which a guest may claim it: personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl OrderDocument {
    /// Whether the document shows that the order has been paid in full. One that is partially refunded and has something
    /// outstanding was paid in part only.
    #[must_use]
    pub fn shows_paid_in_full(&self) -> bool {
        match self.financial_status {
            FinancialStatus::Paid | FinancialStatus::Refunded => true,
            FinancialStatus::PartiallyRefunded => self.outstanding == 0,
            _ => false,
        }
    }
}

/// What one webhook (or one page of a reconciliation) says about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderMessage {
    /// A whole order with the refunds it contains.
    Order {
        /// The order.
        document: OrderDocument,
        /// Refunds listed inside it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refunds: Vec<RefundFacts>,
    },
    /// A refund on its own, which may arrive before its order.
    Refund(RefundFacts),
}

impl OrderMessage {
    /// Says when the event happened that the message was sent for.
    pub fn triggered_at(&mut self, instant: Option<DateTime<Utc>>) {
        if let Self::Order { document, .. } = self {
            document.triggered_at = instant;
        }
    }

    /// The order the message is about.
    #[must_use]
    pub fn order_id(&self) -> ShopifyOrderId {
        match self {
            Self::Order { document, .. } => document.order_id,
            Self::Refund(refund) => refund.order_id,
        }
    }
}

/// A customer and the instant of the document that named them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeenCustomer {
    /// `updated_at` of that document.
    pub seen_at: DateTime<Utc>,
    /// Who it named.
    pub customer: CustomerFacts,
}

/// All that is known of an order. Starts empty; only [`OrderState::merge`] adds to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderState {
    /// The newest document seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<OrderDocument>,
    /// The newest customer that any document named, when that is not what `document` itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_customer: Option<SeenCustomer>,
    /// All refunds seen, in JSON a list.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "refund_list")]
    pub refunds: BTreeMap<ShopifyRefundId, RefundFacts>,
    /// Some document, stale ones too, showed the order paid in full.
    #[serde(default, skip_serializing_if = "is_false")]
    pub paid_seen: bool,
    /// Some document, stale ones too, showed the order fulfilled.
    #[serde(default, skip_serializing_if = "is_false")]
    pub fulfilled_seen: bool,
}

impl OrderState {
    /// The order's customer: the one named by the newest document that names any. A later document without customer
    /// does not take the order away from them.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerFacts> {
        match &self.last_customer {
            Some(seen) => Some(&seen.customer),
            None => self.document.as_ref()?.customer.as_ref(),
        }
    }

    /// Removes personal data, for whoever stores the state without encrypting it. Merging goes on as before: they decide
    /// only between documents that are equal in all else.
    pub fn strip_personal_data(&mut self) {
        if let Some(document) = &mut self.document {
            document.email = None;
            if let Some(customer) = &mut document.customer {
                customer.take_personal_data();
            }
        }
        if let Some(seen) = &mut self.last_customer {
            seen.customer.take_personal_data();
        }
        self.drop_repeated_customer();
    }
}

// serde's `skip_serializing_if` passes references.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_zero(value: &i64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Refunds carry their own id, so the map is written as a list.
mod refund_list {
    use super::{BTreeMap, RefundFacts, ShopifyRefundId};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        refunds: &BTreeMap<ShopifyRefundId, RefundFacts>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(refunds.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<ShopifyRefundId, RefundFacts>, D::Error> {
        let list = Vec::<RefundFacts>::deserialize(deserializer)?;
        Ok(list.into_iter().map(|refund| (refund.refund_id, refund)).collect())
    }
}

/// Between two documents, which shows the later state of the order. Instants come first. `updated_at` ticks in seconds, so
/// documents of one instant go by what is never undone (cancellation) or undone by a later payment only (the payment), then by
/// when their events happened, which tells two edits of one second apart; then by how far the order has come, and at last by
/// content, so that the choice never depends on which arrived first.
fn later(a: &OrderDocument, b: &OrderDocument) -> Ordering {
    let edited = |d: &OrderDocument| d.lines.iter().map(|line| line.edited_out).fold(0_i64, i64::saturating_add);
    let rank = |d: &OrderDocument| {
        let event = (d.updated_at, d.cancelled_at.is_some(), d.financial_status, d.triggered_at);
        (event, edited(d), d.fulfilled, d.customer.is_some())
    };
    rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
}
