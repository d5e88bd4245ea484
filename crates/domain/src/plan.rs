//! From an order's target to ledger entries. The plan changes the given accounts and the order's standing in place and
//! returns what must be written; written together in one transaction, or not at all.
//!
//! It moves the ledger by the difference between two targets, so planning the same state again does nothing.

use crate::ids::{CustomerId, IdSource, LotId, ShopifyOrderId, TransactionId};
use crate::ledger::{Account, Allocation, LedgerEntry, Lot, NewLot, OrderLedger, POINTS_MAX, TransactionType};
use crate::order::OrderState;
use crate::rule::{EarnRule, Factor, NegativeBalance, RuleSnapshot};
use crate::target::{TargetError, target_points};
use chrono::{DateTime, Duration, Utc};

/// Why no plan can be made. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The order's points are on an account that was not given.
    #[error("the account of customer {0} is needed to plan this order")]
    AccountMissing(CustomerId),
    /// The lots were not loaded, or the accounts are wrong.
    #[error("lots of customer {customer_id} hold {lots} points, the balance is {balance}")]
    LotsDisagree {
        /// The customer.
        customer_id: CustomerId,
        /// Σ remaining.
        lots: i64,
        /// The balance they should cover.
        balance: i64,
    },
    /// A balance or total would be larger than points may be.
    #[error("the points of customer {0} would leave the range of {POINTS_MAX}")]
    BalanceOutOfRange(CustomerId),
    /// The order has no target.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl PlanError {
    /// Whether points or amounts are larger than they may be.
    #[must_use]
    pub fn is_out_of_range(&self) -> bool {
        matches!(self, Self::BalanceOutOfRange(_) | Self::Target(TargetError::OutOfRange))
    }
}

/// What a plan is made from, besides the accounts.
#[derive(Debug, Clone, Copy)]
pub struct OrderInput<'a> {
    /// The order.
    pub order_id: ShopifyOrderId,
    /// Its facts.
    pub state: &'a OrderState,
    /// The merchant's rule now: used until the first award, which snapshots it.
    pub rule: &'a EarnRule,
    /// The current customer's RFM factor now.
    pub multiplier: Factor,
    /// The time of award, from which validity counts.
    pub now: DateTime<Utc>,
}

/// The accounts a plan may move.
#[derive(Debug, Default)]
pub struct AccountPair<'a> {
    /// Account of the customer in [`OrderState::customer`]; `None` for a guest.
    pub current: Option<&'a mut Account>,
    /// Account that holds the order's points when that is another: see [`previous_customer`].
    pub previous: Option<&'a mut Account>,
}

/// The account to give as [`AccountPair::previous`]: that of the customer who holds the order's points, when the order's
/// customer is now another or no longer known.
#[must_use]
pub fn previous_customer<'l>(ledger: &'l OrderLedger, current: Option<&CustomerId>) -> Option<&'l CustomerId> {
    ledger.customer_id.as_ref().filter(|holder| current != Some(*holder))
}

/// Whether planning would take points back, so that the open lots of the accounts must be loaded.
#[must_use]
pub fn needs_lots(input: &OrderInput<'_>, ledger: &OrderLedger, current: Option<&CustomerId>) -> bool {
    let (Some(snapshot), Some(holder)) = (&ledger.snapshot, &ledger.customer_id) else { return false };
    let held = ledger.awarded - ledger.shortfall;
    let changes_hands = current.is_some_and(|customer| customer != holder);
    // A target that is out of range takes nothing back: planning reports it.
    held > 0 && (changes_hands || target_points(input.state, snapshot).is_ok_and(|target| target < held))
}

/// Moves the ledger to the order's target.
///
/// - A guest order (no customer known, none before) makes no entries.
/// - A first target above 0 snapshots the rule and earns; later differences adjust. A credit makes a lot, less what
///   pays off a negative balance.
/// - A debit consumes the order's own lots, then others by earliest expiry, then what the policy says. Under
///   [`NegativeBalance::Cap`] the rest is recorded as shortfall, which a later rise reduces first; it is not collected
///   from later earnings, or replaying a message would change the books.
/// - An order that changed hands is taken back from the former customer and awarded to the new one, under the same
///   rule with the new customer's factor.
///
/// # Errors
/// [`PlanError`]; accounts and standing are then as before.
pub fn plan_order(
    input: &OrderInput<'_>,
    ledger: &mut OrderLedger,
    accounts: AccountPair<'_>,
    ids: &mut dyn IdSource,
) -> Result<Vec<LedgerEntry>, PlanError> {
    let AccountPair { current, previous } = accounts;
    let holder = ledger.customer_id.clone();
    let mut entries = Vec::new();
    let mut writer = Writer { input, ids, entries: &mut entries };
    match (current, holder) {
        (None, None) => {}
        (Some(account), None) => writer.settle(ledger, account)?,
        (Some(account), Some(holder)) if account.customer_id == holder => writer.settle(ledger, account)?,
        (None, Some(holder)) => writer.settle(ledger, expect_account(previous, holder)?)?,
        (Some(account), Some(holder)) => {
            // Two accounts move: work on copies, so that an error on the second leaves the first alone.
            let held = ledger.awarded - ledger.shortfall;
            let mut standing = ledger.clone();
            let mut to = account.clone();
            if held == 0 {
                writer.hand_over(&mut standing, None, &mut to)?;
            } else {
                let former = expect_account(previous, holder)?;
                let mut from = former.clone();
                writer.hand_over(&mut standing, Some(&mut from), &mut to)?;
                *former = from;
            }
            *ledger = standing;
            *account = to;
        }
    }
    Ok(entries)
}

fn expect_account(account: Option<&mut Account>, holder: CustomerId) -> Result<&mut Account, PlanError> {
    account.filter(|account| account.customer_id == holder).ok_or(PlanError::AccountMissing(holder))
}

/// Makes the entries of one plan.
struct Writer<'a> {
    input: &'a OrderInput<'a>,
    ids: &'a mut dyn IdSource,
    entries: &'a mut Vec<LedgerEntry>,
}

impl Writer<'_> {
    /// Moves one account by the difference between the order's targets now and at the last plan.
    fn settle(&mut self, ledger: &mut OrderLedger, account: &mut Account) -> Result<(), PlanError> {
        let fresh = match (&ledger.snapshot, &self.input.state.document) {
            (None, Some(document)) => {
                Some(RuleSnapshot::take(self.input.rule, self.input.multiplier, document.currency))
            }
            _ => None,
        };
        let Some(snapshot) = ledger.snapshot.as_ref().or(fresh.as_ref()) else { return Ok(()) };
        let target = target_points(self.input.state, snapshot)?;
        let validity_days = snapshot.rule.validity_days;
        let policy = snapshot.rule.negative_balance;
        let difference = target - (ledger.awarded - ledger.shortfall);
        if difference > 0 {
            let forgiven = difference.min(ledger.shortfall);
            self.credit(ledger, account, difference - forgiven, validity_days)?;
            ledger.shortfall -= forgiven;
            ledger.customer_id.get_or_insert_with(|| account.customer_id.clone());
            if let Some(snapshot) = fresh {
                ledger.snapshot = Some(snapshot);
            }
        } else if difference < 0 {
            ledger.shortfall += self.debit(ledger, account, -difference, policy)?;
        }
        debug_assert_eq!(ledger.awarded, target + ledger.shortfall, "the standing must match the target");
        Ok(())
    }

    /// Takes the order's points from one account and awards the order to another.
    fn hand_over(
        &mut self,
        ledger: &mut OrderLedger,
        from: Option<&mut Account>,
        to: &mut Account,
    ) -> Result<(), PlanError> {
        let held = ledger.awarded - ledger.shortfall;
        let policy = ledger.snapshot.as_ref().map(|snapshot| snapshot.rule.negative_balance).unwrap_or_default();
        if let Some(from) = from {
            self.debit(ledger, from, held, policy)?;
        }
        ledger.unrecovered = in_range(to, ledger.unrecovered.checked_add(ledger.awarded))?;
        ledger.awarded = 0;
        ledger.shortfall = 0;
        ledger.customer_id = Some(to.customer_id.clone());
        if let Some(snapshot) = &mut ledger.snapshot {
            snapshot.multiplier = self.input.multiplier.get();
        }
        self.settle(ledger, to)
    }

    fn credit(
        &mut self,
        ledger: &mut OrderLedger,
        account: &mut Account,
        points: i64,
        validity_days: Option<u32>,
    ) -> Result<(), PlanError> {
        if points == 0 {
            return Ok(());
        }
        let balance = in_range(account, account.balance.checked_add(points))?;
        let total_earned = in_range(account, account.total_earned.checked_add(points))?;
        let expires_at = validity_days.and_then(|days| self.input.now.checked_add_signed(Duration::days(days.into())));
        let pays_off = points.min((-account.balance).max(0));
        let lot_id = LotId::mint(self.ids);
        let lot = NewLot { lot_id: lot_id.clone(), points, remaining: points - pays_off, expires_at };
        account.balance = balance;
        account.total_earned = total_earned;
        if lot.remaining > 0 {
            let order_id = Some(self.input.order_id);
            account.lots.push(Lot { lot_id, remaining: lot.remaining, expires_at, order_id });
        }
        self.append(ledger, account, points, Some(lot), Vec::new());
        Ok(())
    }

    /// Takes points back; what the policy leaves with the customer is returned.
    fn debit(
        &mut self,
        ledger: &mut OrderLedger,
        account: &mut Account,
        points: i64,
        policy: NegativeBalance,
    ) -> Result<i64, PlanError> {
        let available = account.balance.max(0);
        let from_lots = points.min(available);
        let taken = match policy {
            NegativeBalance::Allow => points,
            NegativeBalance::Cap => from_lots,
        };
        if taken == 0 {
            return Ok(points);
        }
        let balance = in_range(account, account.balance.checked_sub(taken))?;
        let allocations = consume(account, from_lots, self.input.order_id)?;
        account.balance = balance;
        account.total_earned = (account.total_earned - taken).max(0);
        self.append(ledger, account, -taken, None, allocations);
        Ok(points - taken)
    }

    fn append(
        &mut self,
        ledger: &mut OrderLedger,
        account: &Account,
        delta: i64,
        lot: Option<NewLot>,
        allocations: Vec<Allocation>,
    ) {
        let order_id = self.input.order_id;
        let (kind, source_key) = match ledger.entries {
            0 => (TransactionType::Earn, format!("order:{order_id}:paid")),
            n => (TransactionType::Adjust, format!("order:{order_id}:adjust:{n}")),
        };
        ledger.entries += 1;
        ledger.awarded += delta;
        let transaction_id = match &lot {
            Some(lot) => TransactionId::from(&lot.lot_id),
            None => TransactionId::mint(self.ids),
        };
        self.entries.push(LedgerEntry {
            transaction_id,
            customer_id: account.customer_id.clone(),
            kind,
            delta,
            source: "order",
            source_key,
            order_id: Some(order_id),
            expires_at: lot.as_ref().and_then(|lot| lot.expires_at),
            lot,
            allocations,
            balance_after: account.balance,
        });
    }
}

fn in_range(account: &Account, value: Option<i64>) -> Result<i64, PlanError> {
    value
        .filter(|points| (-POINTS_MAX..=POINTS_MAX).contains(points))
        .ok_or_else(|| PlanError::BalanceOutOfRange(account.customer_id.clone()))
}

/// Empties lots for a debit: the order's own first, then by earliest expiry, those without expiry last.
fn consume(account: &mut Account, points: i64, order_id: ShopifyOrderId) -> Result<Vec<Allocation>, PlanError> {
    if points == 0 {
        return Ok(Vec::new());
    }
    if !account.lots_agree() {
        let lots = account.lots.iter().map(|lot| lot.remaining).fold(0_i64, i64::saturating_add);
        let customer_id = account.customer_id.clone();
        return Err(PlanError::LotsDisagree { customer_id, lots, balance: account.balance });
    }
    account.lots.sort_by(|a, b| {
        let rank = |lot: &Lot| (lot.order_id != Some(order_id), lot.expires_at.is_none(), lot.expires_at);
        rank(a).cmp(&rank(b)).then_with(|| a.lot_id.cmp(&b.lot_id))
    });
    let mut missing = points;
    let mut allocations = Vec::new();
    for lot in &mut account.lots {
        if missing == 0 {
            break;
        }
        let part = lot.remaining.min(missing);
        lot.remaining -= part;
        missing -= part;
        allocations.push(Allocation { lot_id: lot.lot_id.clone(), points: part });
    }
    account.lots.retain(|lot| lot.remaining > 0);
    Ok(allocations)
}

#[cfg(test)]
mod tests;
