//! Jobs of every state: the list, one job, and what can be done to it.

mod actions;
mod detail;
pub(crate) mod filter;
pub(crate) mod fit;
mod list;
pub(crate) mod rows;
pub(crate) mod search;

pub(crate) use list::{listed_page, nothing};

/// Operations on jobs.
pub(crate) type Api = (list::ListApi, detail::DetailApi, actions::ActionsApi);
