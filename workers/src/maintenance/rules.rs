//! What becomes of the rows of each table in time: one entry for every table of the schema, held against PostgreSQL's catalogue by a
//! test. The days of a task are those of `RetentionConfig`. Removes nothing itself.

use jobs::MaintenanceTask;

/// What becomes of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// A task removes rows past their retention, or what they hold of a person.
    Trimmed(MaintenanceTask),
    /// Rows are removed as soon as they have served their purpose.
    Consumed(&'static str),
    /// Rows are kept as long as the merchant is, and hold something of a person.
    KeptWithMerchant(&'static str),
    /// Rows are kept without end, and hold names of operators, never anything of a customer.
    KeptOfOperators(&'static str),
    /// Rows hold nothing of a person.
    NoPersonalData(&'static str),
}

use MaintenanceTask::{TrimAttempts, TrimAuditLogs, TrimCronTicks, TrimDeadLetters, TrimWebhookBodies};
use Retention::{Consumed, KeptOfOperators, KeptWithMerchant, NoPersonalData, Trimmed};

/// The rule of each table. Partitions follow their table.
pub const RULES: &[(&str, Retention)] = &[
    ("_sqlx_migrations", NoPersonalData("which migrations have run")),
    ("admin_users", KeptWithMerchant("administrators of the platform, encrypted, until they are removed")),
    ("api_keys", NoPersonalData("hashes of keys; revoked ones are kept for the audit")),
    ("api_log_bodies", Trimmed(TrimWebhookBodies)),
    ("api_logs", Trimmed(TrimWebhookBodies)), // its `personal_data`; ids and amounts stay
    ("audit_logs", Trimmed(TrimAuditLogs)),
    ("cron_entries", NoPersonalData("the platform's schedules")),
    ("cron_ticks", Trimmed(TrimCronTicks)),
    ("customers", KeptWithMerchant("the accounts; addresses are encrypted")),
    ("dead_letters", Trimmed(TrimDeadLetters)),
    ("event_deliveries", Trimmed(TrimDeadLetters)), // of dead jobs; the others go with their job
    ("event_subscriptions", NoPersonalData("which consumers a merchant has configured")),
    ("job_attempts", Trimmed(TrimAttempts)),
    ("lot_allocations", NoPersonalData("part of the ledger, which is append-only")),
    ("merchants", KeptWithMerchant("the merchants; tokens are encrypted")),
    ("ops_audit", KeptOfOperators("who did what in the queue monitor")),
    ("ops_bulk", KeptOfOperators("bulk operations of the queue monitor, with who asked for them")),
    ("ops_sessions_ended", NoPersonalData("ids of sessions that were ended, removed once they would have ended")),
    ("orders", NoPersonalData("facts without names and addresses")),
    ("outbox", Consumed("the relay deletes a row when it has made its jobs")),
    ("outbox_held", Trimmed(TrimDeadLetters)),
    ("outbox_relay", NoPersonalData("one row: who relays")),
    ("plans", NoPersonalData("the price list")),
    ("point_lots", NoPersonalData("part of the ledger, which is append-only")),
    ("points_transactions", NoPersonalData("the ledger, which is append-only")),
    ("program_settings", NoPersonalData("a merchant's settings")),
    ("queue_settings", NoPersonalData("operators' settings of queues")),
    ("reward_redemptions", NoPersonalData("part of the accounts; codes are encrypted")),
    ("rewards", NoPersonalData("a merchant's settings")),
    ("shop_tokens", KeptWithMerchant("tokens for the merchant's Admin API, encrypted")),
    ("task_progress", NoPersonalData("one row for each task")),
    ("webhook_batches", Consumed("the sweep deletes a row when its webhooks have ended")),
];
