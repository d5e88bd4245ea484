//! Recorded webhooks of a merchant.

mod list_retries;

/// The operations: a tuple of their types.
pub(crate) type Api = list_retries::ListRetries;
