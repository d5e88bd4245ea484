//! The rate of merchants who have not set one: about 10 points for the value of one US dollar, by the shop's currency.
//!
//! A table, not a feed: rates of exchange move, but what a customer earns must not move from day to day. An order keeps the rate
//! of its first award in its snapshot, so a change here concerns later orders only.

use super::Rate;
use crate::money::Currency;

/// Returns the default points per major unit of a currency: two significant digits, from rates of exchange of 2025 (the euro
/// has had 10 from the start and keeps it). A currency that is not in the table has 10.
#[must_use]
pub fn default_rate(currency: Currency) -> Rate {
    Rate::millionths(millionths(currency))
}

/// Millionths of a point for one major unit.
#[rustfmt::skip]
#[expect(clippy::match_same_arms, reason = "a currency of the table is not one that is missing from it")]
fn millionths(currency: Currency) -> u32 {
    match currency.as_bytes() {
        b"CLF" => 410_000_000,
        b"KWD" => 33_000_000,
        b"BHD" => 27_000_000,
        b"OMR" => 26_000_000,
        b"FKP" | b"JOD" | b"SHP" => 14_000_000,
        b"GBP" | b"GIP" => 13_000_000,
        b"CHF" | b"KYD" => 12_000_000,
        b"BMD" | b"BSD" | b"EUR" | b"PAB" | b"USD" => 10_000_000,
        b"BND" | b"SGD" => 7_800_000,
        b"CAD" => 7_200_000,
        b"AUD" => 6_500_000,
        b"AZN" | b"BAM" | b"BGN" | b"NZD" => 5_900_000,
        b"ANG" | b"AWG" | b"XCG" => 5_600_000,
        b"BBD" | b"BZD" => 5_000_000,
        b"FJD" => 4_400_000,
        b"TOP" => 4_200_000,
        b"GEL" | b"WST" | b"XCD" => 3_700_000,
        b"TND" => 3_400_000,
        b"BYN" => 3_200_000,
        b"ILS" | b"TMT" => 2_900_000,
        b"PEN" => 2_800_000,
        b"AED" | b"PLN" | b"QAR" | b"SAR" => 2_700_000,
        b"MYR" | b"PGK" => 2_400_000,
        b"RON" => 2_300_000,
        b"LYD" => 1_900_000,
        b"BRL" => 1_800_000,
        b"DKK" | b"TTD" => 1_500_000,
        b"BOB" | b"CNY" => 1_400_000,
        b"GTQ" | b"HKD" => 1_300_000,
        b"MOP" | b"SBD" => 1_200_000,
        b"MAD" | b"SEK" | b"SVC" | b"TJS" => 1_100_000,
        b"NOK" => 990_000,
        b"GHS" => 910_000,
        b"BWP" => 740_000,
        b"SCR" => 700_000,
        b"ERN" => 670_000,
        b"MVR" => 650_000,
        b"MDL" => 590_000,
        b"LSL" | b"NAD" | b"SZL" | b"ZAR" => 570_000,
        b"MXN" => 540_000,
        b"STN" => 480_000,
        b"CZK" => 470_000,
        b"SLE" => 440_000,
        b"ZMW" => 430_000,
        b"CUP" => 420_000,
        b"HNL" => 380_000,
        b"ZWG" => 370_000,
        b"TWD" => 330_000,
        b"THB" => 310_000,
        b"NIO" => 270_000,
        b"SRD" => 260_000,
        b"MRU" | b"UYU" => 250_000,
        b"TRY" | b"UAH" => 240_000,
        b"MUR" => 220_000,
        b"EGP" => 210_000,
        b"MKD" => 190_000,
        b"PHP" => 180_000,
        b"DOP" | b"MZN" => 160_000,
        b"AFN" | b"GMD" => 140_000,
        b"ALL" | b"RUB" => 120_000,
        b"BTN" | b"INR" | b"KGS" => 110_000,
        b"CVE" => 100_000,
        b"RSD" => 99_000,
        b"XPF" => 98_000,
        b"VUV" => 84_000,
        b"BDT" => 82_000,
        b"ISK" => 81_000,
        b"KES" => 78_000,
        b"DZD" => 77_000,
        b"HTG" => 76_000,
        b"ETB" | b"NPR" => 71_000,
        b"JPY" | b"VED" | b"VES" => 67_000,
        b"JMD" => 62_000,
        b"DJF" => 56_000,
        b"LRD" => 53_000,
        b"GYD" => 48_000,
        b"YER" => 42_000,
        b"PKR" => 35_000,
        b"LKR" => 33_000,
        b"HUF" => 29_000,
        b"AMD" => 26_000,
        b"KMF" => 24_000,
        b"CRC" => 20_000,
        b"KZT" => 19_000,
        b"SOS" | b"XAF" | b"XOF" => 18_000,
        b"SDG" => 17_000,
        b"AOA" | b"CLP" | b"KPW" => 11_000,
        b"IQD" => 7_600,
        b"KRW" => 7_200,
        b"ARS" => 7_100,
        b"RWF" => 6_900,
        b"NGN" => 6_500,
        b"MWK" => 5_800,
        b"MMK" => 4_800,
        b"TZS" => 4_000,
        b"CDF" => 3_600,
        b"BIF" => 3_400,
        b"MNT" | b"UGX" => 2_800,
        b"COP" | b"KHR" => 2_500,
        b"MGA" | b"SSP" => 2_200,
        b"PYG" => 1_400,
        b"GNF" => 1_200,
        b"UZS" => 800,
        b"SYP" => 770,
        b"IDR" => 610,
        b"LAK" => 460,
        b"VND" => 380,
        b"IRR" => 240,
        b"LBP" => 110,
        _ => 10_000_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(code: &str) -> String {
        default_rate(Currency::parse(code).unwrap()).to_string()
    }

    #[test]
    fn ten_points_for_about_a_dollars_worth() {
        for (code, expected) in [
            ("USD", "10"),
            ("EUR", "10"),
            ("GBP", "13"),
            ("JPY", "0.067"),
            ("KWD", "33"),
            ("IDR", "0.00061"),
            ("VND", "0.00038"),
            ("HKD", "1.3"),
            ("CLF", "410"),
            ("XXX", "10"),
        ] {
            assert_eq!(rate(code), expected, "{code}");
        }
    }
}
