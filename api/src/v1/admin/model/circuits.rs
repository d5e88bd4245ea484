//! Circuits of partners. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

/// Circuit and limit of one credential of a partner, over all processes.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Circuit {
    pub(crate) partner: String,
    pub(crate) credential: String,
    /// The worst of all processes.
    pub(crate) state: CircuitState,
    /// In the window, over all processes.
    pub(crate) failures: u64,
    /// Processes that use it.
    pub(crate) processes: u64,
    /// Of them, with an open circuit.
    pub(crate) processes_open: u64,
    /// If the credential is a shop's.
    pub(crate) shop: Option<String>,
    /// Since when it is in this state.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Next probe of an open circuit.
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) last_error: Option<String>,
    /// Calls that may be made now.
    pub(crate) tokens_left: Option<f64>,
    pub(crate) tokens_max: Option<u64>,
    pub(crate) refill_per_second: Option<f64>,
    /// The partner asked for a pause (429).
    pub(crate) shut_out_until: Option<DateTime<Utc>>,
    /// Jobs that wait for it.
    pub(crate) snoozed: Option<u64>,
}

/// What a circuit does with calls: `half_open` lets one through at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum CircuitState {
    #[oai(rename = "closed")]
    Closed,
    #[oai(rename = "half_open")]
    HalfOpen,
    #[oai(rename = "open")]
    Open,
}
