//! Two-step shutdown, one file for all roles. The first SIGTERM or SIGINT starts the drain: no new work, what runs is
//! finished. The second signal, or the drain's deadline, aborts what is left. Nothing here ends the process itself.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How far the shutdown has come. Only ever moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Work is taken.
    Running,
    /// No new work; what runs is finished.
    Draining,
    /// What still runs is dropped.
    Aborting,
}

/// What a task looks at to learn that it should stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown {
    phase: watch::Receiver<Phase>,
    /// Kept so that a token whose handle is gone waits for ever instead of stopping by accident.
    _handle: ShutdownHandle,
}

impl Shutdown {
    /// The phase at this moment.
    #[must_use]
    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Whether new work must no longer be taken. True while aborting, too.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.phase() >= Phase::Draining
    }

    /// Returns once the drain has begun (at once when it already has).
    pub async fn draining(&self) {
        self.reached(Phase::Draining).await;
    }

    /// Returns once what still runs must be dropped.
    pub async fn aborting(&self) {
        self.reached(Phase::Aborting).await;
    }

    /// Sleeps for `duration`, or less when the drain begins. True if it slept to the end: `while stop.sleep(d).await {}`.
    pub async fn sleep(&self, duration: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.draining() => false,
            () = tokio::time::sleep(duration) => true,
        }
    }

    async fn reached(&self, phase: Phase) {
        let mut receiver = self.phase.clone();
        // An error means that the sender is gone, which `_handle` rules out.
        let _ = receiver.wait_for(|current| *current >= phase).await;
    }
}

/// What moves the shutdown forward: the signal listener, a test, or a role that fails.
#[derive(Debug, Clone)]
pub struct ShutdownHandle(Arc<watch::Sender<Phase>>);

impl ShutdownHandle {
    /// Starts the drain. Does nothing when it has begun.
    pub fn drain(&self) {
        self.advance(Phase::Draining);
    }

    /// Drops what still runs.
    pub fn abort(&self) {
        self.advance(Phase::Aborting);
    }

    /// Starts the drain and aborts when `deadline` has passed. Returns when aborting.
    pub async fn drain_within(&self, deadline: Duration) {
        self.drain();
        let mut phase = self.0.subscribe();
        tokio::select! {
            () = tokio::time::sleep(deadline) => {
                tracing::warn!(deadline_seconds = deadline.as_secs(), "the drain did not end in time: aborting");
                self.abort();
            }
            _ = phase.wait_for(|current| *current == Phase::Aborting) => {}
        }
    }

    fn advance(&self, to: Phase) {
        self.0.send_if_modified(|current| {
            let moved = *current < to;
            *current = (*current).max(to);
            moved
        });
    }
}

/// A fresh shutdown in the phase `Running`, moved by hand: for tests, and for roles embedded in one process.
#[must_use]
pub fn manual() -> (ShutdownHandle, Shutdown) {
    let (sender, phase) = watch::channel(Phase::Running);
    let handle = ShutdownHandle(Arc::new(sender));
    (handle.clone(), Shutdown { phase, _handle: handle })
}

/// A shutdown moved by the process's signals: first SIGTERM or SIGINT drains (at most `drain`), the second aborts.
///
/// # Errors
/// When the signal handlers cannot be installed.
pub fn on_signals(drain: Duration) -> io::Result<(ShutdownHandle, Shutdown)> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (handle, shutdown) = manual();
    let mover = handle.clone();
    tokio::spawn(async move {
        let mut next = async || {
            tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
            }
        };
        let name = next().await;
        tracing::info!(signal = name, drain_seconds = drain.as_secs(), "draining");
        tokio::select! {
            () = mover.drain_within(drain) => {}
            name = next() => {
                tracing::warn!(signal = name, "second signal: aborting");
                mover.abort();
            }
        }
    });
    Ok((handle, shutdown))
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test]
    async fn waiters_wake_at_their_phase_and_late_ones_return_at_once() {
        let (handle, shutdown) = manual();
        assert!(!shutdown.is_draining());
        let waiter = tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.draining().await }
        });
        handle.drain();
        waiter.await.unwrap();
        shutdown.draining().await;
        assert_eq!(shutdown.phase(), Phase::Draining);
        handle.abort();
        shutdown.aborting().await;
        handle.drain();
        assert_eq!(shutdown.phase(), Phase::Aborting, "a phase never goes back");
    }

    #[tokio::test(start_paused = true)]
    async fn the_drain_has_a_deadline() {
        let (handle, shutdown) = manual();
        let started = Instant::now();
        handle.drain_within(Duration::from_secs(30)).await;
        assert_eq!(started.elapsed().as_secs(), 30);
        assert_eq!(shutdown.phase(), Phase::Aborting);
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleep_ends_early_when_the_drain_begins() {
        let (handle, shutdown) = manual();
        assert!(shutdown.sleep(Duration::from_secs(1)).await);
        handle.drain();
        let started = Instant::now();
        assert!(!shutdown.sleep(Duration::from_secs(60)).await);
        assert_eq!(started.elapsed().as_secs(), 0);
    }

    #[tokio::test]
    async fn a_token_without_its_handle_keeps_running() {
        let (handle, shutdown) = manual();
        drop(handle);
        let waited = tokio::time::timeout(Duration::from_millis(20), shutdown.draining()).await;
        assert!(waited.is_err());
    }
}
