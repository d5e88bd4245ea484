// Every list of the monitor: columns by TanStack Table, moved through by keys. The list is one tab stop. Tables keep their roles where
// narrow screens lay rows out as blocks.
import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type Row,
} from "@tanstack/react-table";
import { useCallback, useMemo, useRef, useState, type MouseEvent, type ReactNode, type RefObject } from "react";
import { useSpeech } from "../i18n/context.tsx";
import { Icon } from "./icons.tsx";
import { useListKeys } from "./list-keys.ts";
import type { Selection } from "./selection.ts";

export interface Column<T> {
  readonly id: string;
  readonly header: ReactNode;
  /** The header in words, where `header` is not text: for the list of columns and narrow screens. */
  readonly name?: string;
  readonly cell: (row: T) => ReactNode;
  /** Makes the column one to sort by. */
  readonly sort?: (row: T) => number | string;
  readonly isRowHeader?: boolean;
  readonly className?: string;
  readonly headClassName?: string;
  readonly canHide?: boolean;
}

export interface TableProps<T> {
  readonly label: string;
  readonly className: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  /** What opens a row. Absent: rows are not opened, and not moved through. */
  readonly onOpen?: (row: T) => void;
  readonly opensOnClick?: boolean;
  readonly selection?: Selection<T>;
  /** Whether the row's details are open. */
  readonly isCurrent?: (row: T) => boolean;
  readonly onHere?: (row: T) => void;
  readonly rowClassName?: (row: T) => string;
  /** Rows there are in all, if more than are loaded. */
  readonly rowCount?: number;
  readonly sorting?: { readonly id: string; readonly desc: boolean };
  readonly hidden?: ReadonlySet<string>;
  /** A row above the headers. */
  readonly groups?: ReactNode;
}

const features = tableFeatures({ columnVisibilityFeature, rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Features = typeof features;

const compare = (a: number | string, b: number | string): number =>
  typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

function useModel<T extends object>({ columns, rows, rowKey, sorting, hidden }: TableProps<T>) {
  const definitions = useMemo(
    () =>
      columns.map((column): ColumnDef<Features, T> => ({
        id: column.id,
        accessorFn: (row) => column.sort?.(row),
        enableSorting: column.sort !== undefined,
        sortFn: (a: Row<Features, T>, b: Row<Features, T>, id: string) => compare(a.getValue(id), b.getValue(id)),
        sortDescFirst: true,
      })),
    [columns],
  );
  const columnVisibility = useMemo(() => Object.fromEntries([...(hidden ?? [])].map((id) => [id, false])), [hidden]);
  const [initialState] = useState(() => ({ sorting: sorting ? [sorting] : [] }));
  return useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowKey,
    initialState,
    state: { columnVisibility },
    enableSortingRemoval: true,
  });
}

/** Which rows are drawn, and how much room the others take. */
export interface Drawn {
  readonly all: boolean;
  readonly indexes: readonly number[];
  readonly before: number;
  readonly after: number;
  readonly measure?: (row: HTMLTableRowElement | null) => void;
  readonly scrollTo: (index: number) => void;
}

/** All rows. */
export const allRows = (count: number): Drawn => ({
  all: true,
  indexes: Array.from({ length: count }, (_, i) => i),
  before: 0,
  after: 0,
  scrollTo: () => undefined,
});

/** A list of which all rows are drawn: for some dozens. Longer ones are LongTables. */
export function DataTable<T extends object>(props: TableProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const drawn = useMemo(() => allRows(props.rows.length), [props.rows.length]);
  return <TableView {...props} body={body} drawn={drawn} />;
}

export function TableView<T extends object>(
  props: TableProps<T> & { readonly body: RefObject<HTMLTableSectionElement | null>; readonly drawn: Drawn },
) {
  const { body, drawn } = props;
  const { label, className, columns, rowKey, onOpen, selection, isCurrent, rowClassName, rowCount, groups } = props;
  const table = useModel(props);
  const model = table.getRowModel().rows;
  const rows = useMemo(() => model.map((row) => row.original), [model]);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const visible = table
    .getVisibleLeafColumns()
    .map((column) => byId.get(column.id))
    .filter((column) => column !== undefined);
  const moves = onOpen !== undefined;
  const keys = useListKeys({
    rows,
    rowKey,
    body,
    enabled: moves,
    scrollTo: drawn.scrollTo,
    opensOnClick: props.opensOnClick ?? true,
    ...(onOpen && { onOpen }),
    ...(selection && { selection }),
    ...(props.onHere && { onHere: props.onHere }),
  });
  const cellRole = moves ? "gridcell" : "cell";
  return (
    <table
      className={className}
      role={moves ? "grid" : "table"}
      aria-label={label}
      aria-rowcount={rowCount ?? (drawn.all ? undefined : rows.length + 1)}
      aria-multiselectable={selection ? true : undefined}
    >
      <thead role="rowgroup">
        {groups}
        <tr role="row" aria-rowindex={drawn.all && rowCount === undefined ? undefined : 1}>
          {selection && <SelectAll rows={rows} selection={selection} />}
          {visible.map((column) => {
            const model_ = table.getColumn(column.id);
            const sorted = model_?.getIsSorted() ?? false;
            const toggle = model_?.getToggleSortingHandler();
            return (
              <th
                key={column.id}
                role="columnheader"
                scope="col"
                className={column.headClassName ?? column.className}
                aria-sort={sorted ? (sorted === "desc" ? "descending" : "ascending") : undefined}
              >
                {column.sort ? (
                  <button className="sort" type="button" onClick={toggle}>
                    {column.header}
                    {sorted && <Icon name={sorted === "desc" ? "down" : "up"} />}
                  </button>
                ) : (
                  column.header
                )}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody role="rowgroup" ref={body} onKeyDown={keys.onKeyDown}>
        {drawn.before > 0 && <Gap height={drawn.before} />}
        {drawn.indexes.map((index) => {
          const row = rows[index];
          if (!row) return null;
          const key = rowKey(row);
          const chosen = selection?.has(row);
          const here = moves && index === keys.here;
          return (
            <tr
              key={key}
              role="row"
              ref={drawn.measure}
              data-index={index}
              aria-rowindex={drawn.all && rowCount === undefined ? undefined : index + 2}
              aria-selected={selection ? chosen : moves && isCurrent ? isCurrent(row) : undefined}
              tabIndex={moves ? (here ? 0 : -1) : undefined}
              className={`${here ? "here" : ""} ${rowClassName?.(row) ?? ""}`}
              onClick={
                moves
                  ? (event) => {
                      keys.onRowClick(event, index);
                    }
                  : undefined
              }
              onFocus={
                moves
                  ? (event) => {
                      if (event.target === event.currentTarget) keys.setHere(index);
                    }
                  : undefined
              }
            >
              {selection && <SelectRow row={row} index={index} name={key} selection={selection} rows={rows} role={cellRole} />}
              {visible.map((column) => (
                <Cell key={column.id} column={column} row={row} role={cellRole} />
              ))}
            </tr>
          );
        })}
        {drawn.after > 0 && <Gap height={drawn.after} />}
      </tbody>
    </table>
  );
}

function Cell<T>({ column, row, role }: { readonly column: Column<T>; readonly row: T; readonly role: string }) {
  const name = column.name ?? (typeof column.header === "string" ? column.header : undefined);
  return column.isRowHeader ? (
    <th role="rowheader" scope="row" className={column.className}>
      {column.cell(row)}
    </th>
  ) : (
    <td role={role} className={column.className} data-label={name}>
      {column.cell(row)}
    </td>
  );
}

/** Rows that are not drawn. It spans no columns: those that a narrow page hides would come back, empty. */
function Gap({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden="true" className="gap-row">
      <td style={{ blockSize: height }} />
    </tr>
  );
}

function SelectAll<T>({ rows, selection }: { readonly rows: readonly T[]; readonly selection: Selection<T> }) {
  const { t } = useSpeech();
  const chosen = rows.filter((row) => selection.has(row)).length;
  const all = rows.length > 0 && chosen === rows.length;
  const indeterminate = useCallback(
    (input: HTMLInputElement | null) => {
      if (input) input.indeterminate = chosen > 0 && !all;
    },
    [chosen, all],
  );
  return (
    <th className="sel" role="columnheader" scope="col">
      <input
        type="checkbox"
        aria-label={t("list.selectAll")}
        ref={indeterminate}
        checked={all}
        onChange={() => {
          selection.set(rows, !all);
        }}
      />
    </th>
  );
}

function SelectRow<T>({
  row,
  index,
  name,
  selection,
  rows,
  role,
}: {
  readonly row: T;
  readonly index: number;
  readonly name: string;
  readonly selection: Selection<T>;
  readonly rows: readonly T[];
  readonly role: string;
}) {
  const { t } = useSpeech();
  const shift = useRef(false);
  const onClick = (event: MouseEvent) => {
    shift.current = event.shiftKey;
  };
  return (
    <td className="sel a-sel" role={role}>
      <input
        type="checkbox"
        tabIndex={-1}
        aria-label={t("list.selectRow", { name })}
        checked={selection.has(row)}
        onClick={onClick}
        onChange={(event) => {
          selection.toggle(rows, index, event.target.checked, shift.current);
        }}
      />
    </td>
  );
}
