// Searching jobs as the contract says: filters, cursors, counts, suggestions.
import type { Facets, Job, JobFilter, Jobs, JobState, Suggestions } from "../../src/api/generated/ops.schemas.ts";
import { number, text, type Context } from "./answer.ts";
import { SHOPS } from "./names.ts";
import { type StoredJob, type World } from "./world.ts";

/** The filter of a request's parameters. */
export function filterOf(query: Readonly<Record<string, unknown>>): JobFilter {
  const names = [
    "state",
    "paused",
    "kind",
    "not_kind",
    "shop",
    "not_shop",
    "topic",
    "not_topic",
    "class",
    "not_class",
    "id",
    "attempts_min",
    "attempts_max",
    "since",
    "before",
    "field",
    "text",
    "replayed",
  ];
  return Object.fromEntries(Object.entries(query).filter(([name]) => names.includes(name)));
}

const has = (values: readonly string[] | undefined, value: string | undefined): boolean =>
  values === undefined || values.length === 0 || (value !== undefined && values.includes(value));
const shopOf = (job: Job): string | undefined => job.shop?.replace(".myshopify.com", "");

export function matches(filter: JobFilter, job: StoredJob): boolean {
  const shop = shopOf(job);
  const words = (filter.text ?? "").toLowerCase().match(/-?"[^"]*"|\S+/g) ?? [];
  const error = `${job.error ?? ""} ${(job.chain ?? []).join(" ")}`.toLowerCase();
  const spoken = (word: string) =>
    word.startsWith("-") ? !error.includes(word.slice(1).replaceAll('"', "")) : error.includes(word.replaceAll('"', ""));
  return (
    has(filter.state, job.state) &&
    (filter.paused === undefined || filter.paused === job.paused) &&
    has(filter.kind, job.queue) &&
    !(filter.not_kind ?? []).includes(job.queue) &&
    has(
      filter.shop?.map((one) => one.replace(".myshopify.com", "")),
      shop,
    ) &&
    !(filter.not_shop ?? []).includes(shop ?? "") &&
    has(filter.topic, job.topic) &&
    !(filter.not_topic ?? []).includes(job.topic ?? "") &&
    has(filter.class, job.error_class) &&
    !(filter.not_class ?? []).includes(job.error_class ?? "") &&
    has(filter.id, job.job_id) &&
    job.attempts >= (filter.attempts_min ?? 0) &&
    job.attempts <= (filter.attempts_max ?? Number.POSITIVE_INFINITY) &&
    (filter.since === undefined || job.at >= filter.since) &&
    (filter.before === undefined || job.at < filter.before) &&
    words.every(spoken) &&
    (filter.field ?? []).every((field) => {
      const [path = "", value = ""] = field.split(/=(.*)/s);
      return new RegExp(`"${path}":"?${value.replaceAll(/[^\w-]/g, "\\$&")}"?[,}]`).test(job.payload);
    })
  );
}

export function shown(job: StoredJob): Job {
  const { attemptLog: _log, chain: _chain, payload: _payload, ...rest } = job;
  return rest;
}

const jobKey = (job: StoredJob): string => `${job.at}|${job.job_id}`;

function searchIn(context: Context, all: readonly StoredJob[], filter: JobFilter): Jobs {
  const { call, world, control } = context;
  const limit = number(call.query["limit"], 100);
  const cursor = text(call.query["cursor"]);
  const start = cursor === undefined ? 0 : all.findIndex((job) => jobKey(job) === cursor) + 1;
  const found: StoredJob[] = [];
  let at = start;
  for (; at < all.length && found.length < limit && at - start < control.searchRowsMax; at += 1) {
    const job = all[at];
    if (job && matches(filter, job)) found.push(job);
  }
  const last = all[at - 1];
  const more = at < all.length && last !== undefined;
  return {
    status: "ok",
    at: world.iso(Date.now()),
    jobs: found.map(shown),
    searched: {
      rows: at - start,
      took_ms: Math.min(100, 4 + Math.round((at - start) / 60)),
      complete: !more,
      ...(last && { until: last.at }),
    },
    ...(more && { next_cursor: jobKey(last) }),
  };
}

const everything = (world: World): StoredJob[] =>
  [...world.jobs, ...world.dead.filter((job) => !job.replayed_at)].sort((a, b) =>
    a.at < b.at ? 1 : a.at > b.at ? -1 : a.job_id < b.job_id ? 1 : -1,
  );

export const jobs = (context: Context): Jobs => searchIn(context, everything(context.world), filterOf(context.call.query));

export function deadLetters(context: Context): Jobs {
  const filter = filterOf(context.call.query);
  return searchIn(
    context,
    context.world.dead.filter((job) => filter.replayed === true || !job.replayed_at),
    filter,
  );
}

export function matching(world: World, filter: JobFilter): StoredJob[] {
  return everything(world).filter((job) => matches(filter, job));
}

export function facets({ world, call }: Context): Facets {
  const found = matching(world, filterOf(call.query));
  const states = ["waiting", "delayed", "running", "done", "dead", "cancelled"] as const satisfies readonly JobState[];
  const counts = states.map((state) => ({
    state,
    count: found.filter((job) => job.state === state).length,
    exact: state !== "done" || found.length < 4_000,
  }));
  const paused = found.filter((job) => job.paused).length;
  const groups = new Map<string, StoredJob[]>();
  for (const job of found) if (job.error_class) groups.set(job.error_class, [...(groups.get(job.error_class) ?? []), job]);
  const now = Date.now();
  return {
    status: "ok",
    at: world.iso(now),
    states: [...counts, { state: "paused" as const, count: paused, exact: true }].filter((one) => one.count > 0),
    searched: { rows: found.length, took_ms: 41, complete: true },
    errors: [...groups]
      .map(([error_class, members]) => ({
        error_class,
        count: members.length,
        exact: true,
        last_at: members[0]?.at ?? world.iso(now),
        outcome: members.some((job) => job.state === "dead")
          ? ("dead" as const)
          : members.some((job) => job.delay === "snooze")
            ? ("snoozed" as const)
            : members[0]?.state === "cancelled"
              ? ("cancelled" as const)
              : ("retried" as const),
        buckets: Array.from(
          { length: 12 },
          (_, i) => members.filter((job) => Math.floor(((now - Date.parse(job.at)) / 86_400_000) * 12) === 11 - i).length,
        ),
      }))
      .sort((a, b) => b.count - a.count)
      .slice(0, 20),
  };
}

export function suggestions({ world, call }: Context): Suggestions {
  const prefix = (text(call.query["prefix"]) ?? "").toLowerCase();
  const all = everything(world);
  const tally = (of: (job: StoredJob) => string | undefined) => {
    const counts = new Map<string, number>();
    for (const job of all) {
      const value = of(job);
      if (value) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return [...counts].map(([value, count]) => ({ value, count }));
  };
  const values =
    call.query["qualifier"] === "kind"
      ? [...world.queues.keys()].map((value) => ({ value }))
      : call.query["qualifier"] === "shop"
        ? SHOPS.map((value) => ({ value }))
        : call.query["qualifier"] === "topic"
          ? tally((job) => job.topic)
          : call.query["qualifier"] === "worker"
            ? world.workers.map(({ worker }) => ({ value: worker }))
            : tally((job) => job.error_class);
  const fitting = values.filter(({ value }) => value.toLowerCase().startsWith(prefix));
  return { status: "ok", values: fitting.slice(0, 20), total: fitting.length };
}
