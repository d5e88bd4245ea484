// Keyboard shortcuts: components register what their keys do while they are mounted; one listener serves all. Single letters are ignored in
// fields and dialogs and can be switched off (WCAG 2.1.4). No single key changes data.
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Key } from "../i18n/i18n.ts";
import { preference } from "../prefs/prefs.ts";

/** `g o` is G, then O. `mod+k` is ⌘K or Ctrl K. */
export interface Shortcut {
  readonly keys: string;
  readonly text: Key;
  readonly run: () => void;
  /** Works in fields and while single letters are off. */
  readonly always?: boolean;
  /** Not in the list of shortcuts: another way to the same. */
  readonly hidden?: boolean;
}

/** A key that begins others waits so long for the next. */
const PREFIX_MS = 1_200;

interface Registry {
  readonly add: (shortcuts: readonly Shortcut[]) => () => void;
  readonly all: () => readonly Shortcut[];
}

const ShortcutContext = createContext<Registry | null>(null);

const isMac = typeof navigator !== "undefined" && /Mac|iP(?:hone|ad|od)/.test(navigator.userAgent);

/** How the keys are written. */
export function keyNames(keys: string): string[] {
  return keys.split(/[ +]/).map((key) => {
    const names: Record<string, string> = {
      mod: isMac ? "⌘" : "Ctrl",
      shift: "⇧",
      enter: "↵",
      escape: "Esc",
      arrowdown: "↓",
      arrowup: "↑",
    };
    return names[key] ?? (key.length === 1 ? key.toUpperCase() : key);
  });
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]") !== null;

const inDialog = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("[role=dialog], [role=alertdialog], [role=menu]") !== null;

/** The event as it is written in `keys`. */
function nameOf(event: KeyboardEvent): string {
  const mod = event.metaKey || event.ctrlKey ? "mod+" : "";
  const shift = event.shiftKey && /^[a-zA-Z]$/.test(event.key) ? "shift+" : "";
  return mod + shift + event.key.toLowerCase();
}

export function ShortcutProvider({ children }: { readonly children: ReactNode }) {
  const sets = useRef<(readonly Shortcut[])[]>([]);
  const [registry] = useState<Registry>(() => ({
    add: (shortcuts) => {
      sets.current.push(shortcuts);
      return () => {
        sets.current = sets.current.filter((one) => one !== shortcuts);
      };
    },
    all: () => sets.current.flat(),
  }));
  useEffect(() => {
    let prefix = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    const clear = () => {
      prefix = "";
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const typed = (prefix === "" ? "" : `${prefix} `) + nameOf(event);
      // What was registered last is nearest to the person.
      const found = registry.all().findLast((one) => one.keys === typed);
      const free = preference("singleKeys") === "on" && !isField(event.target) && !inDialog(event.target);
      if (found && (found.always || free)) {
        clear();
        event.preventDefault();
        found.run();
        return;
      }
      const begins = free && registry.all().some((one) => one.keys.startsWith(`${typed} `));
      clear();
      clearTimeout(timer);
      if (!begins) return;
      prefix = typed;
      timer = setTimeout(clear, PREFIX_MS);
    };
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      clearTimeout(timer);
    };
  }, [registry]);
  return <ShortcutContext value={registry}>{children}</ShortcutContext>;
}

function useRegistry(): Registry {
  const registry = use(ShortcutContext);
  if (!registry) throw new Error("shortcuts need a ShortcutProvider");
  return registry;
}

/** Registers shortcuts while mounted. `run` may change from one drawing to the next. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const registry = useRegistry();
  const newest = useRef(shortcuts);
  useEffect(() => {
    newest.current = shortcuts;
  });
  const shape = shortcuts.map(({ keys, text, always, hidden }) => `${keys}|${text}|${String(always)}|${String(hidden)}`).join("\n");
  const stable = useMemo(
    () =>
      shape
        .split("\n")
        .filter(Boolean)
        .map((line, index): Shortcut => {
          const [keys = "", text = "", always, hidden] = line.split("|");
          return { keys, text: text as Key, always: always === "true", hidden: hidden === "true", run: () => newest.current[index]?.run() };
        }),
    [shape],
  );
  useEffect(() => registry.add(stable), [registry, stable]);
}

/** What is registered now, for the list of shortcuts. */
export function useShortcutList(): () => readonly Shortcut[] {
  const registry = useRegistry();
  return useCallback(() => registry.all().filter((one) => !one.hidden), [registry]);
}

/** Keys as they are drawn. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <>
      {keyNames(keys).map((key, index) => (
        <kbd key={index}>{key}</kbd>
      ))}
    </>
  );
}
