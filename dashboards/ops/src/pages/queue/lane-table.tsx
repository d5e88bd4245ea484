// Lanes of a queue: what each merchant's jobs wait for, their share, and their limits, changed in place.
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { changeLane, listLanes } from "../../api/generated/ops.ts";
import type { Lane, Lanes, QueueSettings, Span } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery } from "../../live/context.tsx";
import { jobsPath } from "../../shell/navigation.ts";
import { useNotify } from "../../ui/announce.tsx";
import { Action } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Count, Duration, Meter } from "../../ui/figures.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Empty, Failure, Skeleton } from "../../ui/states.tsx";
import { StateLabel } from "../../ui/state.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import { More } from "../../ui/more.tsx";
import type { Column } from "../../ui/table.tsx";
import { LimitsForm, limitText, rateText } from "./limits-form.tsx";

const PAGE_ROWS = 100;

/** What people call a lane. */
const laneName = (lane: Lane): string => lane.shop?.replace(".myshopify.com", "") ?? lane.lane;

export function LaneTable({ queue, span, settings }: { readonly queue: string; readonly span: Span; readonly settings: QueueSettings }) {
  const { t } = useSpeech();
  const [search, setSearch] = useState("");
  const every = useEvery(10_000);
  const lanes = useInfiniteQuery<Lanes, Error, InfiniteData<Lanes>, readonly unknown[], string>({
    queryKey: ["lanes", queue, span, search],
    queryFn: ({ pageParam, signal }) =>
      listLanes(queue, { span, limit: PAGE_ROWS, ...(search && { search }), ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  const rows = useMemo(() => lanes.data?.pages.flatMap((page) => page.lanes) ?? [], [lanes.data]);
  const revision = lanes.data?.pages[0]?.revision ?? settings.revision;
  return (
    <section aria-labelledby="lanes">
      <div className="bar pad section">
        <h2 id="lanes">{t("lane.lanes")}</h2>
        <span className="end">
          <span className="search">
            <Icon name="search" />
            <input
              type="search"
              value={search}
              aria-label={t("lane.search")}
              placeholder={t("lane.search")}
              onChange={(event) => {
                setSearch(event.target.value);
              }}
            />
          </span>
        </span>
      </div>
      {lanes.data === undefined && lanes.error && (
        <Failure
          error={lanes.error}
          onRetry={() => {
            void lanes.refetch();
          }}
        />
      )}
      {lanes.isPending && <Skeleton rows={6} />}
      {lanes.data && rows.length === 0 && <Empty title={t("lane.noneTitle")}>{search ? t("lane.noneFound") : t("lane.noneText")}</Empty>}
      {rows.length > 0 && <Rows queue={queue} rows={rows} revision={revision} settings={settings} />}
      <More list={lanes} />
    </section>
  );
}

function columnsOf(
  speech: Speech,
  queue: string,
  settings: QueueSettings,
  act: (lane: Lane, what: "edit" | "pause") => void,
): readonly Column<Lane>[] {
  const { t, f } = speech;
  return [
    {
      id: "lane",
      header: t("lane.lane"),
      isRowHeader: true,
      cell: (lane) => (
        <Link className="name" to={jobsPath(lane.shop ? `kind:${queue} shop:${laneName(lane)}` : `kind:${queue}`)}>
          <bdi>{laneName(lane)}</bdi>
        </Link>
      ),
    },
    {
      id: "state",
      header: t("common.state"),
      className: "c1",
      cell: (lane) => (lane.settings.paused ? <StateLabel state="paused" /> : <span className="muted">{t("lane.served")}</span>),
    },
    { id: "waiting", header: t("state.waiting"), className: "num c1", cell: (lane) => <Count n={lane.waiting} /> },
    { id: "oldest", header: t("queue.oldest"), className: "num c1", cell: (lane) => <Duration ms={lane.oldest_age_ms} /> },
    { id: "running", header: t("state.running"), className: "num c2", cell: (lane) => <Count n={lane.running} /> },
    { id: "scheduled", header: t("state.scheduled"), className: "num c3", cell: (lane) => <Count n={lane.delayed} /> },
    {
      id: "share",
      header: t("lane.share"),
      className: "num c2",
      cell: (lane) => (
        <span className="flow">
          <Meter share={lane.share} />
          <bdi>{f.percent(lane.share)}</bdi>
        </span>
      ),
    },
    {
      id: "wait",
      header: t("lane.wait95"),
      className: "num c3",
      cell: (lane) =>
        lane.wait ? (
          <>
            ≈ <Duration ms={lane.wait.p95_us / 1_000} significant />
          </>
        ) : (
          <Duration ms={undefined} />
        ),
    },
    {
      id: "weight",
      header: t("lane.weight"),
      className: "num",
      cell: (lane) => <bdi className={lane.settings.weight === undefined ? "zero" : ""}>{f.count(lane.settings.weight ?? 1)}</bdi>,
    },
    {
      id: "rate",
      header: t("lane.rate"),
      className: "num",
      cell: (lane) => <bdi className={lane.settings.rate ? "" : "zero"}>{rateText(speech, lane.settings.rate ?? settings.lane_rate)}</bdi>,
    },
    {
      id: "cap",
      header: t("lane.cap"),
      className: "num",
      cell: (lane) => (
        <bdi className={lane.settings.cap === undefined ? "zero" : ""}>{limitText(speech, lane.settings.cap ?? settings.lane_cap)}</bdi>
      ),
    },
    {
      id: "actions",
      header: <span className="sr">{t("common.actions")}</span>,
      name: t("common.actions"),
      className: "num c1 acts-cell",
      cell: (lane) => (
        <span className="row-tools">
          <Action
            icon={lane.settings.paused ? "play" : "pause"}
            tone="ghost"
            right="queues:operate"
            onClick={() => {
              act(lane, "pause");
            }}
            aria-label={`${lane.settings.paused ? t("common.resume") : t("common.pause")} ${laneName(lane)}`}
          >
            <span className="word">{lane.settings.paused ? t("common.resume") : t("common.pause")}</span>
          </Action>
          <Action
            icon="edit"
            tone="ghost"
            right="queues:operate"
            onClick={() => {
              act(lane, "edit");
            }}
            aria-label={`${t("common.change")} ${laneName(lane)}`}
          >
            <span className="word">{t("common.change")}</span>
          </Action>
        </span>
      ),
    },
  ];
}

const laneKey = (lane: Lane): string => lane.lane;

function Rows({
  queue,
  rows,
  revision,
  settings,
}: {
  readonly queue: string;
  readonly rows: readonly Lane[];
  readonly revision: string;
  readonly settings: QueueSettings;
}) {
  const speech = useSpeech();
  const { t } = speech;
  const notify = useNotify();
  const queries = useQueryClient();
  const [open, setOpen] = useState<{ lane: Lane; what: "edit" | "pause" }>();
  const columns = useMemo(
    () =>
      columnsOf(speech, queue, settings, (lane, what) => {
        setOpen({ lane, what });
      }),
    [speech, queue, settings],
  );
  const close = () => {
    setOpen(undefined);
  };
  const save = async (lane: Lane, change: Record<string, unknown>) => {
    await changeLane(queue, lane.lane, { if_revision: revision, ...change });
    await Promise.all([
      queries.invalidateQueries({ queryKey: ["lanes", queue] }),
      queries.invalidateQueries({ queryKey: ["queue", queue] }),
    ]);
  };
  const lane = open?.lane;
  const name = lane ? laneName(lane) : "";
  const paused = lane?.settings.paused ?? false;
  return (
    <>
      <div className="scroll">
        <LongTable label={t("lane.lanes")} className="listing-table lanes" columns={columns} rows={rows} rowKey={laneKey} />
      </div>
      {lane && (
        <Confirm
          open={open.what === "pause"}
          onClose={close}
          title={paused ? t("lane.resumeTitle", { lane: name }) : t("lane.pauseTitle", { lane: name })}
          confirm={paused ? t("common.resume") : t("common.pause")}
          onConfirm={(reason) => save(lane, { paused: !paused, ...(reason !== undefined && { reason }) })}
          onDone={() => {
            notify(paused ? t("lane.resumed", { lane: name }) : t("lane.pausedSaid", { lane: name }));
          }}
        >
          {paused ? t("queue.resumeEffect") : t("lane.pauseEffect", { lane: name, queue })}
        </Confirm>
      )}
      {lane && (
        <LimitsForm
          open={open.what === "edit"}
          onClose={close}
          title={t("lane.limitsOf", { lane: name, queue })}
          fields={[
            { kind: "weight", name: "weight", label: t("lane.weight"), value: lane.settings.weight },
            { kind: "rate", name: "rate", label: t("lane.rate"), value: lane.settings.rate },
            { kind: "cap", name: "cap", label: t("lane.cap"), value: lane.settings.cap },
          ]}
          onSave={async (change) => {
            await save(lane, change);
            notify(t("common.saved"));
          }}
        />
      )}
    </>
  );
}
