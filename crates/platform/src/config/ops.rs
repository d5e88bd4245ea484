//! Who may use the queue monitor beside the administrator, and how long a session lasts.

use std::time::Duration;

use super::macros::config;
use super::sections::SECRET_CHARS_MIN;
use super::{Reader, Secret};

config! {
    /// The queue monitor at `/ops`.
    pub struct OpsConfig {
        /// Token of people who may look, and retry, run, cancel, delete and pause: at least 16 characters. Not set: nobody.
        pub operator_token: Option<Secret<String>> = "OPS_OPERATOR_TOKEN",
        /// Token of people who may look only: at least 16 characters. Not set: nobody.
        pub viewer_token: Option<Secret<String>> = "OPS_VIEWER_TOKEN",
        /// Whether operators see payloads of jobs and bodies of webhooks. The administrator does; a viewer never does.
        pub operators_see_payloads: bool = "OPS_OPERATORS_SEE_PAYLOADS" or "false",
        /// Name of the installation, shown on every page so that two are not confused.
        pub environment: String = "OPS_ENVIRONMENT" or "development",
        /// Minutes without activity after which a session ends.
        pub idle_minutes: u64 = "OPS_IDLE_MINUTES" or "30" in 1..=1_440,
        /// Hours after which a session ends in any case.
        pub session_hours: u64 = "OPS_SESSION_HOURS" or "12" in 1..=168,
    }
    check check_ops;
}

impl OpsConfig {
    /// Returns how long a session lasts without activity.
    #[must_use]
    pub const fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_minutes * 60)
    }

    /// Returns how long a session lasts in any case.
    #[must_use]
    pub const fn session(&self) -> Duration {
        Duration::from_secs(self.session_hours * 3_600)
    }
}

fn check_ops(ops: &OpsConfig, reader: &mut Reader<'_>) {
    let tokens = [("OPS_OPERATOR_TOKEN", &ops.operator_token), ("OPS_VIEWER_TOKEN", &ops.viewer_token)];
    for (name, token) in tokens {
        if token.as_ref().is_some_and(|token| token.expose().len() < SECRET_CHARS_MIN) {
            reader.note(name, format!("must have at least {SECRET_CHARS_MIN} characters: `openssl rand -hex 32`"));
        }
    }
}
