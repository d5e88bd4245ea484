//! The ledger's vocabulary: entries (append-only), lots (what expires together), accounts and an order's standing.
//!
//! The store loads these, [`plan_order`](crate::plan::plan_order) changes them in memory, the store writes the outcome.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{CustomerId, LotId, ShopifyOrderId, TransactionId};
use crate::rule::RuleSnapshot;

/// Largest balance, total or number of points either way: what a JSON number holds exactly in every language (2^53 - 1). The
/// schema has a CHECK for it.
pub const POINTS_MAX: i64 = (1 << 53) - 1;

/// What an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// First award of an order, or another earning action.
    Earn,
    /// Spent on a reward.
    Redeem,
    /// A lot ran out.
    Expire,
    /// A correction, up or down.
    Adjust,
    /// Brought from another programme.
    Import,
    /// Earned by a referral.
    Referral,
    /// Earned by a campaign.
    Campaign,
}

impl TransactionType {
    /// Every type.
    pub const ALL: [Self; 7] =
        [Self::Earn, Self::Redeem, Self::Expire, Self::Adjust, Self::Import, Self::Referral, Self::Campaign];

    /// The word in the ledger's `type` column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Earn => "earn",
            Self::Redeem => "redeem",
            Self::Expire => "expire",
            Self::Adjust => "adjust",
            Self::Import => "import",
            Self::Referral => "referral",
            Self::Campaign => "campaign",
        }
    }

    /// Returns the type with this word, if there is one.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A lot to be made together with the entry that earns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLot {
    /// Its id.
    pub lot_id: LotId,
    /// Points earned: the entry's delta.
    pub points: i64,
    /// Points that can be spent: less than `points` by what paid off a negative balance.
    pub remaining: i64,
    /// When the rest is lost; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Points that a debit takes from a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation {
    /// The lot.
    pub lot_id: LotId,
    /// Points taken, positive.
    pub points: i64,
}

/// One entry to append. Entries of a plan are in the order in which they must be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its id.
    pub transaction_id: TransactionId,
    /// The customer whose balance it changes.
    pub customer_id: CustomerId,
    /// What kind of entry it is.
    pub kind: TransactionType,
    /// Signed points, never zero.
    pub delta: i64,
    /// Kind of origin, for people: `order`.
    pub source: &'static str,
    /// Its origin, unique per merchant: a second entry with it must be refused.
    pub source_key: String,
    /// The order, if an order caused it.
    pub order_id: Option<ShopifyOrderId>,
    /// When the earned points expire; `None` for debits and for points that do not.
    pub expires_at: Option<DateTime<Utc>>,
    /// The lot it makes: on every credit.
    pub lot: Option<NewLot>,
    /// The lots it consumes: on debits, unless the balance was already negative.
    pub allocations: Vec<Allocation>,
    /// The customer's balance after it.
    pub balance_after: i64,
}

/// A lot with something left in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// Its id.
    pub lot_id: LotId,
    /// Points left, positive.
    pub remaining: i64,
    /// When they are lost; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// The order that earned them.
    pub order_id: Option<ShopifyOrderId>,
}

/// A customer's points. When the lots are loaded, their remainders add up to the balance (to 0 if it is negative).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The customer.
    pub customer_id: CustomerId,
    /// Sum of all entries; negative when spent points were taken back.
    pub balance: i64,
    /// Points earned less earnings taken back, never negative.
    pub total_earned: i64,
    /// Open lots; need not be loaded unless [`needs_lots`](crate::plan::needs_lots) says so.
    pub lots: Vec<Lot>,
}

impl Account {
    /// An account without points.
    #[must_use]
    pub fn new(customer_id: CustomerId) -> Self {
        Self { customer_id, balance: 0, total_earned: 0, lots: Vec::new() }
    }

    /// Whether the lots agree with the balance: Σ remaining = max(balance, 0).
    #[must_use]
    pub fn lots_agree(&self) -> bool {
        let remaining = self.lots.iter().try_fold(0_i64, |sum, lot| sum.checked_add(lot.remaining));
        remaining == Some(self.balance.max(0))
    }
}

/// An order's standing in the ledger. `awarded = target + shortfall` after every plan, and the sum of all the order's
/// entries is `awarded + unrecovered`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrderLedger {
    /// To whom the order's points went; `None` before the first award.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// Net points of the order on that customer's account now.
    #[serde(default)]
    pub awarded: i64,
    /// Points of it that should have been taken back, but were spent (policy `cap`).
    #[serde(default)]
    pub shortfall: i64,
    /// Net points that stayed on former customers' accounts for the same reason, when the order changed hands.
    #[serde(default)]
    pub unrecovered: i64,
    /// Entries made so far: numbers the next one's source key.
    #[serde(default)]
    pub entries: u32,
    /// The rule of the first award.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<RuleSnapshot>,
}
