// What the invented platform consists of beside its jobs: workers, circuits, schedules, webhooks, audit log.
import type { Schedule, Tick } from "../../src/api/generated/ops.schemas.ts";
import { KINDS, OPERATORS, PLATFORM_LANE, SHOPS, SYSTEM, TOPICS } from "./names.ts";
import type { World } from "./world.ts";

export function fillWorkers(world: World): void {
  const served = KINDS.filter(([, , , slots]) => slots > 0).map(([queue, , , slots]) => ({
    queue,
    running: 0,
    slots: Math.ceil(slots / 8),
  }));
  for (let i = 1; i <= 8; i += 1) {
    const running = 26 - i * 2;
    world.workers.push({
      worker: `wrk-${i}`,
      host: `ip-10-0-${i < 3 ? 3 : i < 5 ? 4 : i < 7 ? 5 : 6}-${i % 2 ? 17 : 8}`,
      version: "2.14.0",
      state: "live",
      seen_at: world.iso(world.born),
      silent_ms: 400,
      running,
      slots: 279,
      started_at: world.iso(world.born - 2_500_000),
      queues: served.map((one, index) => ({ ...one, running: index === 1 ? running : 0 })),
    });
  }
  world.workers.unshift({
    worker: "wrk-9",
    host: "ip-10-0-6-9",
    version: "2.13.2",
    state: "lost",
    seen_at: world.iso(world.born - 372_000),
    silent_ms: 372_000,
    running: 0,
    slots: 4,
    queues: [{ queue: "csv-import", running: 0, slots: 4 }],
  });
}

export function fillCircuits(world: World): void {
  world.circuits.push({
    partner: "klaviyo",
    credential: "account",
    state: "open",
    failures: 14,
    processes: 8,
    processes_open: 8,
    since: world.iso(world.born - 846_000),
    until: world.iso(world.born + 38_000),
    last_error: "503 Service Unavailable",
    tokens_left: 350,
    tokens_max: 350,
    refill_per_second: 75,
    snoozed: 1_204,
  });
  SHOPS.forEach((shop, i) => {
    world.circuits.push({
      partner: "shopify",
      credential: world.merchants.get(shop) ?? shop,
      shop: `${shop}.myshopify.com`,
      state: "closed",
      failures: i === 0 ? 2 : 0,
      processes: 8,
      processes_open: 0,
      tokens_left: [2.4, 27.6, 40, 38, 12][i] ?? 39,
      tokens_max: 40,
      refill_per_second: 2,
      snoozed: 0,
    });
  });
  world.circuits.push({
    partner: "postscript",
    credential: "account",
    state: "closed",
    failures: 0,
    processes: 8,
    processes_open: 0,
    tokens_left: 78,
    tokens_max: 100,
    refill_per_second: 10,
  });
}

export function fillSchedules(world: World): void {
  const minute = 60_000;
  const rows: [string, string, Schedule["catch_up"], number, number][] = [
    ["expire-points", "0 1 * * *", "all", 13 * 60, 10],
    ["expiry-notice", "30 8 * * *", "once", 6 * 60, 17],
    ["rfm-refresh", "*/15 * * * *", "skip", 7, 8],
    ["trim-attempts", "10 3 * * *", "once", 11 * 60, 12],
    ["trim-dead-letters", "40 3 * * *", "once", 11 * 60, 12],
    ["trim-webhook-bodies", "20 * * * *", "once", 28, 31],
    ["verify-balances", "0 4 * * SUN", "once", 120 * 60, 13 * 60 + 90],
  ];
  for (const [name, schedule, catch_up, last, next] of rows) {
    const queue = name === "expire-points" || name === "expiry-notice" || name === "rfm-refresh" ? name : "maintenance";
    const missed = name === "rfm-refresh" ? 3 : 0;
    world.schedules.push({
      name,
      schedule,
      time_zone: "UTC",
      catch_up,
      paused: false,
      missed_ticks: missed,
      last_tick: world.iso(world.born - last * minute),
      last_state: name === "rfm-refresh" ? "enqueued" : "finished",
      next_tick: world.iso(world.born + next * minute),
      queue,
      ...(missed > 0 && { last_missed: world.iso(world.born - 86_400_000) }),
    });
    world.ticks.set(
      name,
      Array.from({ length: 12 }, (_, i): Tick => {
        const at = world.born - last * minute - i * 3_600_000;
        return {
          tick: world.iso(at),
          state: "finished",
          job: { queue, lane: PLATFORM_LANE, job_id: world.random.ulid(at) },
          claimed_at: world.iso(at + 40),
          enqueued_at: world.iso(at + 60),
          finished_at: world.iso(at + 900),
        };
      }),
    );
  }
}

export function fillWebhooks(world: World): void {
  const { random } = world;
  for (let i = 0; i < 420; i += 1) {
    const at = world.born - 5_000 - i * random.int(2_000, 60_000);
    const status = i % 7 === 0 ? ("failed" as const) : i % 11 === 0 ? ("pending" as const) : ("success" as const);
    const shop = random.pick(SHOPS);
    world.webhooks.push({
      log_id: random.ulid(at),
      merchant_id: world.merchants.get(shop) ?? "",
      shop: `${shop}.myshopify.com`,
      endpoint: random.pick(TOPICS),
      retry_count: status === "failed" ? 3 : 0,
      status,
      webhook_id: `b54557e4-bdd9-4b37-8a5f-${String(100_000_000_000 + i)}`,
      created_at: world.iso(at),
      job_kind: "award-points",
      ...(status === "failed" && {
        reason: random.pick([
          "the order has no currency",
          "PostgreSQL: statement timeout",
          "create the discount: Shopify Admin API: 502 Bad Gateway",
        ]),
      }),
      ...(status !== "pending" && { finished_at: world.iso(at + 40) }),
    });
  }
  world.webhooks.sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
}

export function fillAudit(world: World): void {
  const [one = SYSTEM, two = SYSTEM] = OPERATORS;
  const lunar = "lunar-coffee.myshopify.com";
  const ago = (minutes: number) => world.born - minutes * 60_000;
  for (let i = 0; i < 60; i += 1)
    world.record({
      at: ago(3_000 - i * 40),
      actor: i % 3 ? one : two,
      role: "operator",
      action: i % 2 ? "sign_in" : "payload_reveal",
      outcome: "done",
      ...(i % 2 === 0 && { job: { queue: "create-discount", lane: PLATFORM_LANE, job_id: world.random.ulid(ago(3_000)) } }),
    });
  world.record({
    at: ago(56),
    actor: one,
    role: "operator",
    action: "lane_settings",
    outcome: "done",
    queue: "award-points",
    shop: "nordic-tea.myshopify.com",
    before: "{}",
    after: '{"weight":4}',
    reason: "campaign",
  });
  world.record({ at: ago(41), actor: SYSTEM, action: "deploy", outcome: "done", target: "2.14.0", count: 8 });
  world.record({
    at: ago(17),
    actor: two,
    role: "operator",
    action: "bulk_confirm",
    outcome: "done",
    bulk_action: "retry",
    count: 212,
    jobs: { state: ["dead"], kind: ["klaviyo-send"] },
    bulk_id: world.random.ulid(ago(17)),
    reason: "Klaviyo is back",
  });
  world.record({
    at: ago(2),
    actor: one,
    role: "operator",
    action: "lane_pause",
    outcome: "done",
    queue: "create-discount",
    shop: lunar,
    reason: "codes already taken",
  });
}
