//! What an order should have earned, in exact fractions of the currency's main unit.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::world::{Line, Payment, Refund, World};

fn zero() -> BigRational {
    whole(0)
}

fn whole(number: i64) -> BigRational {
    BigRational::from_integer(BigInt::from(number))
}

/// A decimal text as a fraction.
fn decimal(text: &str) -> BigRational {
    let (units, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits: i64 = format!("{units}{decimals}").parse().unwrap();
    whole(digits) / whole(10_i64.pow(u32::try_from(decimals.len()).unwrap()))
}

fn at_least_zero(amount: BigRational) -> BigRational {
    if amount < zero() { zero() } else { amount }
}

fn at_most(amount: BigRational, most: &BigRational) -> BigRational {
    if amount > *most { most.clone() } else { amount }
}

/// The points that the order's history is worth.
pub(crate) fn expected_points(world: &World<'_>) -> i64 {
    let rule = &world.story.rule;
    let happened = match rule.award_on {
        "paid" => world.was_paid,
        "created" => true,
        "fulfilled" => world.was_fulfilled,
        other => panic!("{other}"),
    };
    if !happened || world.cancelled || world.payment == Payment::Refunded {
        return 0;
    }
    let rate = decimal(rule.rate.unwrap_or(world.story.money.default_rate));
    let points = base(world) * rate;
    let rounded = match rule.rounding {
        "floor" => points.floor(),
        "ceil" => points.ceil(),
        "half_up" => (points + whole(1) / whole(2)).floor(),
        other => panic!("{other}"),
    };
    i64::try_from(rounded.to_integer()).unwrap()
}

/// What was paid for goods and kept, and shipping if it earns.
fn base(world: &World<'_>) -> BigRational {
    let paid_for: BigRational = world.lines.iter().map(|line| price(world, line)).sum();
    let mut kept: BigRational = (0..world.lines.len()).map(|line| kept_of(world, line)).sum();
    if world.story.rule.count_refund_discrepancies {
        for refund in &world.refunds {
            kept -= beside_lines(world, refund);
        }
    }
    let mut base = at_most(at_least_zero(kept), &paid_for);
    if world.story.rule.include_shipping {
        let (shipping, tax) = world.story.shipping;
        let paid = at_least_zero(with_tax(world, shipping, tax));
        let back: BigRational = world.refunds.iter().map(|refund| with_tax(world, refund.shipping, 0)).sum();
        base += at_least_zero(paid - back);
    }
    if world.story.rule.award_on == "paid" {
        base = at_least_zero(base - money(world, world.outstanding));
    }
    base
}

fn money(world: &World<'_>, minor: i64) -> BigRational {
    whole(minor) / whole(10_i64.pow(world.story.money.digits))
}

/// Prices contain the tax or not, and the merchant counts it or not.
fn with_tax(world: &World<'_>, amount: i64, tax: i64) -> BigRational {
    let without = if world.story.taxes_included { amount - tax } else { amount };
    let minor = if world.story.rule.include_tax { without + tax } else { without };
    money(world, minor)
}

fn price(world: &World<'_>, line: &Line) -> BigRational {
    let ordered = line.ordered;
    let full = with_tax(world, ordered.price * ordered.quantity, ordered.tax);
    at_least_zero(full - money(world, ordered.discount))
}

/// What is kept of a line: its price less what its returned units were worth, shared evenly among the units that were not returned.
fn kept_of(world: &World<'_>, line: usize) -> BigRational {
    let returned = || world.refunds.iter().flat_map(|refund| &refund.returned).filter(move |row| row.line == line);
    let back: BigRational = returned().map(|row| with_tax(world, row.value, row.tax)).sum();
    let rest = at_least_zero(price(world, &world.lines[line]) - back);
    let removed = world.lines[line].removed;
    if removed == 0 {
        return rest;
    }
    let units = world.lines[line].ordered.quantity - returned().map(|row| row.units).sum::<i64>();
    if units <= removed { zero() } else { rest / whole(units) * whole(units - removed) }
}

/// What a refund gave back beyond the worth of its lines; negative where it kept some of that, at most all.
fn beside_lines(world: &World<'_>, refund: &Refund) -> BigRational {
    let more: BigRational = refund.discrepancies.iter().map(|amount| money(world, -amount)).sum();
    let lines: BigRational = refund.returned.iter().map(|row| with_tax(world, row.value, row.tax)).sum();
    if more < -lines.clone() { -lines } else { more }
}
