//! Gathers concurrent jobs into batches: the work of many handlers becomes one set-based transaction.
//!
//! A lone item runs at once. Under load batches begin at a [`AdaptiveInterval`], and items that come in between, or while all slots are
//! busy, form the next one: so batches grow with the load, and single items at a steady low rate share transactions.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use platform::adaptive_interval::AdaptiveInterval;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep_until};

/// Number of items from which a batch occupies all slots: its fixed cost is already shared by many items, and a concurrent batch
/// would compete with it for cores and customers. (Two batches of 45 cost a third more CPU than one of 90.)
const ALONE_ROWS: usize = 32;

/// Interval between the starts of two batches, in durations of the last batch, so that small batches do not compete either.
const BATCHES_APART: u32 = 1;
/// Number of times that a batch yields before it begins: the items of one claim arrive one by one, each from its own task.
const TURNS_FOR_SIBLINGS: usize = 8;

/// Processes batches.
pub trait Work: Send + Sync + 'static {
    /// The item of one handler.
    type Item: Send + 'static;
    /// The result for one item.
    type Answer: Send + 'static;

    /// Processes `items` and returns one result for each, in order.
    fn run(&self, items: Vec<Self::Item>) -> impl Future<Output = Vec<Self::Answer>> + Send;
}

/// The batch ended without a result: the process is stopping, or the processing panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the batch this job was in did not finish")]
pub struct Unanswered;

type Waiting<W> = (<W as Work>::Item, oneshot::Sender<<W as Work>::Answer>);

/// Adds items to batches. Cheap to clone; the batches end when the last clone is dropped.
pub struct Batcher<W: Work> {
    sender: mpsc::Sender<Waiting<W>>,
}

impl<W: Work> Clone for Batcher<W> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone() }
    }
}

impl<W: Work> std::fmt::Debug for Batcher<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batcher").field("capacity", &self.sender.capacity()).finish_non_exhaustive()
    }
}

impl<W: Work> Batcher<W> {
    /// Creates batches of at most `rows_max` items, at most `slots` of them (at least 1) concurrently, large ones alone. While
    /// there is work and a slot is free, the next batch begins at most `apart_max` after the last one.
    #[must_use]
    pub fn start(work: W, rows_max: usize, slots: u32, apart_max: Duration) -> Self {
        let (sender, receiver) = mpsc::channel(rows_max);
        tokio::spawn(gather(
            Arc::new(work),
            receiver,
            rows_max,
            slots,
            AdaptiveInterval::new(BATCHES_APART, apart_max),
        ));
        Self { sender }
    }

    /// Adds an item to the next batch and waits for its result.
    ///
    /// # Errors
    /// Fails with [`Unanswered`] when the batch ended without a result.
    pub async fn submit(&self, item: W::Item) -> Result<W::Answer, Unanswered> {
        let (answer, answered) = oneshot::channel();
        self.sender.send((item, answer)).await.map_err(|_| Unanswered)?;
        answered.await.map_err(|_| Unanswered)
    }
}

async fn gather<W: Work>(
    work: Arc<W>,
    mut waiting: mpsc::Receiver<Waiting<W>>,
    rows_max: usize,
    slots: u32,
    mut interval: AdaptiveInterval,
) {
    let free = Arc::new(Semaphore::new(slots as usize));
    loop {
        // The slot first: whatever arrives while all are busy joins this batch. (The semaphore is never closed.)
        let Ok(mut slot) = Arc::clone(&free).acquire_owned().await else { return };
        let mut batch = Vec::with_capacity(rows_max.min(64));
        if waiting.recv_many(&mut batch, rows_max).await == 0 {
            return;
        }
        sleep_until(interval.due()).await;
        for _ in 0..TURNS_FOR_SIBLINGS {
            yield_now().await;
        }
        fill(&mut batch, &mut waiting, rows_max);
        if batch.len() >= ALONE_ROWS {
            let Ok(others) = Arc::clone(&free).acquire_many_owned(slots - 1).await else { return };
            slot.merge(others);
            fill(&mut batch, &mut waiting, rows_max);
        }
        interval.begin();
        let (work, last_duration) = (Arc::clone(&work), interval.last_duration());
        tokio::spawn(async move {
            let (items, answers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            let began = Instant::now();
            let results = work.run(items).await;
            last_duration.note(began.elapsed());
            for (answer, to) in results.into_iter().zip(answers) {
                let _ = to.send(answer); // a handler that timed out no longer listens
            }
            drop(slot);
        });
    }
}

/// Receives the items that are ready.
fn fill<T>(batch: &mut Vec<T>, waiting: &mut mpsc::Receiver<T>, rows_max: usize) {
    while batch.len() < rows_max
        && let Ok(item) = waiting.try_recv()
    {
        batch.push(item);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::sync::Notify;

    use super::*;

    struct Record {
        sizes: Mutex<Vec<usize>>,
        gate: Arc<Notify>,
    }

    impl Work for Arc<Record> {
        type Item = u32;
        type Answer = u32;
        async fn run(&self, items: Vec<u32>) -> Vec<u32> {
            self.sizes.lock().unwrap().push(items.len());
            self.gate.notified().await;
            assert!(!items.contains(&13), "unlucky");
            items.into_iter().map(|item| item * 2).collect()
        }
    }

    fn record() -> Arc<Record> {
        Arc::new(Record { sizes: Mutex::new(Vec::new()), gate: Arc::new(Notify::new()) })
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_first_runs_alone_and_those_that_come_meanwhile_run_together() {
        let record = record();
        let batcher = Batcher::start(Arc::clone(&record), 100, 1, Duration::ZERO);
        let submit = |item| {
            let batcher = batcher.clone();
            tokio::spawn(async move { batcher.submit(item).await })
        };
        let first = submit(1);
        while record.sizes.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        let rest: Vec<_> = (2..12).map(submit).collect();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        record.gate.notify_one();
        assert_eq!(first.await.unwrap(), Ok(2));
        record.gate.notify_one();
        for (item, answer) in (2..12).zip(rest) {
            assert_eq!(answer.await.unwrap(), Ok(item * 2));
        }
        assert_eq!(*record.sizes.lock().unwrap(), [1, 10]);
    }

    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn a_small_batch_uses_a_free_slot_and_a_large_one_waits_for_all() {
        for (items, sizes_meanwhile) in [(3, vec![1, 3]), (ALONE_ROWS, vec![1])] {
            let record = record();
            let batcher = Batcher::start(Arc::clone(&record), 100, 2, Duration::ZERO);
            let submit = |item| {
                let batcher = batcher.clone();
                tokio::spawn(async move { batcher.submit(item).await })
            };
            let first = submit(1);
            while record.sizes.lock().unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            let rest: Vec<_> = vec![2; items].into_iter().map(submit).collect();
            tokio::time::sleep(Duration::from_millis(5)).await;
            assert_eq!(*record.sizes.lock().unwrap(), sizes_meanwhile);
            record.gate.notify_one();
            assert_eq!(first.await.unwrap(), Ok(2));
            record.gate.notify_one();
            for answer in rest {
                assert_eq!(answer.await.unwrap(), Ok(4));
            }
            assert_eq!(*record.sizes.lock().unwrap(), [1, items]);
        }
    }

    struct Slow;

    impl Work for Slow {
        type Item = ();
        type Answer = ();
        async fn run(&self, items: Vec<()>) -> Vec<()> {
            tokio::time::sleep(Duration::from_millis(4)).await;
            items
        }
    }

    #[tokio::test(flavor = "current_thread", start_paused = true)]
    async fn the_first_begins_at_once_and_the_next_when_the_pace_lets_it() {
        let batcher = Batcher::start(Slow, 100, 8, Duration::from_millis(20));
        let begun = Instant::now();
        assert_eq!(batcher.submit(()).await, Ok(()));
        assert_eq!(begun.elapsed(), Duration::from_millis(4));
        // The second begins at once, too, the last one's duration being over; the third a millisecond later, with a slot free.
        let second = tokio::spawn({
            let batcher = batcher.clone();
            async move { batcher.submit(()).await }
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(batcher.submit(()).await, Ok(()));
        assert_eq!(begun.elapsed(), Duration::from_millis(12), "begun with the end of the second");
        assert_eq!(second.await.unwrap(), Ok(()));
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_batch_that_panics_is_unanswered_and_the_next_one_runs() {
        let record = record();
        let batcher = Batcher::start(Arc::clone(&record), 100, 1, Duration::ZERO);
        record.gate.notify_one();
        assert_eq!(batcher.submit(13).await, Err(Unanswered));
        record.gate.notify_one();
        assert_eq!(batcher.submit(4).await, Ok(8));
    }
}
