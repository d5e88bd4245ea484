//! Rows that harm PostgreSQL.

use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::arena::{Arena, Bounds};
use crate::chaos::{Load, Stage, Tally};

/// Snoozes while PostgreSQL is away count as runs again: each job that is held, about once a second.
const HELD_MAX: u64 = 1_024;
const GONE: Duration = Duration::from_secs(30);

pub(super) async fn restarted(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(500, &arena.app);
    let _workers = (arena.worker().await, arena.worker().await);
    let restarting = async {
        arena.until_entries(50).await;
        {
            let mut postgres = arena.postgres.lock().await;
            postgres.stop().await;
            postgres.run().await;
        }
        arena.until_entries(200).await;
        let mut postgres = arena.postgres.lock().await;
        postgres.crash().await;
        postgres.run().await;
        arena.mended();
    };
    join!(arena.send_over(&load, Duration::from_secs(4)), restarting);
    arena.judge(&load, Bounds::again(0, 4 * HELD_MAX)).await.note("senders were answered 503 and sent again")
}

pub(super) async fn gone(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(300, &arena.app);
    let _workers = (arena.worker().await, arena.worker().await);
    let away = async {
        arena.until_entries(50).await;
        let mut postgres = arena.postgres.lock().await;
        postgres.stop().await;
        sleep(GONE).await;
        postgres.run().await;
        arena.mended();
    };
    join!(arena.send_over(&load, Duration::from_secs(3)), away);
    arena.judge(&load, Bounds::again(0, 30 * HELD_MAX)).await.note("senders were answered 503 and sent again")
}
