//! What every process needs before it has a purpose: configuration, telemetry, time, identity, shutdown and health.
//! The only crate that reads the environment, the wall clock or ambient randomness; everything else is handed them.
//! Knows nothing of loyalty, SQL or queues, and imports no other crate of this workspace.

pub mod adaptive_interval;
pub mod clock;
pub mod config;
pub mod health;
pub mod host;
pub mod ids;
pub mod lifecycle;
pub mod metrics;
pub mod schedule;
pub mod shutdown;
pub mod telemetry;

pub use clock::{Clock, ManualClock, SharedClock, SystemClock};
pub use ids::Ids;
pub use lifecycle::Context;
pub use shutdown::{Shutdown, ShutdownHandle};
