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
        queue(&queues).set_weight(&lane("gold"), 3).await.unwrap();
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
