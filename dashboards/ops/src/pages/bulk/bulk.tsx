// Bulk operations: those under way with their progress, and what became of earlier ones.
import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";
import { cancelBulk, getBulk, listBulk } from "../../api/generated/ops.ts";
import type { Bulk, BulkList, BulkProgress } from "../../api/generated/ops.schemas.ts";
import { lineOf } from "../../filter/edit.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery, useSnapshot } from "../../live/context.tsx";
import { deadPath, jobPath } from "../../shell/navigation.ts";
import { Page } from "../../shell/page.tsx";
import { Action } from "../../ui/button.tsx";
import { Age, Count, Moment } from "../../ui/figures.tsx";
import { Region } from "../../ui/query.tsx";
import { Facts, SidePanel } from "../../ui/side-panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import { More } from "../../ui/more.tsx";
import type { Column } from "../../ui/table.tsx";
import { useParam } from "../../ui/url-state.ts";
import { Progress } from "./progress.tsx";

const TONES = {
  counting: "waiting",
  planned: "waiting",
  running: "running",
  done: "done",
  cancelled: "cancelled",
  failed: "dead",
  expired: "cancelled",
} as const;

function State({ progress }: { readonly progress: BulkProgress }) {
  const { t } = useSpeech();
  return (
    <span className="state badge" data-s={TONES[progress.state]}>
      {t(`bulk.state.${progress.state}`)}
    </span>
  );
}

const filterText = ({ t }: Speech, bulk: Bulk): string => {
  const filter = bulk.jobs ?? bulk.webhooks;
  if (!filter) return t("bulk.chosen", { count: bulk.refs_count ?? 0 });
  const line = lineOf({ ...filter });
  return line === "" ? t("common.all") : line;
};

function columnsOf(speech: Speech): readonly Column<Bulk>[] {
  const { t } = speech;
  return [
    { id: "state", header: t("common.state"), className: "c1", cell: (bulk) => <State progress={bulk.progress} /> },
    {
      id: "action",
      header: t("common.action"),
      isRowHeader: true,
      cell: (bulk) => <span className="name">{t(`bulk.title.${bulk.action}`)}</span>,
    },
    {
      id: "filter",
      header: t("filter.label"),
      className: "grow",
      cell: (bulk) => <div className="say mono muted">{filterText(speech, bulk)}</div>,
    },
    { id: "matched", header: t("bulk.matched"), className: "num c1", cell: (bulk) => <Count n={bulk.progress.matched} /> },
    { id: "changed", header: t("bulk.changed"), className: "num c1", cell: (bulk) => <Count n={bulk.progress.changed} /> },
    { id: "skipped", header: t("bulk.skippedShort"), className: "num c2", cell: (bulk) => <Count n={bulk.progress.skipped} /> },
    { id: "failed", header: t("bulk.state.failed"), className: "num c2", cell: (bulk) => <Count n={bulk.progress.failed} tone="bad" /> },
    {
      id: "progress",
      header: t("bulk.progressShort"),
      className: "c3 w-progress",
      cell: (bulk) => <Progress progress={bulk.progress} label={t(`bulk.title.${bulk.action}`)} />,
    },
    { id: "by", header: t("audit.who"), className: "c2", cell: (bulk) => <bdi>{bulk.by.name}</bdi> },
    { id: "age", header: t("job.age"), className: "num c1", cell: (bulk) => <Age at={bulk.created_at} /> },
  ];
}

const bulkKey = (bulk: Bulk): string => bulk.bulk_id;

export default function BulkPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [open, setOpen] = useParam("open");
  const every = useEvery(5_000);
  const live = useSnapshot((snapshot) => snapshot.bulk);
  const list = useInfiniteQuery<BulkList, Error, InfiniteData<BulkList>, readonly unknown[], string>({
    queryKey: ["bulk-list"],
    queryFn: ({ pageParam, signal }) => listBulk({ limit: 50, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
  });
  const rows = useMemo(() => {
    const newest = new Map(live?.map((progress) => [progress.bulk_id, progress]));
    return (list.data?.pages ?? [])
      .flatMap((page) => page.bulk)
      .map((bulk) => ({ ...bulk, progress: newest.get(bulk.bulk_id) ?? bulk.progress }));
  }, [list.data, live]);
  const columns = useMemo(() => columnsOf(speech), [speech]);
  return (
    <Page title={t("page.bulk")} sub={t("bulk.sub")}>
      <div className={open ? "with-panel" : ""}>
        <div>
          {list.data === undefined || rows.length > 0 ? (
            <Region query={list}>
              {() => (
                <LongTable
                  label={t("page.bulk")}
                  className="listing-table"
                  columns={columns}
                  rows={rows}
                  rowKey={bulkKey}
                  isCurrent={(bulk) => bulk.bulk_id === open}
                  onOpen={(bulk) => {
                    setOpen(bulk.bulk_id, true);
                  }}
                />
              )}
            </Region>
          ) : (
            <Empty
              title={t("bulk.noneTitle")}
              tools={
                <Link className="btn" to={deadPath("")}>
                  {t("page.deadLetters")}
                </Link>
              }
            >
              {t("bulk.noneText")}
            </Empty>
          )}
          <More list={list} />
        </div>
        {open && (
          <Details
            id={open}
            live={live?.find((progress) => progress.bulk_id === open)}
            onClose={() => {
              setOpen("", true);
            }}
          />
        )}
      </div>
    </Page>
  );
}

function Details({ id, live, onClose }: { readonly id: string; readonly live: BulkProgress | undefined; readonly onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const queries = useQueryClient();
  const query = useQuery({ queryKey: ["bulk", id], queryFn: ({ signal }) => getBulk(id, { signal }), refetchInterval: useEvery(3_000) });
  const bulk = query.data?.bulk;
  const stop = () => {
    void cancelBulk(id).finally(() => {
      void queries.invalidateQueries({ queryKey: ["bulk", id] });
      void queries.invalidateQueries({ queryKey: ["bulk-list"] });
    });
  };
  return (
    <SidePanel title={bulk ? t(`bulk.title.${bulk.action}`) : t("page.bulk")} onClose={onClose}>
      <Region query={query} rows={4}>
        {({ bulk: data }) => {
          const progress = live ?? data.progress;
          const isRunning = progress.state === "running" || progress.state === "counting";
          return (
            <>
              <p className="tools">
                <State progress={progress} />
                {isRunning && (
                  <Action icon="stop" tone="danger" right="queues:operate" onClick={stop}>
                    {t("bulk.stop")}
                  </Action>
                )}
              </p>
              <Progress progress={progress} label={t(`bulk.title.${data.action}`)} />
              <Facts
                items={[
                  [
                    t("filter.label"),
                    <bdi key="f" className="mono">
                      {filterText(speech, data)}
                    </bdi>,
                  ],
                  [t("bulk.matched"), <Count key="m" n={progress.matched} />],
                  [t("bulk.changed"), <Count key="c" n={progress.changed} />],
                  [t("bulk.skippedShort"), <Count key="s" n={progress.skipped} />],
                  [t("bulk.state.failed"), <Count key="x" n={progress.failed} />],
                  [t("audit.who"), <bdi key="w">{data.by.name}</bdi>],
                  [t("bulk.state.planned"), <Moment key="p" at={data.created_at} ms />],
                  data.confirmed_at !== undefined && [t("bulk.confirmed"), <Moment key="cf" at={data.confirmed_at} ms />],
                  data.ended_at !== undefined && [t("bulk.ended"), <Moment key="e" at={data.ended_at} ms />],
                  data.reason !== undefined && [t("common.reason"), data.reason],
                  data.error !== undefined && [
                    t("common.error"),
                    <span key="er" className="bad">
                      {data.error}
                    </span>,
                  ],
                  data.queues.length > 0 && [
                    t("page.queues"),
                    <ul key="q">
                      {data.queues.map(({ queue, count }) => (
                        <li key={queue}>
                          <bdi>{queue}</bdi> <Count n={count} />
                        </li>
                      ))}
                    </ul>,
                  ],
                  data.sample.length > 0 && [
                    t("bulk.sample"),
                    <ul key="j">
                      {data.sample.map((job) => (
                        <li key={job.job_id}>
                          <Link className="link mono" to={jobPath(job)}>
                            <bdi>{job.job_id.slice(-8)}</bdi>
                          </Link>
                        </li>
                      ))}
                    </ul>,
                  ],
                ]}
              />
              <p>
                <Link className="link" to={`/audit?q=${encodeURIComponent(`bulk:${data.bulk_id}`)}`}>
                  {t("page.audit")}
                </Link>
              </p>
            </>
          );
        }}
      </Region>
    </SidePanel>
  );
}
