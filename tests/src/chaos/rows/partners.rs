//! The row about a partner that is ill.

use std::time::Duration;

use tokio::time::sleep;

use super::workers::shifted_clock;
use crate::chaos::arena::{Arena, Bounds};
use crate::chaos::partner::{Mood, Partner};
use crate::chaos::{Load, Stage, Tally};
use crate::redis_server::RedisOptions;
use crate::wait::wait_until;

/// How much faster the clock of Redis runs, by which all delays and leases count.
const TIME_LAPSE: u32 = 25;
/// The outage by that clock.
const OUTAGE: Duration = Duration::from_secs(600);
/// Long enough that no lease runs out between two beats, though they come 25 times too late.
const LEASE_SECONDS: u32 = 3_600;
/// Runs of one job at most: each rests at least a second of Redis' clock, and most of them far longer.
const RUNS_OF_A_JOB_MAX: u64 = 300;

pub(super) async fn down(stage: Stage) -> Tally {
    let clock = shifted_clock(&format!("+0 x{TIME_LAPSE}"));
    let redis = RedisOptions { environment: clock.to_vec(), ..RedisOptions::default() };
    let arena = Arena::start_with(&stage, redis).await;
    let load = Load::of(160, &arena.app);
    let partner = Partner::start(Mood::Limiting(10)).await;
    let lease = [("WORKERS_LEASE_SECONDS", LEASE_SECONDS.to_string())];
    let _worker = arena.faulty_worker_with(&["--partner", &partner.url()], &lease).await;
    load.send(&arena.app).await;
    for mood in [Mood::Failing, Mood::Silent] {
        sleep(OUTAGE / TIME_LAPSE / 3).await;
        partner.turn(mood);
    }
    sleep(OUTAGE / TIME_LAPSE / 3).await;
    assert_eq!((arena.entries().await, partner.taken()), (0, 0), "the partner decides, and it has taken nothing");
    partner.turn(Mood::Well);
    arena.mended();
    wait_until("the partner has been told of all", async || partner.taken() == load.jobs()).await;
    let (refused, again) = (partner.refused(), partner.taken_again());
    assert_eq!(again, 0, "the partner was told twice");
    let bounds = Bounds::again(load.jobs(), load.jobs() * RUNS_OF_A_JOB_MAX);
    let tally = arena.judge(&load, bounds).await;
    tally.note(format!("{refused} calls refused, none taken twice; recovery as the wall clock shows it"))
}
