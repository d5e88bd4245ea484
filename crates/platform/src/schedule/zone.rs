//! Time zones of the IANA database, whose rules are bundled with the program: no file of the machine can change what a schedule
//! means. Connects `jiff`, which knows the rules, to `croner`, which searches through local time. Refuses: the system's zone.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use croner::errors::CronError;
use croner::time::{CivilDate, CivilDateTime, CivilTime, CronDateTime, Resolution, Weekday};
use jiff::tz::{AmbiguousOffset, AmbiguousZonedDateTime, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime, civil};

/// A zone of the IANA database. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Zone(TimeZone);

impl Zone {
    /// Returns the zone of that name, written in any case. `None` when the database has none.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        zone.iana_name().is_some().then_some(Self(zone))
    }

    /// Returns the name as the database spells it.
    pub(super) fn name(&self) -> &str {
        self.0.iana_name().unwrap_or_default()
    }

    /// Returns the local time at `instant`, to the second below. `None` beyond the year 9999.
    pub(super) fn local(&self, instant: DateTime<Utc>) -> Option<LocalTime> {
        let timestamp = Timestamp::from_second(instant.timestamp()).ok()?;
        Some(LocalTime(timestamp.to_zoned_datetime(self.0.clone())))
    }
}

/// A moment as the clocks of a zone show it.
#[derive(Debug, Clone)]
pub(super) struct LocalTime(ZonedDateTime);

impl LocalTime {
    /// Returns the same moment in UTC.
    pub(super) fn utc(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.0.timestamp().as_second(), 0)
    }
}

impl CronDateTime for LocalTime {
    fn to_civil(&self) -> CivilDateTime {
        let local = self.0.datetime();
        let number = |part: i8| u32::from(part.unsigned_abs());
        CivilDateTime::new(
            CivilDate::from_parts_unchecked(local.year().into(), number(local.month()), number(local.day())),
            CivilTime::from_parts_unchecked(number(local.hour()), number(local.minute()), number(local.second())),
        )
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(self.0.weekday().to_sunday_zero_offset().unsigned_abs().into())
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let found = self.0.time_zone().to_ambiguous_zoned_datetime(civil_time(civil).ok_or(CronError::InvalidDate)?);
        let first = |found: AmbiguousZonedDateTime| found.earlier().map_err(|_| CronError::InvalidTime);
        Ok(match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => Resolution::Single(Self(first(found)?)),
            AmbiguousOffset::Fold { .. } => {
                let second = found.clone().later().map_err(|_| CronError::InvalidTime)?;
                Resolution::Ambiguous(Self(first(found)?), Self(second))
            }
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

/// Returns a local time as `jiff` has it; `None` beyond the years it knows.
fn civil_time(civil: CivilDateTime) -> Option<civil::DateTime> {
    let part = |number: u32| i8::try_from(number).ok();
    let year = i16::try_from(civil.year()).ok()?;
    let (month, day) = (part(civil.month())?, part(civil.day())?);
    let (hour, minute, second) = (part(civil.hour())?, part(civil.minute())?, part(civil.second())?);
    civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()
}
