// Charts of one queue: throughput by outcome, waits and runs, age of the oldest job, depth.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { getSeries } from "../../api/generated/ops.ts";
import type { Series, SeriesSpan } from "../../api/generated/ops.schemas.ts";
import { TimeChart } from "../../charts/index.tsx";
import type { Plot } from "../../charts/model.ts";
import type { Token } from "../../charts/palette.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery } from "../../live/context.tsx";
import { Region } from "../../ui/query.tsx";
import { throughputPlots } from "../overview/overview-charts.tsx";

const EVERY_MS = { hour: 20_000, day: 60_000, week: 300_000 } as const;

const millis = (values: readonly (number | null)[] | undefined): (number | null)[] =>
  (values ?? []).map((value) => (value === null ? null : value / 1_000));

function timesPlots({ t, f }: Speech, { total }: Series): Plot[] {
  const shared = {
    scale: "duration",
    size: "half",
    format: (value: number) => f.durationText(value),
    axis: (value: number) => f.durationShort(value),
  } as const;
  const three = (kind: "wait" | "run", tones: readonly [Token, Token, Token]) =>
    (["p50", "p95", "p99"] as const).map((p, i) => ({
      name: `${t(kind === "wait" ? "queue.wait" : "queue.run")} ${p}`,
      values: millis(total[`${kind}_${p}_us`]),
      look: i === 2 ? ("dashed" as const) : ("line" as const),
      tone: tones[i] ?? "chart-ink",
    }));
  return [
    { id: "wait", ...shared, series: three("wait", ["chart-quiet", "waiting-fill", "waiting-fill"]) },
    { id: "run", ...shared, series: three("run", ["chart-quiet", "running-fill", "running-fill"]) },
  ];
}

function agePlots({ t, f }: Speech, { total, limit_ms: limit }: Series): Plot[] {
  return [
    {
      id: "age",
      scale: "duration",
      size: "normal",
      format: (value) => f.durationText(value),
      axis: (value) => f.durationShort(value),
      series: [{ name: t("chart.oldest"), values: total.oldest_age_ms, look: "line", tone: "chart-ink" }],
      limit: limit === undefined ? undefined : { value: limit, label: t("chart.objective", { limit: f.durationText(limit) }) },
    },
  ];
}

function depthPlots({ t, f }: Speech, { total }: Series): Plot[] {
  return [
    {
      id: "depth",
      scale: "count",
      size: "normal",
      format: (value) => f.count(value),
      axis: (value) => f.short(value),
      series: [
        { name: t("state.waiting"), values: total.waiting, look: "line", tone: "waiting-fill" },
        { name: t("state.scheduled"), values: total.delayed, look: "line", tone: "scheduled-fill" },
        { name: t("state.running"), values: total.running, look: "line", tone: "running-fill" },
      ],
    },
  ];
}

export function QueueCharts({ queue, span }: { readonly queue: string; readonly span: SeriesSpan }) {
  const { t } = useSpeech();
  const every = useEvery(EVERY_MS[span]);
  const series = useQuery({
    queryKey: ["series", span, queue],
    queryFn: ({ signal }) => getSeries({ span, queue }, { signal }),
    refetchInterval: every,
    placeholderData: (before, query) => (query?.queryKey[2] === queue ? before : undefined),
  });
  return (
    <Region query={series} rows={10} failure={t("chart.failed")}>
      {(data) => <Charts series={data} />}
    </Region>
  );
}

function Charts({ series }: { readonly series: Series }) {
  const speech = useSpeech();
  const { t } = speech;
  const plots = useMemo(
    () => ({
      flow: throughputPlots(speech, series),
      times: timesPlots(speech, series),
      age: agePlots(speech, series),
      depth: depthPlots(speech, series),
    }),
    [speech, series],
  );
  const shared = { times: series.times, stepSeconds: series.step_seconds, deploys: series.deploys };
  return (
    <div className="charts">
      <TimeChart title={t("chart.throughput")} plots={plots.flow} {...shared} />
      <TimeChart title={t("chart.times")} plots={plots.times} {...shared} />
      <TimeChart title={t("chart.oldest")} plots={plots.age} {...shared} />
      <TimeChart title={t("chart.depth")} plots={plots.depth} {...shared} />
    </div>
  );
}
