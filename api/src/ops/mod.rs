//! What stands behind the queue monitor: who is signed in, the audit log, the snapshot that all viewers share, bulk operations,
//! and the pages themselves. The operations are in `crate::v1::admin`.

pub(crate) mod assets;
pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod caller;
pub(crate) mod identity;
pub(crate) mod live;
pub(crate) mod session;
pub(crate) mod workers;

use std::sync::Arc;

use bulk::Bulks;
use identity::SignInMethod;
use live::Live;
use session::{Sessions, SignInLimit};

/// What the monitor's operations share.
pub(crate) struct Ops {
    /// Who may sign in.
    pub(crate) method: Arc<dyn SignInMethod>,
    /// Seals and opens the cookies of sessions.
    pub(crate) sessions: Sessions,
    /// Bounds attempts to sign in.
    pub(crate) attempts: SignInLimit,
    /// The bulk operations that this process works on.
    pub(crate) bulks: Bulks,
    /// The snapshot that all viewers share.
    pub(crate) live: Live,
    /// Name of the installation.
    pub(crate) environment: String,
}
