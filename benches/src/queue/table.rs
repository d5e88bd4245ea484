//! Formats the queue's section of the document: method, table, and the meaning of the results.

use super::{
    IDLE_JOBS, IDLE_JOBS_PER_S, LOADED_S, Outcome, PROCESSING, Results, USUAL,
    measure::{BULK_BATCH_JOBS, BULK_CALLS, PRODUCERS},
};
use crate::{
    figures::{Figures, round},
    report::table,
};

/// Returns the name of a processing measurement.
pub(super) fn processing(workers: usize, concurrency: usize) -> String {
    format!("process {workers} x {concurrency}")
}

pub(super) fn show(results: &Results) -> String {
    let mut text = format!(
        "## The queue beside others\n\n`./dev.sh bench queue`. {}{} repeats, contenders in turn, Redis emptied between them; append-only \
         file, fsync every second, no snapshots. The machine's\nspeed over the run: {} rounds of fixed work a ms.\n\n",
        results.machine.show(),
        results.repeats,
        results.calibration.show()
    );
    let head: Vec<String> =
        results.contenders.iter().map(|one| format!("{} {}", one.name, one.version).trim().to_owned()).collect();
    let against = ["BullMQ", "BullMQ for Rust"].into_iter().filter(|name| find(results, name).is_some());
    let against: Vec<&str> = against.collect();
    let mut rows = vec![
        std::iter::once(String::new()).chain(head).chain(against.iter().map(|name| format!("ours : {name}"))).collect(),
    ];
    for (label, key) in measures() {
        rows.push(row(results, &against, &label, |one| one.figures.get(&key).cloned().unwrap_or_default()));
    }
    rows.insert(1 + PROCESSING.len() + 4, row(results, &against, "process, the best of these, jobs/s", best));
    text.push_str(&table(&rows));
    text.push_str(&notes(results));
    text
}

fn find<'a>(results: &'a Results, name: &str) -> Option<&'a Outcome> {
    results.contenders.iter().find(|one| one.name == name)
}

fn row(results: &Results, against: &[&str], label: &str, figures: impl Fn(&Outcome) -> Figures) -> Vec<String> {
    let ours = results.contenders.first().and_then(|ours| figures(ours).median());
    let ratio = |name: &&str| {
        let other = find(results, name).and_then(|other| figures(other).median());
        match (ours, other) {
            (Some(ours), Some(other)) if other != 0.0 => format!("**{}**", round(ours / other)),
            _ => "-".to_owned(),
        }
    };
    let cells = results.contenders.iter().map(|one| figures(one).show());
    std::iter::once(label.to_owned()).chain(cells).chain(against.iter().map(ratio)).collect()
}

/// Returns the processing results of a contender's best setting.
fn best(one: &Outcome) -> Figures {
    let all = PROCESSING.iter().filter_map(|(workers, concurrency)| {
        one.figures.get(&format!("{} jobs/s", processing(*workers, *concurrency)))
    });
    all.max_by(|a, b| a.median().unwrap_or(0.0).total_cmp(&b.median().unwrap_or(0.0))).cloned().unwrap_or_default()
}

/// Label and key of each row.
fn measures() -> Vec<(String, String)> {
    let mut all = vec![
        ("enqueue in bulk, jobs/s".to_owned(), "bulk jobs/s".to_owned()),
        ("- CPU s of the client a 100,000".to_owned(), "bulk client CPU s".to_owned()),
        ("- CPU s of Redis a 100,000".to_owned(), "bulk Redis CPU s".to_owned()),
        (format!("enqueue one a call, {PRODUCERS} callers, jobs/s"), "single jobs/s".to_owned()),
    ];
    for (workers, concurrency) in PROCESSING {
        let key = format!("{} jobs/s", processing(workers, concurrency));
        let plural = if workers == 1 { "" } else { "es" };
        all.push((format!("process, {workers} process{plural}, {concurrency} at once each, jobs/s"), key));
    }
    let usual = processing(USUAL.0, USUAL.1);
    all.push((format!("- CPU s of the client a 100,000, at {}", USUAL.1), format!("{usual} client CPU s")));
    all.push((format!("- CPU s of Redis a 100,000, at {}", USUAL.1), format!("{usual} Redis CPU s")));
    let rest = [
        ("idle: enqueue to start p50, ms", "idle p50 ms"),
        ("idle: enqueue to start p99, ms", "idle p99 ms"),
        ("half load: jobs/s", "half load jobs/s"),
        ("half load: enqueue to start p50, ms", "half load p50 ms"),
        ("half load: enqueue to start p99, ms", "half load p99 ms"),
        ("Redis bytes a waiting job", "bytes a waiting job"),
    ];
    all.extend(rest.map(|(label, key)| (label.to_owned(), key.to_owned())));
    all
}

fn notes(results: &Results) -> String {
    let mut text = String::from("\n");
    for one in &results.contenders {
        text.push_str(&format!("- {}: {} jobs ({} one a call)", one.name, count(one.jobs), count(one.singles)));
        text.push_str(match one.name {
            "ours" => ", ids kept unique, 50 lanes in fair turns.\n",
            "apalis-redis" => ": at 8,000 due jobs its fetch fails for ever. A worker that found nothing looks again only at its heartbeat, \
                 after 30 s, so\n  waits are not measured. Batches of as many as run at once.\n",
            _ => ", `removeOnComplete`, one queue: lanes are not in its free edition.\n",
        });
        if let Some(failure) = &one.failure {
            text.push_str(&format!("  **Left out**: {failure}\n"));
        }
    }
    text.push_str(&format!(
        "- Every job carries the same payload, an id of 26 characters, and does nothing. After each processing and latency measure every id \
         must have run\n  exactly once. Bulk: {BULK_BATCH_JOBS} jobs a call, {BULK_CALLS} calls under way.\n\
         - Processing is timed from the word to begin, with the workers connected, until Redis knows the last job as finished.\n\
         - Idle: {IDLE_JOBS} jobs at {} a second, one worker process. Half load: {LOADED_S} s at half of the contender's own throughput with \
         {} at once.\n  Producer and worker are processes of their own. CPU is of all of a contender's processes.\n",
        round(IDLE_JOBS_PER_S),
        USUAL.1
    ));
    text
}

fn count(jobs: usize) -> String {
    round(jobs as f64)
}
