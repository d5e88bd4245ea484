//! Any sequence of calls against a model: no job is lost, doubled, or in two states, and counts agree with the model.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jobs::{Action, Claimed, JobId, JobRef, NewJob, Outcome, testing};
use proptest::prelude::*;

use crate::support::*;

#[derive(Debug, Clone)]
enum Step {
    Enqueue { lane: u8, count: u8 },
    Claim { want: u8 },
    Settle { index: u8, how: u8 },
    SettleStale,
    Expire { index: u8 },
    Pause { lane: u8 },
    Resume { lane: u8 },
    CapLane { lane: u8, cap: Option<u32> },
    Cap { cap: Option<u32> },
    Act { index: u8, what: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..4u8, 1..12u8).prop_map(|(lane, count)| Step::Enqueue { lane, count }),
        4 => (1..20u8).prop_map(|want| Step::Claim { want }),
        5 => (any::<u8>(), 0..6u8).prop_map(|(index, how)| Step::Settle { index, how }),
        1 => Just(Step::SettleStale),
        2 => any::<u8>().prop_map(|index| Step::Expire { index }),
        1 => (0..4u8).prop_map(|lane| Step::Pause { lane }),
        2 => (0..4u8).prop_map(|lane| Step::Resume { lane }),
        1 => (0..4u8, proptest::option::of(1..6u32)).prop_map(|(lane, cap)| Step::CapLane { lane, cap }),
        1 => proptest::option::of(1..30u32).prop_map(|cap| Step::Cap { cap }),
        4 => (any::<u8>(), 0..6u8).prop_map(|(index, what)| Step::Act { index, what }),
    ]
}

fn lane_name(lane: u8) -> String {
    format!("m{lane}")
}

fn lane_of(job: &Claimed) -> u8 {
    job.context.lane.as_str()[1..].parse().unwrap()
}

/// What the queue should hold.
#[derive(Default)]
struct Model {
    waiting: BTreeMap<JobId, u8>,
    delayed: BTreeMap<JobId, u8>,
    running: Vec<Claimed>,
    ended: Vec<Claimed>,
    dead: BTreeMap<JobId, u8>,
    paused: BTreeSet<u8>,
    cap: Option<u32>,
    lane_caps: BTreeMap<u8, u32>,
    /// Running jobs that count under their lane's cap: those claimed while it had one.
    capped: BTreeMap<JobId, u8>,
    attempts: BTreeMap<JobId, u32>,
}

impl Model {
    fn claimable(&self) -> usize {
        let allowed = (0..4).filter(|lane| !self.paused.contains(lane)).map(|lane| {
            let waiting = self.waiting.values().filter(|of| **of == lane).count();
            waiting.min(self.room_of(lane))
        });
        let room = self.cap.map_or(usize::MAX, |cap| (cap as usize).saturating_sub(self.running.len()));
        allowed.sum::<usize>().min(room)
    }

    fn room_of(&self, lane: u8) -> usize {
        let running = self.capped.values().filter(|of| **of == lane).count();
        self.lane_caps.get(&lane).map_or(usize::MAX, |cap| (*cap as usize).saturating_sub(running))
    }

    fn wait_again(&mut self, job: &Claimed) {
        self.waiting.insert(job.context.job_id.clone(), lane_of(job));
    }
}

async fn take(queues: &jobs::Queues, model: &mut Model, want: u8) {
    let (want, mut claimed) = (usize::from(want), Vec::new());
    loop {
        let found = queue(queues).claim(want - claimed.len(), LEASE, "model").await.unwrap();
        claimed.extend(found.jobs);
        // A claim may have met holes that deleted jobs left; then it says that there is more.
        if claimed.len() == want || !found.more {
            break;
        }
    }
    assert_eq!(claimed.len(), model.claimable().min(want), "a claim must find what there is");
    for job in claimed {
        let lane = model.waiting.remove(&job.context.job_id).expect("only waiting jobs are leased out");
        assert!(!model.paused.contains(&lane), "a paused lane was served");
        assert!(model.room_of(lane) > 0, "a lane at its cap was served");
        if model.lane_caps.contains_key(&lane) {
            model.capped.insert(job.context.job_id.clone(), lane);
        }
        let attempts = model.attempts.entry(job.context.job_id.clone()).or_default();
        *attempts += 1;
        assert_eq!(job.context.attempt, *attempts);
        model.running.push(job);
    }
}

async fn end(queues: &jobs::Queues, model: &mut Model, index: u8, how: u8) {
    if model.running.is_empty() {
        return;
    }
    let job = model.running.swap_remove(usize::from(index) % model.running.len());
    let id = job.context.job_id.clone();
    model.capped.remove(&id);
    let outcome = match how {
        0 => Outcome::Done,
        1 => Outcome::Retry { after: Duration::ZERO },
        2 => Outcome::Retry { after: Duration::from_secs(600) },
        3 => Outcome::Release,
        4 => Outcome::Dead { reason: "model".into() },
        _ => Outcome::Cancel,
    };
    assert_eq!(settle(queues, &job, outcome).await.applied, 1);
    match how {
        1 => model.wait_again(&job),
        2 => drop(model.delayed.insert(id, lane_of(&job))),
        3 => {
            *model.attempts.get_mut(&id).unwrap() -= 1;
            model.wait_again(&job);
        }
        4 => drop(model.dead.insert(id, lane_of(&job))),
        _ => {}
    }
    model.ended.push(job);
}

async fn expire(queues: &jobs::Queues, model: &mut Model, index: u8) {
    if model.running.is_empty() {
        return;
    }
    // A claim expires whole.
    let token = model.running[usize::from(index) % model.running.len()].context.token;
    let (expired, held): (Vec<_>, Vec<_>) = model.running.drain(..).partition(|job| job.context.token == token);
    model.running = held;
    queue(queues).heartbeat("model", "{}", Duration::ZERO, &[token]).await.unwrap();
    let rescue = rescued(queues).await;
    let poison = expired.iter().filter(|job| job.context.rescues >= jobs::RESCUES_MAX).count();
    assert_eq!((rescue.rescued, rescue.poison), ((expired.len() - poison) as u64, poison as u64));
    for job in expired {
        model.capped.remove(&job.context.job_id);
        if job.context.rescues < jobs::RESCUES_MAX {
            model.wait_again(&job);
        } else {
            model.dead.insert(job.context.job_id.clone(), lane_of(&job));
        }
        model.ended.push(job);
    }
}

/// A person takes one job from a state to another, or out.
async fn act(queues: &jobs::Queues, model: &mut Model, index: u8, what: u8) {
    let (action, from) = match what {
        0 => (Action::Retry, &mut model.dead),
        1 => (Action::RunNow, &mut model.delayed),
        2 => (Action::Delete, &mut model.waiting),
        3 => (Action::Delete, &mut model.delayed),
        4 => (Action::Delete, &mut model.dead),
        _ => (Action::MoveToDead { reason: "model".into() }, &mut model.waiting),
    };
    let Some(id) = from.keys().nth(usize::from(index) % from.len().max(1)).cloned() else { return };
    let lane = from.remove(&id).unwrap();
    let job = JobRef { lane: crate::support::lane(&lane_name(lane)), job_id: id.clone() };
    let changed = queue(queues).act(&action, std::slice::from_ref(&job)).await.unwrap();
    assert_eq!(changed, std::slice::from_ref(&job), "{action:?}");
    match action {
        Action::Retry => {
            model.attempts.remove(&id);
            model.waiting.insert(id, lane);
        }
        Action::RunNow => drop(model.waiting.insert(id, lane)),
        Action::MoveToDead { .. } => drop(model.dead.insert(id, lane)),
        // As the sweep does: a deleted job may come again under its id, and runs once.
        _ if index.is_multiple_of(2) => {
            model.attempts.remove(&id);
            let again = NewJob::of(id.clone(), &payload(), job.lane).max_attempts(1_000);
            queues.enqueue(&[again]).await.unwrap();
            model.waiting.insert(id, lane);
        }
        _ => {}
    }
}

/// Lanes are counted as the model counts them.
async fn lanes_agree(queues: &jobs::Queues, model: &Model) {
    for lane in 0..4 {
        let view = queue(queues).lane(&crate::support::lane(&lane_name(lane))).await.unwrap();
        let of = |jobs: &BTreeMap<JobId, u8>| jobs.values().filter(|of| **of == lane).count() as u64;
        let running = model.running.iter().filter(|job| lane_of(job) == lane).count() as u64;
        assert_eq!(
            (view.waiting, view.delayed, view.dead, view.running, view.paused),
            (of(&model.waiting), of(&model.delayed), of(&model.dead), running, model.paused.contains(&lane)),
            "lane {lane}"
        );
    }
}

async fn play(steps: Vec<Step>) {
    let queues = testing::queues();
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Enqueue { lane, count } => {
                // More attempts than a run of the model can use up.
                let given: Vec<_> = (0..count).map(|_| job(&lane_name(lane)).max_attempts(1_000)).collect();
                for id in queues.enqueue(&given).await.unwrap() {
                    model.waiting.insert(id, lane);
                }
            }
            Step::Claim { want } => take(&queues, &mut model, want).await,
            Step::Settle { index, how } => end(&queues, &mut model, index, how).await,
            Step::SettleStale => {
                if let Some(job) = model.ended.last() {
                    assert_eq!(settle(&queues, job, Outcome::Done).await.stale, 1);
                }
            }
            Step::Expire { index } => expire(&queues, &mut model, index).await,
            Step::Act { index, what } => act(&queues, &mut model, index, what).await,
            Step::Pause { lane } => {
                model.paused.insert(lane);
                queue(&queues).pause_lane(&crate::support::lane(&lane_name(lane))).await.unwrap();
            }
            Step::Resume { lane } => {
                model.paused.remove(&lane);
                queue(&queues).resume_lane(&crate::support::lane(&lane_name(lane))).await.unwrap();
            }
            Step::CapLane { lane, cap } => {
                match cap {
                    Some(cap) => drop(model.lane_caps.insert(lane, cap)),
                    None => drop(model.lane_caps.remove(&lane)),
                }
                queue(&queues).set_lane_cap(&crate::support::lane(&lane_name(lane)), cap).await.unwrap();
            }
            Step::Cap { cap } => {
                model.cap = cap;
                queue(&queues).set_cap(cap).await.unwrap();
            }
        }
        let counts = counts(&queues).await;
        assert_eq!(
            (counts.waiting, counts.delayed, counts.running, counts.dead),
            (
                model.waiting.len() as u64,
                model.delayed.len() as u64,
                model.running.len() as u64,
                model.dead.len() as u64
            )
        );
    }
    lanes_agree(&queues, &model).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_scripts_follow_the_model(steps in proptest::collection::vec(step(), 1..60)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(play(steps));
    }
}
