//! Writes the monitor's audit log: the entry first, then the action, then how it ended; so nothing is done without an entry, and
//! an action whose entry cannot be written is not done.

use store::Store;
use store::ops::AuditRecord;

use super::caller::Caller;
use super::identity::Identity;
use crate::app::State;
use crate::error::ApiError;
use crate::v1::admin::model::session::Role;

/// Longest reason that is kept, in characters.
const REASON_CHARS_MAX: usize = 500;

/// An entry in the making.
#[derive(Debug, Clone)]
pub(crate) struct Entry(AuditRecord);

pub(crate) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

impl Entry {
    /// An entry of an action by a person.
    pub(crate) fn by<R>(state: &State, caller: &Caller<R>, action: &str) -> Self {
        Self::of(state, &caller.identity, action).request(&caller.request_id)
    }

    /// An entry of an action by a person, outside of a request.
    pub(crate) fn of(state: &State, identity: &Identity, action: &str) -> Self {
        Self(AuditRecord {
            audit_id: state.context.ids.ulid(),
            at: state.context.clock.now(),
            actor_id: identity.id.clone(),
            actor_name: identity.name.clone(),
            role: Some(role_name(identity.role).to_owned()),
            action: action.to_owned(),
            outcome: "done".to_owned(),
            queue: None,
            lane: None,
            job_id: None,
            bulk_id: None,
            target: None,
            count: None,
            reason: None,
            details: "{}".to_owned(),
            request_id: None,
        })
    }

    /// An entry about somebody who could not be identified.
    pub(crate) fn of_nobody(state: &State, action: &str, request_id: &str) -> Self {
        let nobody =
            Identity { id: "unknown".to_owned(), name: "unknown".to_owned(), role: Role::Viewer, sees_payloads: false };
        let mut entry = Self::of(state, &nobody, action).request(request_id);
        entry.0.role = None;
        entry.0.outcome = "refused".to_owned();
        entry
    }

    fn request(mut self, id: &str) -> Self {
        self.0.request_id = Some(id.to_owned());
        self
    }

    pub(crate) fn queue(mut self, queue: &str) -> Self {
        self.0.queue = Some(queue.to_owned());
        self
    }

    pub(crate) fn lane(mut self, lane: &str) -> Self {
        self.0.lane = Some(lane.to_owned());
        self
    }

    pub(crate) fn job(mut self, job_id: &str) -> Self {
        self.0.job_id = Some(job_id.to_owned());
        self
    }

    pub(crate) fn bulk(mut self, bulk_id: &str) -> Self {
        self.0.bulk_id = Some(bulk_id.to_owned());
        self
    }

    pub(crate) fn outcome(mut self, outcome: &str) -> Self {
        self.0.outcome = outcome.to_owned();
        self
    }

    pub(crate) fn count(mut self, count: u64) -> Self {
        self.0.count = i64::try_from(count).ok();
        self
    }

    pub(crate) fn reason(mut self, reason: Option<&str>) -> Self {
        self.0.reason = reason.map(|reason| reason.chars().take(REASON_CHARS_MAX).collect());
        self
    }

    pub(crate) fn details(mut self, details: &serde_json::Value) -> Self {
        self.0.details = details.to_string();
        self
    }

    /// Writes the entry.
    ///
    /// # Errors
    /// 503 when PostgreSQL is unavailable: then the action must not be done.
    pub(crate) async fn write(self, store: &Store) -> Result<Written, ApiError> {
        store.add_ops_audit(&self.0).await?;
        Ok(Written(self.0.audit_id))
    }

    /// Writes the entry, does the action, and records how it ended: refused where it failed, else with the count that the
    /// action answered.
    ///
    /// # Errors
    /// As the action, and 503 when the entry cannot be written.
    pub(crate) async fn around<T, E>(
        self,
        store: &Store,
        action: impl Future<Output = Result<(T, Option<u64>), E>>,
    ) -> Result<T, ApiError>
    where
        ApiError: From<E>,
    {
        let written = self.write(store).await?;
        match action.await {
            Ok((value, count)) => {
                if count.is_some() {
                    written.end(store, "done", count).await;
                }
                Ok(value)
            }
            Err(error) => {
                written.end(store, "refused", None).await;
                Err(error.into())
            }
        }
    }
}

/// An entry that was written.
#[derive(Debug)]
pub(crate) struct Written(String);

impl Written {
    /// Records how the action ended. The action is done: that this could not be recorded is logged, not answered.
    pub(crate) async fn end(&self, store: &Store, outcome: &str, count: Option<u64>) {
        let count = count.and_then(|count| i64::try_from(count).ok());
        if let Err(error) = store.end_ops_audit(&self.0, outcome, count).await {
            tracing::warn!(%error, audit_id = self.0, outcome, "the end of an audited action was not recorded");
        }
    }
}
