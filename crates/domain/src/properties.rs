//! What must hold over any sequence of messages: shuffled, repeated, planned after every one or only at the end.

use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::money::DECIMALS_MAX;
use crate::order::FinancialStatus;
use crate::testing::{CountingIds, ORDER_ID, OrderBuilder, account, at, refund, refund_with, snapshot};
use crate::{
    Account, AccountPair, AdjustmentFacts, Currency, CustomerId, EarnRule, Factor, LedgerEntry, NegativeBalance,
    OrderInput, OrderLedger, OrderMessage, OrderState, RefundFacts, parse_amount, plan_order, target_points,
};

const CASES: u32 = 96;

/// The life of an order: created, paid, updated, refunded in parts, perhaps cancelled; each message as Shopify would
/// send it at that time, but with clocks that tick rarely, so that documents tie.
fn life() -> impl Strategy<Value = Vec<OrderMessage>> {
    let line = (1_i64..50_000, 1_i64..6, 0_i64..2_000, 0_i64..900);
    let part = (any::<prop::sample::Index>(), 1_i64..4, 0_i64..20_000, -9_000_i64..9_000, any::<bool>());
    (vec(line, 1..5), vec(part, 0..4), any::<bool>(), any::<bool>(), 1_i64..4, (0_i64..3, 0_i64..9_000)).prop_map(
        |(lines, parts, cancelled, guest_first, tick, (edited, outstanding))| {
            let order = |n: i64| {
                let builder = lines.iter().fold(OrderBuilder::new(), |order, &(gross, quantity, discount, tax)| {
                    order.line_with(gross, quantity, |line| (line.discount, line.tax) = (discount, tax))
                });
                builder.updated(n / tick).with(|document| {
                    document.triggered_at = Some(at(n / 2));
                    document.customer.iter_mut().for_each(|customer| customer.email = Some(format!("{n}@example.com")));
                })
            };
            let created = order(0).status(FinancialStatus::Pending);
            let mut messages = vec![
                if guest_first { created.customer(None).message() } else { created.message() },
                order(1).message(),
                order(2).with(|document| document.lines[0].edited_out = edited).message(),
                order(2).with(|document| document.outstanding = outstanding).message(),
            ];
            for (n, (index, quantity, subtotal, discrepancy, nameless)) in (1..).zip(&parts) {
                let row = (index.index(lines.len()) + 1, *quantity, *subtotal);
                let first = refund_with(n, &[row], &[(10 * n, *discrepancy)]);
                let first = if *nameless { without_currency(first) } else { first };
                // By the next document of the order, the refund has grown.
                let grown = refund_with(n, &[row], &[(10 * n, *discrepancy), (10 * n + 1, -discrepancy / 2)]);
                let document = order(2 + n).status(FinancialStatus::PartiallyRefunded).document();
                messages.push(OrderMessage::Refund(first));
                messages.push(OrderMessage::Order { document, refunds: vec![grown] });
            }
            if cancelled {
                messages.push(order(9).with(|document| document.cancelled_at = Some(document.updated_at)).message());
            }
            messages
        },
    )
}

/// The same refund of an order in EUR, as told by a body that names no currency.
fn without_currency(mut refund: RefundFacts) -> RefundFacts {
    let decimals = Some(DECIMALS_MAX);
    refund.lines.iter_mut().for_each(|line| line.subtotal *= 10_000);
    let scaled = |adjustment: &mut AdjustmentFacts| {
        (adjustment.amount, adjustment.decimals) = (adjustment.amount * 10_000, decimals);
    };
    refund.adjustments.iter_mut().for_each(scaled);
    RefundFacts { decimals, ..refund }
}

/// Two orders of the same messages, with repetitions.
fn shuffled() -> impl Strategy<Value = (Vec<OrderMessage>, Vec<OrderMessage>)> {
    life().prop_flat_map(|messages| {
        let again = vec(prop::sample::select(messages.clone()), 0..6);
        (Just(messages.clone()), again).prop_flat_map(|(messages, again)| {
            let all: Vec<_> = messages.iter().cloned().chain(again).collect();
            (Just(messages), Just(all).prop_shuffle())
        })
    })
}

fn merged(messages: &[OrderMessage]) -> OrderState {
    let mut state = OrderState::default();
    messages.iter().for_each(|message| assert!(state.merge(message.clone())));
    state
}

struct Accounts {
    rule: EarnRule,
    state: OrderState,
    ledger: OrderLedger,
    accounts: Vec<Account>,
    entries: Vec<LedgerEntry>,
    ids: CountingIds,
}

impl Accounts {
    fn new(policy: NegativeBalance) -> Self {
        Self {
            rule: EarnRule { negative_balance: policy, ..EarnRule::default() },
            state: OrderState::default(),
            ledger: OrderLedger::default(),
            accounts: vec![account(1), account(2)],
            entries: Vec::new(),
            ids: CountingIds(10),
        }
    }

    /// Plans the order for whoever it now belongs to, and checks the books.
    fn plan(&mut self) {
        let current: Option<CustomerId> = self.state.customer().map(|customer| match customer.customer_id.0 {
            2 => self.accounts[1].customer_id.clone(),
            _ => self.accounts[0].customer_id.clone(),
        });
        let (first, second) = self.accounts.split_at_mut(1);
        let (first, second) = (&mut first[0], &mut second[0]);
        let (current, previous) = match &current {
            None => (None, None),
            Some(id) if *id == first.customer_id => (Some(first), Some(second)),
            Some(_) => (Some(second), Some(first)),
        };
        let input = OrderInput {
            order_id: ORDER_ID,
            state: &self.state,
            rule: &self.rule,
            multiplier: Factor::ONE,
            now: at(0),
        };
        let accounts = AccountPair { current, previous };
        let made = plan_order(&input, &mut self.ledger, accounts, &mut self.ids).unwrap();
        self.entries.extend(made);
        self.check();
    }

    fn check(&self) {
        for account in &self.accounts {
            assert!(account.lots_agree(), "{account:?}");
            assert!(account.total_earned >= 0);
        }
        let sum: i64 = self.entries.iter().map(|entry| entry.delta).sum();
        assert_eq!(sum, self.ledger.awarded + self.ledger.unrecovered);
        if let Some(snapshot) = &self.ledger.snapshot {
            assert_eq!(self.ledger.awarded, target_points(&self.state, snapshot).unwrap() + self.ledger.shortfall);
        }
        let mut keys: Vec<_> = self.entries.iter().map(|entry| &entry.source_key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), self.entries.len());
    }

    fn run(&mut self, messages: &[OrderMessage]) {
        for message in messages {
            self.state.merge(message.clone());
            self.plan();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_repetition_ends_in_the_same_state_and_ledger((messages, shuffled) in shuffled()) {
        prop_assert_eq!(merged(&messages), merged(&shuffled));
        let (mut straight, mut crooked) = (Accounts::new(NegativeBalance::Allow), Accounts::new(NegativeBalance::Allow));
        straight.run(&messages);
        crooked.run(&shuffled);
        prop_assert_eq!(straight.ledger.awarded, crooked.ledger.awarded);
        prop_assert_eq!(straight.accounts[0].balance, crooked.accounts[0].balance);
        prop_assert_eq!(straight.accounts[0].total_earned, crooked.accounts[0].total_earned);
        let sum: i64 = crooked.entries.iter().map(|entry| entry.delta).sum();
        prop_assert_eq!(sum, crooked.accounts[0].balance);
        let before = crooked.entries.len();
        crooked.plan();
        prop_assert_eq!(crooked.entries.len(), before);
    }

    #[test]
    fn changing_hands_does_not_depend_on_the_order_either((messages, shuffled) in shuffled(), owner in 0..5_usize) {
        // From some message on, the order is another customer's.
        let hand_over = |message: &OrderMessage| match message.clone() {
            OrderMessage::Order { mut document, refunds } => {
                if document.updated_at >= at(i64::try_from(owner).unwrap())
                    && let Some(customer) = &mut document.customer
                {
                    customer.customer_id.0 = 2;
                }
                OrderMessage::Order { document, refunds }
            }
            refund @ OrderMessage::Refund(_) => refund,
        };
        let (mut straight, mut crooked) = (Accounts::new(NegativeBalance::Allow), Accounts::new(NegativeBalance::Allow));
        straight.run(&messages.iter().map(hand_over).collect::<Vec<_>>());
        crooked.run(&shuffled.iter().map(hand_over).collect::<Vec<_>>());
        prop_assert_eq!(&straight.state, &crooked.state);
        for (one, other) in straight.accounts.iter().zip(&crooked.accounts) {
            prop_assert_eq!(one.balance, other.balance);
        }
    }

    #[test]
    fn spending_between_messages_never_breaks_the_books(
        (_, shuffled) in shuffled(),
        spends in vec(0_i64..5_000, 1..8),
        cap in any::<bool>(),
    ) {
        let policy = if cap { NegativeBalance::Cap } else { NegativeBalance::Allow };
        let mut books = Accounts::new(policy);
        for (n, message) in shuffled.iter().enumerate() {
            books.state.merge(message.clone());
            books.plan();
            let account = &mut books.accounts[0];
            let mut missing = spends[n % spends.len()].min(account.balance.max(0));
            account.balance -= missing;
            for lot in &mut account.lots {
                let part = lot.remaining.min(missing);
                lot.remaining -= part;
                missing -= part;
            }
            account.lots.retain(|lot| lot.remaining > 0);
            prop_assert!(!cap || account.balance >= 0);
        }
    }

    #[test]
    fn joining_states_is_commutative_associative_and_idempotent(
        (messages, shuffled) in shuffled(),
        cut in any::<prop::sample::Index>(),
        cut_again in any::<prop::sample::Index>(),
    ) {
        let (a, rest) = shuffled.split_at(cut.index(shuffled.len()));
        let (b, c) = rest.split_at(cut_again.index(rest.len().max(1)).min(rest.len()));
        let (a, b, c) = (merged(a), merged(b), merged(c));
        let join = |x: &OrderState, y: &OrderState| { let mut z = x.clone(); z.join(y.clone()); z };
        prop_assert_eq!(join(&a, &b), join(&b, &a));
        prop_assert_eq!(join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        prop_assert_eq!(join(&a, &a), a.clone());
        prop_assert_eq!(join(&join(&a, &b), &c), merged(&messages));
    }

    #[test]
    fn stored_states_come_back_and_go_on_as_before((messages, shuffled) in shuffled()) {
        let mut state = OrderState::default();
        for message in &shuffled {
            state.merge(message.clone());
            state = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        }
        prop_assert_eq!(state, merged(&messages));
    }

    #[test]
    fn what_is_stored_without_personal_data_is_the_same_in_any_order((messages, shuffled) in shuffled()) {
        let mut state = OrderState::default();
        for message in &shuffled {
            state.merge(message.clone());
            state.strip_personal_data();
        }
        let mut sorted = merged(&messages);
        sorted.strip_personal_data();
        prop_assert_eq!(state, sorted);
    }

    #[test]
    fn partial_refunds_end_where_the_full_refund_does(
        gross in 1_i64..1_000_000, discount in 0_i64..500, quantity in 1_i64..9, other in 0_i64..9_999,
    ) {
        let gross = gross + discount;
        let order = || OrderBuilder::new().line_with(gross, quantity, |line| line.discount = discount).line(other, 1);
        let net = gross - discount;
        let snapshot = snapshot(&EarnRule::default());
        let mut parts = vec![order().message()];
        let (mut left, mut last) = (net, i64::MAX);
        for unit in 0..quantity {
            // The running remainder: cents differ from unit to unit, the sum does not.
            let share = left / (quantity - unit);
            left -= share;
            parts.push(OrderMessage::Refund(refund(unit + 1, &[(1, 1, share)])));
            let target = target_points(&merged(&parts), &snapshot).unwrap();
            prop_assert!(target <= last);
            last = target;
        }
        let whole = [order().message(), OrderMessage::Refund(refund(99, &[(1, quantity, net)]))];
        prop_assert_eq!(merged(&parts).document, merged(&whole).document);
        prop_assert_eq!(Ok(last), target_points(&merged(&whole), &snapshot));
        prop_assert_eq!(last, other / 10);
    }

    #[test]
    fn amounts_come_back_from_their_text(minor in any::<i64>(), code in prop::sample::select(vec!["JPY", "EUR", "KWD", "CLF"])) {
        prop_assume!(minor != i64::MIN);
        let currency = Currency::parse(code).unwrap();
        let text = Decimal::from_i128_with_scale(i128::from(minor), currency.exponent()).to_string();
        prop_assert_eq!(parse_amount(&text, currency), Ok(minor));
    }

    #[test]
    fn no_text_breaks_the_amount_reader(text in "[-+0-9.eE ]{0,24}") {
        let _ = parse_amount(&text, Currency::parse("EUR").unwrap());
    }
}
