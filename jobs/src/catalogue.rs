//! The catalogue: one line for each kind of job, and the only place that lists the kinds. `jobs` makes the kinds, their
//! payloads and their policies of it, `workers` the handlers, `api` the job of each webhook topic. CONTRIBUTING.md, "Adding a
//! job", says what else a kind needs.

use crate::{kind::KindPolicy, retry::RetryPolicy};

/// Calls the macro of that name with the catalogue, one line for each kind:
/// `module::Payload("name of the queue", POLICY, ["topic", ...]);`
///
/// - `module` names the two files of the kind, `jobs/src/payloads/{module}.rs` and `workers/src/handlers/{module}.rs`. Both are
///   compiled because of this line: a kind without payload or handler does not compile.
/// - The name of the queue is kebab-case and permanent: Redis, records and metrics know the kind by it.
/// - The policy is one of the constants below.
/// - The topics are those of the webhooks that the kind handles. Where there are any, the payload is a
///   [`WebhookPayload`](crate::WebhookPayload). A topic is handled by one kind.
///
/// Use it to derive what is needed of each kind; a list of kinds written by hand would be forgotten.
#[macro_export]
macro_rules! catalogue {
    ($callback:ident) => {
        $callback! {
            award_points::AwardPoints("award-points", LEDGER, ["orders/create", "orders/paid", "orders/updated"]);
            cancel_adjustment::CancelAdjustment("cancel-adjustment", LEDGER, ["orders/cancelled", "refunds/create"]);
            maintenance::Maintenance("maintenance", MAINTENANCE, []);
        }
    };
}

/// The window of an idempotency key, unless a kind has a reason for another.
pub const IDEMPOTENCY_WINDOW_MS: u64 = 48 * HOUR_MS;
pub(crate) const HOUR_MS: u64 = 60 * 60 * 1_000;

/// For work on the ledger: PostgreSQL is its only dependency, so it is retried throughout a long outage.
pub(crate) const LEDGER: KindPolicy = KindPolicy {
    retry: RetryPolicy { attempts: 12, base_ms: 500, factor: 2, cap_ms: 5 * 60 * 1_000 },
    timeout_ms: 30_000,
    snooze_limit_ms: 24 * HOUR_MS,
    lease_ms: 15_000,
    concurrency: 256,
    idempotency_window_ms: IDEMPOTENCY_WINDOW_MS,
    release_key_when_done: true,
};

/// For long work in short steps that nobody waits for and that continues where it stopped when it runs again.
pub(crate) const MAINTENANCE: KindPolicy = KindPolicy {
    retry: RetryPolicy { attempts: 8, base_ms: 5_000, factor: 3, cap_ms: 15 * 60 * 1_000 },
    timeout_ms: 30 * 60 * 1_000,
    snooze_limit_ms: 12 * HOUR_MS,
    lease_ms: 15_000,
    concurrency: 2,
    idempotency_window_ms: IDEMPOTENCY_WINDOW_MS,
    release_key_when_done: true,
};
