//! When something recurs: a cron expression read in a time zone, as a pure function from one moment to the next. Holds
//! no clock and runs nothing. The only place that knows of time zones; everything else is UTC.
//!
//! Where clocks change: one fixed time of day ("30 2 * * *") ticks once on that day whatever happens, in a gap at the
//! first moment after it, in an overlap at the first of the two. Intervals and lists ("*/15 * * * *", "30 2,4 * * *")
//! tick as clocks show: not in a gap, and in both hours of an overlap.

mod zone;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use zone::Zone;

/// Longest cron expression.
const EXPRESSION_BYTES_MAX: usize = 128;

/// A cron expression in a time zone. Cheap to clone.
#[derive(Clone)]
pub struct Schedule {
    cron: Arc<Cron>,
    expression: String,
    zone: Zone,
}

/// Why a text is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// Not a cron expression.
    #[error("`{expression}` is not a schedule ({reason}): it takes 5 fields, or 6 with seconds in front")]
    Expression {
        /// The text.
        expression: String,
        /// What the parser says.
        reason: String,
    },
    /// Not a name of the IANA database.
    #[error("`{0}` is not a time zone: use a name such as `UTC` or `Europe/Berlin`")]
    Zone(String),
    /// A day that no calendar has.
    #[error("the schedule `{0}` never comes")]
    Never(String),
}

impl Schedule {
    /// Reads five fields (minute, hour, day of month, month, day of week), or six with seconds in front, and the IANA
    /// name of a zone.
    ///
    /// # Errors
    /// Either cannot be read, or the schedule never comes.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let expression = expression.split_whitespace().collect::<Vec<_>>().join(" ");
        let zone = Zone::parse(zone).ok_or_else(|| ScheduleError::Zone(zone.to_owned()))?;
        let refused = |reason: String| ScheduleError::Expression { expression: expression.clone(), reason };
        if expression.len() > EXPRESSION_BYTES_MAX {
            return Err(refused(format!("longer than {EXPRESSION_BYTES_MAX} characters")));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
        let cron = parser.parse(&expression).map_err(|error| refused(error.to_string()))?;
        let schedule = Self { cron: Arc::new(cron), expression, zone };
        // Without a year, what does not come after one moment comes after none.
        match schedule.next_after(DateTime::UNIX_EPOCH) {
            Some(_) => Ok(schedule),
            None => Err(ScheduleError::Never(schedule.expression)),
        }
    }

    /// Returns the first tick after `after`, a whole second. `None` at the end of the calendar.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // With a fraction the same tick would have many names.
        let after = after.trunc_subsecs(0);
        let next = self.cron.find_next_occurrence(&self.zone.local(after)?, false).ok()?.utc()?;
        (next > after).then_some(next)
    }

    /// Returns the cron expression.
    #[must_use]
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Returns the IANA name of the zone.
    #[must_use]
    pub fn zone(&self) -> &str {
        self.zone.name()
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schedule({} {})", self.expression, self.zone.name())
    }
}

/// What becomes of ticks that passed while no scheduler ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatchUp {
    /// They are missed.
    Skip,
    /// The latest runs in the stead of all.
    Once,
    /// Each runs, up to a limit.
    All,
}

impl CatchUp {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Once, Self::All];

    /// Returns its name, as configuration and the database spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }

    /// Returns the policy of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}

#[cfg(test)]
#[path = "schedule/tests.rs"]
mod tests;
