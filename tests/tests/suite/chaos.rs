//! A short selection of the fault matrix, whose rows `./dev.sh chaos` runs all. Each has a PostgreSQL and a Redis of its own.

use tests::chaos::ChaosRun;
use tests::chaos::rows::ROWS;

/// A row fails by panicking; it says what differs.
async fn holds(name: &str) {
    let row = ROWS.iter().find(|row| row.name == name).expect("a row of the matrix");
    let tally = (row.run)(ChaosRun::start().await).await;
    assert_eq!((tally.lost, tally.doubled), (0, 0));
}

macro_rules! rows {
    ($($function:ident, $name:literal;)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $function() {
            holds($name).await;
        })*
    };
}

rows! {
    a_worker_that_drains_runs_nothing_again, "worker-drained";
    a_worker_killed_before_it_settles_doubles_nothing, "killed-before-settle";
    a_poisoned_job_dies_and_takes_no_others_with_it, "poison";
    a_full_redis_delays_and_nothing_else, "redis-full";
    a_restarted_postgres_delays_and_nothing_else, "postgres-restarted";
    a_webhook_told_eight_times_counts_once, "webhook-eightfold";
    two_schedulers_repair_once, "two-schedulers";
}

#[test]
fn names_of_rows_are_unique_and_what_the_design_asks_for_is_there() {
    let mut names: Vec<_> = ROWS.iter().map(|row| row.name).collect();
    assert!(names.len() >= 20, "{names:?}");
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ROWS.len());
}
