//! Running jobs that a person wants cancelled, as the last heartbeat said. A run that is asked to end ends itself, so that
//! its job is settled by the one way there is.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::envelope::JobId;

/// What is to be cancelled. Costs a run that is never cancelled one place in a list of waiters.
#[derive(Default)]
pub(super) struct Cancellations {
    jobs: Mutex<HashSet<JobId>>,
    asked: Notify,
}

impl Cancellations {
    /// These, and no others: a heartbeat names all that are still to be cancelled.
    pub(super) fn ask(&self, jobs: Vec<JobId>) {
        let any = !jobs.is_empty();
        *self.jobs() = jobs.into_iter().collect();
        if any {
            self.asked.notify_waiters();
        }
    }

    /// Ends when that job is to be cancelled.
    pub(super) async fn asked_for(&self, job: &JobId) {
        loop {
            // Made before the look, so that nothing is missed in between.
            let asked = self.asked.notified();
            if self.jobs().contains(job) {
                return;
            }
            asked.await;
        }
    }

    fn jobs(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
