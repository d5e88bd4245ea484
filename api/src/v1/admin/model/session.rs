//! Who is signed in. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::shared::Actor;
use crate::v1::OkStatus;

/// Who is signed in, and what that person may do.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Session {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) actor: Actor,
    pub(crate) role: Role,
    pub(crate) rights: Vec<Right>,
    /// Goes into the header `x-csrf-token` of every request that changes something.
    pub(crate) csrf_token: String,
    /// The session ends after so many seconds without `POST /v1/api/admin/session/activity` or a change. Reads do not count.
    pub(crate) idle_seconds: u64,
    /// When it ends, unless there is activity.
    pub(crate) idle_ends_at: DateTime<Utc>,
    /// When it ends in any case.
    pub(crate) ends_at: DateTime<Utc>,
    /// Name of the installation, such as `production`.
    pub(crate) environment: String,
    /// Version of the api.
    pub(crate) version: String,
}

/// Kind of the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum SignInKind {
    #[oai(rename = "token")]
    Token,
}

/// Credentials. The kind `token` is the administrator's token; other kinds come with an identity provider.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct SignIn {
    /// Kind of the credentials.
    pub(crate) kind: SignInKind,
    /// The administrator's token.
    #[oai(validator(max_length = 512, min_length = 1))]
    pub(crate) token: String,
}

/// What a person may do: each role may do what the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Role {
    #[oai(rename = "viewer")]
    Viewer,
    #[oai(rename = "operator")]
    Operator,
    #[oai(rename = "admin")]
    Admin,
}

/// `queues:view`: look. `queues:operate`: retry, run, cancel, delete, pause, edit lanes, confirm bulk operations. `queues:admin`: limits of a whole queue, circuits, schedules. `payload:read`: see payloads and bodies of webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Right {
    #[oai(rename = "queues:view")]
    QueuesView,
    #[oai(rename = "queues:operate")]
    QueuesOperate,
    #[oai(rename = "queues:admin")]
    QueuesAdmin,
    #[oai(rename = "payload:read")]
    PayloadRead,
}
