//! The row about a partner that is ill. The outage is real time and shorter than the ten minutes of the matrix; the way
//! through it is the same: retries are used up within the first seconds, from then on jobs rest without losing attempts.

use std::time::Duration;

use tokio::time::sleep;

use crate::chaos::arena::{Arena, Bounds};
use crate::chaos::partner::{Mood, Partner};
use crate::chaos::{Load, Stage, Tally};
use crate::wait::wait_until;

/// How long the partner is in each of its three moods.
const MOOD: Duration = Duration::from_secs(10);
const LIMIT_SECONDS: u32 = 2;
/// A job rests at least a second between two runs, but for its three retries.
const RUNS_OF_A_JOB_MAX: u64 = 40;

pub(super) async fn down(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(160, &arena.app);
    let partner = Partner::start(Mood::Limiting(LIMIT_SECONDS)).await;
    let _worker = arena.faulty_worker(&["--partner", &partner.url()]).await;
    arena.send(&load).await;
    for mood in [Mood::Failing, Mood::Silent] {
        sleep(MOOD).await;
        partner.turn(mood);
    }
    sleep(MOOD).await;
    assert_eq!((arena.entries().await, partner.taken()), (0, 0), "the partner decides, and it has taken nothing");
    partner.turn(Mood::Well);
    arena.mended();
    wait_until("the partner has been told of all", async || partner.taken() == load.jobs()).await;
    let tally = arena.judge(&load, Bounds::again(load.jobs(), load.jobs() * RUNS_OF_A_JOB_MAX)).await;
    // A run that fails after its call calls again: the partner knows it by its key.
    let (keys, again, refused) = (partner.taken(), partner.taken_again(), partner.refused());
    assert_eq!(keys, load.jobs(), "keys that the partner has taken");
    assert!(again <= load.conflicts_max(), "{again} calls were made again after the partner had taken them");
    let outage = (MOOD * 3).as_secs();
    tally.note(format!("{refused} calls refused, {again} made again under their key; the outage lasts {outage} s here"))
}
