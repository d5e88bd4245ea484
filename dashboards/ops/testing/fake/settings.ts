// Lanes and settings of the fake server, and what its changes share.
import type { AuditEntry, Lane, LaneChange, QueueSettingsChange } from "../../src/api/generated/ops.schemas.ts";
import { need, notFound, number, pageOf, Refusal, text, type Context } from "./answer.ts";
import { OPERATORS, SYSTEM } from "./names.ts";
import { type LaneState } from "./world.ts";

export const ok = { status: "ok" as const };
const laneKey = (queue: string, lane: string): string => `${queue}/${lane}`;

export function recordOf(
  { caller }: Context,
  entry: Omit<AuditEntry, "audit_id" | "at" | "actor" | "role" | "outcome">,
): Parameters<Context["world"]["record"]>[0] {
  return { actor: caller.actor, role: caller.role, outcome: "done", ...entry };
}

export function lanes(context: Context) {
  const { world, call } = context;
  const name = call.path["queue"] ?? "";
  const queue = world.queues.get(name);
  if (!queue) throw notFound("queue");
  const search = text(call.query["search"]) ?? "";
  const all = [...world.merchants]
    .filter(([shop]) => shop.includes(search))
    .map(([shop, lane], i): Lane => {
      const settings: LaneState = world.laneSettings.get(laneKey(name, lane)) ?? {
        paused: name === "create-discount" && shop === "lunar-coffee",
        ...(shop === "nordic-tea" && { weight: 4 }),
      };
      const share = [0.41, 0.2, 0.12, 0.09, 0.06, 0.05, 0.03, 0.02, 0.01, 0.01][i] ?? 0;
      const waiting = Math.round(queue.waiting * share);
      return {
        lane,
        shop: `${shop}.myshopify.com`,
        waiting,
        delayed: Math.round(queue.delayed * share),
        running: Math.round(queue.running * share),
        dead: i === 0 ? queue.dead : 0,
        settings,
        share,
        done: Math.round(queue.done_per_second * 3_600 * share),
        covered_ms: 3_600_000,
        ...(waiting > 0 && queue.oldest_age_ms !== undefined && { oldest_age_ms: Math.round(queue.oldest_age_ms * (1 - i * 0.08)) }),
        ...(queue.wait > 0 && { wait: { count: 90, p50_us: queue.wait * 1_000, p95_us: queue.wait * 4_400, p99_us: queue.wait * 9_000 } }),
      };
    });
  const { page, next_cursor } = pageOf(all, number(call.query["limit"], 100), call.query["cursor"], (lane) => lane.lane);
  return { ...ok, revision: String(queue.settings.revision), lanes: page, ...(next_cursor !== undefined && { next_cursor }) };
}

function settingsFor(context: Context, revision: string) {
  const name = context.call.path["queue"] ?? "";
  const queue = context.world.queues.get(name);
  if (!queue) throw notFound("queue");
  if (String(queue.settings.revision) !== revision) {
    throw new Refusal(409, {
      code: "settings_changed",
      message: "the settings have changed",
      changed: { actor: OPERATORS[1] ?? SYSTEM, at: context.world.iso(Date.now() - 4_000), action: "queue_settings" },
    });
  }
  queue.settings.revision += 1;
  return { name, queue };
}

/** Null takes a setting away. */
function merge(into: object, change: object): void {
  for (const [key, value] of Object.entries(change)) {
    if (key === "if_revision" || key === "reason") continue;
    if (value === null) Reflect.deleteProperty(into, key);
    else (into as Record<string, unknown>)[key] = value;
  }
}

export function changeQueue(context: Context) {
  const change = context.call.body as QueueSettingsChange;
  need(context, Object.keys(change).every((key) => ["paused", "reason", "if_revision"].includes(key)) ? "queues:operate" : "queues:admin");
  const { name, queue } = settingsFor(context, change.if_revision);
  merge(queue.settings, change);
  const paused = change.paused !== undefined;
  if (queue.settings.paused)
    queue.settings.paused_by = { actor: context.caller.actor, at: context.world.iso(Date.now()), action: "queue_pause" };
  else delete queue.settings.paused_by;
  context.world.record(
    recordOf(context, {
      action: paused ? (change.paused ? "queue_pause" : "queue_resume") : "queue_settings",
      queue: name,
      ...(change.reason !== undefined && { reason: change.reason }),
    }),
  );
  return { ...ok, settings: { ...queue.settings, revision: String(queue.settings.revision) } };
}

export function changeLane(context: Context) {
  need(context, "queues:operate");
  const change = context.call.body as LaneChange;
  const { name, queue } = settingsFor(context, change.if_revision);
  const lane = context.call.path["lane"] ?? "";
  const key = laneKey(name, lane);
  const settings: LaneState = { paused: false, ...context.world.laneSettings.get(key) };
  merge(settings, change);
  context.world.laneSettings.set(key, settings);
  const shop = [...context.world.merchants].find(([, id]) => id === lane)?.[0];
  context.world.record(
    recordOf(context, {
      action: change.paused === undefined ? "lane_settings" : change.paused ? "lane_pause" : "lane_resume",
      queue: name,
      ...(shop && { shop: `${shop}.myshopify.com` }),
      ...(change.reason !== undefined && { reason: change.reason }),
    }),
  );
  return { ...ok, settings, revision: String(queue.settings.revision) };
}
