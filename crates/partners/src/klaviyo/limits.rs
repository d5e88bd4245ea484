//! Klaviyo's headers of limits: `RateLimit-Limit: 350, 350;w=1, 3500;w=60`, `RateLimit-Remaining: 349`.

use std::time::Duration;

use domain::TokenRate;

use crate::http::HttpAnswer;
use crate::shared_rate::Usage;

/// Largest burst that a shared bucket holds.
const BURST_MAX: u32 = 10_000;

/// Returns what an answer shows about the limits of its endpoint.
pub(super) fn usage(answer: &HttpAnswer) -> Usage {
    let left = answer.header("ratelimit-remaining").and_then(|text| text.trim().parse().ok());
    Usage { spent: None, left, rate: answer.header("ratelimit-limit").and_then(rate) }
}

/// Reads the windows: the limit of a second becomes the burst, that of a minute the rate.
fn rate(text: &str) -> Option<TokenRate> {
    let limit_of = |window: &str| {
        text.split(',').find_map(|part| {
            let (limit, rest) = part.trim().split_once(';')?;
            let is_it = rest.split(';').any(|parameter| parameter.trim().strip_prefix("w=") == Some(window));
            let limit: f64 = limit.trim().parse().ok().filter(|_| is_it)?;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
            Some(limit.max(1.0) as u32)
        })
    };
    let (per_second, per_minute) = (limit_of("1")?, limit_of("60")?);
    TokenRate::new(per_minute, Duration::from_secs(60), per_second.min(BURST_MAX)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_is_read_and_nonsense_is_not() {
        let tier = rate("75, 75;w=1, 700;w=60").unwrap();
        assert_eq!((tier.burst().get(), tier.interval()), (75, Duration::from_micros(85_715)));
        for text in ["", "75", "x;w=1, y;w=60", "75;w=1", ";;;,,,"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }
}
