// The overview: what is wrong, since when, where to look; then the evidence.
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { getOverview } from "../../api/generated/ops.ts";
import type { Overview } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useEvery, useNow, useSnapshot, useStream } from "../../live/context.tsx";
import { Page } from "../../shell/page.tsx";
import { Region } from "../../ui/query.tsx";
import { Empty, Failure } from "../../ui/states.tsx";
import { useOption } from "../../ui/url-state.ts";
import { OverviewCharts } from "./overview-charts.tsx";
import { Problems } from "./problem-list.tsx";
import { QueueTable } from "../queue/queue-table.tsx";
import { SideLists } from "./side-lists.tsx";
import { SpanChoice, SPANS } from "../queue/span.tsx";
import { Vitals } from "./vitals.tsx";

/** How often what is not in the stream is asked for. */
const EVERY_MS = 10_000;

export default function OverviewPage() {
  const { t } = useSpeech();
  const stream = useStream();
  const [span, setSpan] = useOption("span", SPANS, "hour");
  const every = useEvery(EVERY_MS);
  const overview = useQuery({
    queryKey: ["overview", span],
    queryFn: ({ signal }) => getOverview({ span }, { signal }),
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  const at = overview.data?.at;
  useEffect(() => {
    if (at !== undefined) stream.learn(at);
  }, [at, stream]);
  return (
    <Page title={t("page.overview")} sub={<Stores overview={overview.data} />} tools={<SpanChoice value={span} onChange={setSpan} />}>
      <Region query={overview} rows={12} failure={t("overview.failed")}>
        {(data) => (
          <Content
            overview={data}
            span={span}
            failed={overview.error}
            retry={() => {
              void overview.refetch();
            }}
          />
        )}
      </Region>
    </Page>
  );
}

function Content({
  overview,
  span,
  failed,
  retry,
}: {
  readonly overview: Overview;
  readonly span: (typeof SPANS)[number];
  readonly failed: Error | null;
  readonly retry: () => void;
}) {
  const { t } = useSpeech();
  const live = useSnapshot((snapshot) => snapshot);
  const snapshot = live ?? overview.snapshot;
  if (snapshot.queues.length === 0) return <Empty title={t("overview.emptyTitle")}>{t("overview.emptyText")}</Empty>;
  return (
    <>
      {failed && <Failure error={failed} onRetry={retry} compact />}
      <Problems problems={snapshot.problems} queues={snapshot.queues.length} last={overview.last_problem} />
      <Vitals totals={snapshot.totals} sparks={overview.sparks} />
      <div className="wide">
        <div>
          <OverviewCharts span={span} />
          <QueueTable span={span} />
        </div>
        <SideLists overview={overview} totals={snapshot.totals} />
      </div>
    </>
  );
}

/** Date, time, and how the stores answer. */
function Stores({ overview }: { readonly overview: Overview | undefined }) {
  const { t, f } = useSpeech();
  const now = useNow();
  const live = useSnapshot((snapshot) => snapshot);
  const snapshot = live ?? overview?.snapshot;
  const store = (name: string, health: NonNullable<typeof snapshot>["redis"]) => (
    <span className={health.state === "unavailable" ? "bad" : health.state === "slow" ? "warn" : undefined}>
      {name}{" "}
      <bdi>
        {health.state === "unavailable"
          ? t("store.unavailable")
          : health.latency_us === undefined
            ? "–"
            : f.durationShort(health.latency_us / 1_000)}
      </bdi>
    </span>
  );
  return (
    <>
      {f.day(now)}
      {f.comma}
      <time dateTime={now.toISOString()}>
        <bdi>{f.clock(now)}</bdi>
      </time>{" "}
      <bdi>{f.zoneName}</bdi>
      {snapshot && (
        <>
          {" "}
          · <bdi>{store("Redis", snapshot.redis)}</bdi> · <bdi>{store("PostgreSQL", snapshot.postgres)}</bdi>
        </>
      )}
    </>
  );
}
