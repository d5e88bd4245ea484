// Throughput with failures below, and the oldest waiting job of each queue: only those beyond their objective have a colour.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { getSeries } from "../../api/generated/ops.ts";
import type { Series, Span } from "../../api/generated/ops.schemas.ts";
import { TimeChart } from "../../charts/index.tsx";
import type { ChartSeries, Plot } from "../../charts/model.ts";
import type { Token } from "../../charts/palette.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery } from "../../live/context.tsx";
import { Region } from "../../ui/query.tsx";

/** Coloured lines of queues beyond their objective. */
const COLOURED: readonly Token[] = ["dead-fill", "paused-fill", "scheduled-fill", "running-fill"];

export const perSecond = (values: readonly (number | null)[], step: number): (number | null)[] =>
  values.map((value) => (value === null ? null : value / step));

/** Enqueued and done, with the backlog between them; retries, snoozes and deaths in a panel of their own. */
export function throughputPlots({ t, f }: Speech, { total, step_seconds: step }: Series): Plot[] {
  const rate = {
    format: (value: number) => f.rateText(value),
    axis: (value: number) => (value === 0 ? "0" : f.isolated(`${f.short(value)}/s`)),
  };
  const count = { format: (value: number) => f.count(value), axis: (value: number) => f.short(value) };
  const done: ChartSeries = { name: t("state.done"), values: perSecond(total.done, step), look: "line", tone: "done-fill" };
  return [
    {
      id: "flow",
      scale: "count",
      size: "normal",
      ...rate,
      series: [
        done,
        { name: t("chart.enqueued"), values: perSecond(total.enqueued, step), look: "dashed", tone: "chart-ink", fillsToPrevious: true },
      ],
    },
    {
      id: "failures",
      scale: "count",
      size: "low",
      ...count,
      series: [
        { name: t("outcome.snoozed"), values: total.snoozed, look: "bars", tone: "scheduled-fill", pale: true },
        { name: t("outcome.retried"), values: total.retried, look: "bars", tone: "scheduled-fill" },
        { name: t("state.dead"), values: total.dead, look: "bars", tone: "dead-fill" },
      ],
    },
  ];
}

function agePlot({ t, f }: Speech, { queues }: Series): { plot: Plot; legend: { name: string; look: ChartSeries["look"]; tone: Token }[] } {
  const beyond = queues.filter(
    ({ oldest_age_ms: ages, limit_ms: limit }) => limit !== undefined && (ages.findLast((age) => age !== null) ?? 0) > limit,
  );
  const tones = new Map(beyond.slice(0, COLOURED.length).map(({ queue }, i) => [queue, COLOURED[i] ?? "chart-quiet"]));
  const series = queues.map(({ queue, oldest_age_ms: values }): ChartSeries => {
    const tone = tones.get(queue);
    return { name: queue, values, look: tone ? "line" : "quiet", tone: tone ?? "chart-quiet" };
  });
  // Those that matter are drawn last, above the others.
  series.sort((a, b) => Number(a.look === "line") - Number(b.look === "line"));
  const limits = beyond.map(({ limit_ms: limit }) => limit ?? 0);
  const limit = limits.length > 0 ? Math.min(...limits) : undefined;
  const quiet = queues.length - tones.size;
  return {
    plot: {
      id: "age",
      scale: "duration",
      size: "high",
      series,
      format: (value) => f.durationText(value),
      axis: (value) => f.durationShort(value),
      limit: limit === undefined ? undefined : { value: limit, label: t("chart.objective", { limit: f.durationText(limit) }) },
    },
    legend: [
      ...[...tones].map(([name, tone]) => ({ name, look: "line" as const, tone })),
      ...(quiet > 0 ? [{ name: t("chart.within", { count: quiet }), look: "quiet" as const, tone: "chart-quiet" as const }] : []),
    ],
  };
}

export function OverviewCharts({ span }: { readonly span: Span }) {
  const speech = useSpeech();
  const asked = span === "day" ? "day" : "hour";
  const every = useEvery(asked === "hour" ? 20_000 : 60_000);
  const series = useQuery({
    queryKey: ["series", asked],
    queryFn: ({ signal }) => getSeries({ span: asked }, { signal }),
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  return (
    <Region query={series} rows={8} failure={speech.t("chart.failed")}>
      {(data) => <Charts series={data} />}
    </Region>
  );
}

function Charts({ series }: { readonly series: Series }) {
  const speech = useSpeech();
  const flow = useMemo(() => throughputPlots(speech, series), [speech, series]);
  const age = useMemo(() => agePlot(speech, series), [speech, series]);
  const agePlots = useMemo(() => [age.plot], [age]);
  const shared = { times: series.times, stepSeconds: series.step_seconds, deploys: series.deploys };
  return (
    <div className="charts">
      <TimeChart title={speech.t("chart.throughput")} plots={flow} {...shared} />
      <TimeChart title={speech.t("chart.oldest")} plots={agePlots} legend={age.legend} {...shared} />
    </div>
  );
}
