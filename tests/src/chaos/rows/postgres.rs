//! Rows that stop or stall PostgreSQL.

use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::scenario::{Bounds, Scenario};
use crate::chaos::{ChaosRun, Load, Tally};

/// Snoozes while PostgreSQL is unavailable count as repeated runs: about one per second for each held job.
const HELD_MAX: u64 = 1_024;
const GONE: Duration = Duration::from_secs(30);

pub(super) async fn restarted(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(500, &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let restarting = async {
        scenario.wait_for_entries(50).await;
        {
            let mut postgres = scenario.postgres.lock().await;
            postgres.stop().await;
            postgres.run().await;
        }
        scenario.wait_for_entries(200).await;
        let mut postgres = scenario.postgres.lock().await;
        postgres.crash().await;
        postgres.run().await;
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(4)), restarting);
    scenario
        .verify_outcome(&load, Bounds::again(0, 4 * HELD_MAX))
        .await
        .note("senders were answered 503 and sent again")
}

pub(super) async fn gone(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(300, &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let away = async {
        scenario.wait_for_entries(50).await;
        let mut postgres = scenario.postgres.lock().await;
        postgres.stop().await;
        sleep(GONE).await;
        postgres.run().await;
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(3)), away);
    scenario
        .verify_outcome(&load, Bounds::again(0, 30 * HELD_MAX))
        .await
        .note("senders were answered 503 and sent again")
}
