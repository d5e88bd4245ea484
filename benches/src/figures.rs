//! Statistics over repeats (median, minimum, maximum) and percentiles of samples. Knows no units.

use serde::Serialize;

/// The results of one measurement, one value per repeat.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Figures(Vec<f64>);

impl Figures {
    /// Adds the value of one repeat.
    pub(crate) fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// Returns the number of repeats.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the value of one repeat; 0 if there is none.
    pub(crate) fn get(&self, repeat: usize) -> f64 {
        self.0.get(repeat).copied().unwrap_or(0.0)
    }

    /// Returns the median (the mean of the two middle values for an even number).
    pub(crate) fn median(&self) -> Option<f64> {
        let sorted = self.sorted();
        let (low, high) = (sorted.len().checked_sub(1)? / 2, sorted.len() / 2);
        Some((sorted[low] + sorted[high]) / 2.0)
    }

    /// Formats as `median [minimum - maximum]`, or a dash if nothing was measured.
    pub(crate) fn show(&self) -> String {
        let sorted = self.sorted();
        match (self.median(), sorted.first(), sorted.last()) {
            (Some(median), Some(least), Some(greatest)) => {
                format!("**{}** [{} - {}]", round(median), round(*least), round(*greatest))
            }
            _ => "-".to_owned(),
        }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl FromIterator<f64> for Figures {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        Self(figures.into_iter().collect())
    }
}

/// Returns the sample below which the given share of all samples lies. Sorts the samples.
pub(crate) fn percentile(samples: &mut [f64], share: f64) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    let rank = (share * samples.len() as f64).ceil().max(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and the number of samples")]
    samples.get(rank as usize - 1).copied()
}

/// Formats a number with three significant digits and separated thousands.
pub(crate) fn round(figure: f64) -> String {
    match figure.abs() {
        size if size >= 1_000.0 => {
            let digits = format!("{:.0}", figure.abs());
            let mut text = String::new();
            for (index, digit) in digits.chars().enumerate() {
                if index > 0 && (digits.len() - index) % 3 == 0 {
                    text.push(',');
                }
                text.push(digit);
            }
            if figure < 0.0 { format!("-{text}") } else { text }
        }
        size if size >= 100.0 => format!("{figure:.0}"),
        size if size >= 10.0 => format!("{figure:.1}"),
        size if size >= 1.0 => format!("{figure:.2}"),
        _ => format!("{figure:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        assert_eq!([3.0, 1.0, 2.0].into_iter().collect::<Figures>().median(), Some(2.0));
        assert_eq!([4.0, 1.0, 2.0, 3.0].into_iter().collect::<Figures>().median(), Some(2.5));
        assert_eq!(Figures::default().median(), None);
        assert_eq!(Figures::default().show(), "-");
    }

    #[test]
    fn percentiles_are_samples() {
        let mut samples: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut samples, 0.5), Some(50.0));
        assert_eq!(percentile(&mut samples, 0.99), Some(99.0));
        assert_eq!(percentile(&mut samples, 1.0), Some(100.0));
        assert_eq!(percentile(&mut [], 0.5), None);
    }

    #[test]
    fn figures_are_shown_with_the_digits_that_count() {
        let shown = [0.1234, 1.234, 12.34, 123.4, 1_234.5, 1_234_567.0].map(round);
        assert_eq!(shown, ["0.123", "1.23", "12.3", "123", "1,234", "1,234,567"]);
    }
}
