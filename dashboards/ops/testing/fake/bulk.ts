// Bulk operations of the fake server: planned, counted, confirmed, carried out in steps.
import type { Bulk, BulkAction, BulkProgress, BulkRequest } from "../../src/api/generated/ops.schemas.ts";
import { need, notFound, number, pageOf, Refusal, type Context } from "./answer.ts";
import { apply } from "./one-job.ts";
import { matching, shown } from "./search.ts";
import { ok, recordOf } from "./settings.ts";
import { retryOne, webhookMatches } from "./webhooks.ts";
import type { StoredJob } from "./world.ts";

type StoredBulk = Bulk & { pending?: (() => void)[] };
const bulkShown = ({ pending: _pending, ...bulk }: StoredBulk): Bulk => ({ ...bulk, progress: { ...bulk.progress } });

function itemsOf(context: Context, request: BulkRequest): { act: (() => boolean)[]; jobs: StoredJob[]; queues: string[] } {
  const { world } = context;
  if (request.webhooks) {
    const found = world.webhooks.filter((webhook) => webhookMatches(request.webhooks ?? {}, webhook) && webhook.status === "failed");
    return {
      act: found.map((webhook) => () => retryOne(webhook)),
      jobs: [],
      queues: found.map((webhook) => webhook.job_kind ?? "award-points"),
    };
  }
  const refs = new Set((request.refs ?? []).map((ref) => ref.job_id));
  const fits = (job: StoredJob) =>
    (
      ({
        retry: ["dead"],
        run_now: ["delayed"],
        move_to_dead: ["waiting", "delayed"],
        delete: ["waiting", "delayed", "dead"],
        cancel: ["running"],
      }) as Record<BulkAction, string[]>
    )[request.action].includes(job.state);
  const found = (
    request.refs ? [...world.jobs, ...world.dead].filter((job) => refs.has(job.job_id)) : matching(world, request.jobs ?? {})
  ).filter(fits);
  return {
    act: found.map((job, i) => () => i % 37 !== 36 && apply(context, job, request.action)),
    jobs: found,
    queues: found.map((job) => job.queue),
  };
}

export function planBulk(context: Context) {
  need(context, "queues:operate");
  const request = context.call.body as BulkRequest;
  const { world } = context;
  const { act, jobs, queues } = itemsOf(context, request);
  const counts = new Map<string, number>();
  for (const queue of queues) counts.set(queue, (counts.get(queue) ?? 0) + 1);
  const id = world.random.ulid(Date.now());
  const progress: BulkProgress = { bulk_id: id, state: "counting", looked_at: 0, matched: 0, changed: 0, skipped: 0, failed: 0 };
  const now = world.iso(Date.now());
  const bulk: StoredBulk = {
    bulk_id: id,
    action: request.action,
    subject: request.webhooks ? "webhooks" : "jobs",
    progress,
    by: context.caller.actor,
    created_at: now,
    counted_at: now,
    sample: jobs.slice(0, 10).map(shown),
    queues: [...counts].map(([queue, count]) => ({ queue, count })),
    ...(request.jobs && { jobs: request.jobs }),
    ...(request.webhooks && { webhooks: request.webhooks }),
    ...(request.refs && { refs_count: request.refs.length }),
    effect_ms: act.length * 500,
  };
  bulk.pending = act.map((one) => () => {
    if (one()) progress.changed += 1;
    else progress.skipped += 1;
  });
  world.bulk.set(id, bulk);
  world.record(
    recordOf(context, {
      action: "bulk_plan",
      bulk_id: id,
      bulk_action: request.action,
      count: act.length,
      ...(request.jobs && { jobs: request.jobs }),
    }),
  );
  setTimeout(() => {
    Object.assign(progress, {
      state: progress.state === "counting" ? "planned" : progress.state,
      matched: act.length,
      looked_at: act.length * 3,
    });
  }, 250);
  return { ...ok, bulk: bulkShown(bulk) };
}

function bulkOf({ world, call }: Context): StoredBulk {
  const bulk = world.bulk.get(call.path["bulk_id"] ?? "");
  if (!bulk) throw notFound("bulk operation");
  return bulk;
}

export const getBulk = (context: Context) => ({ ...ok, bulk: bulkShown(bulkOf(context)) });

export function listBulk({ world, call }: Context) {
  const all = [...world.bulk.values()].reverse().map(bulkShown);
  const { page, next_cursor } = pageOf(all, number(call.query["limit"], 50), call.query["cursor"], (bulk) => bulk.bulk_id);
  return { ...ok, bulk: page, ...(next_cursor !== undefined && { next_cursor }) };
}

export function confirmBulk(context: Context) {
  need(context, "queues:operate");
  const bulk = bulkOf(context);
  const { matched, reason } = context.call.body as { matched: number; reason?: string };
  if (bulk.progress.state !== "planned" || bulk.progress.matched !== matched)
    throw new Refusal(409, { code: "bulk_changed", message: "the operation is not in this state any more" });
  bulk.progress.state = "running";
  bulk.confirmed_at = context.world.iso(Date.now());
  if (reason !== undefined) bulk.reason = reason;
  context.world.record(
    recordOf(context, {
      action: "bulk_confirm",
      bulk_id: bulk.bulk_id,
      bulk_action: bulk.action,
      count: matched,
      ...(bulk.jobs && { jobs: bulk.jobs }),
      ...(reason !== undefined && { reason }),
    }),
  );
  const timer = setInterval(() => {
    if (bulk.progress.state !== "running") {
      clearInterval(timer);
      return;
    }
    for (const one of bulk.pending?.splice(0, context.control.bulkStep) ?? []) one();
    if (bulk.pending?.length === 0) {
      bulk.progress.state = "done";
      bulk.ended_at = context.world.iso(Date.now());
      clearInterval(timer);
    }
  }, 60);
  return { ...ok, bulk: bulkShown(bulk) };
}

export function cancelBulk(context: Context) {
  need(context, "queues:operate");
  const bulk = bulkOf(context);
  if (["counting", "planned", "running"].includes(bulk.progress.state)) {
    bulk.progress.state = "cancelled";
    bulk.ended_at = context.world.iso(Date.now());
  }
  return { ...ok, bulk: bulkShown(bulk) };
}
