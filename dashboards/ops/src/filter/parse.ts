// Reads a filter line into terms: `kind:award-points -class:timeout attempt:>2 order_id:82 "free text"`. Says what is wrong with a
// term and where, and never throws. What terms mean to the server is in query.ts.
import { FILTER_STATES, qualifierOf, type Grammar, type Qualifier } from "./qualifiers.ts";

/** A span of the line: a qualifier with its value, or words. */
export interface Term {
  readonly start: number;
  readonly end: number;
  readonly excluded: boolean;
  /** What stands before the colon; absent: words. */
  readonly name?: string;
  /** Where the value starts. */
  readonly valueStart: number;
  /** The value without quotes. */
  readonly value: string;
  /** Whether the value was in quotes. */
  readonly quoted: boolean;
  /** Absent for words and fields of the payload. */
  readonly qualifier?: Qualifier;
  readonly problem?: TermProblem;
}

/** Code and details of what is wrong; the texts are with the languages. */
export type TermProblem =
  | {
      readonly code: "value_missing" | "not_number" | "not_time" | "not_id" | "unclosed_quote" | "words_not_allowed";
      readonly name: string;
      readonly example: string;
    }
  | { readonly code: "not_one_of"; readonly name: string; readonly values: string }
  | { readonly code: "cannot_exclude"; readonly name: string }
  | { readonly code: "unknown_name"; readonly name: string; readonly meant?: string };

const NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;
const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const NUMBER = /^(?:>=|<=|>|<)?\d{1,6}$|^\d{1,6}\.\.\d{1,6}$/;
const RELATIVE = /^\d{1,4}(?:m|h|d|w)$/;
const ABSOLUTE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z?)?$/;
const CLOCK = /^\d{2}:\d{2}(?::\d{2})?$/;

/** Whether a text is a ULID. */
export const isId = (text: string): boolean => ID.test(text);

/** The first term that cannot be understood. */
export const problemIn = (terms: readonly Term[]): Term | undefined => terms.find((term) => term.problem);

/** The terms of a line, in order. */
export function parse(line: string, grammar: Grammar): Term[] {
  const terms: Term[] = [];
  let at = 0;
  while (at < line.length) {
    if (/\s/.test(line[at] ?? "")) {
      at += 1;
      continue;
    }
    const term = readTerm(line, at, grammar);
    terms.push(term);
    at = term.end;
  }
  return terms;
}

function readTerm(line: string, start: number, grammar: Grammar): Term {
  const excluded = line[start] === "-" && start + 1 < line.length && !/\s/.test(line[start + 1] ?? "");
  const nameStart = excluded ? start + 1 : start;
  const name = nameAt(line, nameStart);
  const valueStart = name === undefined ? nameStart : nameStart + name.length + 1;
  const { end, value, quoted, closed } = readValue(line, valueStart);
  const qualifier = name === undefined ? undefined : qualifierOf(grammar, name);
  const draft = { start, end, excluded, valueStart, value, quoted, ...(name !== undefined && { name }), ...(qualifier && { qualifier }) };
  const problem = closed ? check(draft, grammar) : { code: "unclosed_quote" as const, name: name ?? "", example: '"…"' };
  return problem ? { ...draft, problem } : draft;
}

/** The name before a colon, if what stands there is one. An address such as https://… is words. */
function nameAt(line: string, start: number): string | undefined {
  const colon = line.indexOf(":", start);
  if (colon <= start || line.startsWith("//", colon + 1)) return undefined;
  const name = line.slice(start, colon);
  return NAME.test(name) ? name : undefined;
}

function readValue(line: string, start: number): { end: number; value: string; quoted: boolean; closed: boolean } {
  if (line[start] !== '"') {
    let end = start;
    while (end < line.length && !/\s/.test(line[end] ?? "")) end += 1;
    return { end, value: line.slice(start, end), quoted: false, closed: true };
  }
  const close = line.indexOf('"', start + 1);
  if (close < 0) return { end: line.length, value: line.slice(start + 1), quoted: true, closed: false };
  return { end: close + 1, value: line.slice(start + 1, close), quoted: true, closed: true };
}

function check(term: Term, grammar: Grammar): TermProblem | undefined {
  const { name, qualifier, value } = term;
  if (name === undefined) {
    const example = grammar.qualifiers[0]?.example ?? "";
    return grammar.words ? undefined : { code: "words_not_allowed", name: value, example };
  }
  if (!qualifier) return checkField(name, value, grammar);
  if (term.excluded && !qualifier.excludes) return { code: "cannot_exclude", name };
  const { example } = qualifier;
  if (value === "") return { code: "value_missing", name, example };
  switch (qualifier.kind) {
    case "number":
      return NUMBER.test(value) ? undefined : { code: "not_number", name, example };
    case "time":
      return readTime(value, new Date(0)) ? undefined : { code: "not_time", name, example };
    case "id":
      return value.split(",").every(isId) ? undefined : { code: "not_id", name, example };
    case "state":
    case "status": {
      const values = qualifier.values ?? [];
      const known = (one: string) => values.includes(one) || (one === "delayed" && values === FILTER_STATES);
      return value.split(",").every(known) ? undefined : { code: "not_one_of", name, values: values.join(", ") };
    }
    case "name":
    case "words":
    case "action":
      return undefined;
  }
}

function checkField(name: string, value: string, grammar: Grammar): TermProblem | undefined {
  const meant = grammar.qualifiers.find((one) => isNear(one.name, name))?.name;
  if (!grammar.fields) return { code: "unknown_name", name, ...(meant && { meant }) };
  // A field of the payload that looks like a misspelt qualifier is taken for that.
  if (meant) return { code: "unknown_name", name, meant };
  return value === "" ? { code: "value_missing", name, example: `${name}:…` } : undefined;
}

/** Whether one letter more, less, other, or two swapped make the same. */
function isNear(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1 || a.length < 4) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  const [restA, restB] = [a.slice(from), b.slice(from)];
  const swapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return restA.slice(1) === restB.slice(1) || restA === restB.slice(1) || restA.slice(1) === restB || (swapped && restA.length > 1);
}

/** Reads `2h`, `2026-11-27`, `2026-11-27T14:00` or `14:00` (the last such time), in UTC. */
export function readTime(text: string, now: Date): Date | undefined {
  if (RELATIVE.test(text)) {
    const unit = { m: 60, h: 3_600, d: 86_400, w: 604_800 }[text.slice(-1)] ?? 0;
    return new Date(+now - Number(text.slice(0, -1)) * unit * 1_000);
  }
  if (CLOCK.test(text)) {
    const today = new Date(`${now.toISOString().slice(0, 10)}T${text}Z`);
    if (Number.isNaN(+today)) return undefined;
    return today > now ? new Date(+today - 86_400_000) : today;
  }
  if (!ABSOLUTE.test(text)) return undefined;
  const at = new Date(text.length === 10 || text.endsWith("Z") ? text : `${text}Z`);
  // 30 February would become 2 March.
  return Number.isNaN(+at) || !at.toISOString().startsWith(text.slice(0, 10)) ? undefined : at;
}
