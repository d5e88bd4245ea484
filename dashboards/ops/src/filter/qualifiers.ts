// The qualifiers of each filter line: what may stand before a colon, and what may stand behind it.

/** Kinds of values a qualifier takes. */
export type ValueKind = "name" | "state" | "status" | "time" | "number" | "id" | "words" | "action";

export interface Qualifier {
  readonly name: string;
  readonly kind: ValueKind;
  /** Other names for the same. */
  readonly aliases?: readonly string[];
  /** Whether `-name:` excludes. */
  readonly excludes?: boolean;
  /** Values there are, where they are few and known. */
  readonly values?: readonly string[];
  /** The server knows the values: name of the qualifier there. */
  readonly remote?: "kind" | "shop" | "topic" | "class" | "worker";
  /** What to show as an example. */
  readonly example: string;
}

/** Names of states in a filter line; `scheduled` is the API's `delayed`. */
export const FILTER_STATES = ["waiting", "scheduled", "running", "paused", "done", "dead", "cancelled"] as const;

const RECENT = ["15m", "1h", "2h", "24h", "7d"];

const kind: Qualifier = { name: "kind", kind: "name", aliases: ["queue"], excludes: true, remote: "kind", example: "kind:award-points" };
const shop: Qualifier = { name: "shop", kind: "name", excludes: true, remote: "shop", example: "shop:lunar-coffee" };
const topic: Qualifier = { name: "topic", kind: "name", excludes: true, remote: "topic", example: "topic:orders/paid" };
const since: Qualifier = { name: "since", kind: "time", values: RECENT, example: "since:2h" };
const before: Qualifier = { name: "before", kind: "time", values: ["1h", "24h"], example: "before:2026-11-27" };
const id: Qualifier = { name: "id", kind: "id", example: "id:01M8EPND4M…" };
const klass: Qualifier = { name: "class", kind: "name", excludes: true, remote: "class", example: "class:timeout" };
const attempt: Qualifier = { name: "attempt", kind: "number", values: [">1", ">2", ">=5"], example: "attempt:>2" };
const error: Qualifier = { name: "error", kind: "words", example: 'error:"already been taken"' };

/** A filter line's qualifiers, and whether other names are fields of the payload. */
export interface Grammar {
  readonly qualifiers: readonly Qualifier[];
  readonly fields: boolean;
  /** Whether words without a qualifier are allowed. */
  readonly words: boolean;
}

export const JOBS: Grammar = {
  qualifiers: [
    kind,
    shop,
    { name: "state", kind: "state", values: FILTER_STATES, example: "state:dead" },
    klass,
    error,
    attempt,
    since,
    before,
    topic,
    id,
  ],
  fields: true,
  words: true,
};

export const DEAD_LETTERS: Grammar = {
  qualifiers: [
    kind,
    shop,
    klass,
    error,
    attempt,
    since,
    before,
    topic,
    id,
    { name: "replayed", kind: "state", values: ["yes", "no"], example: "replayed:yes" },
  ],
  fields: true,
  words: true,
};

export const WEBHOOKS: Grammar = {
  qualifiers: [
    { name: "status", kind: "status", values: ["failed", "pending", "success", "any"], example: "status:failed" },
    { ...topic, excludes: false },
    { ...shop, excludes: false },
    since,
    before,
  ],
  fields: false,
  words: true,
};

export const AUDIT: Grammar = {
  qualifiers: [
    { name: "action", kind: "action", example: "action:job_retry" },
    { name: "actor", kind: "words", example: "actor:maria" },
    { ...kind, excludes: false },
    { ...shop, excludes: false },
    since,
    before,
    { name: "job", kind: "id", example: "job:01M8EPND4M…" },
    { name: "bulk", kind: "id", example: "bulk:01M8EPND4M…" },
  ],
  fields: false,
  words: false,
};

/** The qualifier of that name or alias. */
export function qualifierOf(grammar: Grammar, name: string): Qualifier | undefined {
  return grammar.qualifiers.find((one) => one.name === name || one.aliases?.includes(name));
}
