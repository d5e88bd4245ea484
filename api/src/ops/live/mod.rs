//! The snapshot of the platform that all viewers share: computed once a second while somebody looks, and not at all otherwise.
//! A viewer takes the newest one; it never makes the computation wait.

mod compute;
mod problems;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::Duration;

use poem_openapi::types::ToJSON as _;
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

pub(crate) use compute::{OLDEST_AGE_LIMIT, millis};

use crate::app::State;
use crate::v1::admin::model::snapshot::Snapshot;

/// How often a snapshot is made while somebody looks.
const SNAPSHOT_EVERY: Duration = Duration::from_secs(1);
/// How old a snapshot may be that a page is answered with.
const FRESH: Duration = Duration::from_secs(2);
/// Viewers of the stream in one process.
const VIEWERS_MAX: usize = 200;

/// A snapshot, and its text as the stream sends it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) snapshot: Snapshot,
    pub(crate) text: String,
    made: Instant,
}

/// Makes snapshots for all viewers.
pub(crate) struct Live {
    frames: watch::Sender<Option<Arc<Frame>>>,
    viewers: Arc<Semaphore>,
    first_viewer: Notify,
    memory: Mutex<compute::Memory>,
    sequence: AtomicU64,
    /// Sessions that were ended, so that their streams end, too.
    ended: StdMutex<Vec<String>>,
}

/// Somebody who looks at the stream.
pub(crate) struct Viewer {
    pub(crate) frames: watch::Receiver<Option<Arc<Frame>>>,
    _permit: OwnedSemaphorePermit,
}

impl Live {
    pub(crate) fn new() -> Self {
        Self {
            frames: watch::channel(None).0,
            viewers: Arc::new(Semaphore::new(VIEWERS_MAX)),
            first_viewer: Notify::new(),
            memory: Mutex::default(),
            sequence: AtomicU64::new(0),
            ended: StdMutex::default(),
        }
    }

    /// Adds a viewer; none: there are as many as a process takes.
    pub(crate) fn view(&self) -> Option<Viewer> {
        let permit = Arc::clone(&self.viewers).try_acquire_owned().ok()?;
        let viewer = Viewer { frames: self.frames.subscribe(), _permit: permit };
        self.first_viewer.notify_one();
        Some(viewer)
    }

    /// Remembers that a session has ended, of the last hundred.
    pub(crate) fn session_ended(&self, id: &str) {
        const ENDED_MAX: usize = 100;
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        if ended.len() == ENDED_MAX {
            ended.remove(0);
        }
        ended.push(id.to_owned());
    }

    /// Returns whether a session was ended in this process.
    pub(crate) fn is_ended(&self, session: &str) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|id| id == session)
    }

    /// The newest snapshot, or one made now when there is none that is fresh.
    pub(crate) async fn newest(&self, state: &State) -> Arc<Frame> {
        let fresh = |frame: &Option<Arc<Frame>>| frame.clone().filter(|frame| frame.made.elapsed() < FRESH);
        if let Some(frame) = fresh(&self.frames.borrow()) {
            return frame;
        }
        let mut memory = self.memory.lock().await;
        // Somebody else may have made one meanwhile.
        let made_meanwhile = fresh(&self.frames.borrow());
        match made_meanwhile {
            Some(frame) => frame,
            None => self.make(state, &mut memory).await,
        }
    }

    async fn make(&self, state: &State, memory: &mut compute::Memory) -> Arc<Frame> {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let snapshot = compute::snapshot(state, memory, sequence).await;
        let frame = Arc::new(Frame { text: snapshot.to_json_string(), snapshot, made: Instant::now() });
        self.frames.send_replace(Some(Arc::clone(&frame)));
        frame
    }

    /// Makes snapshots until the process drains.
    pub(crate) async fn run(&self, state: &State) {
        let shutdown = &state.context.shutdown;
        while !shutdown.is_draining() {
            if self.frames.receiver_count() == 0 {
                tokio::select! {
                    () = self.first_viewer.notified() => {}
                    () = shutdown.draining() => return,
                }
            }
            let begun = Instant::now();
            drop(self.make(state, &mut *self.memory.lock().await).await);
            shutdown.sleep(SNAPSHOT_EVERY.saturating_sub(begun.elapsed())).await;
        }
    }
}
