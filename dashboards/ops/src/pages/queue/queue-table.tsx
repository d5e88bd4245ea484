// The queues: now, and in a span of time; worst first unless sorted otherwise.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";
import { listQueues } from "../../api/generated/ops.ts";
import type { Percentiles, QueueNow, QueueRow, Span } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery, useSnapshot } from "../../live/context.tsx";
import { usePreference } from "../../prefs/prefs.ts";
import { deadPath, queuePath } from "../../shell/navigation.ts";
import { Count, CountOf, Duration, None, Rate, Spark, vars } from "../../ui/figures.tsx";
import { Glyph } from "../../ui/icons.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Region } from "../../ui/query.tsx";
import { DataTable, type Column } from "../../ui/table.tsx";

const EVERY_MS = 10_000;
/** The bars of all rows share one logarithmic scale: 1 ms to 15 min. */
const SCALE_FROM_US = 1_000;
const SCALE_DECADES = Math.log10((15 * 60 * 1_000_000) / SCALE_FROM_US);

const share = (us: number): number => Math.min(1, Math.max(0, Math.log10(Math.max(us, 1) / SCALE_FROM_US) / SCALE_DECADES));

/** p50, p95 and p99, and a bar from p50 to p99 with a mark at p95. */
export function Percentile3({ of }: { readonly of: Percentiles | undefined }) {
  if (!of) return <None />;
  return (
    <span className="p3">
      <Duration ms={of.p50_us / 1_000} significant />
      <Duration ms={of.p95_us / 1_000} significant />
      <Duration ms={of.p99_us / 1_000} significant />
      <i style={vars({ "--a": share(of.p50_us), "--b": share(of.p95_us), "--c": share(of.p99_us) })} />
    </span>
  );
}

const PERCENTILES = (
  <span className="p3">
    <span>p50</span>
    <span>p95</span>
    <span>p99</span>
  </span>
);

const isLate = (row: QueueRow): boolean => row.oldest_limit_ms !== undefined && (row.now.oldest_age_ms ?? 0) > row.oldest_limit_ms;
const net = (now: QueueNow): number => now.enqueued_per_second - now.done_per_second;

function columnsOf({ t }: Speech): readonly Column<QueueRow>[] {
  const number = (
    id: string,
    header: string,
    className: string,
    sort: (row: QueueRow) => number,
    cell: Column<QueueRow>["cell"],
    headClassName = "",
  ): Column<QueueRow> => ({ id, header, className, headClassName: `num ${className} ${headClassName}`, sort, cell, canHide: true });
  return [
    {
      id: "queue",
      header: t("queue.queue"),
      isRowHeader: true,
      sort: (row) => row.now.queue,
      cell: ({ now }) => (
        <Link className="q name" to={queuePath(now.queue)}>
          <bdi>{now.queue}</bdi>
          {now.paused && <Glyph name="paused" data-s="paused" label={t("state.paused")} />}
          {now.severity && (
            <Glyph name={now.severity} data-s={now.severity === "critical" ? "dead" : "paused"} label={t(`severity.${now.severity}`)} />
          )}
        </Link>
      ),
    },
    number(
      "waiting",
      t("state.waiting"),
      "c1",
      (row) => row.now.waiting,
      (row) => <Count n={row.now.waiting} tone={isLate(row) ? "bad" : undefined} />,
    ),
    number(
      "net",
      t("queue.net"),
      "c3",
      (row) => net(row.now),
      (row) => <Rate perSecond={net(row.now)} signed tone={isLate(row) && net(row.now) > 0 ? "bad" : undefined} />,
    ),
    number(
      "oldest",
      t("queue.oldest"),
      "c1",
      (row) => row.now.oldest_age_ms ?? -1,
      (row) => <Duration ms={row.now.oldest_age_ms} tone={isLate(row) ? "bad" : undefined} />,
    ),
    number(
      "running",
      t("state.running"),
      "",
      (row) => row.now.running,
      ({ now }) => <CountOf n={now.running} of={now.slots} tone={now.slots === 0 && now.waiting > 0 ? "bad" : undefined} />,
    ),
    number(
      "scheduled",
      t("state.scheduled"),
      "c2",
      (row) => row.now.delayed,
      ({ now }) => <Count n={now.delayed} />,
    ),
    number(
      "paused",
      t("state.paused"),
      "c2",
      (row) => row.paused_jobs,
      (row) => <Count n={row.paused_jobs} tone="warn" />,
    ),
    number(
      "done",
      t("state.done"),
      "c1 first",
      (row) => row.now.done_per_second,
      ({ now, spark }) => (
        <span className="flow">
          <Spark values={spark} tone={now.severity === "critical" ? "bad" : undefined} />
          <Rate perSecond={now.done_per_second} tone={now.done_per_second === 0 && now.waiting > 0 ? "bad" : undefined} />
        </span>
      ),
      "first",
    ),
    number(
      "retries",
      t("queue.retries"),
      "c2",
      (row) => row.window.retried,
      ({ window }) => <Count n={window.retried} />,
    ),
    number(
      "rescues",
      t("queue.rescues"),
      "c3",
      (row) => row.window.rescued,
      ({ window }) => <Count n={window.rescued} />,
    ),
    number(
      "dead",
      t("state.dead"),
      "c1",
      (row) => row.window.dead,
      ({ window, now }) =>
        window.dead > 0 ? (
          <Link className="bad" to={deadPath(`kind:${now.queue}`)}>
            <Count n={window.dead} tone="bad" />
          </Link>
        ) : (
          <Count n={0} />
        ),
    ),
    {
      id: "wait",
      header: (
        <>
          {t("queue.wait")} {PERCENTILES}
        </>
      ),
      name: t("queue.wait"),
      headClassName: "num pct",
      cell: ({ window }) => <Percentile3 of={window.wait} />,
      canHide: true,
    },
    {
      id: "run",
      header: (
        <>
          {t("queue.run")} {PERCENTILES}
        </>
      ),
      name: t("queue.run"),
      headClassName: "num pct",
      cell: ({ window }) => <Percentile3 of={window.run} />,
      canHide: true,
    },
  ];
}

const NOW_COLUMNS = ["waiting", "net", "oldest", "running", "scheduled", "paused"];

/** The newest counts in the rows of the last answer. */
export function merged(rows: readonly QueueRow[], live: readonly QueueNow[] | undefined): QueueRow[] {
  const newest = new Map(live?.map((now) => [now.queue, now]));
  return rows.map((row) => ({ ...row, now: newest.get(row.now.queue) ?? row.now }));
}

export function QueueTable({ span }: { readonly span: Span }) {
  const speech = useSpeech();
  const { t } = speech;
  const every = useEvery(EVERY_MS);
  const queues = useQuery({
    queryKey: ["queues", span],
    queryFn: ({ signal }) => listQueues({ span }, { signal }),
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  return (
    <section aria-labelledby="queues">
      <Region query={queues} rows={12} failure={t("queue.failed")}>
        {(data) => <Content rows={data.queues} span={span} covered={Math.max(0, ...data.queues.map((row) => row.window.covered_ms))} />}
      </Region>
    </section>
  );
}

function Content({ rows, span, covered }: { readonly rows: readonly QueueRow[]; readonly span: Span; readonly covered: number }) {
  const speech = useSpeech();
  const { t, f } = speech;
  const live = useSnapshot((snapshot) => snapshot.queues);
  const [kept, keep] = usePreference("hiddenColumns");
  const hidden = useMemo(() => new Set(kept.split(",").filter(Boolean)), [kept]);
  const columns = useMemo(() => columnsOf(speech), [speech]);
  const shown = useMemo(() => merged(rows, live), [rows, live]);
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    keep([...next].join(","));
  };
  const now = NOW_COLUMNS.filter((id) => !hidden.has(id)).length;
  const rest = columns.length - 1 - NOW_COLUMNS.length - [...hidden].filter((id) => !NOW_COLUMNS.includes(id)).length;
  const wanted = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[span];
  const title = covered > 0 && covered < wanted * 0.9 ? t("queue.lastSpan", { time: f.durationText(covered) }) : t(`queue.last.${span}`);
  return (
    <>
      <div className="bar pad section">
        <h2 id="queues">{t("page.queues")}</h2>
        <span className="muted">{t("queue.worstFirst", { count: rows.length })}</span>
        <span className="end tools">
          <Menu
            label={t("queue.columns")}
            icon="table"
            entries={columns
              .filter((column) => column.canHide)
              .map((column) => ({
                id: column.id,
                text: `${hidden.has(column.id) ? "○" : "●"}\u2002${column.name ?? (typeof column.header === "string" ? column.header : column.id)}`,
                onAction: () => {
                  toggle(column.id);
                },
              }))}
          />
        </span>
      </div>
      <div className="scroll">
        <DataTable
          label={t("page.queues")}
          className="queues"
          columns={columns}
          rows={shown}
          rowKey={rowKey}
          hidden={hidden}
          groups={
            <tr role="row">
              <td role="cell" />
              {now > 0 && (
                <th role="columnheader" colSpan={now} className="now">
                  {t("queue.now")}
                </th>
              )}
              {rest > 0 && (
                <th role="columnheader" colSpan={rest} className="first">
                  {title}
                </th>
              )}
            </tr>
          }
        />
      </div>
    </>
  );
}

const rowKey = (row: QueueRow): string => row.now.queue;
