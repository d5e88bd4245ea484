// Suggestions for the term at the caret: names of qualifiers, values that are known, or the question to ask the server.
import type { Term } from "./parse.ts";
import { parse } from "./parse.ts";
import type { Grammar, Qualifier } from "./qualifiers.ts";
import { qualifierOf } from "./qualifiers.ts";

export interface Suggestion {
  /** What is inserted for the term. */
  readonly insert: string;
  /** The qualifier it is, to be explained. */
  readonly qualifier?: Qualifier;
  /** The value, if it is one. */
  readonly value?: string;
  /** How many jobs have it. */
  readonly count?: number;
  /** Whether more is to be typed behind it. */
  readonly open: boolean;
}

export interface Completion {
  /** The part of the line that a suggestion replaces. */
  readonly start: number;
  readonly end: number;
  readonly suggestions: readonly Suggestion[];
  /** Ask the server for values of this qualifier with this prefix. */
  readonly ask?: {
    readonly qualifier: NonNullable<Qualifier["remote"]>;
    readonly prefix: string;
    readonly name: string;
    readonly excluded: boolean;
  };
}

/** What to suggest with the caret there. */
export function complete(line: string, caret: number, grammar: Grammar): Completion {
  const term = parse(line, grammar).find((one) => one.start < caret && caret <= one.end);
  if (!term) return { start: caret, end: caret, suggestions: names("", false, grammar) };
  const { start, end, name } = term;
  if (name === undefined) {
    const typed = line.slice(start, caret);
    const excluded = typed.startsWith("-");
    return { start, end, suggestions: names(excluded ? typed.slice(1) : typed, excluded, grammar) };
  }
  const qualifier = qualifierOf(grammar, name);
  if (!qualifier || caret < term.valueStart) return { start, end, suggestions: [] };
  return values(term, qualifier, line.slice(term.valueStart, caret));
}

function names(typed: string, excluded: boolean, grammar: Grammar): Suggestion[] {
  const fits = (one: Qualifier) => one.name.startsWith(typed.toLowerCase()) && (!excluded || one.excludes);
  return grammar.qualifiers
    .filter(fits)
    .map((qualifier) => ({ insert: `${excluded ? "-" : ""}${qualifier.name}:`, qualifier, open: true }));
}

function values(term: Term, qualifier: Qualifier, typed: string): Completion {
  const { start, end, excluded } = term;
  const sign = excluded ? "-" : "";
  const prefix = typed.replace(/^"/, "").toLowerCase();
  // Of several values with commas between them, the last one is completed.
  const comma = prefix.lastIndexOf(",") + 1;
  const [before, part] = [prefix.slice(0, comma), prefix.slice(comma)];
  const suggestions = (qualifier.values ?? [])
    .filter((value) => value.startsWith(part) && value !== part)
    .map((value) => ({ insert: `${sign}${qualifier.name}:${before}${value}`, qualifier, value, open: false }));
  if (!qualifier.remote) return { start, end, suggestions };
  return { start, end, suggestions, ask: { qualifier: qualifier.remote, prefix, name: qualifier.name, excluded } };
}

/** The server's values as suggestions. */
export function remoteSuggestions(
  ask: NonNullable<Completion["ask"]>,
  found: readonly { readonly value: string; readonly count?: number }[],
): Suggestion[] {
  return found.map(({ value, count }) => ({
    insert: `${ask.excluded ? "-" : ""}${ask.name}:${/\s/.test(value) ? `"${value}"` : value}`,
    value,
    open: false,
    ...(count !== undefined && { count }),
  }));
}

/** The line with a suggestion taken over, and where the caret then stands. */
export function take(line: string, completion: Completion, suggestion: Suggestion): { line: string; caret: number } {
  const before = line.slice(0, completion.start);
  const after = line.slice(completion.end).trimStart();
  const gap = before !== "" && !/\s$/.test(before) ? " " : "";
  const head = before + gap + suggestion.insert + (suggestion.open ? "" : " ");
  return { line: head + (suggestion.open && after !== "" ? ` ${after}` : after), caret: head.length };
}
