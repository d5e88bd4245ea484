//! The values of the monitor's API. Absent is what is not known: never null, unlike in the partners' API.

pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod circuits;
pub(crate) mod job;
pub(crate) mod jobs;
pub(crate) mod lanes;
pub(crate) mod overview;
pub(crate) mod queues;
pub(crate) mod schedules;
pub(crate) mod session;
pub(crate) mod shared;
pub(crate) mod snapshot;
pub(crate) mod webhooks;
pub(crate) mod workers;
