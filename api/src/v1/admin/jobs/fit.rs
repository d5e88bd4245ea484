//! Which action fits a job in which state. The queue decides (`jobs::Action::fits`); this translates between its words and those of
//! the monitor's API.

use jobs::{Action, JobState as Stored};

use crate::v1::admin::model::bulk::BulkAction;
use crate::v1::admin::model::job::JobAction;
use crate::v1::admin::model::jobs::JobState;

/// The states of jobs that a queue stores. Others are known by their attempts only, and nothing can be done to such jobs.
pub(super) const STORED: [(JobState, Stored); 4] = [
    (JobState::Running, Stored::Running),
    (JobState::Waiting, Stored::Waiting),
    (JobState::Delayed, Stored::Delayed),
    (JobState::Dead, Stored::Dead),
];
const ACTIONS: [JobAction; 5] =
    [JobAction::Retry, JobAction::RunNow, JobAction::MoveToDead, JobAction::Delete, JobAction::Cancel];

/// Returns the actions that fit a job in that state, whoever asks.
pub(super) fn actions_of(state: JobState) -> Vec<JobAction> {
    let stored = STORED.iter().find(|(known, _)| *known == state).map(|(_, stored)| *stored);
    let fits = |action: &JobAction| stored.is_some_and(|stored| in_queue(*action, "").fits(stored));
    ACTIONS.into_iter().filter(fits).collect()
}

/// Returns the states whose jobs the action fits.
pub(crate) fn states_of(action: JobAction) -> Vec<JobState> {
    let action = in_queue(action, "");
    STORED.iter().filter(|(_, stored)| action.fits(*stored)).map(|(state, _)| *state).collect()
}

/// Returns the queue's action. `reason` is shown with a dead letter.
pub(crate) fn in_queue(action: JobAction, reason: &str) -> Action {
    match action {
        JobAction::Retry => Action::Retry,
        JobAction::RunNow => Action::RunNow,
        JobAction::MoveToDead => Action::MoveToDead { reason: reason.to_owned() },
        JobAction::Delete => Action::Delete,
        JobAction::Cancel => Action::Cancel,
    }
}

impl From<BulkAction> for JobAction {
    fn from(action: BulkAction) -> Self {
        match action {
            BulkAction::Retry => Self::Retry,
            BulkAction::RunNow => Self::RunNow,
            BulkAction::MoveToDead => Self::MoveToDead,
            BulkAction::Delete => Self::Delete,
            BulkAction::Cancel => Self::Cancel,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_fit_the_states_that_the_contract_names() {
        let actions = [
            (JobState::Waiting, vec![JobAction::MoveToDead, JobAction::Delete]),
            (JobState::Delayed, vec![JobAction::RunNow, JobAction::MoveToDead, JobAction::Delete]),
            (JobState::Running, vec![JobAction::Cancel]),
            (JobState::Dead, vec![JobAction::Retry, JobAction::Delete]),
            (JobState::Done, vec![]),
            (JobState::Cancelled, vec![]),
        ];
        for (state, fitting) in actions {
            assert_eq!(actions_of(state), fitting, "{state:?}");
        }
        let states = [
            (JobAction::Retry, vec![JobState::Dead]),
            (JobAction::RunNow, vec![JobState::Delayed]),
            (JobAction::MoveToDead, vec![JobState::Waiting, JobState::Delayed]),
            (JobAction::Delete, vec![JobState::Waiting, JobState::Delayed, JobState::Dead]),
            (JobAction::Cancel, vec![JobState::Running]),
        ];
        for (action, fitting) in states {
            assert_eq!(states_of(action), fitting, "{action:?}");
        }
    }
}
