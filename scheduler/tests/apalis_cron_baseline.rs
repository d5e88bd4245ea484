//! What `apalis-cron` does by itself, and why its stream does not drive our ticks (docs/adr/0006): each instance fires
//! under ids of its own, and a tick that has passed is an error for ever. If one of these fails after an upgrade, look
//! at that decision again.

#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::future::poll_fn;
use std::time::Duration;

use apalis_core::backend::Backend;
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use apalis_cron::{CronScheduler, Error, Schedule, Tick};
use chrono::Utc;
use futures::StreamExt;
use platform::clock::{Clock, SystemClock};

/// Every second.
#[derive(Debug, Clone)]
struct Seconds;

fn now_seconds() -> u64 {
    u64::try_from(SystemClock.now().timestamp()).unwrap()
}

impl Schedule<Utc> for Seconds {
    fn next_tick(&mut self, _: &Utc) -> Option<Tick<Utc>> {
        Some(Tick::new(now_seconds() + 1))
    }
}

#[tokio::test]
async fn two_instances_fire_the_same_tick_as_two_jobs() {
    let worker = WorkerContext::new("baseline");
    loop {
        let (mut one, mut two) = (CronScheduler::new(Seconds), CronScheduler::new(Seconds));
        let both = futures::join!(poll_fn(|cx| one.poll_next(cx, &worker)), poll_fn(|cx| two.poll_next(cx, &worker)));
        let (Some(Ok(first)), Some(Ok(second))) = both else { panic!("a stream ended") };
        // Now and then they are made on two sides of the turn of a second.
        if first.args == second.args {
            let id = |task: &Task<Tick<Utc>>| task.ctx().task_id().map(ToString::to_string).unwrap();
            assert_ne!(id(&first), id(&second));
            return;
        }
    }
}

#[tokio::test]
async fn a_tick_that_has_passed_is_an_error_for_ever() {
    let mut ticks = std::pin::pin!(CronScheduler::new(Seconds).into_stream());
    ticks.next().await.unwrap().unwrap();
    // The stream has chosen its next tick, and is not polled until that has passed: a handler that takes long.
    let chosen = now_seconds() + 1;
    while now_seconds() <= chosen {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut missed = HashSet::new();
    for _ in 0..50 {
        let Some(Err(Error::OutOfRange { tick, .. })) = ticks.next().await else { panic!("it has recovered") };
        missed.insert(tick);
    }
    assert_eq!(missed.len(), 1, "always the same tick");
}
