//! Formats the orders' sections of the document and the progress line of a run.

use std::collections::BTreeMap;

use super::{
    RATE_S, Results,
    load::{Kind, shop_domain},
    run::{Memory, RunResult},
    sender::Sent,
};
use crate::{
    figures::{Figures, round},
    report::table,
};

/// The first part of a long run, in which caches are filled.
const SETTLING_SHARE: usize = 5;
/// Rows in the table of a long run.
const MEMORY_ROWS_MAX: usize = 20;

type Measure = (String, fn(&RunResult) -> f64);

pub(super) fn one_line(result: &RunResult) -> String {
    format!(
        "{} orders, {} accepted/s, {} awards/s, send to commit p50 {} p99 {} ms, {} ms of CPU an award",
        result.orders,
        round(result.accepted_per_s),
        round(result.awards_per_s),
        round(result.commit_ms.p50),
        round(result.commit_ms.p99),
        round(all_cpu_ms(result))
    )
}

pub(super) fn show(results: &Results) -> String {
    match &results.soak {
        Some(soak) => show_soak(results, soak),
        None => show_runs(results),
    }
}

fn all_cpu_ms(result: &RunResult) -> f64 {
    result.cpu_ms.values().sum()
}

fn show_runs(results: &Results) -> String {
    let (max, steady) = (&results.max, &results.steady);
    let head = |name: &str, runs: &[RunResult]| {
        let orders = runs.first().map_or(0, |run| run.orders);
        format!("{name}: {} orders (n={})", round(orders as f64), runs.len())
    };
    let measures: [Measure; 10] = [
        ("accepted requests/s".to_owned(), |run| run.accepted_per_s),
        ("awards committed/s, end to end".to_owned(), |run| run.awards_per_s),
        ("answer p50, ms".to_owned(), |run| run.answer_ms.p50),
        ("answer p99, ms".to_owned(), |run| run.answer_ms.p99),
        ("send to commit p50, ms".to_owned(), |run| run.commit_ms.p50),
        ("send to commit p90, ms".to_owned(), |run| run.commit_ms.p90),
        ("send to commit p99, ms".to_owned(), |run| run.commit_ms.p99),
        ("send to commit max, ms".to_owned(), |run| run.commit_ms.max),
        ("CPU ms an award, all but the sender".to_owned(), all_cpu_ms),
        ("CPU ms an award: the sender".to_owned(), |run| run.sender_cpu_ms),
    ];
    let mut rows = vec![vec![
        String::new(),
        head("as fast as possible", max),
        head(&format!("{}/s for {RATE_S} s", round(results.rate_per_s)), steady),
    ]];
    let mut put = |label: &str, measure: &dyn Fn(&RunResult) -> f64| {
        let figures = |runs: &[RunResult]| runs.iter().map(measure).collect::<Figures>().show();
        rows.push(vec![label.to_owned(), figures(max), figures(steady)]);
    };
    for (label, measure) in &measures {
        put(label, measure);
    }
    for name in &results.processes {
        put(&format!("CPU ms an award: {name}"), &|run| run.cpu_ms.get(name).copied().unwrap_or(0.0));
    }
    for (place, name) in results.processes.iter().enumerate() {
        put(&format!("greatest memory, MB: {name}"), &|run| peak(&run.memory, place));
    }
    format!(
        "## The main path: from a signed webhook to the ledger\n\n`./dev.sh bench orders`. {}Orders of about 7 kB, {} keep-alive connections; \
         PostgreSQL with fsync and synchronous commits, Redis with an append-only file.\nAs fast as possible: closed loop. At a rate: open \
         loop. Commit times are PostgreSQL's own. After every run each accepted order\nhas exactly one entry of the right points, and every \
         balance is right; at the end `loyalnest verify` found no drift.\nSpeed of the machine before and after: {} rounds of fixed work a \
         ms.\n\n{}",
        results.machine.show(),
        results.connections,
        results.calibration.show(),
        table(&rows)
    )
}

fn peak(memory: &Memory, place: usize) -> f64 {
    memory.samples.iter().filter_map(|(_, all)| all.get(place)).copied().fold(0.0, f64::max)
}

fn show_soak(results: &Results, soak: &RunResult) -> String {
    let samples = &soak.memory.samples;
    let step = samples.len().div_ceil(MEMORY_ROWS_MAX).max(1);
    let mut rows =
        vec![std::iter::once("minute".to_owned()).chain(results.processes.iter().cloned()).collect::<Vec<_>>()];
    for (at_s, all) in samples.iter().step_by(step) {
        rows.push(std::iter::once(format!("{:.1}", at_s / 60.0)).chain(all.iter().map(|mb| round(*mb))).collect());
    }
    let growth =
        results.processes.iter().enumerate().map(|(place, name)| format!("{name} {}", growth(&soak.memory, place)));
    format!(
        "## Memory under a steady load\n\n`./dev.sh bench orders --minutes N`. {}{} orders at {}/s: send to commit p50 {}, p90 {}, p99 {}, \
         greatest {} ms; {} ms of CPU an award. Every order was awarded exactly once.\nResident MB (PostgreSQL's shared pages count once), \
         looked at every 10 s. From the second fifth to the last: {}.\n\n{}",
        results.machine.show(),
        round(soak.orders as f64),
        round(results.rate_per_s),
        round(soak.commit_ms.p50),
        round(soak.commit_ms.p90),
        round(soak.commit_ms.p99),
        round(soak.commit_ms.max),
        round(all_cpu_ms(soak)),
        growth.collect::<Vec<_>>().join(", "),
        table(&rows)
    )
}

/// Returns the median of the last fifth and that of the second fifth of the samples.
fn growth(memory: &Memory, place: usize) -> String {
    let all: Vec<f64> = memory.samples.iter().filter_map(|(_, all)| all.get(place).copied()).collect();
    let fifth = all.len() / SETTLING_SHARE;
    let median = |part: &[f64]| part.iter().copied().collect::<Figures>().median();
    match (median(&all[fifth..2 * fifth]), median(&all[all.len() - fifth..])) {
        (Some(early), Some(late)) => {
            format!("{} to {} ({:+.1} %)", round(early), round(late), (late / early - 1.0) * 100.0)
        }
        _ => "too short".to_owned(),
    }
}

/// Returns the points that each customer must have at the end, as CSV.
pub(super) fn expected_csv(sent: &[Sent]) -> String {
    let mut expected: BTreeMap<(u64, i64), (i64, u64)> = BTreeMap::new();
    for sent in sent.iter().filter(|sent| sent.kind == Kind::Valid) {
        let entry = expected.entry((sent.order.shop, sent.order.customer_id)).or_default();
        entry.0 += sent.order.points;
        entry.1 += 1;
    }
    let rows = expected
        .iter()
        .map(|((shop, customer), (points, orders))| format!("{},{customer},{points},{orders}\n", shop_domain(*shop)));
    std::iter::once("shop,customer_id,points,orders\n".to_owned()).chain(rows).collect()
}
