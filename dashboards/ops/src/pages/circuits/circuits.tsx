// Circuits and limits of partners' credentials: state, failures, calls that are left; close one by hand.
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { closeCircuit, listCircuits } from "../../api/generated/ops.ts";
import type { Circuit, Circuits, CircuitState } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery, useNow } from "../../live/context.tsx";
import { Page } from "../../shell/page.tsx";
import { useNotify } from "../../ui/announce.tsx";
import { Action } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Count, CountOf, Meter, Moment, None, Rate } from "../../ui/figures.tsx";
import { Glyph, Icon } from "../../ui/icons.tsx";
import { Facts, SidePanel } from "../../ui/side-panel.tsx";
import { Empty, Failure, Skeleton } from "../../ui/states.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import { More } from "../../ui/more.tsx";
import type { Column } from "../../ui/table.tsx";
import { useParam } from "../../ui/url-state.ts";
import { usedShare } from "../overview/side-lists.tsx";
import { shopName } from "../jobs/job-columns.tsx";

const STATES = { closed: ["done", "done"], half_open: ["warning", "paused"], open: ["critical", "dead"] } as const satisfies Record<
  CircuitState,
  readonly [string, string]
>;

function CircuitLabel({ state }: { readonly state: CircuitState }) {
  const { t } = useSpeech();
  const [glyph, hue] = STATES[state];
  return (
    <span className="state" data-s={hue}>
      <Glyph name={glyph} />
      {t(`circuit.${state}`)}
    </span>
  );
}

function Probe({ circuit }: { readonly circuit: Circuit }) {
  const { f } = useSpeech();
  const now = useNow();
  return circuit.until === undefined ? <None /> : <time dateTime={circuit.until}>{f.ago(new Date(circuit.until), now)}</time>;
}

function Tokens({ circuit }: { readonly circuit: Circuit }) {
  const used = usedShare(circuit);
  if (used === undefined) return <None />;
  return (
    <span className="flow">
      <Meter share={used} tone={used > 0.9 ? "paused" : undefined} />
      <CountOf n={Math.floor(circuit.tokens_left ?? 0)} of={circuit.tokens_max ?? 0} tone={used > 0.9 ? "warn" : undefined} />
    </span>
  );
}

function columnsOf({ t }: Speech): readonly Column<Circuit>[] {
  return [
    {
      id: "partner",
      header: t("circuit.partner"),
      isRowHeader: true,
      cell: (circuit) => (
        <>
          <bdi className="name">{circuit.partner}</bdi>{" "}
          <bdi className="muted">{circuit.shop ? shopName(circuit.shop) : circuit.credential}</bdi>
        </>
      ),
    },
    { id: "state", header: t("common.state"), className: "c1", cell: (circuit) => <CircuitLabel state={circuit.state} /> },
    { id: "since", header: t("circuit.since"), className: "num c2", cell: (circuit) => <Moment at={circuit.since} /> },
    { id: "probe", header: t("circuit.probe"), className: "num c1", cell: (circuit) => <Probe circuit={circuit} /> },
    { id: "failures", header: t("circuit.failures"), className: "num c2", cell: (circuit) => <Count n={circuit.failures} tone="bad" /> },
    {
      id: "processes",
      header: t("circuit.processes"),
      className: "num c3",
      cell: (circuit) => <CountOf n={circuit.processes_open} of={circuit.processes} />,
    },
    { id: "tokens", header: t("circuit.tokens"), className: "num c1", cell: (circuit) => <Tokens circuit={circuit} /> },
    { id: "refill", header: t("circuit.refill"), className: "num c3", cell: (circuit) => <Rate perSecond={circuit.refill_per_second} /> },
    { id: "waiting", header: t("circuit.snoozed"), className: "num c2", cell: (circuit) => <Count n={circuit.snoozed ?? 0} /> },
  ];
}

const circuitKey = (circuit: Circuit): string => `${circuit.partner}/${circuit.credential}`;

export default function CircuitsPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [open, setOpen] = useParam("open");
  const [search, setSearch] = useParam("search");
  const every = useEvery(2_000);
  const list = useInfiniteQuery<Circuits, Error, InfiniteData<Circuits>, readonly unknown[], string>({
    queryKey: ["circuits", search],
    queryFn: ({ pageParam, signal }) =>
      listCircuits({ limit: 100, ...(search && { search }), ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.circuits) ?? [], [list.data]);
  const columns = useMemo(() => columnsOf(speech), [speech]);
  const current = rows.find((circuit) => circuitKey(circuit) === open);
  return (
    <Page title={t("page.circuits")} sub={t("circuit.sub")}>
      <div className="filter">
        <span className="search">
          <Icon name="search" />
          <input
            type="search"
            value={search}
            aria-label={t("circuit.search")}
            placeholder={t("circuit.search")}
            onChange={(event) => {
              setSearch(event.target.value, true);
            }}
          />
        </span>
      </div>
      <div className={current ? "with-panel" : ""}>
        <div>
          {list.isPending && <Skeleton rows={6} />}
          {list.data === undefined && list.error && (
            <Failure
              error={list.error}
              onRetry={() => {
                void list.refetch();
              }}
            />
          )}
          {list.data && rows.length === 0 && (
            <Empty title={t("circuit.noneTitle")}>{search ? t("circuit.noneFound") : t("circuit.noneText")}</Empty>
          )}
          {rows.length > 0 && (
            <LongTable
              label={t("page.circuits")}
              className="listing-table"
              columns={columns}
              rows={rows}
              rowKey={circuitKey}
              isCurrent={(circuit) => circuitKey(circuit) === open}
              onOpen={(circuit) => {
                setOpen(circuitKey(circuit), true);
              }}
            />
          )}
          <More list={list} />
        </div>
        {current && (
          <Details
            key={open}
            circuit={current}
            onClose={() => {
              setOpen("", true);
            }}
          />
        )}
      </div>
    </Page>
  );
}

function Details({ circuit, onClose }: { readonly circuit: Circuit; readonly onClose: () => void }) {
  const { t, f } = useSpeech();
  const notify = useNotify();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const name = `${circuit.partner} ${circuit.shop ? shopName(circuit.shop) : circuit.credential}`;
  const close = async (reason: string | undefined) => {
    await closeCircuit(circuit.partner, circuit.credential, reason === undefined ? {} : { reason });
    void queries.invalidateQueries({ queryKey: ["circuits"] });
  };
  return (
    <SidePanel title={<bdi>{name}</bdi>} onClose={onClose}>
      <p className="tools">
        <CircuitLabel state={circuit.state} />
        <Action
          icon="circuit"
          right="queues:admin"
          blocked={circuit.state === "closed" ? t("circuit.isClosed") : undefined}
          onClick={() => {
            setAsking(true);
          }}
        >
          {t("circuit.close")}
        </Action>
      </p>
      {circuit.last_error && (
        <p className="mono" lang="en" dir="ltr">
          {circuit.last_error}
        </p>
      )}
      <Facts
        items={[
          [
            t("circuit.credential"),
            <bdi key="c" className="mono">
              {circuit.credential}
            </bdi>,
          ],
          circuit.shop !== undefined && [t("job.shop"), <bdi key="s">{circuit.shop}</bdi>],
          circuit.since !== undefined && [t("circuit.since"), <Moment key="si" at={circuit.since} ms />],
          circuit.until !== undefined && [t("circuit.probe"), <Moment key="u" at={circuit.until} ms />],
          [t("circuit.failures"), <Count key="f" n={circuit.failures} tone="bad" />],
          [t("circuit.processes"), <CountOf key="p" n={circuit.processes_open} of={circuit.processes} />],
          circuit.tokens_max !== undefined && [
            t("circuit.tokens"),
            <CountOf key="t" n={Math.floor(circuit.tokens_left ?? 0)} of={circuit.tokens_max} />,
          ],
          circuit.refill_per_second !== undefined && [t("circuit.refill"), <Rate key="r" perSecond={circuit.refill_per_second} />],
          circuit.shut_out_until !== undefined && [t("circuit.shutOut"), <Moment key="so" at={circuit.shut_out_until} />],
          circuit.snoozed !== undefined && [t("circuit.snoozed"), <Count key="sn" n={circuit.snoozed} />],
        ]}
      />
      <Confirm
        open={asking}
        onClose={() => {
          setAsking(false);
        }}
        title={t("circuit.closeTitle", { name })}
        confirm={t("circuit.close")}
        onConfirm={close}
        onDone={() => {
          notify(t("circuit.closedSaid"));
        }}
      >
        {t("circuit.closeEffect")} {t("circuit.snoozed")}: {f.count(circuit.snoozed ?? 0)}
      </Confirm>
    </SidePanel>
  );
}
