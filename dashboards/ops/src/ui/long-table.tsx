// A list of any length: only rows near the window are drawn, by TanStack Virtual.
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import { allRows, TableView, type Drawn, type TableProps } from "./table.tsx";

/** Rows up to which all are drawn. */
const DRAWN_ALL_MAX = 80;
const OVERSCAN_ROWS = 12;

export function LongTable<T extends object>(props: TableProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const drawn = useWindow(props.rows.length, body);
  return <TableView {...props} body={body} drawn={drawn} />;
}

/** Height of a row at the density that is chosen. */
function rowHeight(): number {
  const style = getComputedStyle(document.documentElement);
  return Number.parseFloat(style.getPropertyValue("--row")) * Number.parseFloat(style.fontSize) || 32;
}

function useWindow(count: number, body: RefObject<HTMLTableSectionElement | null>): Drawn {
  const all = count <= DRAWN_ALL_MAX;
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    if (!all && body.current) setMargin(body.current.getBoundingClientRect().top + window.scrollY);
  }, [all, body, count]);
  const [height] = useState(rowHeight);
  const virtual = useWindowVirtualizer({
    count: all ? 0 : count,
    estimateSize: () => height,
    overscan: OVERSCAN_ROWS,
    scrollMargin: margin,
  });
  const scrollTo = useCallback(
    (index: number) => {
      virtual.scrollToIndex(index, { align: "auto" });
    },
    [virtual],
  );
  const everything = useMemo(() => allRows(count), [count]);
  if (all) return everything;
  const items = virtual.getVirtualItems();
  const first = items[0];
  const last = items.at(-1);
  return {
    all,
    indexes: items.map((item) => item.index),
    before: first ? first.start - margin : 0,
    after: last ? virtual.getTotalSize() - (last.end - margin) : 0,
    measure: virtual.measureElement,
    scrollTo,
  };
}
