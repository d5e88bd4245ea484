//! Throughput, outcomes and durations of jobs: the measurements of workers, and their sums over the last minute, hour and day.
//!
//! Redis keeps rings of buckets (10 s, 1 min, 1 h) that expire. A queue has one histogram per bucket. Lanes have coarser ones,
//! and a bucket stores the first 256 reported lanes only (`lua/buckets.lua`); each worker reports its 64 busiest lanes every
//! second. So memory does not grow with merchants. What is not stored for a lane is still counted for its queue.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use redis::Value;
use serde::Serialize;

use super::{
    super::{
        Queue,
        script::{METER, Script, WINDOW},
    },
    histogram::{COARSE, FINE, Percentiles, Scale},
};
use crate::{envelope::Lane, error::QueueError, outcome::OutcomeKind};

/// Maximum number of lanes that a worker measures between two reports.
const LANES_MEASURED_MAX: usize = 1_024;
/// Maximum number of lanes in one report: the busiest ones.
const LANES_TOLD_MAX: usize = 64;
/// The counters of a lane without its histograms.
const LANE_COUNTERS: [&str; 6] = ["done", "retried", "snoozed", "cancelled", "dead", "rescued"];

/// The measurements of a worker since its last report.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    queue: Histograms,
    lanes: HashMap<String, OfLane>,
}

/// Waits and runs by bucket.
#[derive(Debug, Default)]
struct Histograms {
    waits: BTreeMap<usize, u64>,
    runs: BTreeMap<usize, u64>,
}

#[derive(Debug, Default)]
struct OfLane {
    count: u64,
    outcomes: BTreeMap<&'static str, u64>,
    histograms: Histograms,
}

impl Histograms {
    fn add(&mut self, scale: Scale, waited: Duration, ran: Duration) {
        *self.waits.entry(scale.bucket(waited)).or_default() += 1;
        *self.runs.entry(scale.bucket(ran)).or_default() += 1;
    }

    fn pairs(&self) -> impl Iterator<Item = (String, u64)> {
        let named = |letter, (bucket, count): (&usize, &u64)| (format!("{letter}{bucket}"), *count);
        let waits = self.waits.iter().map(move |pair| named('w', pair));
        waits.chain(self.runs.iter().map(move |pair| named('r', pair)))
    }

    /// Adds a field read from Redis; ignores unknown fields.
    fn put(&mut self, field: &str, count: u64) {
        let of = match field.as_bytes().first() {
            Some(b'w') => &mut self.waits,
            Some(b'r') => &mut self.runs,
            _ => return,
        };
        if let Ok(bucket) = field[1..].parse() {
            of.insert(bucket, count);
        }
    }
}

impl Measured {
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.runs.is_empty()
    }

    /// Records one run.
    pub(crate) fn add(&mut self, lane: &str, waited: Duration, ran: Duration, kind: OutcomeKind) {
        self.queue.add(FINE, waited, ran);
        if !self.lanes.contains_key(lane) {
            if self.lanes.len() == LANES_MEASURED_MAX {
                return;
            }
            self.lanes.insert(lane.to_owned(), OfLane::default());
        }
        if let Some(of) = self.lanes.get_mut(lane) {
            of.count += 1;
            *of.outcomes.entry(kind.as_str()).or_default() += 1;
            of.histograms.add(COARSE, waited, ran);
        }
    }
}

/// A span of time that figures are kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Span {
    /// The last minute.
    Minute,
    /// The last hour.
    Hour,
    /// The last day.
    Day,
}

impl Span {
    /// All spans.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// Seconds of a bucket, and how many make the span: the bucket under way is one more.
    const fn ring(self) -> (u64, u64) {
        match self {
            Self::Minute => (10, 7),
            Self::Hour => (60, 61),
            Self::Day => (3_600, 25),
        }
    }
}

/// A queue in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The time that the figures cover: the span and the current bucket, or less on a new queue. Zero: there are no figures.
    pub covered: Duration,
    /// Jobs enqueued.
    pub enqueued: u64,
    /// Jobs done.
    pub done: u64,
    /// Attempts that are to be repeated.
    pub retried: u64,
    /// Attempts given back, to be repeated later.
    pub snoozed: u64,
    /// Jobs discarded or cancelled.
    pub cancelled: u64,
    /// Jobs that died.
    pub dead: u64,
    /// Jobs rescued from workers whose lease expired.
    pub rescued: u64,
    /// Time from the moment a run was due to its start. None: nothing ran.
    pub wait: Option<Percentiles>,
    /// Time from the start of a run to its end.
    pub run: Option<Percentiles>,
}

/// A lane in a span of time, as far as it was among the busy ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LaneWindow {
    /// As [`Window::covered`].
    pub covered: Duration,
    /// Jobs done.
    pub done: u64,
    /// Attempts that are to be repeated.
    pub retried: u64,
    /// Attempts given back, to be repeated later.
    pub snoozed: u64,
    /// Jobs discarded or cancelled.
    pub cancelled: u64,
    /// Jobs that died.
    pub dead: u64,
    /// Jobs rescued from workers whose lease expired.
    pub rescued: u64,
    /// As [`Window::wait`].
    pub wait: Option<Percentiles>,
    /// As [`Window::run`].
    pub run: Option<Percentiles>,
}

/// Jobs a second.
fn per_second(jobs: u64, covered: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let jobs = jobs as f64;
    if covered.is_zero() { 0.0 } else { jobs / covered.as_secs_f64() }
}

impl Window {
    /// Jobs done a second.
    pub fn throughput(&self) -> f64 {
        per_second(self.done, self.covered)
    }
}

impl LaneWindow {
    /// Jobs done a second.
    pub fn throughput(&self) -> f64 {
        per_second(self.done, self.covered)
    }
}

/// The result of the script.
struct Sums {
    covered: Duration,
    totals: BTreeMap<String, u64>,
    counts: BTreeMap<String, u64>,
}

impl Sums {
    fn histograms(&self) -> Histograms {
        let mut histograms = Histograms::default();
        for (field, count) in &self.counts {
            histograms.put(field, *count);
        }
        histograms
    }
}

impl Queue {
    /// Adds measurements to the figures, and marks where buckets begin. Without measurements it only marks:
    /// the scheduler does so every few seconds, so that spans are known while no worker runs.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub(crate) async fn tell(&self, measured: &Measured) -> Result<(), QueueError> {
        let script: &Script = &METER;
        let mut command = script.call(&self.keys);
        let pairs: Vec<_> = measured.queue.pairs().collect();
        command.arg(pairs.len());
        for (field, count) in pairs {
            command.arg(field).arg(count);
        }
        let mut lanes: Vec<_> = measured.lanes.iter().collect();
        lanes.sort_unstable_by_key(|(_, of)| std::cmp::Reverse(of.count));
        for (lane, of) in lanes.into_iter().take(LANES_TOLD_MAX) {
            let outcomes = of.outcomes.iter().map(|(outcome, count)| ((*outcome).to_owned(), *count));
            let pairs: Vec<_> = outcomes.chain(of.histograms.pairs()).collect();
            command.arg(lane).arg(pairs.len());
            for (field, count) in pairs {
                command.arg(field).arg(count);
            }
        }
        script.run(&self.connection, &command).await?;
        Ok(())
    }

    /// Marks where buckets begin, for a scheduler that measures queues without workers.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn mark(&self) -> Result<(), QueueError> {
        self.tell(&Measured::default()).await
    }

    /// Returns the figures of the queue over the last minute, hour or day. Counts are exact; percentiles are right to an eighth.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn window(&self, span: Span) -> Result<Window, QueueError> {
        let sums = self.sums(span, None).await?;
        let now = self.counts().await?;
        // Before the first mark there is nothing to compare with.
        let known = !sums.covered.is_zero();
        let since = |name: &str, total: u64| {
            if known { total.saturating_sub(sums.totals.get(name).copied().unwrap_or(0)) } else { 0 }
        };
        let histograms = sums.histograms();
        Ok(Window {
            covered: sums.covered,
            enqueued: since("enqueued", now.enqueued_total),
            done: since("done", now.done_total),
            retried: since("retry", now.retried_total),
            snoozed: since("snooze", now.snoozed_total),
            cancelled: since("cancel", now.cancelled_total),
            dead: since("dead", now.dead_total),
            rescued: since("rescued", now.rescued_total),
            wait: FINE.percentiles(&histograms.waits),
            run: FINE.percentiles(&histograms.runs),
        })
    }

    /// Returns the figures of the lane over the last minute, hour or day, as far as it was among the busy lanes. Percentiles are right to a half.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn lane_window(&self, lane: &Lane, span: Span) -> Result<LaneWindow, QueueError> {
        let sums = self.sums(span, Some(lane)).await?;
        let count = |name: &str| sums.counts.get(name).copied().unwrap_or(0);
        let histograms = sums.histograms();
        Ok(LaneWindow {
            covered: sums.covered,
            done: count("done"),
            retried: count("retried"),
            snoozed: count("snoozed"),
            cancelled: count("cancelled"),
            dead: count("dead"),
            rescued: count("rescued"),
            wait: COARSE.percentiles(&histograms.waits),
            run: COARSE.percentiles(&histograms.runs),
        })
    }

    async fn sums(&self, span: Span, lane: Option<&Lane>) -> Result<Sums, QueueError> {
        let script: &Script = &WINDOW;
        let (seconds, buckets) = span.ring();
        let mut command = script.call(&self.keys);
        command.arg(seconds).arg(buckets).arg(lane.map_or("", Lane::as_str));
        if lane.is_some() {
            command.arg(&LANE_COUNTERS);
            for bucket in 0..COARSE.buckets() {
                command.arg(format!("w{bucket}")).arg(format!("r{bucket}"));
            }
        }
        let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter();
        let now = script.count(values.next().as_ref())?;
        let began = script.count(values.next().as_ref())?;
        let totals = usize::try_from(script.count(values.next().as_ref())?).unwrap_or(0);
        let mut pairs = BTreeMap::new();
        let covered = Duration::from_millis(if began == 0 { 0 } else { now.saturating_sub(began) });
        read_pairs(script, values.by_ref().take(totals), &mut pairs)?;
        let mut sums = Sums { covered, totals: pairs, counts: BTreeMap::new() };
        read_pairs(script, values, &mut sums.counts)?;
        Ok(sums)
    }
}

fn read_pairs(
    script: &Script,
    mut values: impl Iterator<Item = Value>,
    into: &mut BTreeMap<String, u64>,
) -> Result<(), QueueError> {
    while let Some(name) = values.next() {
        into.insert(script.text(Some(name))?, script.count(values.next().as_ref())?);
    }
    Ok(())
}
