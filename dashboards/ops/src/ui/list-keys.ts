// Moving through a list by keys: J and K, arrows, Home and End; X selects, ⇧X a range, Enter and O open. One row is a tab stop.
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type RefObject } from "react";
import { useShortcuts } from "../shell/shortcuts.tsx";
import type { Selection } from "./selection.ts";

/** Rows that Page Up and Page Down pass. */
const PAGE_ROWS = 15;

interface Options<T> {
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly enabled: boolean;
  readonly scrollTo: (index: number) => void;
  readonly onOpen?: (row: T) => void;
  readonly selection?: Selection<T>;
  readonly onHere?: (row: T) => void;
  /** Whether a click opens; otherwise it only goes there. */
  readonly opensOnClick: boolean;
}

export function useListKeys<T>({ rows, rowKey, body, enabled, scrollTo, onOpen, selection, onHere, opensOnClick }: Options<T>) {
  // The row is remembered, not its place: rows may come above it.
  const [hereKey, setHereKey] = useState<string>();
  const found = rows.findIndex((row) => rowKey(row) === hereKey);
  const here = Math.max(0, found);
  const wanted = useRef<number>(undefined);
  const setHere = useCallback(
    (index: number) => {
      const row = rows[index];
      if (row === undefined) return;
      setHereKey(rowKey(row));
      onHere?.(row);
    },
    [rows, rowKey, onHere],
  );
  const focus = useCallback(
    (index: number) => {
      const element = body.current?.querySelector<HTMLElement>(`tr[data-index="${index}"]`);
      if (element) element.focus();
      return element !== null && element !== undefined;
    },
    [body],
  );
  // A row that was not drawn yet is focused when it is.
  useEffect(() => {
    if (wanted.current !== undefined && focus(wanted.current)) wanted.current = undefined;
  });
  const go = (index: number) => {
    if (rows.length === 0) return;
    const to = Math.min(rows.length - 1, Math.max(0, index));
    setHere(to);
    if (focus(to)) return;
    wanted.current = to;
    scrollTo(to);
  };
  const open = () => {
    const row = rows[here];
    if (row !== undefined && hereKey !== undefined) onOpen?.(row);
  };
  const toggle = (range: boolean) => {
    const row = rows[here];
    if (row !== undefined && selection) selection.toggle(rows, here, range || !selection.has(row), range);
  };
  const step = (by: number) => {
    go(hereKey === undefined ? 0 : here + by);
  };
  useShortcuts(
    !enabled
      ? []
      : [
          {
            keys: "j",
            text: "keys.next",
            run: () => {
              step(1);
            },
          },
          {
            keys: "k",
            text: "keys.previous",
            run: () => {
              step(-1);
            },
          },
          { keys: "o", text: "keys.open", run: open },
          ...(selection
            ? [
                {
                  keys: "x",
                  text: "keys.select" as const,
                  run: () => {
                    toggle(false);
                  },
                },
                {
                  keys: "shift+x",
                  text: "keys.selectRange" as const,
                  run: () => {
                    toggle(true);
                  },
                },
                {
                  keys: "escape",
                  text: "list.clear" as const,
                  run: () => {
                    selection.clear();
                  },
                },
              ]
            : []),
        ],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (!enabled || event.defaultPrevented || !(event.target instanceof HTMLTableRowElement)) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => {
        go(here + 1);
      },
      ArrowUp: () => {
        go(here - 1);
      },
      Home: () => {
        go(0);
      },
      End: () => {
        go(rows.length - 1);
      },
      PageDown: () => {
        go(here + PAGE_ROWS);
      },
      PageUp: () => {
        go(here - PAGE_ROWS);
      },
      Enter: open,
      " ": () => {
        if (selection) toggle(event.shiftKey);
        else open();
      },
    };
    const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const onRowClick = (event: MouseEvent, index: number) => {
    const target = event.target as HTMLElement;
    setHere(index);
    if (target.closest("a, button, input, label, select, textarea")) return;
    if (window.getSelection()?.toString()) return;
    const row = rows[index];
    if (row === undefined) return;
    if (event.shiftKey && selection) selection.toggle(rows, index, true, true);
    else if (opensOnClick) onOpen?.(row);
  };
  return { here, setHere, onKeyDown, onRowClick };
}
