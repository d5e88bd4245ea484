//! Plans case by case; what must hold over all sequences is in `properties`.

use super::*;
use crate::ids::ShopifyOrderId;
use crate::order::FinancialStatus;
use crate::testing::{CountingIds, ORDER_ID, OrderBuilder, account, at, customer_id, refund};
use crate::{NegativeBalance, OrderMessage, Rate, RateSource, TargetError};

/// One merchant's books in miniature.
struct Accounts {
    rule: EarnRule,
    state: OrderState,
    ledger: OrderLedger,
    ids: CountingIds,
    now: i64,
    multiplier: Factor,
}

impl Accounts {
    fn new(policy: NegativeBalance) -> Self {
        let rule = EarnRule { negative_balance: policy, ..EarnRule::default() };
        let (state, ledger) = (OrderState::default(), OrderLedger::default());
        Self { rule, state, ledger, ids: CountingIds(1_000), now: 0, multiplier: Factor::ONE }
    }

    fn tell(&mut self, message: OrderMessage) {
        assert!(self.state.merge(message));
    }

    fn plan(&mut self, current: Option<&mut Account>, previous: Option<&mut Account>) -> Vec<LedgerEntry> {
        self.try_plan(current, previous).unwrap()
    }

    fn try_plan(
        &mut self,
        current: Option<&mut Account>,
        previous: Option<&mut Account>,
    ) -> Result<Vec<LedgerEntry>, PlanError> {
        let Self { rule, state, ledger, multiplier, .. } = self;
        let input = OrderInput { order_id: ORDER_ID, state, rule, multiplier: *multiplier, now: at(self.now) };
        plan_order(&input, ledger, AccountPair { current, previous }, &mut self.ids)
    }

    fn needs_lots(&self, current: &Account) -> bool {
        let Self { rule, state, ledger, multiplier, .. } = self;
        let input = OrderInput { order_id: ORDER_ID, state, rule, multiplier: *multiplier, now: at(self.now) };
        needs_lots(&input, ledger, Some(&current.customer_id))
    }
}

/// Spends points as a redemption would: latest lots first, to leave awkward remainders.
fn spend(account: &mut Account, points: i64) {
    account.balance -= points;
    let mut missing = points;
    for lot in account.lots.iter_mut().rev() {
        let part = lot.remaining.min(missing);
        lot.remaining -= part;
        missing -= part;
    }
    account.lots.retain(|lot| lot.remaining > 0);
    assert_eq!(missing, 0);
}

fn lot(n: u64, remaining: i64, expires: Option<i64>) -> Lot {
    let order_id = Some(ShopifyOrderId(1));
    Lot { lot_id: LotId::mint(&mut CountingIds(n)), remaining, expires_at: expires.map(at), order_id }
}

#[test]
fn a_first_award_earns_makes_a_lot_and_takes_down_the_rule() {
    let mut books = Accounts::new(NegativeBalance::Allow);
    let mut member = account(1);
    books.tell(OrderBuilder::new().line(28_400, 1).message());
    assert!(!books.needs_lots(&member));
    let entries = books.plan(Some(&mut member), None);
    let [entry] = entries.as_slice() else { panic!("{entries:?}") };
    assert_eq!((entry.kind, entry.delta, entry.balance_after), (TransactionType::Earn, 2_840, 2_840));
    assert_eq!(entry.source_key, format!("order:{ORDER_ID}:paid"));
    let made = entry.lot.as_ref().unwrap();
    assert_eq!((made.points, made.remaining, made.expires_at), (2_840, 2_840, Some(at(365 * 86_400))));
    assert_eq!((member.balance, member.total_earned, member.lots_agree()), (2_840, 2_840, true));
    assert_eq!(books.ledger.customer_id, Some(customer_id(1)));

    books.rule.points_per_unit = Some(Rate::whole(1));
    assert_eq!(books.plan(Some(&mut member), None), [], "the snapshot decides, and a replay does nothing");
}

#[test]
fn large_currencies_are_counted_in_full() {
    let mut member = account(1);
    for (n, balance) in [(1, 75_000_000_000), (2, 150_000_000_000), (3, 225_000_000_000)] {
        let mut books = Accounts::new(NegativeBalance::Allow);
        books.rule.points_per_unit = Some(Rate::whole(1_000));
        books.tell(OrderBuilder::new().currency("IDR").line(7_500_000_000, 1).message());
        books.plan(Some(&mut member), None);
        assert_eq!(member.balance, balance, "order {n}");
    }
    let mut books = Accounts::new(NegativeBalance::Allow);
    books.tell(OrderBuilder::new().currency("IDR").line(7_500_000_000, 1).message());
    let entries = books.plan(Some(&mut account(2)), None);
    assert_eq!(entries[0].delta, 45_750, "about 10 for each of the 4,600 dollars");
    let snapshot = books.ledger.snapshot.unwrap();
    assert_eq!(
        (snapshot.rate_source, snapshot.rule.points_per_unit.to_string()),
        (RateSource::CurrencyDefault, "0.00061".into())
    );
}

#[test]
fn a_guest_makes_no_entries_and_earns_when_a_customer_is_named() {
    let mut books = Accounts::new(NegativeBalance::Allow);
    books.tell(OrderBuilder::new().customer(None).line(1_000, 1).message());
    assert_eq!(books.plan(None, None), []);
    assert_eq!(books.ledger, OrderLedger::default());
    books.tell(OrderBuilder::new().line(1_000, 1).updated(5).message());
    assert_eq!(books.plan(Some(&mut account(1)), None)[0].delta, 100);
}

#[test]
fn a_claw_back_takes_the_orders_lot_then_the_earliest_expiry_then_goes_below_zero() {
    let mut books = Accounts::new(NegativeBalance::Allow);
    let mut member = account(1);
    books.tell(OrderBuilder::new().line(10_000, 1).message());
    books.plan(Some(&mut member), None);
    spend(&mut member, 400);
    member.lots.extend([lot(1, 100, None), lot(2, 150, Some(900)), lot(3, 50, Some(500))]);
    member.balance += 300;
    books.tell(OrderMessage::Refund(refund(1, &[(1, 1, 10_000)])));
    assert!(books.needs_lots(&member));
    let entries = books.plan(Some(&mut member), None);
    let parts: Vec<i64> = entries[0].allocations.iter().map(|part| part.points).collect();
    assert_eq!(parts, [600, 50, 150, 100]);
    assert_eq!((entries[0].kind, entries[0].delta, entries[0].balance_after), (TransactionType::Adjust, -1_000, -100));
    assert_eq!(entries[0].source_key, format!("order:{ORDER_ID}:adjust:1"));
    assert_eq!((member.lots.len(), member.total_earned), (0, 0));

    // The next earning pays the debt first.
    let mut next = Accounts::new(NegativeBalance::Allow);
    next.tell(OrderBuilder::new().line(1_500, 1).message());
    let entries = next.plan(Some(&mut member), None);
    assert_eq!(entries[0].lot.as_ref().map(|lot| (lot.points, lot.remaining)), Some((150, 50)));
    assert_eq!((member.balance, member.lots_agree()), (50, true));
}

#[test]
fn a_capped_claw_back_records_the_shortfall_and_a_rise_reduces_it_first() {
    let mut books = Accounts::new(NegativeBalance::Cap);
    let mut member = account(1);
    let order = || OrderBuilder::new().line(1_000, 10);
    books.tell(order().message());
    books.plan(Some(&mut member), None);
    spend(&mut member, 80);
    books.tell(order().updated(1).with(|d| d.lines[0].edited_out = 6).message());
    let entries = books.plan(Some(&mut member), None);
    assert_eq!((entries[0].delta, member.balance), (-20, 0));
    assert_eq!((books.ledger.awarded, books.ledger.shortfall), (80, 40));

    member.balance = 500;
    member.lots.push(lot(7, 500, None));
    assert_eq!(books.plan(Some(&mut member), None), [], "a replay does not collect the shortfall");

    books.tell(order().updated(2).with(|d| d.lines[0].edited_out = 3).message());
    assert_eq!(books.plan(Some(&mut member), None), []);
    assert_eq!((books.ledger.awarded, books.ledger.shortfall), (80, 10));
    books.tell(order().updated(3).message());
    assert_eq!(books.plan(Some(&mut member), None)[0].delta, 20);
    assert_eq!((books.ledger.awarded, books.ledger.shortfall), (100, 0));
}

#[test]
fn an_order_that_changes_hands_is_taken_back_and_awarded_anew() {
    let mut books = Accounts::new(NegativeBalance::Allow);
    let (mut first, mut second) = (account(1), account(2));
    books.tell(OrderBuilder::new().line(1_000, 1).message());
    books.plan(Some(&mut first), None);
    books.tell(OrderBuilder::new().line(1_000, 1).customer(Some(2)).updated(1).message());
    assert!(books.needs_lots(&second));
    assert_eq!(previous_customer(&books.ledger, Some(&second.customer_id)), Some(&first.customer_id));
    let before = books.ledger.clone();
    assert_eq!(books.try_plan(Some(&mut second), None), Err(PlanError::AccountMissing(customer_id(1))));
    assert_eq!(books.ledger, before);

    books.multiplier = Factor::new(2.into()).unwrap();
    let entries = books.plan(Some(&mut second), Some(&mut first));
    let moves: Vec<_> = entries.iter().map(|entry| (entry.customer_id.clone(), entry.delta)).collect();
    assert_eq!(moves, [(customer_id(1), -100), (customer_id(2), 200)]);
    assert_eq!((first.balance, first.total_earned, second.balance), (0, 0, 200));
    assert_eq!((books.ledger.awarded, books.ledger.unrecovered), (200, 0));
}

#[test]
fn what_a_former_customer_spent_stays_with_them_when_capped() {
    let mut books = Accounts::new(NegativeBalance::Cap);
    let (mut first, mut second) = (account(1), account(2));
    books.tell(OrderBuilder::new().line(1_000, 1).message());
    books.plan(Some(&mut first), None);
    spend(&mut first, 70);
    books.tell(OrderBuilder::new().line(1_000, 1).customer(Some(2)).updated(1).message());
    books.plan(Some(&mut second), Some(&mut first));
    assert_eq!((first.balance, second.balance), (0, 100));
    assert_eq!((books.ledger.awarded, books.ledger.unrecovered, books.ledger.shortfall), (100, 70, 0));
}

#[test]
fn a_newest_document_without_customer_leaves_the_points_where_they_are() {
    let mut books = Accounts::new(NegativeBalance::Allow);
    let mut member = account(1);
    books.tell(OrderBuilder::new().line(1_000, 1).message());
    books.plan(Some(&mut member), None);
    books.tell(OrderBuilder::new().line(1_000, 1).customer(None).updated(1).message());
    assert!(books.state.customer().is_some());
    books.tell(OrderMessage::Refund(refund(1, &[(1, 1, 400)])));
    assert_eq!(books.try_plan(None, None), Err(PlanError::AccountMissing(customer_id(1))));
    assert_eq!(books.plan(None, Some(&mut member))[0].delta, -40);
}

#[test]
fn void_orders_lose_all_and_errors_change_nothing() {
    let mut books = Accounts::new(NegativeBalance::Allow);
    let mut member = account(1);
    books.tell(OrderBuilder::new().line(1_000, 1).message());
    books.plan(Some(&mut member), None);
    books.tell(OrderBuilder::new().line(1_000, 1).status(FinancialStatus::Refunded).updated(1).message());
    let lots = std::mem::take(&mut member.lots);
    let (before, standing) = (member.clone(), books.ledger.clone());
    let expected = PlanError::LotsDisagree { customer_id: customer_id(1), lots: 0, balance: 100 };
    assert_eq!(books.try_plan(Some(&mut member), None), Err(expected));
    assert_eq!((&member, &books.ledger), (&before, &standing));
    member.lots = lots;
    assert_eq!(books.plan(Some(&mut member), None)[0].delta, -100);

    let mut rich = Account { balance: POINTS_MAX, ..account(3) };
    let mut other = Accounts::new(NegativeBalance::Allow);
    other.tell(OrderBuilder::new().line(1_000, 1).message());
    assert_eq!(other.try_plan(Some(&mut rich), None), Err(PlanError::BalanceOutOfRange(customer_id(3))));
    assert_eq!(other.ledger, OrderLedger::default());

    let mut huge = Accounts::new(NegativeBalance::Allow);
    huge.tell(OrderBuilder::new().line(i64::MAX, 1).message());
    let error = huge.try_plan(Some(&mut account(4)), None).unwrap_err();
    assert_eq!((&error, error.is_out_of_range()), (&PlanError::Target(TargetError::OutOfRange), true));
    assert!(!huge.needs_lots(&account(4)));
    assert_eq!(huge.ledger, OrderLedger::default());
}
