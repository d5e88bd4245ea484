//! What the sandbox reads. No secret of a real partner.

use std::net::SocketAddr;
use std::time::Duration;

use super::macros::config;

config! {
    /// The sandbox, which plays the partners in development.
    pub struct SandboxConfig {
        /// Where it listens; health and metrics are served there, too.
        pub addr: SocketAddr = "LOYALNEST_SANDBOX_ADDR" or "127.0.0.1:3040",
        /// Seed of what is decided by chance: which requests a share of errors hits.
        pub seed: u64 = "SANDBOX_SEED" or "1",
        /// Name of the key that requests to its S3 and SNS must be signed with.
        pub access_key_id: String = "SANDBOX_ACCESS_KEY_ID" or "sandbox",
        /// That key. Not a secret: it protects nothing but invented data.
        pub secret_access_key: String = "SANDBOX_SECRET_ACCESS_KEY" or "sandbox-secret-access-key",
        /// The bucket that its S3 has at first.
        pub bucket: String = "SANDBOX_BUCKET" or "loyalnest",
    }
}

impl SandboxConfig {
    /// How long running requests may take to end: hardly any time, since a request may hang on purpose.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(1)
    }
}
