//! Every variable of every process. To add one: add a field here, run `./dev.sh gen`, and read it from the settings
//! the role is handed. A variable read anywhere else is refused by clippy.

use std::net::SocketAddr;
use std::time::Duration;

use super::keys::check_email_index;
use super::macros::{config, settings};
use super::ops::OpsConfig;
use super::sandbox::SandboxConfig;
use super::{
    CronRule, EmailIndexConfig, EncryptionConfig, LogFormat, PartnersConfig, Reader, Secret, Section, ServiceUrl,
};

config! {
    /// Logs.
    pub struct TelemetryConfig {
        /// How log lines look: `json` or `text`.
        pub log_format: LogFormat = "LOG_FORMAT" or "json",
        /// What is logged: a level, or levels by target, such as `info,store=debug`.
        pub log_level: String = "LOG_LEVEL" or "info",
    }
}

config! {
    /// The application's own access to PostgreSQL: a role without ownership, held to one merchant by row-level security.
    pub struct DatabaseConfig {
        /// URL of the application role `loyalnest_app`, such as `postgres://loyalnest_app@127.0.0.1:5432/loyalnest`.
        pub url: ServiceUrl = "APP_DATABASE_URL",
        /// Connections a process keeps open at most for writes and look-ups by key.
        pub connections_max: u32 = "DATABASE_CONNECTIONS_MAX" or "16" in 1..=500,
        /// How long a caller waits for a free connection, in milliseconds.
        pub acquire_timeout_ms: u64 = "DATABASE_ACQUIRE_TIMEOUT_MS" or "3000" in 10..=60_000,
        /// Further connections a process keeps open at most for pages and reports, which read only.
        pub read_connections_max: u32 = "DATABASE_READ_CONNECTIONS_MAX" or "8" in 1..=500,
        /// How long a statement of those may run, in milliseconds.
        pub read_statement_timeout_ms: u64 = "DATABASE_READ_STATEMENT_TIMEOUT_MS" or "10000" in 100..=600_000,
    }
}

config! {
    /// The owner's access to PostgreSQL: migrations, seeds and `verify` only.
    pub struct OwnerDatabaseConfig {
        /// URL of the role that owns the schema, such as `postgres://loyalnest@127.0.0.1:5432/loyalnest`.
        pub url: ServiceUrl = "DATABASE_URL",
    }
}

config! {
    /// Redis: the queue's fast path. It may be lost at any moment.
    pub struct RedisConfig {
        /// URL of Redis 7 or later: one server, such as `redis://127.0.0.1:6379/0`; Sentinels, such as
        /// `redis+sentinel://host:26379,host:26379/service/0`; or a cluster, such as `redis+cluster://host:6379,host:6379`.
        /// `rediss` in place of `redis` means TLS. It should have `maxmemory-policy noeviction` and `appendonly yes`.
        pub url: ServiceUrl = "REDIS_URL",
        /// Put before every key, so that several installations can share one server.
        pub key_prefix: String = "REDIS_KEY_PREFIX" or "ln",
    }
    check check_redis;
}

config! {
    /// The Shopify app.
    pub struct ShopifyConfig {
        /// The app's secret: webhooks are signed with it.
        pub api_secret: Secret<String> = "SHOPIFY_API_SECRET",
        /// The secret before the last rotation, still accepted while Shopify switches over.
        pub api_secret_previous: Option<Secret<String>> = "SHOPIFY_API_SECRET_PREVIOUS",
    }
    check check_shopify;
}

config! {
    /// The api process.
    pub struct ApiConfig {
        /// Where the api listens for webhooks and partners.
        pub addr: SocketAddr = "LOYALNEST_API_ADDR" or "127.0.0.1:3000",
        /// Where `/healthz`, `/readyz` and `/metrics` are served: not to be reached by the public.
        pub internal_addr: SocketAddr = "LOYALNEST_API_INTERNAL_ADDR" or "127.0.0.1:3001",
        /// Connections at once; further ones wait. Fewer if the system lets the process open fewer files (`ulimit -Hn`).
        pub connections_max: usize = "API_CONNECTIONS_MAX" or "8192" in 16..=65_536,
        /// Requests that are worked on at once, over all connections; further ones are answered 503.
        pub requests_max: usize = "API_REQUESTS_MAX" or "8192" in 16..=65_536,
        /// Requests that one partner's key may make in a minute, over all api processes; further ones are answered 429.
        pub key_requests_per_minute_max: u32 = "API_KEY_REQUESTS_PER_MINUTE_MAX" or "600" in 1..=1_000_000,
        /// Bearer token of the operators' endpoints: at least 16 characters.
        pub admin_token: Secret<String> = "ADMIN_TOKEN",
        /// How long a webhook waits at most for others to share its commit, in milliseconds; a lone one does not wait, and
        /// while commits are quick the wait is shorter.
        pub group_commit_ms: u64 = "WEBHOOK_GROUP_COMMIT_MS" or "8" in 0..=100,
        /// Webhooks in one commit at most.
        pub group_commit_rows_max: usize = "WEBHOOK_GROUP_COMMIT_ROWS_MAX" or "256" in 1..=2_000,
        /// How long running requests may take to end once the process is asked to stop, in seconds.
        pub drain_seconds: u64 = "API_DRAIN_SECONDS" or "20" in 1..=600,
    }
    check check_api;
}

config! {
    /// The workers process.
    pub struct WorkersConfig {
        /// Where health and metrics are served.
        pub addr: SocketAddr = "LOYALNEST_WORKERS_ADDR" or "127.0.0.1:3010",
        /// Batches of one job kind that run at the same time in this process; one of 32 jobs or more runs alone.
        pub concurrency: u32 = "WORKERS_CONCURRENCY" or "2" in 1..=256,
        /// How far apart batches of one kind begin at most while there is work, in milliseconds; a lone job does not wait,
        /// and while batches are quick they begin closer together.
        pub batch_pace_ms: u64 = "WORKERS_BATCH_PACE_MS" or "12" in 0..=1_000,
        /// Jobs claimed and committed together at most.
        pub batch_rows_max: usize = "WORKERS_BATCH_ROWS_MAX" or "200" in 1..=500,
        /// How long a claimed job stays with this worker without a heartbeat, in seconds; heartbeats follow from it.
        pub lease_seconds: u64 = "WORKERS_LEASE_SECONDS" or "15" in 2..=3_600,
        /// How long running jobs may take to end once the process is asked to stop, in seconds.
        pub drain_seconds: u64 = "WORKERS_DRAIN_SECONDS" or "25" in 1..=600,
    }
}

config! {
    /// The scheduler process.
    pub struct SchedulerConfig {
        /// Where health and metrics are served.
        pub addr: SocketAddr = "LOYALNEST_SCHEDULER_ADDR" or "127.0.0.1:3030",
        /// How often the sweep looks for recorded webhooks without a job, in seconds.
        pub sweep_interval_seconds: u64 = "SCHEDULER_SWEEP_INTERVAL_SECONDS" or "2" in 1..=3_600,
        /// How old such a webhook must be before the sweep enqueues it again, in seconds.
        pub sweep_after_seconds: u64 = "SCHEDULER_SWEEP_AFTER_SECONDS" or "5" in 1..=3_600,
        /// Webhooks enqueued again by one sweep at most.
        pub sweep_rows_max: usize = "SCHEDULER_SWEEP_ROWS_MAX" or "2000" in 1..=10_000,
        /// How often leases that ran out are looked for, in milliseconds.
        pub rescue_interval_ms: u64 = "SCHEDULER_RESCUE_INTERVAL_MS" or "1000" in 100..=60_000,
        /// How often the relay looks for events that wait in the outbox, in milliseconds; while there are more, it goes on at once.
        pub relay_interval_ms: u64 = "SCHEDULER_RELAY_INTERVAL_MS" or "500" in 50..=60_000,
        /// Events that the relay moves in one transaction at most.
        pub relay_rows_max: usize = "SCHEDULER_RELAY_ROWS_MAX" or "1000" in 1..=5_000,
        /// How long a running pass may take to end once the process is asked to stop, in seconds.
        pub drain_seconds: u64 = "SCHEDULER_DRAIN_SECONDS" or "10" in 1..=600,
    }
}

config! {
    /// When the scheduler enqueues what recurs: `off`, or `SCHEDULE; ZONE; CATCH-UP`. SCHEDULE is minute, hour, day of month, month and day of week, with an optional field of seconds in front. CATCH-UP says what becomes of ticks missed in a downtime: `skip`, `once` (the latest), or `all`.
    pub struct CronConfig {
        /// Removes webhooks' raw bodies past their retention.
        pub trim_webhook_bodies: CronRule = "CRON_TRIM_WEBHOOK_BODIES" or "17 2 * * *; UTC; once",
        /// Removes recorded ticks past their retention.
        pub trim_cron_ticks: CronRule = "CRON_TRIM_CRON_TICKS" or "47 2 * * *; UTC; once",
        /// Drops the days of job attempts past their retention, and prepares the days to come: a week of them, so that no longer pause than that goes unnoticed.
        pub trim_attempts: CronRule = "CRON_TRIM_ATTEMPTS" or "27 2 * * *; UTC; once",
        /// Removes dead letters, and events that no consumer was given, past their retention.
        pub trim_dead_letters: CronRule = "CRON_TRIM_DEAD_LETTERS" or "37 2 * * *; UTC; once",
        /// Removes audit rows past their retention.
        pub trim_audit_logs: CronRule = "CRON_TRIM_AUDIT_LOGS" or "57 2 * * *; UTC; once",
        /// Compares every balance with the ledger and the lots.
        pub verify_balances: CronRule = "CRON_VERIFY_BALANCES" or "17 3 * * *; UTC; once",
    }
}

config! {
    /// How long is kept what is needed for a time only.
    pub struct RetentionConfig {
        /// Raw bodies of webhooks that are dealt with, in days: a webhook can be replayed as long as its body is there, but it holds personal data.
        pub webhook_bodies_days: u32 = "RETENTION_WEBHOOK_BODIES_DAYS" or "30" in 3..=3_650,
        /// Raw bodies of webhooks whose topic has no handler, in days.
        pub unhandled_bodies_days: u32 = "RETENTION_UNHANDLED_BODIES_DAYS" or "90" in 3..=3_650,
        /// Audit rows, in days.
        pub audit_logs_days: u32 = "RETENTION_AUDIT_LOGS_DAYS" or "730" in 90..=3_650,
        /// Ticks of cron entries, in days.
        pub cron_ticks_days: u32 = "RETENTION_CRON_TICKS_DAYS" or "90" in 1..=3_650,
        /// Attempts of jobs, in days.
        pub attempts_days: u16 = "RETENTION_ATTEMPTS_DAYS" or "30" in 7..=3_650,
        /// Dead letters, replayed or not, and events that no consumer was given, in days.
        pub dead_letters_days: u32 = "RETENTION_DEAD_LETTERS_DAYS" or "90" in 7..=3_650,
    }
}

settings! {
    /// Everything the api process reads.
    pub struct ApiSettings {
        /// Its own.
        pub api: ApiConfig,
        /// The queue monitor.
        pub ops: OpsConfig,
        /// PostgreSQL.
        pub database: DatabaseConfig,
        /// Redis.
        pub redis: RedisConfig,
        /// Shopify.
        pub shopify: ShopifyConfig,
        /// Keys of encrypted columns.
        pub encryption: EncryptionConfig,
        /// Logs.
        pub telemetry: TelemetryConfig,
    }
}

settings! {
    /// Everything the workers process reads.
    pub struct WorkersSettings {
        /// Its own.
        pub workers: WorkersConfig,
        /// Retention.
        pub retention: RetentionConfig,
        /// PostgreSQL.
        pub database: DatabaseConfig,
        /// Redis.
        pub redis: RedisConfig,
        /// The Shopify app, whose tokens are refreshed.
        pub shopify: ShopifyConfig,
        /// The partners that are called.
        pub partners: PartnersConfig,
        /// Keys of encrypted columns.
        pub encryption: EncryptionConfig,
        /// Key of the blind index.
        pub email_index: EmailIndexConfig,
        /// Logs.
        pub telemetry: TelemetryConfig,
    }
    check check_workers;
}

settings! {
    /// Everything the scheduler process reads.
    pub struct SchedulerSettings {
        /// Its own.
        pub scheduler: SchedulerConfig,
        /// What recurs.
        pub cron: CronConfig,
        /// PostgreSQL.
        pub database: DatabaseConfig,
        /// Redis.
        pub redis: RedisConfig,
        /// Logs.
        pub telemetry: TelemetryConfig,
    }
}

settings! {
    /// Everything the sandbox process reads.
    pub struct SandboxSettings {
        /// Its own.
        pub sandbox: SandboxConfig,
        /// The Shopify app, whose clients are authenticated.
        pub shopify: ShopifyConfig,
        /// Logs.
        pub telemetry: TelemetryConfig,
    }
}

settings! {
    /// Everything the operators' command `loyalnest` reads.
    pub struct ToolSettings {
        /// PostgreSQL as the schema's owner.
        pub owner: OwnerDatabaseConfig,
        /// Keys of encrypted columns.
        pub encryption: EncryptionConfig,
        /// Logs.
        pub telemetry: TelemetryConfig,
    }
}

/// Every section, in the order of `.env.example`.
pub const SECTIONS: &[Section] = &[
    OwnerDatabaseConfig::SECTION,
    DatabaseConfig::SECTION,
    RedisConfig::SECTION,
    EncryptionConfig::SECTION,
    EmailIndexConfig::SECTION,
    ShopifyConfig::SECTION,
    PartnersConfig::SECTION,
    ApiConfig::SECTION,
    OpsConfig::SECTION,
    WorkersConfig::SECTION,
    RetentionConfig::SECTION,
    SchedulerConfig::SECTION,
    CronConfig::SECTION,
    SandboxConfig::SECTION,
    TelemetryConfig::SECTION,
];

impl DatabaseConfig {
    /// How long a caller waits for a free connection.
    #[must_use]
    pub fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    /// Returns how long a statement of the reading pool may run.
    #[must_use]
    pub fn read_statement_timeout(&self) -> Duration {
        Duration::from_millis(self.read_statement_timeout_ms)
    }
}

impl ApiConfig {
    /// How long a webhook waits for others to share its commit.
    #[must_use]
    pub fn group_commit(&self) -> Duration {
        Duration::from_millis(self.group_commit_ms)
    }

    /// How long running requests may take to end.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

impl WorkersConfig {
    /// How far apart batches of one kind begin at least.
    #[must_use]
    pub fn batch_pace(&self) -> Duration {
        Duration::from_millis(self.batch_pace_ms)
    }

    /// How long a claimed job stays with this worker without a heartbeat.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }

    /// How long running jobs may take to end.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

impl SchedulerConfig {
    /// How often the sweep runs.
    #[must_use]
    pub fn sweep_interval(&self) -> Duration {
        Duration::from_secs(self.sweep_interval_seconds)
    }

    /// How old a recorded webhook without a job must be.
    #[must_use]
    pub fn sweep_after(&self) -> Duration {
        Duration::from_secs(self.sweep_after_seconds)
    }

    /// How often the relay looks for events that wait.
    #[must_use]
    pub fn relay_interval(&self) -> Duration {
        Duration::from_millis(self.relay_interval_ms)
    }

    /// How often leases that ran out are looked for.
    #[must_use]
    pub fn rescue_interval(&self) -> Duration {
        Duration::from_millis(self.rescue_interval_ms)
    }

    /// How long a running pass may take to end.
    #[must_use]
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}

/// Shortest bearer token or webhook secret worth the name.
pub(super) const SECRET_CHARS_MIN: usize = 16;

fn check_redis(redis: &RedisConfig, reader: &mut Reader<'_>) {
    let plain = redis.key_prefix.chars().all(|character| character.is_ascii_alphanumeric() || character == '-');
    if !plain {
        reader
            .note("REDIS_KEY_PREFIX", "must be letters, digits and `-` only: `{`, `}` and `:` have a meaning in keys");
    }
}

fn check_workers(workers: &WorkersSettings, reader: &mut Reader<'_>) {
    check_email_index(&workers.encryption, &workers.email_index, reader);
}

fn check_shopify(shopify: &ShopifyConfig, reader: &mut Reader<'_>) {
    if shopify.api_secret_previous.as_ref() == Some(&shopify.api_secret) {
        reader.note("SHOPIFY_API_SECRET_PREVIOUS", "is the same as SHOPIFY_API_SECRET: leave it empty");
    }
}

fn check_api(api: &ApiConfig, reader: &mut Reader<'_>) {
    if api.admin_token.expose().len() < SECRET_CHARS_MIN {
        reader.note("ADMIN_TOKEN", format!("must have at least {SECRET_CHARS_MIN} characters: `openssl rand -hex 32`"));
    }
}
