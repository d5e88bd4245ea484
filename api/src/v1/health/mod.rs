//! The health of the platform, for people and monitors.

mod get;

/// The operations: a tuple of their types.
pub(crate) type Api = get::GetHealth;
