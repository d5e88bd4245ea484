// What a filter line means to the server: terms become the parameters of the contract. Times relative to now are resolved here,
// when the question is asked, so that a permalink keeps meaning "the last two hours".
import type { JobFilter, JobState, WebhookFilter, WebhookStatus } from "../api/generated/ops.schemas.ts";
import { isId, readTime, type Term } from "./parse.ts";

const SHOP_SUFFIX = ".myshopify.com";

function valuesOf(terms: readonly Term[], name: string, excluded = false): string[] {
  const found = terms.filter((term) => term.qualifier?.name === name && term.excluded === excluded && !term.problem);
  return found.flatMap((term) => (term.quoted ? [term.value] : term.value.split(","))).filter(Boolean);
}

const last = (values: readonly string[]): string | undefined => values.at(-1);

function timeOf(terms: readonly Term[], name: string, now: Date): string | undefined {
  const text = last(valuesOf(terms, name));
  return text === undefined ? undefined : readTime(text, now)?.toISOString();
}

/** Words of the line as the server's search takes them; phrases keep their quotes. */
function wordsOf(terms: readonly Term[]): string {
  const words = terms.filter((term) => !term.problem && (term.name === undefined ? !isId(term.value) : term.qualifier?.kind === "words"));
  return words
    .map((term) => (term.excluded ? "-" : "") + (term.quoted || /\s/.test(term.value) ? `"${term.value}"` : term.value))
    .join(" ");
}

/** Lists that are not empty, and values that are there. */
function present<T extends object>(draft: T): T {
  const keep = ([, value]: [string, unknown]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(draft).filter(keep)) as T;
}

const shopName = (name: string): string => (name.endsWith(SHOP_SUFFIX) ? name : name.toLowerCase());

function attemptsOf(terms: readonly Term[]): { attempts_min?: number; attempts_max?: number } {
  const range: { attempts_min?: number; attempts_max?: number } = {};
  for (const text of valuesOf(terms, "attempt")) {
    const [, operator = "", number = ""] = /^(>=|<=|>|<)?(\d+)$/.exec(text) ?? [];
    const between = /^(\d+)\.\.(\d+)$/.exec(text);
    if (between) {
      range.attempts_min = Number(between[1]);
      range.attempts_max = Number(between[2]);
    } else if (number !== "") {
      const value = Number(number);
      if (operator.startsWith(">")) range.attempts_min = operator === ">" ? value + 1 : value;
      else if (operator.startsWith("<")) range.attempts_max = operator === "<" ? Math.max(0, value - 1) : value;
      else range.attempts_min = range.attempts_max = value;
    }
  }
  return range;
}

/** The filter of jobs and dead letters. */
export function jobFilterOf(terms: readonly Term[], now: Date): JobFilter {
  const states = valuesOf(terms, "state");
  const paused = states.includes("paused") && states.length === 1;
  const state = states.map((name) => (name === "scheduled" ? "delayed" : name === "paused" ? "waiting" : name) as JobState);
  const fields = terms.filter((term) => term.name !== undefined && !term.qualifier && !term.problem);
  const loneIds = terms.filter((term) => term.name === undefined && !term.excluded && isId(term.value)).map((term) => term.value);
  return present<JobFilter>({
    state: [...new Set(state)],
    ...(paused && { paused: true }),
    kind: valuesOf(terms, "kind"),
    not_kind: valuesOf(terms, "kind", true),
    shop: valuesOf(terms, "shop").map(shopName),
    not_shop: valuesOf(terms, "shop", true).map(shopName),
    topic: valuesOf(terms, "topic"),
    not_topic: valuesOf(terms, "topic", true),
    class: valuesOf(terms, "class"),
    not_class: valuesOf(terms, "class", true),
    id: [...valuesOf(terms, "id"), ...loneIds],
    ...attemptsOf(terms),
    since: timeOf(terms, "since", now),
    before: timeOf(terms, "before", now),
    field: fields.map((term) => `${term.name}=${term.value}`),
    text: wordsOf(terms),
    ...(last(valuesOf(terms, "replayed")) === "yes" && { replayed: true }),
  });
}

/** The filter of webhooks; without a status, those that failed. */
export function webhookFilterOf(terms: readonly Term[], now: Date): WebhookFilter {
  const status = valuesOf(terms, "status");
  return present<WebhookFilter>({
    status: status.includes("any") ? [] : status.length > 0 ? (status as WebhookStatus[]) : ["failed"],
    topic: valuesOf(terms, "topic"),
    shop: valuesOf(terms, "shop").map(shopName),
    since: timeOf(terms, "since", now),
    before: timeOf(terms, "before", now),
    text: wordsOf(terms),
  });
}

/** Values of one qualifier, for pages that ask by parameters of their own. */
export const filterValues = (terms: readonly Term[], name: string): string[] => valuesOf(terms, name);

/** As [`filterValues`], for a time. */
export const filterTime = (terms: readonly Term[], name: string, now: Date): string | undefined => timeOf(terms, name, now);
