//! Reports of the matrix: a line on the terminal, the table in the documents, a JSON file.

use std::fmt::Write as _;
use std::process::Command;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Row, Tally};
use crate::environment::root;
use crate::postgres_server;

/// The result of one run of a row: its tally, or the failure.
pub type Outcome = Result<Tally, String>;

/// The machine on which the matrix was run.
#[derive(Debug, Clone)]
pub struct Machine {
    facts: Vec<(&'static str, String)>,
}

impl Machine {
    /// Reads the description of this machine.
    pub async fn here(now: DateTime<Utc>) -> Self {
        let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = memory
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:")?.trim().split(' ').next()?.parse::<u64>().ok());
        let gib = kib.unwrap_or(0).div_ceil(1024 * 1024);
        Self {
            facts: vec![
                ("date", now.format("%Y-%m-%d").to_string()),
                (
                    "commit",
                    command_output("git", &["-C", &root().to_string_lossy(), "describe", "--always", "--dirty"]),
                ),
                ("build", if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned()),
                ("machine", format!("{cores} cores ({}), {gib} GiB", model.unwrap_or("unknown"))),
                ("kernel", command_output("uname", &["-sr"])),
                ("postgresql", postgres_server::version().await),
                (
                    "redis",
                    command_output("redis-server", &["--version"]).split(" sha=").next().unwrap_or_default().to_owned(),
                ),
            ],
        }
    }
}

/// Returns the first line of a command's output.
fn command_output(command: &str, arguments: &[&str]) -> String {
    let output = Command::new(command).args(arguments).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or("unknown").trim().to_owned()
}

/// Formats the result of one run as a line.
pub fn line(outcome: &Outcome) -> String {
    match outcome {
        Ok(tally) => format!(
            "ok: {} jobs, lost {}, doubled {}, run again {}, rescued {}, dead {}, recovered in {}{}",
            tally.jobs,
            tally.lost,
            tally.doubled,
            tally.runs_again,
            tally.rescued,
            tally.dead,
            seconds(tally.recovery_ms),
            if tally.note.is_empty() { String::new() } else { format!(" ({})", tally.note) }
        ),
        Err(differs) => format!("FAILED: {differs}"),
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
}

/// Formats all runs as JSON.
pub fn as_json(machine: &Machine, runs: &[(&Row, Outcome)]) -> Value {
    let facts: serde_json::Map<String, Value> =
        machine.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let rows = runs.iter().map(|(row, outcome)| match outcome {
        Ok(tally) => json!({
            "row": row.name, "fault": row.fault, "passed": true, "jobs": tally.jobs, "lost": tally.lost,
            "doubled": tally.doubled, "runs_again": tally.runs_again, "rescued": tally.rescued, "dead": tally.dead,
            "recovery_ms": tally.recovery_ms, "note": tally.note,
        }),
        Err(differs) => json!({ "row": row.name, "fault": row.fault, "passed": false, "differs": differs }),
    });
    json!({ "machine": facts, "rows": rows.collect::<Vec<_>>() })
}

/// Formats all runs as a Markdown document.
pub fn as_markdown(machine: &Machine, runs: &[(&Row, Outcome)]) -> String {
    let mut text = String::from(INTRODUCTION);
    for (name, value) in &machine.facts {
        let _ = writeln!(text, "- {name}: {value}");
    }
    text.push_str(COLUMNS);
    text.push_str("\n| Row | What was done | Jobs | Lost | Doubled | Run again | Rescued | Dead | Recovered in | |\n");
    text.push_str("|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
    for (row, outcome) in runs {
        let Ok(tally) = outcome else { continue };
        let Tally { jobs, lost, doubled, runs_again, rescued, dead, recovery_ms, note } = tally;
        let (name, fault, recovered) = (row.name, row.fault, seconds(*recovery_ms));
        let _ = writeln!(
            text,
            "| `{name}` | {fault} | {jobs} | {lost} | {doubled} | {runs_again} | {rescued} | {dead} | {recovered} | {note} |"
        );
    }
    text
}

const INTRODUCTION: &str = "\
# The fault matrix

<!-- Written by `./dev.sh chaos`: do not edit. -->

Each row is a test with real processes (api, workers, scheduler) over a PostgreSQL and a Redis of its own, which it may stop,
stall, kill or fill. Orders of three shops come in, something is broken, and when all jobs have ended the accounts are compared with
what the orders say: the points of every order and every customer, one entry for each effect with its audit row and its outbox
rows, and `loyalnest verify`. A row that loses or doubles anything, or runs more jobs again than its fault explains, fails.

";

const COLUMNS: &str = "
**Lost** and **doubled** count effects: orders and customers with less, or more, than they must have. Delivery is at least once, so
jobs may run again: **run again** counts runs that came to an end beyond the first of their job (retries and snoozes are among
them), **rescued** counts jobs taken back from workers that fell silent, both read from the logs of all processes, the killed
ones too. **Recovered in** is the time from the end of the fault, or of the load where that is later, to the end of the last job. Where a
worker dies its lease is 3 s here (15 s by default), and that is about what it costs.
";

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    const ROW: Row = Row { name: "a-row", fault: "something", run: |_| async { unreachable!() }.boxed_local() };

    #[test]
    fn a_row_is_reported_the_same_in_all_three_formats() {
        let machine = Machine { facts: vec![("kernel", "Linux 6".to_owned())] };
        let tally = Tally {
            jobs: 7,
            lost: 0,
            doubled: 0,
            runs_again: 2,
            rescued: 1,
            dead: 0,
            recovery_ms: 1_260,
            note: "as seen".to_owned(),
        };
        let runs = [(&ROW, Ok(tally)), (&ROW, Err("order 1 has nothing".to_owned()))];
        assert_eq!(
            line(&runs[0].1),
            "ok: 7 jobs, lost 0, doubled 0, run again 2, rescued 1, dead 0, recovered in 1.2 s (as seen)"
        );
        assert_eq!(line(&runs[1].1), "FAILED: order 1 has nothing");
        let json = as_json(&machine, &runs);
        assert_eq!((&json["rows"][0]["recovery_ms"], &json["rows"][1]["passed"]), (&json!(1_260), &json!(false)));
        let markdown = as_markdown(&machine, &runs);
        assert!(markdown.contains("| `a-row` | something | 7 | 0 | 0 | 2 | 1 | 0 | 1.2 s | as seen |"), "{markdown}");
        assert!(markdown.contains("- kernel: Linux 6"), "{markdown}");
    }
}
