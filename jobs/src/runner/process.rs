//! What the workers of one process share, so that an idle process costs the same however many kinds of jobs there are: one
//! subscription for the wake-ups of all queues, and one timer for what an idle queue needs now and then.
//!
//! A wake-up may get lost with the Redis that published it or the process that was to receive it. So each idle queue is visited
//! in turn: its worker shows that it is alive, leases that ran out are taken back, and the queue is claimed from. While the
//! subscription is broken, all queues are claimed from once a second instead.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use apalis_core::worker::context::WorkerContext;
use futures::future::join_all;
use redis::RedisError;
use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};

use super::{
    lease_renewer, meter,
    shared::{Shared, backoff},
};
use crate::{connection::Redis, retry::Jitter};

/// How often the timer looks at the workers of this process.
const TICK: Duration = Duration::from_millis(250);
/// One idle queue is visited in so many ticks.
const VISIT_TICKS: u64 = 2;
/// Measurements are written, and without a subscription all queues are claimed from, in so many ticks.
const SECOND_TICKS: u64 = 4;
/// A subscription that lasts so long was not broken from the start: the next attempt begins without delay.
const STEADY: Duration = Duration::from_secs(10);

/// Ends the sleep of a claimer.
#[derive(Default)]
pub(super) struct WakeSignal(Notify);

impl WakeSignal {
    /// Wakes the claimer, or keeps it from falling asleep once.
    pub(super) fn ring(&self) {
        self.0.notify_one();
    }

    pub(super) async fn rung(&self) {
        self.0.notified().await;
    }
}

/// A process with workers. Cheap to clone; what it runs ends with the last clone and the last backend.
#[derive(Clone)]
pub struct WorkerProcess {
    inner: Arc<Inner>,
    tasks: Arc<Mutex<JoinSet<()>>>,
}

struct Inner {
    redis: Redis,
    channel: String,
    jitter: Jitter,
    subscribed: AtomicBool,
    members: Mutex<Vec<Arc<Member>>>,
}

/// The worker of one queue.
struct Member {
    shared: Arc<Shared>,
    wake_signal: Arc<WakeSignal>,
    worker: WorkerContext,
}

/// A worker's membership in its process, which ends with this.
pub(super) struct Membership {
    inner: Arc<Inner>,
    member: Arc<Member>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.inner.members().retain(|member| !Arc::ptr_eq(member, &self.member));
    }
}

impl WorkerProcess {
    /// Makes a process of that name, which is unique among live processes. `seed` is to be different in each process.
    pub fn new(redis: &Redis, name: &str, seed: u64) -> Self {
        let inner = Inner {
            redis: redis.clone(),
            channel: format!("wake:{name}"),
            jitter: Jitter::seeded(seed),
            subscribed: AtomicBool::new(false),
            members: Mutex::default(),
        };
        Self { inner: Arc::new(inner), tasks: Arc::default() }
    }

    /// Returns the channel on which the process is woken.
    pub(super) fn channel(&self) -> &str {
        &self.inner.channel
    }

    /// Adds a worker. The first one starts the subscription and the timer.
    pub(super) fn join(&self, shared: Arc<Shared>, wake_signal: Arc<WakeSignal>, worker: WorkerContext) -> Membership {
        let inner = Arc::clone(&self.inner);
        let member = Arc::new(Member { shared, wake_signal, worker });
        inner.members().push(Arc::clone(&member));
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        if tasks.is_empty() {
            tasks.spawn(listen(Arc::clone(&inner)));
            tasks.spawn(visit_idle(Arc::clone(&inner)));
        }
        Membership { inner, member }
    }
}

impl Inner {
    fn members(&self) -> MutexGuard<'_, Vec<Arc<Member>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring_all(&self) {
        self.members().iter().for_each(|member| member.wake_signal.ring());
    }
}

/// Keeps the subscription up.
async fn listen(inner: Arc<Inner>) {
    let (mut attempt, mut errors) = (0, 0);
    loop {
        let begun = Instant::now();
        let error = receive(&inner, attempt).await;
        if inner.subscribed.swap(false, Ordering::AcqRel) && begun.elapsed() >= STEADY {
            errors = 0;
        }
        tracing::debug!(%error, "no subscription for wake-ups, polling meanwhile");
        tokio::time::sleep(backoff(errors, &inner.jitter)).await;
        (attempt, errors) = (attempt + 1, errors + 1);
    }
}

/// Receives wake-ups until the subscription breaks. Returns why it did.
async fn receive(inner: &Inner, attempt: usize) -> RedisError {
    let mut subscription = match inner.redis.subscribe(&inner.channel, attempt).await {
        Ok(subscription) => subscription,
        Err(error) => return error,
    };
    inner.subscribed.store(true, Ordering::Release);
    // What was published before was received by nobody.
    inner.ring_all();
    loop {
        match subscription.next().await {
            Ok(queue) => {
                let members = inner.members();
                let woken = members.iter().filter(|member| member.shared.queue.wake_name() == queue);
                woken.for_each(|member| member.wake_signal.ring());
            }
            Err(error) => return error,
        }
    }
}

/// Visits idle queues in turn.
async fn visit_idle(inner: Arc<Inner>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut turn = 0;
    for tick in 1_u64.. {
        ticks.tick().await;
        let members = inner.members().clone();
        // A claimer that sleeps must see that its worker stops.
        let halting = members.iter().filter(|member| member.worker.is_shutting_down() || member.worker.is_paused());
        halting.for_each(|member| member.wake_signal.ring());
        if tick.is_multiple_of(SECOND_TICKS) {
            let measured = members.iter().filter(|member| member.shared.meter.has_measured());
            join_all(measured.map(|member| meter::write(&member.shared))).await;
            if !inner.subscribed.load(Ordering::Acquire) {
                inner.ring_all();
            }
        }
        if tick.is_multiple_of(VISIT_TICKS) && !members.is_empty() {
            turn = (turn + 1) % members.len();
            let mut in_turn = members[turn..].iter().chain(&members[..turn]);
            if let Some(idle) = in_turn.find(|member| member.shared.is_idle()) {
                turn = members.iter().position(|member| Arc::ptr_eq(member, idle)).unwrap_or(turn);
                visit(idle).await;
            }
        }
    }
}

/// Does for an idle queue what its worker does for a busy one by itself.
async fn visit(member: &Member) {
    if let Err(error) = lease_renewer::beat(&member.shared).await {
        tracing::debug!(queue = member.shared.queue.kind().name(), %error, "an idle queue could not be visited");
        return;
    }
    // Marks where windows of measurements begin.
    meter::write(&member.shared).await;
    member.wake_signal.ring();
}

impl std::fmt::Debug for WorkerProcess {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerProcess").field("channel", &self.inner.channel).finish_non_exhaustive()
    }
}
