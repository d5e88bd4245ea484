//! What was given back of an order: refunds with their lines, their shipping, and the corrections that Shopify keeps beside them.
//!
//! A refund can be told several times (by `refunds/create` and by every later document of its order) and can grow meanwhile:
//! [`RefundFacts::join`] makes one of all that was told, in any order.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::is_zero;
use crate::ids::{ShopifyLineId, ShopifyOrderId, ShopifyRefundId};
use crate::money::Minor;

/// Units of a line that were refunded, with what they were worth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RefundLineFacts {
    /// The order's line.
    pub line_id: ShopifyLineId,
    /// Units refunded.
    pub quantity: i64,
    /// Their value net of discounts.
    pub subtotal: Minor,
    /// Taxes on it, contained or on top as for the order's lines.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tax: Minor,
}

/// A discrepancy of a refund: the difference between what its lines are worth and what was given back. Not of shipping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AdjustmentFacts {
    /// Shopify's adjustment, or a negative number for its place among those that have none.
    pub id: i64,
    /// With Shopify's sign: negative when more was given back than the lines are worth, positive when less was. Without tax.
    pub amount: Minor,
    /// Taxes on top of it, with the same sign.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tax: Minor,
    /// As [`RefundFacts::decimals`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
}

/// One refund of an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RefundFacts {
    /// Shopify's refund.
    pub refund_id: ShopifyRefundId,
    /// The order it belongs to.
    pub order_id: ShopifyOrderId,
    /// Refunded shipping, positive.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping: Minor,
    /// Taxes on it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub shipping_tax: Minor,
    /// Refunded lines. Lines the order's document does not have yet are kept and count when it comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundLineFacts>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<DateTime<Utc>>,
    /// Discrepancies, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjustments: Vec<AdjustmentFacts>,
    /// The body did not name its currency: the amounts are decimals of so many digits, and become minor units with the order's
    /// currency. Absent: they are minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
}

impl RefundFacts {
    /// The refund with its adjustments in order, so that one refund has one representation.
    pub(super) fn normalised(mut self) -> Self {
        self.adjustments = unique(self.adjustments);
        self
    }

    /// Joins what was told of the same refund another time: commutative, associative and idempotent. Adjustments are added to a
    /// refund and never leave it, so the union of them is kept; of all else, the version that named its currency.
    pub(super) fn join(&mut self, mut other: Self) {
        let mut adjustments = std::mem::take(&mut self.adjustments);
        adjustments.append(&mut other.adjustments);
        // Nothing says which version is newer, so between two that differ their content decides.
        if known_currency(self.decimals, other.decimals).then_with(|| (*self).cmp(&other)).is_lt() {
            *self = other;
        }
        self.adjustments = unique(adjustments);
    }
}

/// Sorts adjustments by id and keeps one of each.
fn unique(mut adjustments: Vec<AdjustmentFacts>) -> Vec<AdjustmentFacts> {
    let best_first = |a: &AdjustmentFacts, b: &AdjustmentFacts| {
        a.id.cmp(&b.id).then_with(|| known_currency(b.decimals, a.decimals)).then_with(|| b.cmp(a))
    };
    adjustments.sort_by(best_first);
    adjustments.dedup_by_key(|adjustment| adjustment.id);
    adjustments
}

/// A version that named its currency is above one that did not.
fn known_currency(a: Option<u32>, b: Option<u32>) -> Ordering {
    a.is_none().cmp(&b.is_none())
}
