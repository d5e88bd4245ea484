//! `loyalnest cron`: the recurring entries as schedulers have registered them: when each ticked, ticks next, and missed.

use chrono::{DateTime, SecondsFormat, Utc};
use store::Owner;
use store::cron::CronEntry;

use super::say;

const COLUMNS: usize = 7;
const HEAD: [&str; COLUMNS] = ["ENTRY", "SCHEDULE", "ZONE", "CATCH-UP", "LAST TICK", "NEXT TICK", "MISSED"];

pub(super) async fn run(owner: &Owner) -> anyhow::Result<()> {
    let entries = owner.cron_entries().await?;
    if entries.is_empty() {
        say("no entries: none is registered until a scheduler has started");
        return Ok(());
    }
    let rows: Vec<[String; COLUMNS]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(entries.into_iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..COLUMNS).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        say(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    Ok(())
}

fn row(entry: CronEntry) -> [String; COLUMNS] {
    let last = entry.last_tick.map(|tick| format!("{} {}", show(tick), entry.last_state.unwrap_or_default()));
    let missed = match entry.last_missed {
        Some(tick) => format!("{} (last {})", entry.missed_ticks, show(tick)),
        None => entry.missed_ticks.to_string(),
    };
    [
        entry.name,
        entry.schedule,
        entry.time_zone,
        entry.catch_up,
        last.unwrap_or_else(|| "-".to_owned()),
        match (entry.retired_at, entry.next_tick) {
            (Some(at), _) => format!("retired {}", show(at)),
            (None, Some(next)) => show(next),
            (None, None) => "-".to_owned(),
        },
        missed,
    ]
}

fn show(tick: DateTime<Utc>) -> String {
    tick.to_rfc3339_opts(SecondsFormat::Secs, true)
}
