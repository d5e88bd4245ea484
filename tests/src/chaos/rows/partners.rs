//! The row about a partner that is ill, for as long as the stage says: retries are used up within the first seconds, from
//! then on jobs rest without losing attempts.

use tokio::time::sleep;

use crate::chaos::arena::{Arena, Bounds};
use crate::chaos::partner::{Mood, Partner};
use crate::chaos::{Load, Stage, Tally};
use crate::wait::wait_until;

const LIMIT_SECONDS: u32 = 2;
/// Runs of a job beside the one a second that its rests allow: three retries, and what comes after the outage.
const RUNS_BESIDE_MAX: u64 = 10;

pub(super) async fn down(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(160, &arena.app);
    let partner = Partner::start(Mood::Limiting(LIMIT_SECONDS)).await;
    let _worker = arena.faulty_worker(&["--partner", &partner.url()]).await;
    arena.send(&load).await;
    for mood in [Mood::Failing, Mood::Silent] {
        sleep(stage.partner_outage / 3).await;
        partner.turn(mood);
    }
    sleep(stage.partner_outage / 3).await;
    assert_eq!((arena.entries().await, partner.taken()), (0, 0), "the partner decides, and it has taken nothing");
    partner.turn(Mood::Well);
    arena.mended();
    wait_until("the partner has been told of all", async || partner.taken() == load.jobs()).await;
    let outage = stage.partner_outage.as_secs();
    let tally = arena.judge(&load, Bounds::again(load.jobs(), load.jobs() * (outage + RUNS_BESIDE_MAX))).await;
    // A run that fails after its call calls again: the partner knows it by its key.
    let (keys, again, refused) = (partner.taken(), partner.taken_again(), partner.refused());
    assert_eq!(keys, load.jobs(), "keys that the partner has taken");
    assert!(again <= load.conflicts_max(), "{again} calls were made again after the partner had taken them");
    tally.note(format!("{refused} calls refused, {again} made again under their key; the outage lasts {outage} s here"))
}
