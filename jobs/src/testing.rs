//! For tests, here and in other crates: the Redis to use, names that do not meet, and running what is queued.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    context::Job,
    envelope::JobId,
    error::QueueError,
    outcome::{JobError, Outcome, Reason, class, error_chain},
    payloads::Payload,
    queue::{Queues, Settlement},
};

const BATCH: usize = 100;
const LEASE: Duration = Duration::from_secs(30);

/// The address of the Redis that tests use.
///
/// # Panics
/// If `TEST_REDIS_URL` is not set: a test that silently did nothing would be worse.
#[allow(clippy::disallowed_methods, reason = "tests read the address of their Redis from the environment, here only")]
pub fn redis_url() -> String {
    std::env::var("TEST_REDIS_URL").expect("set TEST_REDIS_URL to a Redis that tests may use (`./dev.sh test` does)")
}

/// A name that no other test, of this or another run, has.
pub fn unique_prefix() -> String {
    format!("t{}", new_id())
}

/// A fresh job id, greater than those before. Tests only: elsewhere ids come from the process' own source.
///
/// # Panics
/// After 2^80 ids in one millisecond.
#[allow(clippy::disallowed_methods, reason = "tests need ids that do not repeat over runs, not ids that repeat")]
pub fn new_id() -> JobId {
    static IDS: Mutex<Option<ulid::Generator>> = Mutex::new(None);
    let mut ids = IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let id = ids.get_or_insert_with(ulid::Generator::new).generate();
    JobId::trusted(&id.expect("2^80 ids in a millisecond").to_string())
}

/// Queues of one's own on the tests' Redis.
///
/// # Panics
/// If `TEST_REDIS_URL` is not set or not an address.
pub fn queues() -> Queues {
    Queues::connect_prefixed(&redis_url(), &unique_prefix()).expect("TEST_REDIS_URL is a Redis address")
}

/// Claims and runs jobs of `P`'s kind one after the other until none is waiting; delayed jobs stay. Outcomes are carried
/// out as a worker would, without jitter. Returns how many runs there were.
///
/// # Errors
/// Fails when Redis is unavailable.
pub async fn run_pending<P, F, Fut>(queues: &Queues, mut handler: F) -> Result<usize, QueueError>
where
    P: Payload,
    F: FnMut(Job<P>) -> Fut,
    Fut: Future<Output = Result<(), JobError>>,
{
    let queue = queues.queue(P::KIND);
    let mut runs = 0;
    loop {
        let claim = queue.claim(BATCH, LEASE, "run-pending").await?;
        if claim.jobs.is_empty() {
            return Ok(runs);
        }
        for claimed in claim.jobs {
            runs += 1;
            let outcome = match P::decode(claimed.context.version, claimed.payload.get()) {
                Ok(payload) => {
                    let context = Arc::clone(&claimed.context);
                    let last = context.is_last_attempt();
                    let ceiling = P::KIND.policy().retry.ceiling(context.attempt);
                    match handler(Job { payload, context }).await {
                        Ok(()) => Outcome::Done,
                        Err(JobError::Retry { source, class, .. }) if last => {
                            Outcome::Dead { reason: Reason::new(class, error_chain(source.as_ref())) }
                        }
                        Err(JobError::Retry { after, .. }) => Outcome::Retry { after: after.unwrap_or(ceiling) },
                        Err(JobError::Snooze { after, .. }) => Outcome::Snooze { after },
                        Err(JobError::Discard { .. }) => Outcome::Cancel,
                        Err(JobError::Fail { source, class }) => {
                            Outcome::Dead { reason: Reason::new(class, error_chain(source.as_ref())) }
                        }
                    }
                }
                Err(error) => Outcome::Dead { reason: Reason::new(class::PAYLOAD, error_chain(&error)) },
            };
            queue.settle(&[Settlement::of(&claimed, outcome)]).await?;
        }
    }
}
