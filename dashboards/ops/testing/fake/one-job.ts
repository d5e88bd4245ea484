// One job: detail, attempts, timeline and trace, actions, payload.
import type {
  Attempt,
  JobAction,
  JobDetail,
  JobState,
  Outcome,
  Segment,
  Timeline,
  TimelineEvent,
  TraceSpan,
} from "../../src/api/generated/ops.schemas.ts";
import { need, notFound, number, Refusal, text, type Context } from "./answer.ts";
import { shown } from "./search.ts";
import { OPERATORS, SYSTEM } from "./names.ts";
import { type StoredJob } from "./world.ts";

const PERSONAL = ["customer_id", "code"];
export const FITS: Record<JobAction, readonly JobState[]> = {
  retry: ["dead"],
  run_now: ["delayed"],
  move_to_dead: ["waiting", "delayed"],
  delete: ["waiting", "delayed", "dead"],
  cancel: ["running"],
};

export function find({ world, call }: Context): StoredJob {
  const { job_id: id, queue, lane } = call.path;
  const job = [...world.dead, ...world.jobs].find((one) => one.job_id === id && one.queue === queue && one.lane === lane);
  if (!job) throw notFound("job");
  return job;
}

export function detail(context: Context): JobDetail {
  const job = find(context);
  const { world, caller } = context;
  const masked = PERSONAL.filter((name) => job.payload.includes(`"${name}":`)).map((name) => ({ path: `/${name}` }));
  const may = caller.rights.includes("payload:read");
  const json = masked.reduce(
    (payload, { path }) => payload.replace(new RegExp(`("${path.slice(1)}":)("[^"]*"|\\d+)`), "$1null"),
    job.payload,
  );
  const alike = job.error_class
    ? [...world.dead].filter(
        (one) => one !== job && one.error_class === job.error_class && one.shop === job.shop && Date.parse(one.at) > Date.now() - 3_600_000,
      ).length
    : 0;
  const parent =
    job.queue === "create-discount"
      ? { job_id: world.random.ulid(Date.parse(job.enqueued_at) - 100), queue: "award-points", lane: job.lane, state: "done" as const }
      : undefined;
  return {
    status: "ok",
    at: world.iso(Date.now()),
    job: shown(job),
    actions: (Object.keys(FITS) as JobAction[]).filter((action) => FITS[action].includes(job.state)),
    snoozes: job.attemptLog.filter((one) => one.outcome === "snoozed").length,
    children: [],
    payload: {
      version: 2,
      bytes: job.payload.length,
      visibility: may ? (masked.length > 0 ? "masked" : "full") : "hidden",
      masked: may ? masked : [],
      ...(may && { json }),
    },
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    idempotency_key: `redemption:${job.job_id.slice(0, 10)}`,
    ...(job.chain && { error_chain: [...job.chain] }),
    ...(parent && { parent }),
    ...(alike > 0 && { alike: { count: alike, exact: true } }),
    ...(job.topic &&
      job.shop && {
        webhook: { merchant_id: job.lane, log_id: job.job_id, topic: job.topic, status: "success" as const, created_at: job.enqueued_at },
      }),
  };
}

function logOf(job: StoredJob): StoredJob["attemptLog"] {
  if (job.attemptLog.length > 0 || job.attempts === 0) return job.attemptLog;
  const at = Date.parse(job.at);
  const outcome: Outcome =
    job.state === "done"
      ? "done"
      : job.state === "cancelled"
        ? "cancelled"
        : job.state === "delayed"
          ? job.delay === "snooze"
            ? "snoozed"
            : "retried"
          : "done";
  const run = job.run_ms ?? 1;
  const base = {
    attempt: job.attempts,
    counted: true,
    outcome,
    worker: job.worker ?? "wrk-2",
    started: at - (job.state === "running" ? 0 : run),
    waited: job.wait_ms ?? 1,
  };
  return [job.state === "running" ? base : { ...base, ended: at, ...(job.error_class && { class: job.error_class }) }];
}

export function attempts(context: Context) {
  const job = find(context);
  const { world } = context;
  return {
    status: "ok" as const,
    attempts: logOf(job)
      .slice(0, number(context.call.query["limit"], 100))
      .map((one): Attempt => ({
        attempt: one.attempt,
        counted: one.counted,
        outcome: one.outcome,
        worker: one.worker,
        started_at: world.iso(one.started),
        waited_ms: one.waited,
        attempt_id: world.random.ulid(one.started),
        ...(one.ended !== undefined && { finished_at: world.iso(one.ended) }),
        ...(one.class && {
          error_class: one.class,
          error_chain: one.class === job.error_class ? [...(job.chain ?? [])] : [`create the discount`, `Shopify Admin API: ${one.class}`],
        }),
      })),
  };
}

export function timeline(context: Context): Timeline {
  const job = find(context);
  const { world } = context;
  const log = [...logOf(job)].reverse();
  const began = Date.parse(job.enqueued_at) - 134;
  const events: TimelineEvent[] = [{ at: job.enqueued_at, state: "waiting", cause: "enqueued", enqueued_by: job.topic ?? "award-points" }];
  const segments: Segment[] = [];
  let free = Date.parse(job.enqueued_at);
  for (const one of log) {
    const wait = one.started - one.waited;
    if (wait - free > 20) segments.push({ phase: "later", at_ms: free - began, length_ms: wait - free });
    segments.push({ phase: "wait", at_ms: Math.max(0, wait - began), length_ms: one.waited });
    events.push({ at: world.iso(one.started), state: "running", cause: "claimed", attempt: one.attempt, worker: one.worker });
    const end = one.ended ?? Date.now();
    segments.push({
      phase: one.outcome === "rescued" ? "lost" : "run",
      at_ms: one.started - began,
      length_ms: end - one.started,
      outcome: one.outcome,
      attempt: one.attempt,
    });
    if (one.ended !== undefined) {
      const cause = (
        { retried: "retry", snoozed: "snooze", rescued: "rescue", done: "done", dead: "died", cancelled: "cancelled" } as const
      )[one.outcome];
      const state =
        one.outcome === "done" || one.outcome === "dead" || one.outcome === "cancelled"
          ? one.outcome
          : one.outcome === "rescued"
            ? ("waiting" as const)
            : ("delayed" as const);
      events.push({
        at: world.iso(one.ended),
        state,
        cause,
        worker: one.worker,
        attempt: one.attempt,
        max_attempts: job.max_attempts,
        ...(one.class && { error_class: one.class }),
      });
    }
    free = end;
  }
  events.forEach((event, i) => {
    const next = events[i + 1];
    if (next) event.duration_ms = Math.max(0, Date.parse(next.at) - Date.parse(event.at));
  });
  const length = Math.max(20, free - began);
  const webhook: TraceSpan = {
    depth: 0,
    kind: "webhook",
    name: job.topic ?? "orders/paid",
    this: false,
    state: "done",
    segments: [{ phase: "run", at_ms: 0, length_ms: 9, outcome: "done" }],
  };
  const own: TraceSpan = {
    depth: job.queue === "create-discount" ? 2 : 1,
    kind: "job",
    name: job.queue,
    this: true,
    state: job.state,
    job: { queue: job.queue, lane: job.lane, job_id: job.job_id },
    segments,
  };
  const calls: TraceSpan[] =
    job.queue !== "create-discount"
      ? []
      : log
          .filter((one) => one.outcome !== "snoozed")
          .map((one) => ({
            depth: 3,
            kind: "call",
            name: "Shopify",
            detail: `${one.outcome === "dead" ? "refused" : (one.class ?? "200")} discountCodeBasicCreate`,
            this: false,
            segments: [
              {
                phase: "call",
                at_ms: one.started - began + 11,
                length_ms: Math.max(4, (one.ended ?? Date.now()) - one.started - 14),
                outcome: one.outcome,
              },
            ],
          }));
  const parent: TraceSpan[] =
    job.queue === "create-discount"
      ? [
          {
            depth: 1,
            kind: "job",
            name: "award-points",
            detail: "F9YD2M5R",
            this: false,
            state: "done",
            segments: [
              { phase: "wait", at_ms: 9, length_ms: 4 },
              { phase: "run", at_ms: 13, length_ms: 8, outcome: "done" },
            ],
          },
        ]
      : [];
  return {
    status: "ok",
    events: events.reverse(),
    began_at: world.iso(began),
    length_ms: length,
    spans: [webhook, ...parent, own, ...calls],
    complete: true,
  };
}

/** Does an action to a job; false: it does not fit its state any more. */
export function apply(context: Context, job: StoredJob, action: JobAction): boolean {
  if (!FITS[action].includes(job.state)) return false;
  const { world } = context;
  const now = world.iso(Date.now());
  const remove = (from: StoredJob[]) => {
    const at = from.indexOf(job);
    if (at >= 0) from.splice(at, 1);
  };
  if (action === "retry") {
    const { error: _error, error_class: _class, chain: _chain, ...kept } = job;
    world.jobs.unshift({ ...kept, state: "waiting", attempts: 0, at: now, attemptLog: job.attemptLog });
    job.replayed_at = now;
    remove(world.dead);
    world.dead.push(job);
  } else if (action === "delete") {
    remove(world.dead);
    remove(world.jobs);
  } else if (action === "move_to_dead") {
    remove(world.jobs);
    world.dead.unshift({
      ...job,
      state: "dead",
      at: now,
      error_class: "operator",
      error: "moved by an operator",
      chain: ["moved by an operator"],
    });
  } else {
    job.state = action === "run_now" ? "waiting" : "cancelled";
    job.at = now;
    delete job.due_at;
    delete job.delay;
  }
  world.sort();
  return true;
}

function changed(context: Context, job: StoredJob): Refusal {
  const at = context.world.iso(Date.now() - 3_000);
  return new Refusal(409, {
    code: "job_changed",
    message: "the job has changed",
    changed: { actor: OPERATORS[1] ?? SYSTEM, at, action: "job_retry", state: job.state },
  });
}

export function act(context: Context) {
  need(context, "queues:operate");
  const job = find(context);
  const {
    action,
    expected_state: expected,
    reason,
  } = context.call.body as { action: JobAction; expected_state: JobState; reason?: string };
  if (job.state !== expected || (job.replayed_at && action === "retry") || !apply(context, job, action)) throw changed(context, job);
  context.world.record({
    actor: context.caller.actor,
    role: context.caller.role,
    action: `job_${action}`,
    outcome: "done",
    job: { queue: job.queue, lane: job.lane, job_id: job.job_id },
    ...(reason !== undefined && { reason }),
  });
  const after = context.world.jobs.find((one) => one.job_id === job.job_id) ?? context.world.dead.find((one) => one.job_id === job.job_id);
  return { status: "ok" as const, ...(after && { job: shown(after) }) };
}

/** What the kind's own check would say. */
function issuesOf(job: StoredJob, json: string) {
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return [{ message: "this is not JSON" }];
  }
  const known = Object.keys(JSON.parse(job.payload) as object);
  const lines = json.split("\n");
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const suggestion = known.find((one) => one.length === name.length || one.startsWith(name.slice(0, 2)));
      return {
        message: `${job.queue} has no field "${name}".`,
        path: `/${name}`,
        line: 1 + lines.findIndex((line) => line.includes(`"${name}"`)),
        ...(suggestion && { suggestion }),
      };
    });
}

export function checkPayload(context: Context) {
  need(context, "payload:read");
  const issues = issuesOf(find(context), (context.call.body as { json: string }).json);
  return { status: "ok" as const, valid: issues.length === 0, issues };
}

export function editPayload(context: Context) {
  need(context, "queues:operate");
  need(context, "payload:read");
  const job = find(context);
  const { json, expected_state: expected, retry } = context.call.body as { json: string; expected_state: JobState; retry: boolean };
  const issues = issuesOf(job, json);
  if (issues.length > 0) throw new Refusal(422, { code: "invalid_payload", message: "the kind does not take this payload", issues });
  if (job.state !== expected) throw changed(context, job);
  job.payload = JSON.stringify(JSON.parse(json));
  if (retry) apply(context, job, job.state === "dead" ? "retry" : "run_now");
  context.world.record({
    actor: context.caller.actor,
    role: context.caller.role,
    action: "job_edit",
    outcome: "done",
    job: { queue: job.queue, lane: job.lane, job_id: job.job_id },
  });
  return { status: "ok" as const, job: shown(context.world.jobs.find((one) => one.job_id === job.job_id) ?? job) };
}

export function reveal(context: Context) {
  need(context, "payload:read");
  const job = find(context);
  const path = text((context.call.body as { path: string }).path) ?? "";
  const match = new RegExp(`"${path.slice(1)}":("[^"]*"|\\d+)`).exec(job.payload);
  if (!match?.[1]) throw notFound("field");
  context.world.record({
    actor: context.caller.actor,
    role: context.caller.role,
    action: "payload_reveal",
    outcome: "done",
    job: { queue: job.queue, lane: job.lane, job_id: job.job_id },
    target: path,
  });
  return { status: "ok" as const, path, json: match[1] };
}
