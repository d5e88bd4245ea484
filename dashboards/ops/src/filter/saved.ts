// Saved filters: a name and a line, kept in this browser. A permalink shares one.
import { useCallback, useMemo } from "react";
import { usePreference } from "../prefs/prefs.ts";

export interface SavedFilter {
  readonly name: string;
  readonly line: string;
  /** The list it is of. */
  readonly list: string;
}

/** Filters kept in one browser. */
const SAVED_MAX = 100;

const isSaved = (value: unknown): value is SavedFilter =>
  typeof value === "object" &&
  value !== null &&
  "name" in value &&
  "line" in value &&
  "list" in value &&
  typeof value.name === "string" &&
  typeof value.line === "string" &&
  typeof value.list === "string";

/** Reads what was kept; anything unreadable is nothing. */
export function readSaved(text: string): SavedFilter[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter(isSaved).slice(0, SAVED_MAX) : [];
  } catch {
    return [];
  }
}

export function useSavedFilters(list: string): {
  saved: readonly SavedFilter[];
  save: (name: string, line: string) => void;
  remove: (name: string) => void;
} {
  const [text, setText] = usePreference("filters");
  const all = useMemo(() => readSaved(text), [text]);
  const others = useCallback((name: string) => all.filter((one) => one.list !== list || one.name !== name), [all, list]);
  return {
    saved: all.filter((one) => one.list === list),
    save: (name, line) => {
      setText(JSON.stringify([...others(name), { name, line, list }].slice(-SAVED_MAX)));
    },
    remove: (name) => {
      setText(JSON.stringify(others(name)));
    },
  };
}
