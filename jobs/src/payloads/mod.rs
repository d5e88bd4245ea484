//! What each kind of job carries: one file for each kind of the catalogue, named like its handler in `workers`.
//!
//! Ids and small facts only. A shipped version is never changed: a new one is added, and [`Payload::decode`] upgrades
//! the old. `tests/samples` holds a frozen sample of each version ever shipped.

use domain::{LogId, MerchantId};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use crate::{
    envelope::{JobId, Lane, NewJob},
    kind::JobKind,
};

/// A payload that this process cannot read. Retrying does not help; a newer process may.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// Written by a newer process than this one.
    #[error("payload version {found} of `{kind}` is newer than {known}, the newest this process knows")]
    TooNew {
        /// The kind.
        kind: JobKind,
        /// Version in the envelope.
        found: u16,
        /// Newest version known here.
        known: u16,
    },
    /// Not what this version looks like.
    #[error("payload version {version} of `{kind}` is malformed")]
    Malformed {
        /// The kind.
        kind: JobKind,
        /// Version in the envelope.
        version: u16,
        /// What serde says.
        #[source]
        source: serde_json::Error,
    },
    /// A field that the kind does not know: it would be lost.
    #[error("payload of `{kind}` has no field {field:?}")]
    UnknownField {
        /// The kind.
        kind: JobKind,
        /// The field.
        field: String,
    },
}

/// What the jobs of a kind carry.
pub trait Payload: Serialize + DeserializeOwned + Clone + Send + Sync + Unpin + 'static {
    /// The kind it belongs to.
    const KIND: JobKind;
    /// The version that is written now, from 1.
    const VERSION: u16;

    /// Reads any version ever shipped.
    ///
    /// # Errors
    /// The version is newer than this process, or the text is not of that version's shape.
    fn decode(version: u16, json: &str) -> Result<Self, PayloadError> {
        if version > Self::VERSION {
            return Err(PayloadError::TooNew { kind: Self::KIND, found: version, known: Self::VERSION });
        }
        serde_json::from_str(json).map_err(|source| PayloadError::Malformed { kind: Self::KIND, version, source })
    }
}

/// The payload of a kind that handles webhooks: it names the recorded webhook, in whose transaction the job's effects are
/// written.
pub trait WebhookPayload: Payload {
    /// Makes the payload of the job about that record.
    fn of_webhook(log_id: LogId) -> Self;
}

macro_rules! define_payloads {
    ($($module:ident::$payload:ident($name:literal, $policy:ident, $topics:tt);)*) => {
        $(
            mod $module;
            pub use $module::*;
        )*

        /// Writes a payload of any version as this process does. Returns it with the version it then has.
        pub(crate) fn rewrite(kind: JobKind, version: u16, json: &str) -> Result<(u16, Box<RawValue>), PayloadError> {
            match kind { $(JobKind::$payload => rewrite_as::<$payload>(version, json),)* }
        }

        /// Makes the job of that kind about a recorded webhook, where the kind handles webhooks.
        pub(crate) fn of_webhook(kind: JobKind, log_id: LogId, merchant: &MerchantId) -> Option<NewJob> {
            match kind { $(JobKind::$payload => webhook_job!($payload, log_id, merchant, $topics),)* }
        }
    };
}

macro_rules! webhook_job {
    ($payload:ident, $log_id:ident, $merchant:ident, []) => {
        None
    };
    ($payload:ident, $log_id:ident, $merchant:ident, $topics:tt) => {{
        let id = JobId::of_log(&$log_id);
        Some(NewJob::of(id, &<$payload as WebhookPayload>::of_webhook($log_id), Lane::of($merchant)))
    }};
}

crate::catalogue!(define_payloads);

fn rewrite_as<P: Payload>(version: u16, json: &str) -> Result<(u16, Box<RawValue>), PayloadError> {
    let malformed = |source| PayloadError::Malformed { kind: P::KIND, version, source };
    let payload = P::decode(version, json)?;
    let written = serde_json::value::to_raw_value(&payload).map_err(malformed)?;
    if version == P::VERSION {
        let (given, kept): (Value, Value) =
            (serde_json::from_str(json).map_err(malformed)?, serde_json::from_str(written.get()).map_err(malformed)?);
        let fields = given.as_object().into_iter().flatten().map(|(field, _)| field);
        if let Some(field) = fields.into_iter().find(|field| kept.get(field).is_none()) {
            return Err(PayloadError::UnknownField { kind: P::KIND, field: field.clone() });
        }
    }
    Ok((P::VERSION, written))
}
