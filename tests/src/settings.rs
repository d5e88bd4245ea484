//! The configuration of each role under test, as structs and as the environment of a process.

use platform::config::{
    ApiConfig, ApiSettings, CronConfig, CronRule, DatabaseConfig, EmailIndexConfig, EncryptionConfig, Key32, KeyId,
    LogFormat, OpsConfig, PartnersConfig, Reader, RedisConfig, RetentionConfig, SchedulerConfig, SchedulerSettings,
    Secret, ServiceUrl, ShopifyConfig, TelemetryConfig, Value as _, WorkersConfig, WorkersSettings,
};
use store::crypto::{EmailIndex, KeyRing};

/// Secret that signs the webhooks.
pub const SHOPIFY_SECRET: &str = "shpss_the-secret-of-tests-now";
/// Previous secret, still accepted.
pub const SHOPIFY_SECRET_PREVIOUS: &str = "shpss_the-secret-of-tests-before";
/// The administrator's token.
pub const ADMIN_TOKEN: &str = "admin-token-of-tests-0123456789";
/// The token of the monitor's operators.
pub const OPERATOR_TOKEN: &str = "operator-token-of-tests-0123456789";
/// The token of the monitor's viewers.
pub const VIEWER_TOKEN: &str = "viewer-token-of-tests-0123456789";
/// Key that encrypts personal data.
pub const PII_KEY: &str = "1111111111111111111111111111111111111111111111111111111111111111";
/// Key of the blind index of addresses.
pub const EMAIL_INDEX_KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";

/// A lease short enough that a killed worker's jobs come back within a test.
const LEASE_SECONDS: u64 = 3;
const CONNECTIONS_MAX: u32 = 6;
/// Connections of a role for pages and reports.
pub const READ_CONNECTIONS_MAX: u32 = 2;
const READ_STATEMENT_TIMEOUT_MS: u64 = 10_000;
/// Tests ask for a balance again and again; the quota has tests of its own.
const KEY_REQUESTS_PER_MINUTE_MAX: u32 = 1_000_000;

/// Settings that differ between tests.
#[derive(Debug, Clone)]
pub struct Servers {
    pub owner_url: String,
    pub app_url: String,
    pub redis_url: String,
    pub prefix: String,
}

impl Servers {
    /// Returns the environment of every process of this test; each listens on a free port.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let own = |text: &str| text.to_owned();
        vec![
            ("DATABASE_URL", self.owner_url.clone()),
            ("APP_DATABASE_URL", self.app_url.clone()),
            ("DATABASE_CONNECTIONS_MAX", CONNECTIONS_MAX.to_string()),
            ("DATABASE_READ_CONNECTIONS_MAX", READ_CONNECTIONS_MAX.to_string()),
            ("REDIS_URL", self.redis_url.clone()),
            ("REDIS_KEY_PREFIX", self.prefix.clone()),
            ("PII_KEY", own(PII_KEY)),
            ("EMAIL_INDEX_KEY", own(EMAIL_INDEX_KEY)),
            ("SHOPIFY_API_SECRET", own(SHOPIFY_SECRET)),
            ("SHOPIFY_API_SECRET_PREVIOUS", own(SHOPIFY_SECRET_PREVIOUS)),
            ("ADMIN_TOKEN", own(ADMIN_TOKEN)),
            ("LOYALNEST_API_ADDR", own("127.0.0.1:0")),
            ("LOYALNEST_API_INTERNAL_ADDR", own("127.0.0.1:0")),
            ("LOYALNEST_WORKERS_ADDR", own("127.0.0.1:0")),
            ("LOYALNEST_SCHEDULER_ADDR", own("127.0.0.1:0")),
            ("API_KEY_REQUESTS_PER_MINUTE_MAX", KEY_REQUESTS_PER_MINUTE_MAX.to_string()),
            ("WORKERS_LEASE_SECONDS", LEASE_SECONDS.to_string()),
            ("SCHEDULER_SWEEP_INTERVAL_SECONDS", own("1")),
            ("SCHEDULER_SWEEP_AFTER_SECONDS", own("1")),
            ("SCHEDULER_RESCUE_INTERVAL_MS", own("200")),
            ("SCHEDULER_RELAY_INTERVAL_MS", own("100")),
            ("CRON_TRIM_WEBHOOK_BODIES", own("off")),
            ("CRON_TRIM_CRON_TICKS", own("off")),
            ("CRON_TRIM_ATTEMPTS", own("off")),
            ("CRON_TRIM_DEAD_LETTERS", own("off")),
            ("CRON_TRIM_AUDIT_LOGS", own("off")),
            ("CRON_VERIFY_BALANCES", own("off")),
            ("LOG_FORMAT", own("json")),
            ("LOG_LEVEL", own("info")),
        ]
    }

    pub fn api(&self) -> ApiSettings {
        ApiSettings {
            api: ApiConfig {
                addr: any_port(),
                internal_addr: any_port(),
                connections_max: 8_192,
                requests_max: 8_192,
                key_requests_per_minute_max: KEY_REQUESTS_PER_MINUTE_MAX,
                admin_token: Secret::new(ADMIN_TOKEN.to_owned()),
                group_commit_ms: 1,
                group_commit_rows_max: 256,
                drain_seconds: 10,
            },
            ops: OpsConfig {
                operator_token: Some(Secret::new(OPERATOR_TOKEN.to_owned())),
                viewer_token: Some(Secret::new(VIEWER_TOKEN.to_owned())),
                operators_see_payloads: false,
                environment: "test".to_owned(),
                idle_minutes: 30,
                session_hours: 12,
            },
            database: self.database(),
            redis: self.redis(),
            shopify: shopify(),
            encryption: encryption(),
            telemetry: telemetry(),
        }
    }

    pub fn workers(&self) -> WorkersSettings {
        WorkersSettings {
            workers: WorkersConfig {
                addr: any_port(),
                concurrency: 3,
                batch_pace_ms: 2,
                batch_rows_max: 200,
                lease_seconds: LEASE_SECONDS,
                drain_seconds: 10,
            },
            retention: RetentionConfig {
                webhook_bodies_days: 30,
                unhandled_bodies_days: 90,
                audit_logs_days: 730,
                cron_ticks_days: 90,
                attempts_days: 30,
                dead_letters_days: 90,
            },
            database: self.database(),
            redis: self.redis(),
            shopify: shopify(),
            partners: partners(),
            encryption: encryption(),
            email_index: email_index_config(),
            telemetry: telemetry(),
        }
    }

    pub fn scheduler(&self) -> SchedulerSettings {
        SchedulerSettings {
            scheduler: SchedulerConfig {
                addr: any_port(),
                sweep_interval_seconds: 1,
                sweep_after_seconds: 1,
                sweep_rows_max: 500,
                rescue_interval_ms: 200,
                relay_interval_ms: 100,
                relay_rows_max: 200,
                drain_seconds: 10,
            },
            cron: cron_off(),
            database: self.database(),
            redis: self.redis(),
            telemetry: telemetry(),
        }
    }

    fn database(&self) -> DatabaseConfig {
        DatabaseConfig {
            url: service(&self.app_url),
            connections_max: CONNECTIONS_MAX,
            acquire_timeout_ms: 2_000,
            read_connections_max: READ_CONNECTIONS_MAX,
            read_statement_timeout_ms: READ_STATEMENT_TIMEOUT_MS,
        }
    }

    fn redis(&self) -> RedisConfig {
        RedisConfig { url: service(&self.redis_url), key_prefix: self.prefix.clone() }
    }
}

/// Returns a configuration in which no cron entry is enabled.
pub fn cron_off() -> CronConfig {
    CronConfig {
        trim_webhook_bodies: CronRule::Off,
        trim_cron_ticks: CronRule::Off,
        trim_attempts: CronRule::Off,
        trim_dead_letters: CronRule::Off,
        trim_audit_logs: CronRule::Off,
        verify_balances: CronRule::Off,
    }
}

fn any_port() -> std::net::SocketAddr {
    std::net::SocketAddr::from(([127, 0, 0, 1], 0))
}

fn service(url: &str) -> ServiceUrl {
    ServiceUrl::parse(url).unwrap()
}

fn key(hex: &str) -> Secret<Key32> {
    Secret::new(Key32::parse(hex).unwrap())
}

/// Returns the keys of encrypted columns, which every role under test has.
pub fn encryption() -> EncryptionConfig {
    let pii_key_id = KeyId::parse("k1").unwrap();
    EncryptionConfig { pii_key: key(PII_KEY), pii_key_id, pii_read_keys: None }
}

fn email_index_config() -> EmailIndexConfig {
    EmailIndexConfig { email_index_key: key(EMAIL_INDEX_KEY) }
}

/// Returns the keys of encrypted columns, as `store` takes them.
pub fn keys() -> KeyRing {
    datastores::key_ring(&encryption())
}

/// Returns the blind index, as `store` takes it.
pub fn email_index() -> EmailIndex {
    datastores::email_index(&email_index_config())
}

fn telemetry() -> TelemetryConfig {
    TelemetryConfig { log_format: LogFormat::Text, log_level: "info".to_owned() }
}

fn shopify() -> ShopifyConfig {
    ShopifyConfig {
        api_secret: Secret::new(SHOPIFY_SECRET.to_owned()),
        api_secret_previous: Some(Secret::new(SHOPIFY_SECRET_PREVIOUS.to_owned())),
    }
}

/// Returns partners on the loopback where nobody listens: what a test forgets to set must not reach a real one.
fn partners() -> PartnersConfig {
    let nobody = |name: &str| match name {
        "SHOPIFY_URL" => Some("http://127.0.0.1:9/{shop}".to_owned()),
        "KLAVIYO_URL" | "POSTSCRIPT_URL" | "POSTHOG_URL" | "SLACK_URL" | "SNS_URL" | "S3_URL" => {
            Some("http://127.0.0.1:9".to_owned())
        }
        _ => None,
    };
    let mut reader = Reader::new(&nobody);
    PartnersConfig::read(&mut reader).expect("the defaults are valid")
}
