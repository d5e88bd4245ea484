//! `loyalnest-bench parts`: measures each part of the main path alone, one after the other on the same orders, to show
//! where the time is spent. Calls the parts as the processes do, without HTTP.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Args;
use domain::{LogId, MerchantId, PersonalData};
use jobs::{Claimed, JobKind, NewJob, Outcome, Queues, Settlement};
use platform::{
    Clock, Ids, SystemClock,
    config::{ToolSettings, WorkersSettings},
};
use serde::Serialize;
use shopify::{Secrets, Topic, WebhookFacts};
use store::{
    Owner, Store,
    crypto::{Encrypted, Nonce, WebhookBody, WebhookPersonalData},
    webhooks::NewWebhook,
};
use tokio::time::Instant;
use workers::{
    batch::Work,
    orders::{OrderProcessor, OrderWebhook},
};

use crate::{
    figures::Figures,
    machine::{Machine, calibrate},
    orders::sample_bodies,
    report::{Output, say, table},
};

/// Orders per repeat.
const ORDERS: usize = 2_000;
/// Orders per statement or script, as under load.
const BATCH: usize = 64;
const LEASE: Duration = Duration::from_secs(60);
const SECRET: &[u8] = b"a secret of this benchmark";

/// Options of `loyalnest-bench parts`. Reads the workers' environment; no role may be running.
#[derive(Debug, Args)]
pub(crate) struct PartsArguments {
    /// Number of repeats.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    repeats: u32,
    /// Run a tenth of the orders once, without writing the document.
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Serialize)]
struct Results {
    machine: Machine,
    orders: usize,
    calibration: Figures,
    /// Microseconds per order of each part, in the order of the path.
    parts: Vec<(&'static str, Figures)>,
}

/// The components under measurement.
struct Bench {
    store: Store,
    queues: Queues,
    processor: OrderProcessor,
    ids: Arc<Ids>,
    merchants: Vec<MerchantId>,
}

/// Measures every part.
///
/// # Errors
/// Fails when a server is unavailable or a part did not do its work.
pub(crate) async fn measure(arguments: PartsArguments) -> Result<()> {
    let bench = Bench::start().await?;
    let (orders, repeats) = if arguments.quick { (ORDERS / 10, 1) } else { (ORDERS, arguments.repeats) };
    let mut parts: Vec<(&'static str, Figures)> = Vec::new();
    let mut calibration = Figures::default();
    // Round 0 warms up.
    for round in 0..=repeats {
        calibration.push(calibrate());
        for (place, (part, micros)) in bench.round(round, orders).await?.into_iter().enumerate() {
            if round == 0 {
                parts.push((part, Figures::default()));
            } else {
                parts[place].1.push(micros);
            }
        }
        say(&format!("round {round} of {repeats}"));
    }
    let programs: [(&str, &[&str]); 2] =
        [("PostgreSQL", &["pg_config", "--version"]), ("Redis", &["redis-server", "--version"])];
    let machine = Machine::read(SystemClock.now(), &programs);
    let results = Results { machine, orders, calibration, parts };
    let text = show(&results);
    arguments.output.publish("parts", &text, &results, arguments.quick)
}

impl Bench {
    async fn start() -> Result<Self> {
        let settings = WorkersSettings::from_env().map_err(|errors| anyhow::anyhow!("{errors}"))?;
        let owner = ToolSettings::from_env().map_err(|errors| anyhow::anyhow!("{errors}"))?.owner;
        let merchants = Owner::connect(owner.url.expose()).await?.merchants_after("", 50).await?;
        ensure!(!merchants.is_empty(), "there are no merchants: seed some");
        let database = &settings.database;
        let store = Store::lazy(database.url.expose(), database.connections_max, database.acquire_timeout())?;
        let queues = Queues::connect_prefixed(settings.redis.url.expose(), &settings.redis.key_prefix)?;
        let pending = queues.queue(JobKind::AwardPoints).counts().await?.pending();
        ensure!(pending == 0, "{pending} jobs wait in the queue: it must be empty");
        let clock = SystemClock::shared();
        let ids = Arc::new(Ids::from_system(clock.clone())?);
        let processor = OrderProcessor {
            store: store.clone(),
            keys: datastores::key_ring(&settings.encryption),
            email_index: datastores::email_index(&settings.email_index),
            clock,
            ids: Arc::clone(&ids),
            worker: "bench".to_owned(),
        };
        Ok(Self { store, queues, processor, ids, merchants: merchants.into_iter().map(|(id, _)| id).collect() })
    }

    /// Runs every part once over the same orders; returns microseconds per order.
    async fn round(&self, round: u32, orders: usize) -> Result<Vec<(&'static str, f64)>> {
        let bodies = sample_bodies(u64::from(round) + 1, orders);
        let mut parts = Parts { begun: Instant::now(), orders, micros: Vec::new() };
        let webhooks = self.receive(&bodies, &mut parts)?;
        let jobs: Vec<NewJob> = webhooks
            .iter()
            .filter_map(|one| NewJob::of_webhook(JobKind::AwardPoints, one.log_id.clone(), &one.merchant_id))
            .collect();
        parts.restart();
        for batch in webhooks.chunks(BATCH) {
            let new = self.store.record_webhooks(batch).await?;
            ensure!(new.iter().all(|new| *new), "a webhook was taken for a duplicate");
        }
        parts.end("record: api_logs and the raw bytes, one commit a batch");
        for batch in jobs.chunks(BATCH) {
            self.queues.enqueue(batch).await?;
        }
        parts.end("enqueue");
        let queue = self.queues.queue(JobKind::AwardPoints);
        let mut claims: Vec<Vec<Claimed>> = Vec::new();
        while claims.iter().map(Vec::len).sum::<usize>() < orders {
            let claim = queue.claim(BATCH, LEASE, "bench").await?;
            ensure!(!claim.jobs.is_empty(), "jobs are missing");
            claims.push(claim.jobs);
        }
        parts.end("claim");
        self.award(&claims, &mut parts).await?;
        let settlements: Vec<Vec<Settlement>> =
            claims.iter().map(|jobs| jobs.iter().map(|job| Settlement::of(job, Outcome::Done)).collect()).collect();
        parts.restart();
        for batch in &settlements {
            let settled = queue.settle(batch).await?;
            ensure!(settled.stale == 0, "{} leases ran out", settled.stale);
        }
        parts.end("settle");
        Ok(parts.micros)
    }

    /// Verifies and parses a delivery as the ingress does before recording.
    fn receive(&self, bodies: &[Vec<u8>], parts: &mut Parts) -> Result<Vec<NewWebhook>> {
        let secrets = Secrets::new(vec![SECRET.to_vec()]);
        let signatures: Vec<String> = bodies.iter().map(|body| shopify::sign(SECRET, body)).collect();
        parts.restart();
        let verified =
            bodies.iter().zip(&signatures).filter(|(body, hmac)| shopify::verify(&secrets, body, hmac)).count();
        parts.end("signature");
        ensure!(verified == bodies.len(), "a right signature was refused");
        let topic = Topic::parse("orders/create").context("no such topic")?;
        let mut facts: Vec<_> = bodies.iter().map(|body| shopify::parse(topic, body)).collect::<Result<_, _>>()?;
        parts.end("parse: body to facts");
        let personal: Vec<PersonalData> = facts.iter_mut().map(WebhookFacts::take_personal_data).collect();
        let facts: Vec<String> = facts.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
        parts.end("facts to JSON");
        let merchant = |number: usize| &self.merchants[number % self.merchants.len()];
        let (keys, nonce) = (&self.processor.keys, || Nonce::new(self.ids.random_bytes()));
        let personal: Vec<_> = (0..)
            .zip(&personal)
            .map(|(number, data)| Encrypted::<WebhookPersonalData>::seal(keys, nonce(), merchant(number), data))
            .collect();
        parts.end("encrypt the personal data");
        let packed: Vec<_> = (0..)
            .zip(bodies)
            .map(|(number, body)| Encrypted::<WebhookBody>::seal(keys, nonce(), merchant(number), body))
            .collect();
        parts.end("compress and encrypt the raw bytes");
        let rows = facts.into_iter().zip(personal).zip(packed);
        let webhooks = rows.enumerate().map(|(number, ((facts, personal_data), body))| {
            Ok(NewWebhook {
                log_id: LogId::parse(&self.ids.ulid())?,
                merchant_id: merchant(number).clone(),
                topic: topic.as_str().to_owned(),
                webhook_id: self.ids.ulid(),
                event_id: None,
                api_version: None,
                triggered_at: None,
                facts: Some(facts),
                personal_data: Some(personal_data),
                job_kind: Some(JobKind::AwardPoints.name()),
                status: "pending",
                note: None,
                body,
            })
        });
        webhooks.collect()
    }

    async fn award(&self, claims: &[Vec<Claimed>], parts: &mut Parts) -> Result<()> {
        let started_at = SystemClock.now();
        let mut batches = Vec::new();
        for jobs in claims {
            let settle = |job: &Claimed| {
                Ok(OrderWebhook {
                    merchant_id: MerchantId::parse(job.context.lane.as_str())?,
                    log_id: LogId::parse(job.context.job_id.as_str())?,
                    attempt: 1,
                    started_at,
                })
            };
            batches.push(jobs.iter().map(settle).collect::<Result<Vec<_>>>()?);
        }
        parts.restart();
        for batch in batches {
            for answer in self.processor.run(batch).await {
                answer?;
            }
        }
        parts.end("award: ledger, balance, audit, outbox in one transaction a batch");
        Ok(())
    }
}

/// Measures named sections one after the other.
struct Parts {
    begun: Instant,
    orders: usize,
    micros: Vec<(&'static str, f64)>,
}

impl Parts {
    fn restart(&mut self) {
        self.begun = Instant::now();
    }

    fn end(&mut self, part: &'static str) {
        self.micros.push((part, self.begun.elapsed().as_secs_f64() * 1e6 / self.orders as f64));
        self.restart();
    }
}

fn show(results: &Results) -> String {
    let mut rows = vec![vec!["part".to_owned(), "µs an order".to_owned()]];
    rows.extend(results.parts.iter().map(|(part, micros)| vec![(*part).to_owned(), micros.show()]));
    let repeats = results.calibration.len() - 1;
    let together = |round: usize| results.parts.iter().map(|(_, all)| all.get(round)).sum::<f64>();
    rows.push(vec!["together".to_owned(), (0..repeats).map(together).collect::<Figures>().show()]);
    format!(
        "## Each part of the main path alone\n\n`./dev.sh bench parts`. {}{} orders of about 7 kB a round, {repeats} rounds, {BATCH} orders a \
         statement or script, one call at a time: time that passes, not CPU,\nso what PostgreSQL and Redis take is in it. Speed of the machine: \
         {} rounds of fixed work a ms.\n\n{}",
        results.machine.show(),
        results.orders,
        results.calibration.show(),
        table(&rows)
    )
}
