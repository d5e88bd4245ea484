//! A webhook whose job is discarded is closed with the reason, so that the sweep does not enqueue it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jobs::{AwardPoints, Job, JobError, WorkerOptions, WorkerProcess};
use platform::shutdown;
use tests::TestApp;
use tests::wait::wait_until;
use workers::OutcomeSink;

use crate::support::order_of;

#[tokio::test]
async fn a_webhook_whose_job_is_discarded_is_closed_and_never_swept() {
    let app = TestApp::builder().without_workers().start().await;
    for id in 1..=3 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    let (stop, shutdown) = shutdown::manual();
    let sink = Arc::new(OutcomeSink::new(app.store.clone(), Arc::clone(&app.ids)));
    let options = WorkerOptions { sink: Some(sink), ..WorkerOptions::new("discards", 1) };
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let handler = move |_: Job<AwardPoints>| {
        counted.fetch_add(1, Ordering::SeqCst);
        async { Err(JobError::discard("the shop is gone").class("shop_gone")) }
    };
    let process = WorkerProcess::new(app.queues.redis(), &app.ids.ulid(), 1);
    let worker = workers::start_worker(&process, &app.queues, options, handler, shutdown);
    wait_until("the webhooks are closed", async || app.pending_webhooks().await == 0 && app.jobs().await == 0).await;
    let closed = app.texts("SELECT status || ': ' || error FROM api_logs").await;
    assert_eq!(closed, ["failed: the shop is gone"; 3]);
    // The sweep looks at each commit that recorded a webhook until all webhooks of the commit have ended.
    wait_until("the sweep has nothing left", async || app.number("SELECT count(*) FROM webhook_batches").await == 0)
        .await;
    stop.drain();
    worker.await.unwrap().unwrap();
    assert_eq!((runs.load(Ordering::SeqCst), app.jobs().await), (3, 0));
    app.finish().await;
}
