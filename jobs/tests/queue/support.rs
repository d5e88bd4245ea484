//! Jobs, workers and servers for the tests, and waiting for a condition instead of for a time.

use std::{
    future::Future,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use apalis_core::{
    error::WorkerError,
    worker::{builder::WorkerBuilder, context::WorkerContext},
};
use domain::LogId;
use jobs::{
    AwardPoints, Claimed, Counts, Job, JobError, JobId, JobKind, Lane, NewJob, Outcome, Payload, Queue, QueueBackend,
    Queues, Settlement, WorkerOptions, WorkerProcess, testing::new_id,
};
use tokio::{task::JoinHandle, time::Instant};

pub(crate) const LEASE: Duration = Duration::from_secs(30);
const WAIT_MAX: Duration = Duration::from_secs(20);

pub(crate) fn queue(queues: &Queues) -> &Queue {
    queues.queue(JobKind::AwardPoints)
}

pub(crate) fn lane(name: &str) -> Lane {
    Lane::parse(name).unwrap()
}

pub(crate) fn payload() -> AwardPoints {
    AwardPoints { log_id: LogId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap() }
}

pub(crate) fn job(lane_name: &str) -> NewJob {
    NewJob::of(new_id(), &payload(), lane(lane_name))
}

pub(crate) fn many(count: usize, lane_name: &str) -> Vec<NewJob> {
    (0..count).map(|_| job(lane_name)).collect()
}

pub(crate) async fn one(queues: &Queues) -> Claimed {
    let mut claim = queue(queues).claim(1, LEASE, "one").await.unwrap();
    claim.jobs.pop().expect("a job is waiting")
}

pub(crate) async fn claim(queues: &Queues, want: usize) -> Vec<Claimed> {
    queue(queues).claim(want, LEASE, "many").await.unwrap().jobs
}

pub(crate) async fn counts(queues: &Queues) -> Counts {
    queue(queues).counts().await.unwrap()
}

pub(crate) async fn settle(queues: &Queues, job: &Claimed, outcome: Outcome) -> jobs::Settled {
    queue(queues).settle(&[Settlement::of(job, outcome)]).await.unwrap()
}

pub(crate) fn ids(jobs: &[Claimed]) -> Vec<JobId> {
    jobs.iter().map(|job| job.context.job_id.clone()).collect()
}

/// Waits until the condition holds.
pub(crate) async fn until<F, Fut>(what: &str, mut condition: F)
where
    F: FnMut() -> Fut,
    Fut: Future<Output = bool>,
{
    let deadline = Instant::now() + WAIT_MAX;
    while !condition().await {
        assert!(Instant::now() < deadline, "waited {WAIT_MAX:?} in vain until {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Takes back one expired lease, waiting for it to run out.
pub(crate) async fn rescued(queues: &Queues) -> jobs::Rescued {
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        let rescued = queue(queues).rescue(100).await.unwrap();
        if rescued.rescued + rescued.poison > 0 {
            return rescued;
        }
        assert!(Instant::now() < deadline, "no lease ran out");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// A worker under test.
pub(crate) struct Running {
    pub(crate) context: WorkerContext,
    pub(crate) task: JoinHandle<Result<(), WorkerError>>,
}

impl Running {
    /// Drains and ends it.
    pub(crate) async fn stop(self) {
        self.context.stop().unwrap();
        tokio::time::timeout(WAIT_MAX, self.task).await.expect("the worker ends").unwrap().expect("without an error");
    }
}

/// Starts a worker of `award-points`.
pub(crate) fn start<H, Fut>(queues: &Queues, options: WorkerOptions, handler: H) -> Running
where
    H: FnMut(Job<AwardPoints>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    start_of(queues, options, handler)
}

/// Starts a worker of `P`'s kind.
pub(crate) fn start_of<P, H, Fut>(queues: &Queues, options: WorkerOptions, handler: H) -> Running
where
    P: Payload,
    H: FnMut(Job<P>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    let process = WorkerProcess::new(queues.redis(), &format!("{}-{}", options.name, new_id()), options.seed);
    start_in(&process, queues, options, handler)
}

/// Starts a worker of `P`'s kind in that process.
pub(crate) fn start_in<P, H, Fut>(
    process: &WorkerProcess,
    queues: &Queues,
    options: WorkerOptions,
    handler: H,
) -> Running
where
    P: Payload,
    H: FnMut(Job<P>) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), JobError>> + Send + 'static,
{
    let context = WorkerContext::new(&options.name);
    let backend = QueueBackend::<P>::new(process, queues, options);
    let worker = WorkerBuilder::new(&context).backend(backend).build(handler);
    Running { context, task: tokio::spawn(worker.run()) }
}

pub(crate) fn options() -> WorkerOptions {
    WorkerOptions::new("worker-1", 7)
}

/// A Redis of one test's own, with an append-only file, that may be killed.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
    process: Child,
}

/// A port that nobody has now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further arguments of `redis-server`, which count more than the usual ones.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        let port = free_port();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("redis-{}", new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let process = spawn(port, &folder, &arguments);
        let server = Self { url: format!("redis://127.0.0.1:{port}"), port, folder, arguments, process };
        server.answers().await;
        server
    }

    async fn answers(&self) {
        let client = redis::Client::open(self.url.as_str()).unwrap();
        until("the server answers", || async {
            match client.get_multiplexed_async_connection().await {
                Ok(mut connection) => redis::cmd("PING").exec_async(&mut connection).await.is_ok(),
                Err(_) => false,
            }
        })
        .await;
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) async fn restart(&mut self) {
        self.process = spawn(self.port, &self.folder, &self.arguments);
        self.answers().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn spawn(port: u16, folder: &std::path::Path, arguments: &[String]) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", ""])
        .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
        .arg(folder)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}
