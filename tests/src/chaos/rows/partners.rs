//! The row about a partner's outage: retries are used up within the first seconds, and from
//! then on jobs are snoozed without counting attempts.

use tokio::time::sleep;

use crate::chaos::partner::{Mood, Partner};
use crate::chaos::scenario::{Bounds, Scenario};
use crate::chaos::{ChaosRun, Load, Tally};
use crate::wait::wait_until;

const LIMIT_SECONDS: u32 = 2;
/// Runs of a job beyond one per second of snoozing: three retries, and those after the outage.
const RUNS_BESIDE_MAX: u64 = 10;

pub(super) async fn down(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(160, &scenario.app);
    let partner = Partner::start(Mood::Limiting(LIMIT_SECONDS)).await;
    let _worker = scenario.faulty_worker(&["--partner", &partner.url()]).await;
    scenario.send(&load).await;
    for mood in [Mood::Failing, Mood::Silent] {
        sleep(chaos_run.partner_outage / 3).await;
        partner.turn(mood);
    }
    sleep(chaos_run.partner_outage / 3).await;
    assert_eq!((scenario.entries().await, partner.taken()), (0, 0), "the partner decides, and it has taken nothing");
    partner.turn(Mood::Well);
    scenario.fault_ended();
    wait_until("the partner has been told of all", async || partner.taken() == load.jobs()).await;
    let outage = chaos_run.partner_outage.as_secs();
    let tally =
        scenario.verify_outcome(&load, Bounds::again(load.jobs(), load.jobs() * (outage + RUNS_BESIDE_MAX))).await;
    // A run that fails after its call calls again: the partner knows it by its key.
    let (keys, again, refused) = (partner.taken(), partner.taken_again(), partner.refused());
    assert_eq!(keys, load.jobs(), "keys that the partner has taken");
    assert!(again <= load.conflicts_max(), "{again} calls were made again after the partner had taken them");
    tally.note(format!("{refused} calls refused, {again} made again under their key; the outage lasts {outage} s here"))
}
