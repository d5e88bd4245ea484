//! Ownership of entries: each scheduler renews its claim on its entries, and retires entries that no scheduler claims.
//!
//! Schedulers of several versions, and of several configurations while one is rolled out, run side by side. An entry that
//! one does not know belongs to another, until no scheduler has claimed it for [`RETIRE_AFTER_SECONDS`]. A retired entry keeps its cursor: a
//! scheduler that has it again continues there, as its catch-up policy says.

use chrono::{DateTime, TimeDelta, Utc};
use jobs::MaintenanceTask;
use platform::metrics;
use platform::schedule::{CatchUp, Schedule};
use store::cron::CronCursor;

use super::Cron;
use super::plan::plan;
use crate::passes::PassError;

/// Interval between two claims of an entry by its scheduler.
const SEEN_EVERY_SECONDS: i64 = 30;
/// Time without a claim after which an entry is retired, by a scheduler that has been running for as long.
const RETIRE_AFTER_SECONDS: i64 = 600;
/// Plans made of one entry's missed ticks, each of thousands; what is beyond them is counted when its owner returns.
const RETIRE_PLANS_MAX: usize = 100;
/// Label of entries that this version does not know.
const UNKNOWN: &str = "unknown";

impl Cron {
    /// Renews this scheduler's claims on its entries, where the last claim is old enough.
    pub(super) async fn see(&self, cursors: &[CronCursor], now: DateTime<Utc>) -> Result<(), PassError> {
        let stale = now - TimeDelta::seconds(SEEN_EVERY_SECONDS);
        let unseen = cursors.iter().filter(|cursor| cursor.seen_at < stale && self.has(&cursor.name));
        let names: Vec<&str> = unseen.map(|cursor| cursor.name.as_str()).collect();
        if names.is_empty() {
            return Ok(());
        }
        Ok(self.store.see_cron_entries(&names, now).await?)
    }

    /// Retires the entries that no scheduler claims. Returns the number of their missed ticks.
    pub(super) async fn retire(&self, cursors: &[CronCursor], now: DateTime<Utc>) -> Result<u64, PassError> {
        let limit = now - TimeDelta::seconds(RETIRE_AFTER_SECONDS);
        // At the start of the cluster the owners may be about to start, too.
        if self.looking_since.is_none_or(|since| since > limit) {
            return Ok(0);
        }
        let mut missed = 0;
        for cursor in cursors {
            if cursor.retired_at.is_none() && cursor.seen_at <= limit && !self.has(&cursor.name) {
                missed += self.retire_entry(cursor, now).await?;
            }
        }
        Ok(missed)
    }

    async fn retire_entry(&self, cursor: &CronCursor, now: DateTime<Utc>) -> Result<u64, PassError> {
        // A task of this version is off in its configuration: that is what its operator wants, so nothing was missed.
        if MaintenanceTask::parse(&cursor.name).is_some() {
            if self.store.remove_cron_entry(cursor).await? {
                tracing::info!(entry = cursor.name, "an entry is off, and is removed");
            }
            return Ok(0);
        }
        let (missed, last_missed) = missed_ticks(cursor, now);
        if !self.store.retire_cron_entry(cursor, missed, last_missed, now).await? {
            return Ok(0);
        }
        metrics::cron_ticks(UNKNOWN, "missed", missed);
        tracing::warn!(
            entry = cursor.name,
            seen_at = %cursor.seen_at,
            missed,
            "no scheduler has had this entry for some time: it is retired until one has it again"
        );
        Ok(missed)
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.task.name() == name)
    }
}

/// Returns how many ticks up to `now` will not run, by the entry's own policy, and the last of them. Those that the policy
/// makes up for are left to the scheduler that has the entry next, and so are all of a schedule that cannot be read here.
fn missed_ticks(cursor: &CronCursor, now: DateTime<Utc>) -> (u64, Option<DateTime<Utc>>) {
    let schedule = Schedule::parse(&cursor.schedule, &cursor.time_zone);
    let (Ok(schedule), Some(catch_up)) = (schedule, CatchUp::parse(&cursor.catch_up)) else { return (0, None) };
    let (mut missed, mut last_missed) = (0, None);
    for _ in 0..RETIRE_PLANS_MAX {
        let decided = last_missed.unwrap_or(cursor.decided_until);
        match plan(&schedule, catch_up, decided, now) {
            Some(plan) if plan.missed > 0 => {
                missed += plan.missed;
                last_missed = plan.last_missed;
            }
            _ => break,
        }
    }
    (missed, last_missed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(schedule: &str, catch_up: &str) -> CronCursor {
        let at: DateTime<Utc> = "2026-07-01T00:00:00Z".parse().unwrap();
        CronCursor {
            name: "from-another-version".to_owned(),
            schedule: schedule.to_owned(),
            time_zone: "UTC".to_owned(),
            catch_up: catch_up.to_owned(),
            decided_until: at,
            seen_at: at,
            retired_at: None,
        }
    }

    #[test]
    fn what_the_policy_makes_up_for_is_left_to_the_owner() {
        let now = "2026-07-04T12:00:00Z".parse().unwrap();
        let missed = |schedule, catch_up| {
            let (missed, last) = missed_ticks(&cursor(schedule, catch_up), now);
            (missed, last.map(|last| last.to_rfc3339()))
        };
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(missed("0 3 * * *", "skip"), (4, at("2026-07-04T03:00:00+00:00")));
        assert_eq!(missed("0 3 * * *", "once"), (3, at("2026-07-03T03:00:00+00:00")));
        assert_eq!(missed("0 3 * * *", "all"), (0, None));
        // More than one plan looks at: 84 hours of seconds.
        assert_eq!(missed("* * * * * *", "once"), (84 * 3_600 - 61, at("2026-07-04T11:58:59+00:00")));
        assert_eq!(missed("a schedule of a later version", "once"), (0, None));
        assert_eq!(missed("0 3 * * *", "twice"), (0, None));
    }
}
