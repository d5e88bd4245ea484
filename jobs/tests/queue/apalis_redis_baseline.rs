//! What `apalis-redis` 1.0.0 does at 8,000 due jobs (rows R2 and R3): the reason why the storage is our own. If this test
//! fails after an update, the decision deserves another look.

use std::time::Duration;

use apalis_core::{
    backend::TaskSink,
    worker::{builder::WorkerBuilder, context::WorkerContext},
};
use apalis_redis::{Config, RedisStorage};
use jobs::testing;
use redis::AsyncCommands;

const PUSHED: usize = 8_500;

#[tokio::test]
async fn r2_r3_apalis_redis_stops_for_ever_at_8_000_due_jobs() {
    let url = testing::redis_url();
    let config = Config::default().queue(testing::unique_prefix());
    let scheduled = config.scheduled_jobs_set();
    let connect = || async { apalis_redis::connect(url.as_str()).await.unwrap() };
    let mut storage = RedisStorage::<u32>::new(connect().await).with_config(config.clone());
    storage.push_bulk((0..PUSHED as u32).collect()).await.unwrap();

    // R3: jobs for now are in the scheduled set.
    let mut connection = redis::Client::open(url.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    assert_eq!(connection.zcard::<_, usize>(&scheduled).await.unwrap(), PUSHED);

    // R2: so that no worker can ever fetch one.
    for _ in 0..2 {
        let storage = RedisStorage::<u32>::new(connect().await).with_config(config.clone());
        let context = WorkerContext::new("baseline");
        let worker = WorkerBuilder::new(&context).backend(storage).build(|_: u32| async {});
        let ended =
            tokio::time::timeout(Duration::from_secs(20), worker.run()).await.expect("the worker ends by itself");
        let error = format!("{:?}", ended.unwrap_err());
        assert!(error.contains("too many results to unpack"), "{error}");
        let _: usize = connection.del(config.workers_set()).await.unwrap();
        assert_eq!(connection.zcard::<_, usize>(&scheduled).await.unwrap(), PUSHED, "nothing was fetched");
    }
}
