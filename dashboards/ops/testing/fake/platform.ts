// Snapshot, overview, queues, series: figures that move a little each second.
import type {
  Overview,
  Percentiles,
  Problem,
  QueueNow,
  QueueRow,
  QueueSeries,
  Queues,
  Series,
  Snapshot,
  Totals,
} from "../../src/api/generated/ops.schemas.ts";
import { notFound, text, type Context, type Control } from "./answer.ts";
import { KINDS } from "./names.ts";
import { type World } from "./world.ts";

let seq = 0;

/** A wave that is the same for all viewers. */
const wave = (at: number, seed: number): number => Math.sin(at / 7_000 + seed * 1.7) * 0.5 + Math.sin(at / 2_300 + seed) * 0.5;

function queueNow(world: World, name: string, control: Control): QueueNow {
  const queue = world.queues.get(name);
  if (!queue) throw notFound("queue");
  const { limit: _limit, wait: _wait, run: _run, settings, ...now } = queue;
  const at = Date.now();
  const moves = 1 + wave(at, name.length) * 0.04;
  const elapsed = at - world.born;
  const result: QueueNow = {
    ...now,
    paused: settings.paused,
    waiting: name === "klaviyo-send" ? now.waiting + Math.floor(elapsed / 62) : Math.max(0, Math.round(now.waiting * moves)),
    running: Math.round(now.running * moves),
    done_per_second: now.done_per_second * moves,
    enqueued_per_second: now.enqueued_per_second * moves,
    ...(now.oldest_age_ms !== undefined && {
      oldest_age_ms: now.severity ? now.oldest_age_ms + elapsed : Math.round(now.oldest_age_ms * moves),
    }),
  };
  if (control.scene === "calm") {
    delete result.severity;
    return {
      ...result,
      waiting: Math.min(result.waiting, 40),
      dead: 0,
      slots: Math.max(4, result.slots),
      workers: 8,
      ...(result.oldest_age_ms !== undefined && { oldest_age_ms: Math.min(result.oldest_age_ms, 400) }),
    };
  }
  if (control.scene === "noWorkers") return { ...result, workers: 0, slots: 0, running: 0, done_per_second: 0, severity: "critical" };
  return result;
}

function problems(world: World, control: Control): Problem[] {
  const { born } = world;
  const iso = (at: number) => world.iso(at);
  if (control.scene === "calm" || control.scene === "empty") return [];
  const lost: Problem = { id: "worker_lost:wrk-9", severity: "warning", kind: "worker_lost", worker: "wrk-9", since: iso(born - 372_000) };
  if (control.scene === "redisDown")
    return [
      {
        id: "store:redis",
        severity: "critical",
        kind: "store_unavailable",
        store: "redis",
        since: iso(born - 78_000),
        message: "connection refused",
      },
    ];
  if (control.scene === "noWorkers")
    return [
      {
        id: "no_worker:klaviyo-send",
        severity: "critical",
        kind: "no_worker",
        queue: "klaviyo-send",
        count: 12_480,
        worker: "wrk-4",
        since: iso(born - 160_000),
      },
      { ...lost, worker: "wrk-4", since: iso(born - 160_000) },
    ];
  return [
    {
      id: "oldest_age:klaviyo-send",
      severity: "critical",
      kind: "oldest_age",
      queue: "klaviyo-send",
      value_ms: 848_000 + Date.now() - born,
      limit_ms: 120_000,
      since: iso(born - 720_000),
    },
    {
      id: "circuit_open:klaviyo/account",
      severity: "critical",
      kind: "circuit_open",
      partner: "klaviyo",
      credential: "account",
      since: iso(born - 846_000),
      until: iso(born + 38_000),
    },
    {
      id: "dead_jobs:create-discount",
      severity: "warning",
      kind: "dead_jobs",
      queue: "create-discount",
      count: 38,
      error_class: "shopify_user_error",
      shop: "lunar-coffee",
    },
    {
      id: "no_worker:csv-import",
      severity: "warning",
      kind: "no_worker",
      queue: "csv-import",
      count: 3,
      worker: "wrk-9",
      since: iso(born - 372_000),
    },
  ];
}

export function snapshot(world: World, control: Control): Snapshot {
  const at = Date.now();
  const queues = control.scene === "empty" ? [] : [...world.queues.keys()].sort().map((name) => queueNow(world, name, control));
  const sum = (of: (queue: QueueNow) => number) => queues.reduce((total, queue) => total + of(queue), 0);
  const most = queues.reduce<QueueNow | undefined>((a, b) => (a && a.waiting >= b.waiting ? a : b), undefined);
  const oldest = queues.reduce<QueueNow | undefined>((a, b) => ((a?.oldest_age_ms ?? 0) >= (b.oldest_age_ms ?? 0) ? a : b), undefined);
  const waiting = sum((queue) => queue.waiting);
  const calm = control.scene === "calm" || control.scene === "empty";
  const totals: Totals = {
    waiting,
    delayed: sum((queue) => queue.delayed),
    running: sum((queue) => queue.running),
    slots: sum((queue) => queue.slots),
    workers: control.scene === "noWorkers" ? 0 : 8,
    workers_lost: calm ? 0 : 1,
    hosts: 4,
    circuits_open: calm ? 0 : world.circuits.filter((circuit) => circuit.state === "open").length,
    dead: calm ? 0 : world.dead.filter((job) => !job.replayed_at).length,
    dead_last_hour: calm ? 0 : 41,
    done_per_second: sum((queue) => queue.done_per_second),
    enqueued_per_second: sum((queue) => queue.enqueued_per_second),
    commit_p99_us: Math.round(8_400 + wave(at, 3) * 300),
    commit_limit_us: 1_000_000,
    ...(!calm && { dead_last_hour_queue: "create-discount" }),
    ...(most && waiting > 0 && { waiting_queue: most.queue, waiting_share: most.waiting / waiting }),
    ...(oldest?.oldest_age_ms !== undefined && {
      oldest_age_ms: oldest.oldest_age_ms,
      oldest_queue: oldest.queue,
      oldest_limit_ms: world.queues.get(oldest.queue)?.limit ?? 120_000,
    }),
  };
  seq += 1;
  const redis: Snapshot["redis"] =
    control.scene === "redisDown"
      ? { state: "unavailable", since: world.iso(world.born - 78_000), error: "connection refused" }
      : { state: "ok", latency_us: 400 + Math.round(wave(at, 1) * 60) };
  const bulk = [...world.bulk.values()].map((one) => one.progress).filter((one) => one.state === "running" || one.state === "counting");
  return {
    seq,
    at: world.iso(at),
    redis,
    postgres: { state: "ok", latency_us: 1_100 + Math.round(wave(at, 2) * 90) },
    totals,
    queues,
    problems: problems(world, control),
    bulk,
  };
}

const percentiles = (p50: number): Percentiles | undefined =>
  p50 === 0
    ? undefined
    : { count: 12_000, p50_us: Math.round(p50 * 1_000), p95_us: Math.round(p50 * 4_400), p99_us: Math.round(p50 * 11_000) };

function row(world: World, name: string, control: Control, spanSeconds: number): QueueRow {
  const queue = world.queues.get(name);
  if (!queue) throw notFound("queue");
  const now = queueNow(world, name, control);
  const count = (perHour: number) => Math.round((perHour * spanSeconds) / 3_600);
  const wait = percentiles(name === "klaviyo-send" ? 70_000 : queue.wait);
  const run = percentiles(queue.run);
  return {
    now,
    oldest_limit_ms: queue.limit,
    paused_jobs: queue.settings.paused ? now.waiting : name === "create-discount" ? 2 : name === "award-points" ? 1 : 0,
    window: {
      covered_ms: spanSeconds * 1_000,
      enqueued: Math.round(now.enqueued_per_second * spanSeconds),
      done: Math.round(now.done_per_second * spanSeconds),
      retried: count(name === "klaviyo-send" ? 1_911 : name === "create-discount" ? 388 : queue.done_per_second > 0 ? 27 : 0),
      snoozed: count(name === "klaviyo-send" ? 1_204 : 0),
      cancelled: count(name === "postscript-send" ? 14 : 0),
      dead: control.scene === "calm" ? 0 : count(now.dead),
      rescued: count(name === "create-discount" ? 2 : name === "csv-import" ? 1 : 0),
      ...(wait && { wait }),
      ...(run && { run }),
    },
    spark: Array.from({ length: 16 }, (_, i) =>
      name === "klaviyo-send" && i > 9
        ? 0
        : queue.done_per_second === 0
          ? 0
          : queue.done_per_second * (1 + wave(i * 9_000, name.length) * 0.2),
    ),
  };
}

const SECONDS = { minute: 60, hour: 3_600, day: 86_400 } as const;

export function queues({ world, call, control }: Context): Queues {
  const span = (text(call.query["span"]) ?? "hour") as keyof typeof SECONDS;
  const rank = (one: QueueRow) => (one.now.severity === "critical" ? 0 : one.now.severity === "warning" ? 1 : 2);
  const rows = control.scene === "empty" ? [] : [...world.queues.keys()].map((name) => row(world, name, control, SECONDS[span]));
  return { status: "ok", at: world.iso(Date.now()), span, queues: rows.sort((a, b) => rank(a) - rank(b) || b.now.waiting - a.now.waiting) };
}

export function queue({ world, call, control }: Context) {
  const name = call.path["queue"] ?? "";
  const span = (text(call.query["span"]) ?? "hour") as keyof typeof SECONDS;
  const found = row(world, name, control, SECONDS[span]);
  const { settings } = world.queues.get(name) ?? { settings: { revision: 0, paused: false } };
  return {
    status: "ok" as const,
    at: world.iso(Date.now()),
    span,
    queue: found,
    settings: { ...settings, revision: String(settings.revision) },
    active_lanes: 7,
    deduplicated_total: 1_204,
    stale_total: 2,
    policy: {
      attempts: 4,
      backoff_base_ms: 500,
      backoff_factor: 2,
      backoff_cap_ms: 300_000,
      timeout_ms: 30_000,
      lease_ms: 15_000,
      concurrency: 5,
      payload_version: 2,
    },
  };
}

export function overview({ world, control }: Context): Overview {
  const line = (of: (i: number) => number) => Array.from({ length: 16 }, (_, i) => Math.max(0, of(i)));
  const bad = (i: number) => (i < 10 || control.scene === "calm" ? 0 : (i - 9) * 3);
  return {
    status: "ok",
    at: world.iso(Date.now()),
    snapshot: snapshot(world, control),
    sparks: {
      done: line((i) => 369 + wave(i * 9_000, 2) * 9),
      waiting: line((i) => bad(i) * 700 + 300),
      oldest_age_ms: line((i) => bad(i) * 46_000 + 2_000),
      running: line((i) => 156 + wave(i * 9_000, 5) * 20),
      dead: line((i) => (control.scene === "calm" ? 0 : ([0, 0, 0, 2, 0, 0, 2, 0, 4, 10, 18, 16, 10, 4, 0, 0][i] ?? 0))),
      commit_p99_us: line((i) => 8_400 + wave(i * 9_000, 8) * 500),
    },
    workers: world.workers
      .slice(0, 5)
      .map(({ worker, host, version, state, silent_ms, running, slots, queues: served }) => ({
        worker,
        host,
        version,
        state,
        silent_ms: silent_ms + (state === "lost" ? Date.now() - world.born : 0),
        running,
        slots,
        queues: served.map((one) => one.queue),
      })),
    circuits: world.circuits.slice(0, 4),
    audit: world.audit.slice(0, 5),
    last_problem: {
      problem: {
        id: "x",
        severity: "critical",
        kind: "oldest_age",
        queue: "klaviyo-send",
        since: world.iso(world.born - 1_680_000 - 3_600_000),
      },
      ended_at: world.iso(world.born - 3_600_000),
    },
  };
}

function seriesOf(name: string | undefined, steps: number, step: number, scene: Control["scene"]): QueueSeries {
  const kinds = KINDS.filter(([queue]) => name === undefined || queue === name);
  const rate = kinds.reduce((sum, [, , done]) => sum + done, 0);
  const sick = (name === undefined || name === "klaviyo-send") && scene !== "calm";
  const share = (i: number) => i / (steps - 1);
  const line = (of: (i: number) => number | null) =>
    Array.from({ length: steps }, (_, i) => {
      const value = of(i);
      return value === null ? null : Math.max(0, Math.round(value * 100) / 100);
    });
  const done = (i: number) => (rate + 14 * (sick && share(i) < 0.75 ? 1 : 0) + wave(i * 9_000, 3) * rate * 0.02) * step;
  const oldest = kinds.reduce((most, [queue, , , , wait]) => Math.max(most, queue === "klaviyo-send" ? 2_000 : wait * 2), 0);
  const [, , , , wait = 4, run = 4] = kinds[0] ?? [];
  const base: QueueSeries = {
    enqueued: line((i) => done(i) + (sick && share(i) > 0.75 ? 16 * step : 0)),
    done: line((i) => (share(i) > 0.4 && share(i) < 0.43 && step > 600 ? null : done(i))),
    retried: line((i) => (sick && share(i) > 0.7 && share(i) < 0.8 ? 500 : 5)),
    snoozed: line((i) => (sick && share(i) > 0.76 ? 40 + (share(i) < 0.82 ? 500 : 0) : 2)),
    cancelled: line(() => 1),
    dead: line((i) => (sick && share(i) > 0.6 && share(i) < 0.85 ? 3 + (i % 5) : i % 9 === 0 ? 1 : 0)),
    rescued: line(() => 0),
    waiting: line((i) => (sick && share(i) > 0.75 ? (share(i) - 0.75) * 50_000 : 180) + wave(i * 9_000, 2) * 20),
    delayed: line((i) => 80 + wave(i * 9_000, 4) * 12),
    running: line((i) => 40 + wave(i * 9_000, 6) * 9),
    oldest_age_ms: line((i) => (sick && share(i) > 0.75 ? (share(i) - 0.75) * 3_400_000 : oldest * (1 + wave(i * 9_000, 1) * 0.3))),
  };
  if (name === undefined) return base;
  const times = (p: number, unit: number, seed: number) => line((i) => p * unit * 1_000 * (1 + wave(i * 9_000, seed) * 0.2));
  return {
    ...base,
    wait_p50_us: times(wait, 1, 1),
    wait_p95_us: times(wait, 4.4, 2),
    wait_p99_us: times(wait, 11, 3),
    run_p50_us: times(run, 1, 4),
    run_p95_us: times(run, 3.1, 5),
    run_p99_us: times(run, 7.5, 6),
  };
}

export function series({ world, call, control }: Context): Series {
  const span = (text(call.query["span"]) ?? "hour") as "hour" | "day" | "week";
  const name = text(call.query["queue"]);
  if (name !== undefined && !world.queues.has(name)) throw notFound("queue");
  const [steps, step] = span === "hour" ? [61, 60] : span === "day" ? [97, 900] : [169, 3_600];
  const until = Math.floor(Date.now() / 1_000 / step) * step;
  const all = name === undefined ? KINDS.filter(([, , , , wait]) => wait > 0) : [];
  const limit = name === undefined ? undefined : world.queues.get(name)?.limit;
  return {
    status: "ok",
    at: world.iso(Date.now()),
    span,
    step_seconds: step,
    times: Array.from({ length: steps }, (_, i) => until - (steps - 1 - i) * step),
    total: seriesOf(name, steps, step, control.scene),
    queues: all.map(([queue, , , , , , limit_ms]) => ({
      queue,
      oldest_age_ms:
        queue === "csv-import"
          ? seriesOf(queue, steps, step, "calm").oldest_age_ms.map((age, i) =>
              i > steps * 0.9 && control.scene !== "calm" ? (i / steps - 0.9) * 3_720_000 : age,
            )
          : seriesOf(queue, steps, step, control.scene).oldest_age_ms,
      limit_ms,
    })),
    deploys: [{ version: "2.14.0", at: world.iso(world.born - 2_500_000), workers: 8 }],
    ...(limit !== undefined && { limit_ms: limit }),
  };
}
