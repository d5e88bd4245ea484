// Schedules, workers, circuits and the audit log of the fake server.
import { list, need, notFound, number, pageOf, text, type Context } from "./answer.ts";
import { shown } from "./search.ts";
import { ok, recordOf } from "./settings.ts";

function scheduleOf({ world, call }: Context) {
  const found = world.schedules.find((schedule) => schedule.name === call.path["name"]);
  if (!found) throw notFound("schedule");
  return found;
}

export const schedules = ({ world }: Context) => ({ ...ok, at: world.iso(Date.now()), schedules: world.schedules });
export const ticks = (context: Context) => ({
  ...ok,
  ticks: (context.world.ticks.get(scheduleOf(context).name) ?? []).slice(0, number(context.call.query["limit"], 50)),
});

export function changeSchedule(context: Context) {
  need(context, "queues:admin");
  const schedule = scheduleOf(context);
  schedule.paused = (context.call.body as { paused: boolean }).paused;
  if (schedule.paused) schedule.paused_by = { actor: context.caller.actor, at: context.world.iso(Date.now()), action: "schedule_pause" };
  else delete schedule.paused_by;
  context.world.record(recordOf(context, { action: schedule.paused ? "schedule_pause" : "schedule_resume", target: schedule.name }));
  return { ...ok, schedule };
}

export function runSchedule(context: Context) {
  need(context, "queues:operate");
  const schedule = scheduleOf(context);
  const { world } = context;
  const now = Date.now();
  const job = { queue: schedule.queue ?? "maintenance", lane: "00000000000000000000000000", job_id: world.random.ulid(now) };
  world.ticks
    .get(schedule.name)
    ?.unshift({
      tick: world.iso(now),
      state: "enqueued",
      job,
      claimed_at: world.iso(now),
      enqueued_at: world.iso(now),
      by: context.caller.actor,
    });
  world.record(recordOf(context, { action: "schedule_run", target: schedule.name }));
  return { ...ok, job };
}

export function workers({ world, control }: Context) {
  const now = Date.now();
  const all = world.workers.map((worker) =>
    worker.state === "live" && control.scene !== "noWorkers"
      ? { ...worker, seen_at: world.iso(now - 400) }
      : { ...worker, state: "lost" as const, silent_ms: now - Date.parse(worker.seen_at) },
  );
  return { ...ok, at: world.iso(now), workers: control.scene === "empty" ? [] : all };
}

export function workerJobs({ world, call }: Context) {
  const worker = world.workers.find((one) => one.worker === call.path["worker"]);
  if (!worker) throw notFound("worker");
  const jobs = Array.from({ length: Math.min(worker.running, 12) }, (_, i) =>
    shown(
      world.make("award-points", world.random.pick([...world.merchants.keys()]), "running", 3 + i * 40, {
        worker: worker.worker,
        lease_ends_at: world.iso(world.born + 15_000),
        run_ms: 3 + i * 40,
      }),
    ),
  );
  return {
    ...ok,
    at: world.iso(Date.now()),
    jobs: jobs.map((job) => ({ ...job, at: world.iso(Date.now() - (job.run_ms ?? 0)) })).reverse(),
    complete: true,
  };
}

export function circuits({ world, call, control }: Context) {
  const search = (text(call.query["search"]) ?? "").toLowerCase();
  const found = world.circuits.filter((circuit) =>
    `${circuit.partner} ${circuit.credential} ${circuit.shop ?? ""}`.toLowerCase().includes(search),
  );
  const { page, next_cursor } = pageOf(
    control.scene === "empty" ? [] : found,
    number(call.query["limit"], 100),
    call.query["cursor"],
    (circuit) => `${circuit.partner}/${circuit.credential}`,
  );
  return { ...ok, at: world.iso(Date.now()), circuits: page, ...(next_cursor !== undefined && { next_cursor }) };
}

export function closeCircuit(context: Context) {
  need(context, "queues:admin");
  const found = context.world.circuits.find(
    (circuit) => circuit.partner === context.call.path["partner"] && circuit.credential === context.call.path["credential"],
  );
  if (!found) throw notFound("circuit");
  Object.assign(found, { state: "closed", failures: 0, processes_open: 0 });
  delete found.until;
  context.world.record(recordOf(context, { action: "circuit_close", target: `${found.partner}/${found.credential}` }));
  return ok;
}

export function audit({ world, call }: Context) {
  const { query } = call;
  const actions = list(query["action"]);
  const found = world.audit.filter(
    (entry) =>
      (actions.length === 0 || actions.includes(entry.action)) &&
      entry.actor.name.toLowerCase().includes((text(query["actor"]) ?? "").toLowerCase()) &&
      (query["queue"] === undefined || entry.queue === query["queue"]) &&
      (query["shop"] === undefined || entry.shop?.startsWith(text(query["shop"]) ?? "")) &&
      (query["job_id"] === undefined || entry.job?.job_id === query["job_id"]) &&
      (query["bulk_id"] === undefined || entry.bulk_id === query["bulk_id"]) &&
      (query["since"] === undefined || entry.at >= (text(query["since"]) ?? "")) &&
      (query["before"] === undefined || entry.at < (text(query["before"]) ?? "")),
  );
  const { page, next_cursor } = pageOf(found, number(query["limit"], 100), query["cursor"], (entry) => entry.audit_id);
  return {
    ...ok,
    entries: page,
    searched: { rows: found.length, took_ms: 3, complete: next_cursor === undefined },
    ...(next_cursor !== undefined && { next_cursor }),
  };
}
