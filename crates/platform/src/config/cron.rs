//! The variable of a cron entry: `off`, or a schedule, its time zone and its catch-up policy. Read here, so that a
//! process with a wrong one does not start.

use super::Value;
use crate::schedule::{CatchUp, Schedule};

/// When an entry ticks, if at all.
#[derive(Debug, Clone)]
pub enum CronRule {
    /// Never.
    Off,
    /// By its schedule.
    On(Schedule, CatchUp),
}

impl Value for CronRule {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let parts: Vec<&str> = text.split(';').map(str::trim).collect();
        let [expression, zone, catch_up] = parts[..] else {
            return Err("must be `off` or `SCHEDULE; ZONE; CATCH-UP`, such as `30 2 * * *; Europe/Berlin; once`".into());
        };
        let schedule = Schedule::parse(expression, zone).map_err(|error| error.to_string())?;
        let catch_up = CatchUp::parse(catch_up)
            .ok_or_else(|| format!("the catch-up policy must be `skip`, `once` or `all`, not `{catch_up}`"))?;
        Ok(Self::On(schedule, catch_up))
    }

    fn show(&self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::On(schedule, catch_up) => {
                format!("{}; {}; {}", schedule.expression(), schedule.zone(), catch_up.name())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_as_it_shows() {
        for text in ["off", "30 2 * * *; Europe/Berlin; once", "*/10 * * * * *; UTC; all"] {
            assert_eq!(CronRule::parse(text).unwrap().show(), text);
        }
    }

    #[test]
    fn a_mistake_is_named() {
        for (text, named) in [
            ("30 2 * * *", "SCHEDULE; ZONE; CATCH-UP"),
            ("30 2 * *; UTC; once", "`30 2 * *` is not a schedule"),
            ("30 2 * * *; Atlantis; once", "`Atlantis` is not a time zone"),
            ("30 2 * * *; UTC; twice", "`skip`, `once` or `all`, not `twice`"),
        ] {
            let problem = CronRule::parse(text).unwrap_err();
            assert!(problem.contains(named), "{text}: {problem}");
        }
    }
}
