//! `loyalnest cron`: the recurring entries as schedulers have registered them: when each ticked, ticks next, and missed.

use store::Owner;
use store::cron::CronEntry;

use super::say;
use super::table::{show_table, show_time};

const COLUMNS: usize = 7;
const HEAD: [&str; COLUMNS] = ["ENTRY", "SCHEDULE", "ZONE", "CATCH-UP", "LAST TICK", "NEXT TICK", "MISSED"];

pub(super) async fn run(owner: &Owner) -> anyhow::Result<()> {
    let entries = owner.cron_entries().await?;
    if entries.is_empty() {
        say("no entries: none is registered until a scheduler has started");
        return Ok(());
    }
    show_table(HEAD, entries.into_iter().map(row));
    Ok(())
}

fn row(entry: CronEntry) -> [String; COLUMNS] {
    let last = entry.last_tick.map(|tick| format!("{} {}", show_time(tick), entry.last_state.unwrap_or_default()));
    let missed = match entry.last_missed {
        Some(tick) => format!("{} (last {})", entry.missed_ticks, show_time(tick)),
        None => entry.missed_ticks.to_string(),
    };
    [
        entry.name,
        entry.schedule,
        entry.time_zone,
        entry.catch_up,
        last.unwrap_or_else(|| "-".to_owned()),
        match (entry.retired_at, entry.next_tick) {
            (Some(at), _) => format!("retired {}", show_time(at)),
            (None, Some(next)) => show_time(next),
            (None, None) => "-".to_owned(),
        },
        missed,
    ]
}
