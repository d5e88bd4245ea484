//! Rows that harm nothing but tell the same again.

use std::time::Duration;

use futures::future::join_all;
use tokio::time::sleep;

use crate::chaos::arena::{Arena, Bounds, long_lease};
use crate::chaos::load::send;
use crate::chaos::{Load, Stage, Tally};

const TIMES: usize = 8;
const SPREAD_PAUSE: Duration = Duration::from_millis(400);

pub(super) async fn eightfold_at_once(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(60, &arena.app);
    let _workers = (arena.worker_with(&long_lease()).await, arena.worker_with(&long_lease()).await);
    for webhook in load.webhooks(&arena.app) {
        let copies = vec![webhook; TIMES];
        join_all(copies.iter().map(|copy| send(std::slice::from_ref(copy)))).await;
    }
    arena.mended();
    judge(arena, &load).await
}

pub(super) async fn eightfold_spread(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(60, &arena.app);
    let _workers = (arena.worker_with(&long_lease()).await, arena.worker_with(&long_lease()).await);
    let webhooks = load.webhooks(&arena.app);
    for time in 0..TIMES {
        send(&webhooks).await;
        sleep(SPREAD_PAUSE).await;
        if time % 3 == 1 {
            // Redis remembers which webhooks it has seen; PostgreSQL must know without it.
            arena.redis.lock().await.flush().await;
        }
    }
    arena.mended();
    judge(arena, &load).await
}

async fn judge(arena: Arena, load: &Load) -> Tally {
    let recorded = arena.app.number("SELECT count(*) FROM api_logs").await;
    assert_eq!(recorded as u64, load.jobs(), "each webhook is recorded once");
    let sent = load.jobs() * TIMES as u64;
    arena.judge(load, Bounds::again(0, 0)).await.note(format!("{sent} deliveries"))
}
