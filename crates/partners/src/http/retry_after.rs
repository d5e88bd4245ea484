//! The header `Retry-After`: whole seconds, seconds with a decimal fraction (as Shopify writes them), or an HTTP date.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Longest time that is obeyed; a longer one is cut to this.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);

/// Returns how long a partner asks to wait; `None` where the text says nothing that can be understood. A moment in the past is zero.
pub(crate) fn retry_after(text: &str, now: DateTime<Utc>) -> Option<Duration> {
    let text = text.trim();
    let asked = match text.bytes().next()? {
        b'0'..=b'9' | b'.' => Duration::try_from_secs_f64(text.parse().ok()?).unwrap_or(RETRY_AFTER_MAX),
        _ => {
            let at = DateTime::<Utc>::from(httpdate::parse_http_date(text).ok()?);
            (at - now).to_std().unwrap_or_default()
        }
    };
    Some(asked.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_fractions_and_dates_are_understood_and_nothing_else() {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap();
        let read = |text: &str| retry_after(text, now);
        assert_eq!(read("2"), Some(Duration::from_secs(2)));
        assert_eq!(read(" 2.0 "), Some(Duration::from_secs(2)));
        assert_eq!(read("0.25"), Some(Duration::from_millis(250)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:27 GMT"), Some(Duration::ZERO), "in the past");
        assert_eq!(read("99999999999999999999999"), Some(RETRY_AFTER_MAX));
        for text in ["", "soon", "-1", "NaN", "inf", "1 s", "0x10"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
