//! A generated history: a rule, an order as it was placed, what happened to it, and in which order its messages arrive.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A currency with what the model needs to know of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Money {
    pub(super) code: &'static str,
    pub(super) digits: u32,
    /// The rate of merchants who have none of their own.
    pub(super) default_rate: &'static str,
    /// Of one unit, in minor units.
    price_max: i64,
}

const CURRENCIES: [Money; 6] = [
    Money { code: "EUR", digits: 2, default_rate: "10", price_max: 50_000 },
    Money { code: "JPY", digits: 0, default_rate: "0.067", price_max: 90_000 },
    Money { code: "KWD", digits: 3, default_rate: "33", price_max: 90_000 },
    Money { code: "IDR", digits: 2, default_rate: "0.00061", price_max: 7_500_000_000 },
    Money { code: "VND", digits: 0, default_rate: "0.00038", price_max: 900_000_000 },
    Money { code: "CLF", digits: 4, default_rate: "410", price_max: 5_000_000 },
];
const RATES: [Option<&str>; 6] = [None, None, Some("10"), Some("0.5"), Some("1.333333"), Some("1000")];

/// A merchant's rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(super) rate: Option<&'static str>,
    pub(super) rounding: &'static str,
    pub(super) award_on: &'static str,
    pub(super) include_tax: bool,
    pub(super) include_shipping: bool,
    pub(super) count_refund_discrepancies: bool,
}

impl Rule {
    /// The rule as a merchant's settings hold it.
    pub(crate) fn json(&self) -> Value {
        let mut rule = json!({
            "rounding": self.rounding, "award_on": self.award_on, "include_tax": self.include_tax,
            "include_shipping": self.include_shipping,
        });
        if let Some(rate) = self.rate {
            rule["points_per_unit"] = json!(rate);
        }
        if !self.count_refund_discrepancies {
            rule["count_refund_discrepancies"] = json!(false);
        }
        rule
    }
}

/// A line as it was ordered; amounts in minor units, discount and tax for all units together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ordered {
    pub(super) price: i64,
    pub(super) quantity: i64,
    pub(super) discount: i64,
    pub(super) tax: i64,
}

/// Something that happened; what it says about the order as it is then is decided by `World`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(super) kind: u8,
    /// Chooses among lines, units or refunds.
    pub(super) pick: usize,
    /// A part of an amount, in thousandths.
    pub(super) part: i64,
    /// Another choice.
    pub(super) flag: bool,
    /// Happens within the second of what happened before, where Shopify's clock allows it.
    pub(super) same_second: bool,
}

/// One history.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) rule: Rule,
    pub(super) money: Money,
    pub(super) taxes_included: bool,
    pub(super) lines: Vec<Ordered>,
    pub(super) shipping: (i64, i64),
    pub(super) steps: Vec<Step>,
    /// Seeds of the order in which messages arrive, each of them twice.
    delivery: Vec<u16>,
}

impl Story {
    /// The messages in the order in which they arrive.
    pub(crate) fn delivered<M: Clone>(&self, messages: &[M]) -> Vec<M> {
        let doubled = messages.iter().chain(messages);
        let mut keyed: Vec<_> = self.delivery.iter().cycle().zip(doubled).collect();
        keyed.sort_by_key(|(seed, _)| **seed);
        keyed.into_iter().map(|(_, message)| message.clone()).collect()
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    let rounding = prop::sample::select(vec!["floor", "half_up", "ceil"]);
    let award_on = prop::sample::select(vec!["paid", "paid", "paid", "created", "fulfilled"]);
    let rate = prop::sample::select(RATES.to_vec());
    (rate, rounding, award_on, any::<bool>(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(
        |(rate, rounding, award_on, include_tax, include_shipping, count_refund_discrepancies)| Rule {
            rate,
            rounding,
            award_on,
            include_tax,
            include_shipping,
            count_refund_discrepancies,
        },
    )
}

fn ordered(money: Money) -> impl Strategy<Value = Ordered> {
    (1..=money.price_max, 1_i64..9, 0_i64..300, 0_i64..250).prop_map(|(price, quantity, discount, tax)| {
        let gross = price * quantity;
        Ordered { price, quantity, discount: gross * discount / 1_000, tax: gross * tax / 1_000 }
    })
}

fn step() -> impl Strategy<Value = Step> {
    (0_u8..14, 0_usize..64, 0_i64..=1_000, any::<bool>(), any::<bool>())
        .prop_map(|(kind, pick, part, flag, same_second)| Step { kind, pick, part, flag, same_second })
}

/// Histories of orders with payments in part, edits, refunds of units, amounts and shipping, and cancellations.
pub(crate) fn story() -> impl Strategy<Value = Story> {
    prop::sample::select(CURRENCIES.to_vec()).prop_flat_map(|money| {
        let order = (any::<bool>(), vec(ordered(money), 1..5), (0..=money.price_max / 10, 0..=money.price_max / 50));
        (Just(money), rule(), order, vec(step(), 1..9), vec(any::<u16>(), 40)).prop_map(
            |(money, rule, (taxes_included, lines, shipping), steps, delivery)| Story {
                rule,
                money,
                taxes_included,
                lines,
                shipping,
                steps,
                delivery,
            },
        )
    })
}
