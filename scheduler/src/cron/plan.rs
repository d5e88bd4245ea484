//! Which ticks run and which are missed, as a pure function of the schedule, the policy and two moments.
//!
//! A tick is on time until [`ON_TIME_SECONDS_MAX`] after it: a scheduler that restarts loses none, whatever the policy.
//! Later it is late, and the policy says: `skip` drops it; `once` runs the latest instead of all, unless one that is
//! on time does; `all` runs each, the latest [`CATCH_UP_TICKS_MAX`] at most.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use platform::schedule::{CatchUp, Schedule};

/// How late a tick may be and still be on time.
pub(super) const ON_TIME_SECONDS_MAX: i64 = 60;
/// Ticks of one entry that one pass enqueues at most; a schedule of seconds has fewer on time.
const CATCH_UP_TICKS_MAX: usize = 100;
/// Ticks looked at for one plan. A longer backlog takes several, each of which counts what is missed and goes on.
const SCAN_TICKS_MAX: usize = 5_000;

/// The decision about an entry's ticks up to a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The last tick this decides.
    pub(super) until: DateTime<Utc>,
    /// Ticks to run, oldest first.
    pub(super) run: Vec<DateTime<Utc>>,
    /// Ticks that do not run, and the last of them.
    pub(super) missed: u64,
    /// See `missed`.
    pub(super) last_missed: Option<DateTime<Utc>>,
}

/// Whether a tick that is enqueued at `now` is so without a downtime.
pub(super) fn is_on_time(tick: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - tick <= TimeDelta::seconds(ON_TIME_SECONDS_MAX)
}

/// Decides about the ticks in (`cursor`, `now`]; `None`: there are none.
pub(super) fn plan(schedule: &Schedule, catch_up: CatchUp, cursor: DateTime<Utc>, now: DateTime<Utc>) -> Option<Plan> {
    let mut latest = VecDeque::with_capacity(CATCH_UP_TICKS_MAX + 1);
    let (mut last, mut dropped, mut last_dropped) = (cursor, 0, None);
    let mut all_seen = false;
    for _ in 0..SCAN_TICKS_MAX {
        let Some(tick) = schedule.next_after(last).filter(|tick| *tick <= now) else {
            all_seen = true;
            break;
        };
        last = tick;
        latest.push_back(tick);
        if latest.len() > CATCH_UP_TICKS_MAX {
            last_dropped = latest.pop_front();
            dropped += 1;
        }
    }
    if !all_seen {
        // Which are the latest is not known yet: only those that cannot be are decided.
        return last_dropped.map(|until| Plan { until, run: Vec::new(), missed: dropped, last_missed: Some(until) });
    }
    let until = *latest.back()?;
    let on_time = latest.iter().position(|tick| is_on_time(*tick, now)).unwrap_or(latest.len());
    let first_to_run = match catch_up {
        CatchUp::Skip => on_time,
        CatchUp::Once => on_time.min(latest.len() - 1),
        CatchUp::All => 0,
    };
    let run: Vec<_> = latest.drain(first_to_run..).collect();
    Some(Plan {
        until,
        run,
        missed: dropped + latest.len() as u64,
        last_missed: latest.back().copied().or(last_dropped),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-07-{text}Z").parse().unwrap()
    }

    fn of(expression: &str, zone: &str, catch_up: CatchUp, cursor: &str, now: &str) -> Option<Plan> {
        plan(&Schedule::parse(expression, zone).unwrap(), catch_up, at(cursor), at(now))
    }

    fn check(catch_up: CatchUp, cursor: &str, now: &str, run: &[&str], missed: u64) {
        let plan = of("0 3 * * *", "UTC", catch_up, cursor, now).unwrap();
        assert_eq!(plan.run, run.iter().map(|tick| at(tick)).collect::<Vec<_>>(), "{catch_up:?} at {now}");
        assert_eq!(plan.missed, missed, "{catch_up:?} at {now}");
        assert!(plan.last_missed.is_some() == (missed > 0));
        // What is decided is decided: a second look finds nothing.
        let schedule = Schedule::parse("0 3 * * *", "UTC").unwrap();
        assert_eq!(super::plan(&schedule, catch_up, plan.until, at(now)), None);
    }

    #[test]
    fn nothing_is_due_between_ticks() {
        for catch_up in CatchUp::ALL {
            assert_eq!(of("0 3 * * *", "UTC", catch_up, "01T03:00:00", "02T02:59:59.999"), None);
        }
    }

    #[test]
    fn a_tick_runs_at_once_and_a_short_restart_loses_none() {
        for catch_up in CatchUp::ALL {
            for now in ["02T03:00:00", "02T03:00:00.5", "02T03:01:00"] {
                check(catch_up, "01T03:00:00", now, &["02T03:00:00"], 0);
            }
        }
    }

    #[test]
    fn after_a_downtime_the_policy_says_what_runs() {
        let (cursor, now) = ("01T03:00:00", "05T12:00:00");
        check(CatchUp::Skip, cursor, now, &[], 4);
        check(CatchUp::Once, cursor, now, &["05T03:00:00"], 3);
        check(CatchUp::All, cursor, now, &["02T03:00:00", "03T03:00:00", "04T03:00:00", "05T03:00:00"], 0);
    }

    #[test]
    fn a_tick_on_time_stands_for_those_before_it() {
        let (cursor, now) = ("01T03:00:00", "04T03:00:10");
        check(CatchUp::Skip, cursor, now, &["04T03:00:00"], 2);
        check(CatchUp::Once, cursor, now, &["04T03:00:00"], 2);
        check(CatchUp::All, cursor, now, &["02T03:00:00", "03T03:00:00", "04T03:00:00"], 0);
    }

    #[test]
    fn a_schedule_of_seconds_loses_none_between_two_passes() {
        for catch_up in CatchUp::ALL {
            let plan = of("* * * * * *", "UTC", catch_up, "01T00:00:00", "01T00:00:03.2").unwrap();
            assert_eq!(plan.run, ["01T00:00:01", "01T00:00:02", "01T00:00:03"].map(at));
        }
    }

    #[test]
    fn a_long_backlog_is_counted_whole_and_enqueued_in_bounds() {
        let schedule = Schedule::parse("* * * * *", "UTC").unwrap();
        let (start, now) = (at("01T00:00:00"), at("11T00:00:30"));
        for (catch_up, runs) in [(CatchUp::Skip, 1), (CatchUp::Once, 1), (CatchUp::All, CATCH_UP_TICKS_MAX)] {
            let (mut cursor, mut run, mut missed, mut plans) = (start, Vec::new(), 0, 0);
            while let Some(next) = plan(&schedule, catch_up, cursor, now) {
                assert!(next.until > cursor && next.run.len() <= CATCH_UP_TICKS_MAX);
                cursor = next.until;
                run.extend(next.run);
                missed += next.missed;
                plans += 1;
            }
            assert_eq!((run.len(), run.len() as u64 + missed), (runs, 10 * 24 * 60), "{catch_up:?}");
            assert_eq!(run.last(), Some(&at("11T00:00:00")));
            assert!(plans > 1);
        }
    }

    #[test]
    fn a_clock_that_stands_before_the_cursor_waits() {
        assert_eq!(of("0 3 * * *", "UTC", CatchUp::All, "09T03:00:00", "02T03:00:00"), None);
    }
}
