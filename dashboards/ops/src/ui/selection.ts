// Which rows are chosen: by key, so that a choice survives new rows, and a range from the row that was chosen last.
import { useCallback, useMemo, useRef, useState } from "react";

/** Rows that can be chosen one by one; beyond, a filter chooses. */
export const SELECTED_MAX = 500;

export interface Selection<T> {
  readonly rows: readonly T[];
  readonly has: (row: T) => boolean;
  readonly toggle: (rows: readonly T[], index: number, on: boolean, range: boolean) => void;
  readonly set: (rows: readonly T[], on: boolean) => void;
  readonly clear: () => void;
}

/** The rows of a range, whichever end it was chosen from. */
export function rangeOf<T>(rows: readonly T[], from: number, to: number): readonly T[] {
  return rows.slice(Math.min(from, to), Math.max(from, to) + 1);
}

export function useSelection<T>(rowKey: (row: T) => string): Selection<T> {
  const [chosen, setChosen] = useState<ReadonlyMap<string, T>>(new Map());
  const anchor = useRef<string>(undefined);
  const set = useCallback(
    (rows: readonly T[], on: boolean) => {
      setChosen((before) => {
        const next = new Map(before);
        for (const row of rows) {
          if (on && next.size < SELECTED_MAX) next.set(rowKey(row), row);
          else if (!on) next.delete(rowKey(row));
        }
        return next;
      });
    },
    [rowKey],
  );
  const clear = useCallback(() => {
    anchor.current = undefined;
    setChosen(new Map());
  }, []);
  return useMemo<Selection<T>>(
    () => ({
      rows: [...chosen.values()],
      has: (row) => chosen.has(rowKey(row)),
      set,
      clear,
      toggle: (rows, index, on, range) => {
        const row = rows[index];
        if (row === undefined) return;
        const from = range ? rows.findIndex((one) => rowKey(one) === anchor.current) : -1;
        set(from >= 0 ? rangeOf(rows, from, index) : [row], on);
        anchor.current = rowKey(row);
      },
    }),
    [chosen, rowKey, set, clear],
  );
}
