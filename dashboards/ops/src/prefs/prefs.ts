// What a person has chosen for this browser: language, theme, density, zone, shortcuts, columns. Kept in localStorage, and in memory where
// that is not allowed. Other tabs follow.
import { useCallback, useSyncExternalStore } from "react";

export interface Preferences {
  language: string;
  theme: "system" | "light" | "dark";
  density: "compact" | "regular" | "comfortable";
  zone: "UTC" | "local";
  singleKeys: "on" | "off";
  /** JSON of the saved filters. */
  filters: string;
  /** Columns that are hidden, with commas between them. */
  hiddenColumns: string;
}

const DEFAULTS: Preferences = {
  language: "",
  theme: "system",
  density: "regular",
  zone: "UTC",
  singleKeys: "on",
  filters: "[]",
  hiddenColumns: "",
};
const ALLOWED: Partial<Record<keyof Preferences, readonly string[]>> = {
  theme: ["system", "light", "dark"],
  density: ["compact", "regular", "comfortable"],
  zone: ["UTC", "local"],
  singleKeys: ["on", "off"],
};

const memory = new Map<string, string>();
const listeners = new Set<() => void>();

function read(name: string): string | null {
  try {
    return localStorage.getItem(`ops.${name}`) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

/** What is chosen now. */
export function preference<K extends keyof Preferences>(name: K): Preferences[K] {
  const kept = read(name);
  const allowed = ALLOWED[name];
  return kept === null || (allowed && !allowed.includes(kept)) ? DEFAULTS[name] : (kept as Preferences[K]);
}

/** Chooses. */
export function prefer<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  memory.set(name, value);
  try {
    localStorage.setItem(`ops.${name}`, value);
  } catch {
    // Not allowed here: it lasts as long as the page.
  }
  show(name, value);
  for (const listener of listeners) listener();
}

/** Theme and density are attributes of the page. */
function show(name: keyof Preferences, value: string): void {
  const { dataset } = document.documentElement;
  if (name === "theme") {
    if (value === "system") delete dataset["theme"];
    else dataset["theme"] = value;
  }
  if (name === "density") dataset["density"] = value;
}

function subscribe(listener: () => void): () => void {
  const fromOtherTab = (event: StorageEvent) => {
    if (!event.key?.startsWith("ops.")) return;
    const name = event.key.slice(4) as keyof Preferences;
    if (name in DEFAULTS) show(name, preference(name));
    listener();
  };
  listeners.add(listener);
  window.addEventListener("storage", fromOtherTab);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", fromOtherTab);
  };
}

/** A choice and how to change it. */
export function usePreference<K extends keyof Preferences>(name: K): [Preferences[K], (value: Preferences[K]) => void] {
  const value = useSyncExternalStore(subscribe, () => preference(name));
  const set = useCallback(
    (next: Preferences[K]) => {
      prefer(name, next);
    },
    [name],
  );
  return [value, set];
}
