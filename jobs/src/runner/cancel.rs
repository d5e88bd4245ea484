//! Running jobs that a person wants cancelled, as the last heartbeat said. A run that is asked to end ends itself, so that
//! its job is settled by the one way there is.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{context::JobContext, envelope::JobId};

/// What is to be cancelled. Costs a run that is never cancelled one place in a list of waiters.
#[derive(Default)]
pub(super) struct Cancellations {
    /// With the tokens they run under: a later run of the same job is another matter.
    runs: Mutex<HashSet<(JobId, u64)>>,
    asked: Notify,
}

impl Cancellations {
    /// These, and no others: a heartbeat names all that are still to be cancelled.
    pub(super) fn ask(&self, runs: Vec<(JobId, u64)>) {
        let any = !runs.is_empty();
        *self.runs() = runs.into_iter().collect();
        if any {
            self.asked.notify_waiters();
        }
    }

    /// Ends when that run is to be cancelled.
    pub(super) async fn asked_for(&self, context: &JobContext) {
        loop {
            // Made before the look, so that nothing is missed in between.
            let asked = self.asked.notified();
            if self.is_asked_for(context) {
                return;
            }
            asked.await;
        }
    }

    fn is_asked_for(&self, context: &JobContext) -> bool {
        let runs = self.runs();
        !runs.is_empty() && runs.contains(&(context.job_id.clone(), context.token))
    }

    fn runs(&self) -> MutexGuard<'_, HashSet<(JobId, u64)>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
