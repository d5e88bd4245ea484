//! [`QueueBackend`]: what `apalis` polls. It hands out claimed jobs and, at the end, sees to it that Redis knows how
//! every one of them ended. It never returns an error, since an error would end the worker.

use std::{
    convert::Infallible,
    marker::PhantomData,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    task::{Task, builder::TaskBuilder, task_id::TaskId},
    worker::context::WorkerContext,
};
use futures::{FutureExt, future::BoxFuture, ready};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    WorkerOptions, claimer,
    layer::JobLayer,
    lease_renewer, meter,
    process::{Membership, WakeSignal, WorkerProcess},
    records::{self, AttemptRecord, AttemptSink, Recorder},
    settler,
    shared::{ReadyJobs, Shared},
};
use crate::{
    context::{Job, JobContext},
    payloads::Payload,
    queue::{Queues, Settlement},
};

/// How long a closing worker tries to settle its jobs. What it could not settle is run again elsewhere.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it then waits for the sink.
const RECORDS_TIMEOUT: Duration = Duration::from_secs(2);

/// What a service is given that runs jobs under lease.
pub trait HasJobContext: Send + 'static {
    /// The job's context.
    fn context(&self) -> &Arc<JobContext>;
}

impl<P: Send + 'static> HasJobContext for Job<P> {
    fn context(&self) -> &Arc<JobContext> {
        &self.context
    }
}

/// The queue of `P`'s kind as a backend of `apalis`.
///
/// Its tasks start when the worker first polls it and end with it. At most `concurrency` jobs are under lease and not
/// finished.
pub struct QueueBackend<P> {
    shared: Arc<Shared>,
    ready: Arc<ReadyJobs<P>>,
    start: Option<Start>,
    process: WorkerProcess,
    membership: Option<Membership>,
    tasks: JoinSet<()>,
    closing: Option<BoxFuture<'static, ()>>,
    options: (),
    marker: PhantomData<fn() -> P>,
}

/// What the tasks take with them when they start.
struct Start {
    settlements: mpsc::UnboundedReceiver<Settlement>,
    sink: Option<(Arc<dyn AttemptSink>, mpsc::Receiver<AttemptRecord>)>,
}

impl<P: Payload> QueueBackend<P> {
    /// Makes the worker of the queue of `P`'s kind in that process.
    pub fn new(process: &WorkerProcess, queues: &Queues, options: WorkerOptions) -> Self {
        let (sender, settlements) = mpsc::unbounded_channel();
        let (recorder, sink) = match options.sink.clone() {
            Some(sink) => {
                let (recorder, attempts) = Recorder::new();
                (Some(recorder), Some((sink, attempts)))
            }
            None => (None, None),
        };
        let shared = Shared::new(queues.queue(P::KIND).clone(), options, sender, recorder);
        Self {
            shared: Arc::new(shared),
            ready: Arc::new(ReadyJobs::new()),
            start: Some(Start { settlements, sink }),
            process: process.clone(),
            membership: None,
            tasks: JoinSet::new(),
            closing: None,
            options: (),
            marker: PhantomData,
        }
    }

    fn start(&mut self, start: Start, worker: &WorkerContext) {
        let shared = || Arc::clone(&self.shared);
        let wake_signal = Arc::new(WakeSignal::default());
        let (ready, channel) = (Arc::clone(&self.ready), self.process.channel().to_owned());
        self.tasks.spawn(claimer::run(shared(), ready, Arc::clone(&wake_signal), channel, worker.clone()));
        self.tasks.spawn(settler::run(shared(), start.settlements));
        self.tasks.spawn(lease_renewer::run(shared(), Arc::clone(&wake_signal)));
        self.membership = Some(self.process.join(shared(), wake_signal, worker.clone()));
        if let Some((sink, attempts)) = start.sink {
            self.tasks.spawn(records::write_attempts(Arc::clone(&sink), attempts));
            self.tasks.spawn(records::move_dead_letters(shared(), sink));
        }
    }
}

/// Gives back what was not begun, and waits until Redis knows how everything else ended.
async fn close(shared: Arc<Shared>) {
    shared.close();
    let settled = async {
        loop {
            let changed = shared.settled.notified();
            if shared.is_idle_for_good() {
                return;
            }
            tokio::select! { () = changed => {}, () = sleep(Duration::from_millis(50)) => {} }
        }
    };
    if timeout(CLOSE_TIMEOUT, settled).await.is_err() {
        tracing::warn!(
            queue = shared.queue.kind().name(),
            unsettled = shared.unsettled(),
            "closing although Redis has not settled these jobs; they will run again"
        );
        return;
    }
    meter::write(&shared).await;
    if let Err(error) = shared.queue.forget_worker(&shared.worker).await {
        tracing::debug!(%error, "could not take the worker off the list");
    }
    if let Some(recorder) = &shared.recorder {
        let drained = async {
            while !recorder.is_drained() {
                sleep(Duration::from_millis(10)).await;
            }
        };
        let _ = timeout(RECORDS_TIMEOUT, drained).await;
    }
}

impl<P: Payload> Backend for QueueBackend<P> {
    type Task = Task<Job<P>>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, worker: &WorkerContext) -> Poll<Result<(), Infallible>> {
        if let Some(start) = self.start.take() {
            self.start(start, worker);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, Infallible>>> {
        let next = ready!(self.ready.poll_next(cx));
        let context = &next.job.context;
        let task = TaskBuilder::new(())
            .task_id(TaskId::from_string(context.job_id.as_str()))
            // apalis counts the run that begins.
            .attempt(context.attempt.saturating_sub(1) as usize)
            .max_attempts(context.max_attempts as usize)
            .build();
        Poll::Ready(Some(Ok(task.map_args(|()| next.job))))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        if self.start.is_some() {
            return Poll::Ready(Ok(()));
        }
        let shared = &self.shared;
        let closing = self.closing.get_or_insert_with(|| close(Arc::clone(shared)).boxed());
        ready!(closing.poll_unpin(cx));
        self.membership = None;
        self.tasks.abort_all();
        Poll::Ready(Ok(()))
    }
}

impl<P: Payload> BackendConfig for QueueBackend<P> {
    type Args = Job<P>;
    type Id = String;
    type Kind = Ephemeral;
    type Config = ();
    type Layer = JobLayer;

    fn config(&self) -> &() {
        &self.options
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> JobLayer {
        JobLayer(Arc::clone(&self.shared))
    }
}

impl<P> std::fmt::Debug for QueueBackend<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueueBackend").field("queue", &self.shared.queue).finish_non_exhaustive()
    }
}
