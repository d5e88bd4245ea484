//! Lanes are served in turns, by weight, whatever is queued in the others.

use std::collections::BTreeMap;

use jobs::{Outcome, testing};

use crate::support::*;

async fn served(queues: &jobs::Queues, claims: usize, want: usize) -> BTreeMap<String, usize> {
    let mut by_lane = BTreeMap::new();
    for _ in 0..claims {
        for job in claim(queues, want).await {
            *by_lane.entry(job.context.lane.to_string()).or_insert(0) += 1;
        }
    }
    by_lane
}

#[tokio::test]
async fn a_flood_does_not_hold_up_a_small_lane() {
    let queues = testing::queues();
    queues.enqueue(&many(20_000, "flood")).await.unwrap();
    queues.enqueue(&many(5, "small")).await.unwrap();
    let first = claim(&queues, 16).await;
    assert_eq!(first.iter().filter(|job| job.context.lane.as_str() == "small").count(), 5, "served in the next turn");
}

/// The other merchants, each with more waiting than is served meanwhile.
const BUSY_LANES: usize = 5;
const SAMPLES: usize = 100;

/// How many jobs of others are served between the enqueue of a small merchant's job and its claim, at the 99th
/// percentile. Counted in jobs, as these are what it waits for; so the machine's speed does not matter.
async fn jobs_ahead_p99(queues: &jobs::Queues) -> usize {
    let mut waits = Vec::with_capacity(SAMPLES);
    for sample in 0..SAMPLES {
        // At any point of the round.
        claim(queues, 1 + sample % 23).await;
        queues.enqueue(&[job("small")]).await.unwrap();
        let mut ahead = 0;
        loop {
            let batch = claim(queues, 20).await;
            assert_eq!(batch.len(), 20, "lanes are full");
            match batch.iter().position(|job| job.context.lane.as_str() == "small") {
                Some(place) => break ahead += place,
                None => ahead += batch.len(),
            }
        }
        waits.push(ahead);
    }
    waits.sort_unstable();
    waits[SAMPLES * 99 / 100 - 1]
}

/// What a flood of that many jobs of one merchant does to the wait of another.
async fn flood(jobs: usize) {
    let queues = testing::queues();
    let busy: Vec<_> = (0..BUSY_LANES).flat_map(|n| many(2_500, &format!("busy-{n}"))).collect();
    queues.enqueue(&busy).await.unwrap();
    let without = jobs_ahead_p99(&queues).await;
    for part in many(jobs, "flood").chunks(5_000) {
        queues.enqueue(part).await.unwrap();
    }
    let with = jobs_ahead_p99(&queues).await;
    assert!(without > 0 && with <= without * 2, "p99: {with} jobs ahead with the flood, {without} without");
    // The flood is one lane among others: a sixth more of them.
    assert!(with <= without * 13 / 10, "p99: {with} jobs ahead with the flood, {without} without");
    let waiting = counts(&queues).await.waiting;
    assert!(waiting > jobs as u64 / 2, "the flood was there all the time: {waiting} wait");
}

#[tokio::test]
async fn a_flood_of_one_merchant_does_not_double_the_wait_of_another() {
    flood(20_000).await;
}

#[tokio::test]
#[ignore = "the same with 100,000 jobs: some ten seconds more, most of them to enqueue"]
async fn a_flood_of_100_000_jobs_does_not_either() {
    flood(100_000).await;
}

#[tokio::test]
async fn a_weight_changed_while_running_holds_from_the_next_turn() {
    let queues = testing::queues();
    queues.enqueue(&many(1_000, "a")).await.unwrap();
    queues.enqueue(&many(1_000, "b")).await.unwrap();
    let before = served(&queues, 8, 20).await;
    assert_eq!(before["a"], before["b"]);
    queue(&queues).set_lane_weight(&lane("b"), 4).await.unwrap();
    let after = served(&queues, 20, 20).await;
    assert!((310..=330).contains(&after["b"]), "{after:?}");
    queue(&queues).set_lane_weight(&lane("b"), 1).await.unwrap();
    let reset = served(&queues, 20, 20).await;
    assert!(reset["a"].abs_diff(reset["b"]) <= 40, "{reset:?}");
}

#[tokio::test]
async fn lanes_share_equally_whatever_the_size_of_a_claim() {
    for want in [1, 3, 8, 50] {
        let queues = testing::queues();
        for name in ["a", "b", "c"] {
            queues.enqueue(&many(300, name)).await.unwrap();
        }
        let by_lane = served(&queues, 240 / want, want).await;
        let (least, most) = (by_lane.values().min().unwrap(), by_lane.values().max().unwrap());
        assert!(by_lane.len() == 3 && most - least <= 8, "claims of {want}: {by_lane:?}");
    }
}

#[tokio::test]
async fn weights_are_kept_also_by_claims_smaller_than_a_turn() {
    for want in [3, 40] {
        let queues = testing::queues();
        queue(&queues).set_lane_weight(&lane("gold"), 3).await.unwrap();
        queues.enqueue(&many(1_000, "plain")).await.unwrap();
        queues.enqueue(&many(1_000, "gold")).await.unwrap();
        let by_lane = served(&queues, 960 / want, want).await;
        let (gold, plain) = (by_lane["gold"], by_lane["plain"]);
        assert!((700..=740).contains(&gold) && (220..=260).contains(&plain), "claims of {want}: {by_lane:?}");
    }
}

#[tokio::test]
async fn a_lane_keeps_its_order() {
    let queues = testing::queues();
    let given = many(50, "m1");
    queues.enqueue(&given).await.unwrap();
    queues.enqueue(&many(50, "m2")).await.unwrap();
    let mut order = Vec::new();
    while let Some(jobs) = Some(claim(&queues, 7).await).filter(|jobs| !jobs.is_empty()) {
        for job in &jobs {
            settle(&queues, job, Outcome::Done).await;
        }
        order.extend(
            jobs.into_iter().filter(|job| job.context.lane == lane("m1")).map(|job| job.context.job_id.clone()),
        );
    }
    assert_eq!(order, given.iter().map(|job| job.id().clone()).collect::<Vec<_>>());
}
