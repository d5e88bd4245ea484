//! Queues: the overview, their figures, lanes and settings, and the stream of snapshots.

mod figures;
mod lanes;
mod overview;
mod settings;
pub(crate) mod stream;

pub(crate) use figures::workers_of;
pub(crate) use lanes::shops_of;

/// Operations on queues.
pub(crate) type Api = (overview::OverviewApi, figures::FiguresApi, lanes::LanesApi, settings::SettingsApi);
