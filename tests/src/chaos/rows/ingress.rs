//! Rows that deliver the same webhooks repeatedly.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::sleep;

use crate::chaos::load::send;
use crate::chaos::scenario::{Bounds, Scenario, long_lease};
use crate::chaos::{ChaosRun, Load, Tally};

const TIMES: usize = 8;
const SPREAD_PAUSE: Duration = Duration::from_millis(400);

pub(super) async fn eightfold_at_once(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(60, &scenario.app);
    let _workers = (scenario.worker_with(&long_lease()).await, scenario.worker_with(&long_lease()).await);
    for webhook in load.webhooks(&scenario.app) {
        let copies = vec![webhook; TIMES];
        join_all(copies.iter().map(|copy| send(std::slice::from_ref(copy)))).await;
    }
    scenario.fault_ended();
    verify_outcome(scenario, &load).await
}

pub(super) async fn eightfold_spread(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(60, &scenario.app);
    let _workers = (scenario.worker_with(&long_lease()).await, scenario.worker_with(&long_lease()).await);
    let webhooks = load.webhooks(&scenario.app);
    for time in 0..TIMES {
        send(&webhooks).await;
        sleep(SPREAD_PAUSE).await;
        if time % 3 == 1 {
            // Redis remembers which webhooks it has seen; PostgreSQL must know without it.
            scenario.redis.lock().await.flush().await;
        }
    }
    scenario.fault_ended();
    verify_outcome(scenario, &load).await
}

async fn verify_outcome(scenario: Scenario, load: &Load) -> Tally {
    let recorded = scenario.app.number("SELECT count(*) FROM api_logs").await;
    assert_eq!(recorded as u64, load.jobs(), "each webhook is recorded once");
    let sent = load.jobs() * TIMES as u64;
    scenario.verify_outcome(load, Bounds::again(0, 0)).await.note(format!("{sent} deliveries"))
}
