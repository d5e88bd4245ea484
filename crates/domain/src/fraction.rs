//! Exact sums of shares, and their one rounding: what an order is worth is rounded once, to points, and nowhere before.
//!
//! 128-bit integers, no allocation. A sum that would need more is an error (`None`), never another number.

use crate::rule::Rounding;

/// An exact amount: `whole + part / denominator`, with `0 <= part < denominator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fraction {
    whole: i128,
    part: i128,
    denominator: i128,
}

impl Fraction {
    pub(crate) const ZERO: Self = Self::whole(0);

    pub(crate) const fn whole(whole: i128) -> Self {
        Self { whole, part: 0, denominator: 1 }
    }

    /// The largest whole number that is not above it.
    #[cfg(test)]
    pub(crate) fn floor(self) -> i128 {
        self.whole
    }

    pub(crate) fn plus(self, amount: i128) -> Option<Self> {
        Some(Self { whole: self.whole.checked_add(amount)?, ..self })
    }

    /// Adds `numerator / denominator`; the denominator is positive.
    pub(crate) fn plus_share(self, numerator: i128, denominator: i128) -> Option<Self> {
        debug_assert!(denominator > 0, "a share is of something");
        let sum = self.plus(numerator.div_euclid(denominator))?;
        let part = numerator.rem_euclid(denominator);
        if part == 0 {
            return Some(sum);
        }
        let common = (sum.denominator / gcd(sum.denominator, denominator)).checked_mul(denominator)?;
        let of_sum = sum.part.checked_mul(common / sum.denominator)?;
        let both = of_sum.checked_add(part.checked_mul(common / denominator)?)?;
        let (carry, part) = (both / common, both % common);
        let shared = gcd(part, common);
        Some(Self { whole: sum.whole.checked_add(carry)?, part: part / shared, denominator: common / shared })
    }

    /// The amount, but at least 0 and at most `max`.
    pub(crate) fn within(self, max: i128) -> Self {
        if self.whole < 0 {
            Self::ZERO
        } else if self.whole >= max {
            Self::whole(max)
        } else {
            self
        }
    }

    /// Multiplies with `factor / 10^decimals`, neither of them negative, and rounds.
    pub(crate) fn scaled(self, factor: i128, decimals: u32, rounding: Rounding) -> Option<i128> {
        let product = self.whole.checked_mul(factor)?;
        let Some(unit) = 10_i128.checked_pow(decimals) else {
            // Less than a fifth, since no product of 128 bits reaches 10^39 / 5.
            let positive = factor > 0 && (self.whole > 0 || self.part > 0);
            return Some(i128::from(positive && rounding == Rounding::Ceil));
        };
        let (whole, rest) = (product.div_euclid(unit), product.rem_euclid(unit));
        // What is left is rest/unit + part·factor/(denominator·unit).
        let divisor = self.denominator.checked_mul(unit)?;
        let left = rest.checked_mul(self.denominator)?.checked_add(self.part.checked_mul(factor)?)?;
        let (carry, rest) = (left / divisor, left % divisor);
        let round_up = match rounding {
            Rounding::Floor => false,
            Rounding::HalfUp => rest >= divisor - rest,
            Rounding::Ceil => rest > 0,
        };
        whole.checked_add(carry)?.checked_add(i128::from(round_up))
    }
}

/// The greatest common divisor; of 0 and a number, that number.
fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(shares: &[(i128, i128)]) -> Fraction {
        shares
            .iter()
            .fold(Fraction::ZERO, |sum, (numerator, denominator)| sum.plus_share(*numerator, *denominator).unwrap())
    }

    #[test]
    fn shares_add_up_exactly() {
        assert_eq!(sum(&[(1, 3), (1, 3), (1, 3)]), Fraction::whole(1));
        assert_eq!(sum(&[(1, 2), (1, 3), (1, 6)]), Fraction::whole(1));
        assert_eq!(sum(&[(50, 3), (50, 3), (50, 3)]), Fraction::whole(50));
        assert_eq!(sum(&[(7, 4), (-1, 4)]), Fraction { whole: 1, part: 1, denominator: 2 });
        assert_eq!(sum(&[(-1, 3)]), Fraction { whole: -1, part: 2, denominator: 3 });
        assert_eq!(sum(&[(-1, 3)]).within(9), Fraction::ZERO);
        assert_eq!(sum(&[(28, 3)]).within(9), Fraction::whole(9));
    }

    #[test]
    fn rounding_happens_once() {
        let third = sum(&[(1, 3)]);
        for (fraction, factor, decimals, expected) in [
            (third, 3, 0, [1, 1, 1]),
            (third, 15, 1, [0, 1, 1]),
            (third, 149, 2, [0, 0, 1]),
            (Fraction::whole(999), 5, 3, [4, 5, 5]),
            (Fraction::whole(0), 5, 3, [0, 0, 0]),
            (Fraction::whole(i128::from(i64::MAX)), 1, 0, [i128::from(i64::MAX); 3]),
            (Fraction::whole(1), 1, 60, [0, 0, 1]),
        ] {
            let rounded = [Rounding::Floor, Rounding::HalfUp, Rounding::Ceil]
                .map(|rounding| fraction.scaled(factor, decimals, rounding).unwrap());
            assert_eq!(rounded, expected, "{fraction:?} x {factor}e-{decimals}");
        }
    }

    #[test]
    fn what_128_bits_cannot_hold_is_an_error() {
        assert_eq!(Fraction::whole(i128::MAX).plus(1), None);
        assert_eq!(Fraction::whole(i128::MAX / 2).scaled(3, 0, Rounding::Floor), None);
        let odd = (1..60).map(|n| (1_i128, 2 * n * n + 1)).collect::<Vec<_>>();
        let all = odd.iter().try_fold(Fraction::ZERO, |sum, (numerator, of)| sum.plus_share(*numerator, *of));
        assert_eq!(all, None);
    }
}
