// The invented platform of the fake server: queues, shops, jobs of every state, workers, circuits, schedules, webhooks, audit. The same
// in every run, but for the times, which count from its start.
import type {
  Actor,
  AuditEntry,
  Bulk,
  Circuit,
  Job,
  Outcome,
  QueueNow,
  Schedule,
  Tick,
  WebhookRetry,
  Worker,
} from "../../src/api/generated/ops.schemas.ts";
import { DELAYED, ERRORS, KINDS, OLDEST, OPERATORS, PLATFORM_LANE, RUNNING, SHOPS, SYSTEM, TOPICS } from "./names.ts";
import { Random } from "./random.ts";
import { fillAudit, fillCircuits, fillSchedules, fillWebhooks, fillWorkers } from "./world-parts.ts";

export interface StoredJob extends Job {
  attemptLog: {
    attempt: number;
    counted: boolean;
    outcome: Outcome;
    worker: string;
    started: number;
    ended?: number;
    waited: number;
    class?: string;
  }[];
  chain?: readonly string[];
  payload: string;
}

export class World {
  readonly random = new Random(20_261_127);
  readonly born = Date.now();
  readonly merchants = new Map<string, string>();
  readonly jobs: StoredJob[] = [];
  readonly dead: StoredJob[] = [];
  readonly queues = new Map<string, QueueNow & { limit: number; wait: number; run: number; settings: QueueSettingsState }>();
  readonly laneSettings = new Map<string, LaneState>();
  readonly workers: Worker[] = [];
  readonly circuits: Circuit[] = [];
  readonly schedules: Schedule[] = [];
  readonly ticks = new Map<string, Tick[]>();
  readonly webhooks: WebhookRetry[] = [];
  readonly audit: AuditEntry[] = [];
  readonly bulk = new Map<string, Bulk & { pending?: (() => void)[] }>();

  constructor() {
    for (const shop of SHOPS) this.merchants.set(shop, this.random.ulid(this.born - 86_400_000 * 400));
    for (const kind of KINDS) this.#queue(kind);
    this.#jobs();
    fillWorkers(this);
    fillCircuits(this);
    fillSchedules(this);
    fillWebhooks(this);
    fillAudit(this);
  }

  iso(at: number): string {
    return new Date(at).toISOString();
  }

  #queue([queue, waiting, done, slots, wait, run, limit]: (typeof KINDS)[number]): void {
    const oldest = OLDEST[queue];
    const severity =
      queue === "klaviyo-send"
        ? ("critical" as const)
        : ["csv-import", "create-discount"].includes(queue)
          ? ("warning" as const)
          : undefined;
    this.queues.set(queue, {
      queue,
      waiting,
      delayed: DELAYED[queue] ?? 0,
      running: RUNNING[queue] ?? 0,
      dead: queue === "create-discount" ? 38 : queue === "postscript-send" ? 3 : 0,
      paused: false,
      paused_lanes: queue === "create-discount" ? 1 : 0,
      slots,
      workers: slots === 0 ? 0 : 8,
      done_per_second: done,
      limit,
      wait,
      run,
      enqueued_per_second: queue === "klaviyo-send" ? 16.1 : done + (waiting > 100 ? 0.5 : 0),
      ...(oldest !== undefined && { oldest_age_ms: oldest }),
      ...(severity && { severity }),
      settings: { revision: 1, paused: false, ...(queue === "create-discount" && { lane_rate: { interval_us: 500_000, burst: 4 } }) },
    });
  }

  #payload(queue: string, at: number): string {
    if (queue === "create-discount")
      return `{"redemption_id":"${this.random.ulid(at)}","reward_id":"rwd_free_shipping","order_id":820982911946154508,"customer_id":115310627314723950,"code":"LN-7F3K-92QX","amount":{"minor":500,"currency":"USD"}}`;
    if (queue === "maintenance") return `{"task":"trim-attempts","tick":"${this.iso(at)}"}`;
    return `{"log_id":"${this.random.ulid(at)}","order_id":${8_209_829_119_461_545n + BigInt(this.random.int(0, 9_999))}}`;
  }

  /** A job of that state that came into it so long ago. */
  make(queue: string, shop: string | undefined, state: Job["state"], age: number, extra: Partial<StoredJob> = {}): StoredJob {
    const now = this.born;
    const enqueued = now - age - (state === "dead" ? 66_000 : state === "done" ? 12 : state === "delayed" ? 20_000 : 4);
    const lane = shop === undefined ? PLATFORM_LANE : (this.merchants.get(shop) ?? PLATFORM_LANE);
    const max = queue.endsWith("-points") || queue === "cancel-adjustment" ? 12 : 4;
    return {
      job_id: this.random.ulid(enqueued),
      queue,
      lane,
      state,
      paused: false,
      attempts: state === "waiting" ? 0 : state === "dead" ? max : 1,
      max_attempts: max,
      rescues: 0,
      enqueued_at: this.iso(enqueued),
      at: this.iso(now - age),
      ...(shop !== undefined && { shop: `${shop}.myshopify.com` }),
      attemptLog: [],
      payload: this.#payload(queue, enqueued),
      ...(queue === "award-points" && { topic: "orders/paid" }),
      ...extra,
    };
  }

  #failed(queue: string, shop: string, errorClass: string, age: number): StoredJob {
    const chain = ERRORS[errorClass] ?? [errorClass];
    const job = this.make(queue, shop, "dead", age, {
      error_class: errorClass,
      error: chain.at(-1) ?? "",
      chain,
      wait_ms: this.random.int(1_800, 9_900),
      run_ms: this.random.int(380, 11_600),
      rescues: 1,
    });
    const died = Date.parse(job.at);
    const log = (attempt: number, counted: boolean, outcome: Outcome, back: number, length: number, waited: number, errorOf: string) => ({
      attempt,
      counted,
      outcome,
      worker: `wrk-${this.random.int(1, 4)}`,
      started: died - back,
      ended: died - back + length,
      waited,
      class: errorOf,
    });
    job.attemptLog = [
      log(4, true, "dead", 388, 388, 1_900, errorClass),
      log(3, true, "retried", 14_020, 10_000, 270, "timeout"),
      log(2, true, "rescued", 29_500, 15_206, 1_700, "lost_worker"),
      log(2, false, "snoozed", 61_200, 5, 1_780, "circuit_open"),
      log(1, true, "retried", 64_600, 1_240, 1_830, "http_5xx"),
    ];
    return job;
  }

  #jobs(): void {
    const { random } = this;
    const put = (job: StoredJob) => this.jobs.push(job);
    put(
      this.make("award-points", "lunar-coffee", "running", 3, {
        worker: "wrk-1",
        lease_ends_at: this.iso(this.born + 15_000),
        wait_ms: 4,
        run_ms: 3,
      }),
    );
    put(this.make("klaviyo-send", "lunar-coffee", "waiting", 1_100, { wait_ms: 1_100 }));
    put(
      this.make("create-discount", "lunar-coffee", "running", 412, {
        worker: "wrk-2",
        lease_ends_at: this.iso(this.born + 14_000),
        wait_ms: 1_500,
        run_ms: 412,
      }),
    );
    put(
      this.make("postscript-send", "lunar-coffee", "cancelled", 4_800, {
        error_class: "no_consent",
        error: "Customer has no SMS consent",
        chain: ["Customer has no SMS consent"],
        wait_ms: 110,
        run_ms: 6,
      }),
    );
    put(
      this.make("create-discount", "lunar-coffee", "delayed", 31_000, {
        attempts: 2,
        delay: "retry",
        due_at: this.iso(this.born + 600_000),
        error_class: "http_5xx",
        error: "Shopify answered 502",
        chain: ERRORS["http_5xx"] ?? [],
        wait_ms: 1_770,
        run_ms: 1_200,
      }),
    );
    put(
      this.make("klaviyo-send", "lunar-coffee", "delayed", 72_000, {
        delay: "snooze",
        due_at: this.iso(this.born + 1_200_000),
        error_class: "circuit_open",
        error: "Circuit klaviyo/account open",
        chain: ERRORS["circuit_open"] ?? [],
        wait_ms: 1_020,
        run_ms: 1,
      }),
    );
    put(
      this.make("create-discount", "lunar-coffee", "waiting", 98_000, {
        paused: true,
        paused_by: { actor: OPERATORS[0] ?? SYSTEM, at: this.iso(this.born - 100_000), action: "lane_pause" },
        wait_ms: 98_000,
      }),
    );
    for (let i = 0; i < 38; i += 1)
      this.dead.push(this.#failed("create-discount", "lunar-coffee", "shopify_user_error", 120_000 + i * 41_000));
    for (let i = 0; i < 3; i += 1) this.dead.push(this.#failed("postscript-send", "nordic-tea", "timeout", 900_000 + i * 300_000));
    for (let i = 0; i < 203; i += 1)
      this.dead.push(
        this.#failed(
          random.pick(["klaviyo-send", "create-discount"]),
          random.pick(["alpine-gear", "nordic-tea"]),
          random.pick(["http_5xx", "timeout", "shopify_user_error"]),
          4_000_000 + i * 900_000,
        ),
      );
    for (let i = 0; i < 4_000; i += 1) {
      const queue = random.pick([
        "award-points",
        "award-points",
        "award-points",
        "cancel-adjustment",
        "create-discount",
        "klaviyo-send",
        "maintenance",
      ]);
      put(
        this.make(queue, queue === "maintenance" ? undefined : random.pick(SHOPS), "done", 2_000 + i * random.int(80, 1_200), {
          wait_ms: random.int(2, 60),
          run_ms: random.int(2, 30),
          topic: random.pick(TOPICS),
        }),
      );
    }
    for (let i = 0; i < 300; i += 1)
      put(this.make("klaviyo-send", random.pick(SHOPS), "waiting", 1_000 + i * 2_700, { wait_ms: 1_000 + i * 2_700 }));
    for (let i = 0; i < 60; i += 1)
      put(
        this.make(random.pick(["create-discount", "expiry-notice"]), random.pick(SHOPS), "delayed", 3_000 + i * 9_000, {
          delay: random.pick(["retry", "first_run"] as const),
          due_at: this.iso(this.born + 60_000 + i * 30_000),
          wait_ms: 3_000,
        }),
      );
    this.sort();
  }

  /** Newest first, as the lists are. */
  sort(): void {
    const newest = (a: StoredJob, b: StoredJob) => (a.at < b.at ? 1 : a.at > b.at ? -1 : a.job_id < b.job_id ? 1 : -1);
    this.jobs.sort(newest);
    this.dead.sort(newest);
  }

  record(entry: Omit<AuditEntry, "audit_id" | "at"> & { at?: number }): void {
    const { at = Date.now(), ...rest } = entry;
    this.audit.unshift({ audit_id: this.random.ulid(at), at: this.iso(at), ...rest });
  }
}

export interface QueueSettingsState {
  revision: number;
  paused: boolean;
  cap?: number;
  lane_rate?: { interval_us: number; burst: number };
  lane_cap?: number;
  paused_by?: { actor: Actor; at: string; action: string };
}
export interface LaneState {
  paused: boolean;
  weight?: number;
  rate?: { interval_us: number; burst: number };
  cap?: number;
  paused_by?: { actor: Actor; at: string; action: string };
}
