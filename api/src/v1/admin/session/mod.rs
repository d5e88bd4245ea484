//! The session: sign in, stay, sign out.

mod operations;

/// Operations on the session.
pub(crate) type Api = operations::SessionApi;
