//! Waits for conditions instead of sleeping.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Default timeout of a condition on a busy machine.
pub const WAIT_MAX: Duration = Duration::from_secs(30);
const POLL_MIN: Duration = Duration::from_millis(5);
const POLL_MAX: Duration = Duration::from_millis(100);

/// Returns once `condition` holds; fails the test, naming `what`, after [`WAIT_MAX`].
pub async fn wait_until(what: &str, condition: impl AsyncFnMut() -> bool) {
    wait_at_most(WAIT_MAX, what, condition).await;
}

/// Waits like [`wait_until`] with another timeout.
pub async fn wait_at_most(deadline: Duration, what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    let mut pause = POLL_MIN;
    while !condition().await {
        assert!(begun.elapsed() < deadline, "waited {deadline:?} in vain: {what}");
        sleep(pause).await;
        pause = (pause * 3 / 2).min(POLL_MAX);
    }
}
