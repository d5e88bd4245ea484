//! What each kind of job carries: one file per payload, named as its handler in `workers`.
//!
//! Ids and small facts only. A shipped version is never changed: a new one is added, and [`Payload::decode`] upgrades
//! the old. `tests/samples` holds a frozen sample of each version ever shipped.

mod award_points;
mod cancel_adjustment;
mod maintenance;

use serde::{Serialize, de::DeserializeOwned};

pub use award_points::AwardPoints;
pub use cancel_adjustment::CancelAdjustment;
pub use maintenance::{Maintenance, MaintenanceTask};

use serde_json::{Value, value::RawValue};

use crate::kind::JobKind;

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

/// What a kind of job carries.
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

/// A payload of any version as this process writes it, with the version it then has.
pub(crate) fn current(kind: JobKind, version: u16, json: &str) -> Result<(u16, Box<RawValue>), PayloadError> {
    fn of<P: Payload>(version: u16, json: &str) -> Result<(u16, Box<RawValue>), PayloadError> {
        let malformed = |source| PayloadError::Malformed { kind: P::KIND, version, source };
        let payload = P::decode(version, json)?;
        let written = serde_json::value::to_raw_value(&payload).map_err(malformed)?;
        if version == P::VERSION {
            let (given, kept): (Value, Value) = (
                serde_json::from_str(json).map_err(malformed)?,
                serde_json::from_str(written.get()).map_err(malformed)?,
            );
            let fields = given.as_object().into_iter().flatten().map(|(field, _)| field);
            if let Some(field) = fields.into_iter().find(|field| kept.get(field).is_none()) {
                return Err(PayloadError::UnknownField { kind: P::KIND, field: field.clone() });
            }
        }
        Ok((P::VERSION, written))
    }
    match kind {
        JobKind::AwardPoints => of::<AwardPoints>(version, json),
        JobKind::CancelAdjustment => of::<CancelAdjustment>(version, json),
        JobKind::Maintenance => of::<Maintenance>(version, json),
    }
}

/// The version that payloads of the kind are written in now.
pub(crate) fn newest(kind: JobKind) -> u16 {
    match kind {
        JobKind::AwardPoints => AwardPoints::VERSION,
        JobKind::CancelAdjustment => CancelAdjustment::VERSION,
        JobKind::Maintenance => Maintenance::VERSION,
    }
}
