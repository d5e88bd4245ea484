// Changes of a filter line by buttons and tabs: the text stays what the person wrote, but for the term that is changed.
import { parse, type Term } from "./parse.ts";
import type { Grammar } from "./qualifiers.ts";

const quote = (value: string): string => (/\s/.test(value) ? `"${value}"` : value);

/** The term as text. */
export const termText = (name: string, value: string): string => `${name}:${quote(value)}`;

/** Without those terms, single spaces between the others. */
export function without(line: string, terms: readonly Term[]): string {
  let rest = line;
  for (const term of [...terms].sort((a, b) => b.start - a.start)) rest = rest.slice(0, term.start) + rest.slice(term.end);
  return rest.replaceAll(/\s+/g, " ").trim();
}

const termsOf = (line: string, grammar: Grammar, name: string): Term[] =>
  parse(line, grammar).filter((term) => term.qualifier?.name === name && !term.excluded);

/** Without the qualifier. */
export const withoutName = (line: string, grammar: Grammar, name: string): string => without(line, termsOf(line, grammar, name));

/** With that value of the qualifier as the only one. */
export function withOnly(line: string, grammar: Grammar, name: string, value: string): string {
  return `${withoutName(line, grammar, name)} ${termText(name, value)}`.trim();
}

/** The line of a filter that the server knows, for links from bulk operations and the audit log. */
export function lineOf(filter: Readonly<Record<string, unknown>>): string {
  const terms: string[] = [];
  const each = (key: string, write: (value: string) => string) => {
    const value = filter[key];
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) terms.push(write(String(one)));
  };
  const states = filter["state"];
  if (filter["paused"] === true) terms.push("state:paused");
  else if (Array.isArray(states) && states.length > 0)
    terms.push(`state:${states.map((one) => (one === "delayed" ? "scheduled" : String(one))).join(",")}`);
  each("status", (value) => termText("status", value));
  for (const name of ["kind", "shop", "topic", "class"]) {
    each(name, (value) => termText(name, value));
    each(`not_${name}`, (value) => `-${termText(name, value)}`);
  }
  const ids = filter["id"];
  if (Array.isArray(ids) && ids.length > 0) terms.push(`id:${ids.join(",")}`);
  const bound = (key: string): number | undefined => (typeof filter[key] === "number" ? filter[key] : undefined);
  const [min, max] = [bound("attempts_min"), bound("attempts_max")];
  if (min !== undefined && max !== undefined) terms.push(min === max ? `attempt:${min}` : `attempt:${min}..${max}`);
  else if (min !== undefined) terms.push(`attempt:>=${min}`);
  else if (max !== undefined) terms.push(`attempt:<=${max}`);
  each("since", (value) => termText("since", value));
  each("before", (value) => termText("before", value));
  each("field", (value) => value.replace("=", ":"));
  if (filter["replayed"] === true) terms.push("replayed:yes");
  each("text", (value) => value);
  return terms.join(" ");
}
