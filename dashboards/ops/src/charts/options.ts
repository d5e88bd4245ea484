// How a plot becomes data and options of Chart.js: animation off, decimation on, mirrored where the language runs from right to left.
import type { ChartData, ChartDataset, ChartOptions, Point, ScaleOptionsByType } from "chart.js";
import { known, type ChartSeries, type Plot } from "./model.ts";
import { faded, type Palette } from "./palette.ts";
import { countTicks, durationScale, timeTicks } from "./ticks.ts";

/** Width of the labels beside a plot, so that stacked plots have the same times at the same place. */
const AXIS_PX = 52;
type Mixed = "line" | "bar";

function dataset(series: ChartSeries, times: readonly number[], palette: Palette): ChartDataset<Mixed, Point[]> {
  const color = palette[series.tone];
  const data = times.map((x, i): Point => ({ x, y: series.values[i] ?? Number.NaN }));
  if (series.look === "bars") {
    const fill = series.pale ? faded(color, 0.55) : color;
    return {
      type: "bar",
      label: series.name,
      data,
      backgroundColor: fill,
      hoverBackgroundColor: fill,
      borderWidth: 0,
      stack: "one",
      barPercentage: 0.9,
      categoryPercentage: 1,
      minBarLength: 0,
    };
  }
  const line = series.look === "quiet" ? palette["chart-quiet"] : color;
  return {
    type: "line",
    label: series.name,
    data,
    borderColor: line,
    backgroundColor: line,
    borderWidth: series.look === "quiet" ? 1.25 : 1.75,
    borderDash: series.look === "dashed" ? [4, 3] : [],
    pointRadius: 0,
    pointHoverRadius: 3,
    pointHoverBackgroundColor: line,
    pointHoverBorderColor: line,
    spanGaps: false,
    tension: 0,
    ...(series.fillsToPrevious && { fill: { target: "-1", above: faded(palette["paused-fill"], 0.45), below: "transparent" } }),
  };
}

export function dataOf(plot: Plot, times: readonly number[], palette: Palette): ChartData<Mixed, Point[]> {
  return { datasets: plot.series.map((series) => dataset(series, times, palette)) };
}

/** The tallest stack of bars, or the highest line. */
function topOf(plot: Plot): number {
  const bars = plot.series.filter((series) => series.look === "bars");
  const lines = plot.series.filter((series) => series.look !== "bars").flatMap((series) => known(series.values));
  const stacks = (bars[0]?.values ?? []).map((_, i) => bars.reduce((sum, series) => sum + (series.values[i] ?? 0), 0));
  return Math.max(0, ...lines, ...stacks);
}

function valueScale(plot: Plot): { type: "linear" | "logarithmic"; min: number; max: number; values: number[] } {
  if (plot.scale === "duration") {
    const limit = plot.limit ? [plot.limit.value] : [];
    const { min, max, ticks } = durationScale([...plot.series.flatMap((series) => known(series.values)), ...limit]);
    return { type: "logarithmic", min, max, values: ticks };
  }
  const values = countTicks(topOf(plot), plot.size === "low" ? [1] : [3, 4]);
  return { type: "linear", min: 0, max: values.at(-1) ?? 1, values };
}

export interface Look {
  readonly palette: Palette;
  readonly rtl: boolean;
  readonly family: string;
  /** Size of small text in pixels: follows the browser's setting. */
  readonly size: number;
  readonly time: (seconds: number) => string;
  readonly timeExact: (seconds: number) => string;
  /** Whether the times are written below this plot. */
  readonly isLast: boolean;
  /** Whether a plot of the chart has bars, which need half a step at both ends. */
  readonly hasBars: boolean;
  readonly ticksMost: number;
}

export function optionsOf(plot: Plot, times: readonly number[], stepSeconds: number, look: Look): ChartOptions<Mixed> {
  const { palette, rtl, isLast, hasBars } = look;
  const font = { family: look.family, size: look.size };
  const from = times[0] ?? 0;
  const until = times.at(-1) ?? 1;
  const bars = plot.series.some((series) => series.look === "bars");
  const y = valueScale(plot);
  const scales = {
    x: {
      type: "linear",
      min: hasBars ? from - stepSeconds / 2 : from,
      max: hasBars ? until + stepSeconds / 2 : until,
      reverse: rtl,
      stacked: true,
      offset: false,
      grid: { display: false },
      border: { color: palette.line },
      afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
        axis.ticks = timeTicks(from, until, look.ticksMost).map((value) => ({ value }));
      },
      ticks: {
        display: isLast,
        color: palette["ink-3"],
        font,
        maxRotation: 0,
        autoSkip: false,
        callback: (value: number | string) => look.time(Number(value)),
      },
    },
    y: {
      type: y.type,
      min: y.min,
      max: y.max,
      position: rtl ? "right" : "left",
      stacked: bars,
      afterFit: (axis: { width: number }) => {
        axis.width = AXIS_PX;
      },
      afterBuildTicks: (axis: { ticks: { value: number }[] }) => {
        axis.ticks = y.values.map((value) => ({ value }));
      },
      grid: { color: palette["chart-grid"], drawTicks: false },
      border: { display: false },
      ticks: { color: palette["ink-3"], font, padding: 6, autoSkip: false, callback: (value: number | string) => plot.axis(Number(value)) },
    },
  } as unknown as ChartOptions<Mixed>["scales"] & { x: ScaleOptionsByType };
  return {
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    layout: { padding: { top: 8, right: rtl ? 0 : 4, left: rtl ? 4 : 0 } },
    interaction: { mode: "index", intersect: false, axis: "x" },
    scales,
    plugins: {
      decimation: { enabled: true, algorithm: "min-max" },
      tooltip: {
        animation: false,
        rtl,
        textDirection: rtl ? "rtl" : "ltr",
        backgroundColor: palette.raised,
        borderColor: palette["line-strong"],
        borderWidth: 1,
        titleColor: palette.ink,
        bodyColor: palette["ink-2"],
        titleFont: { ...font, weight: 600 },
        bodyFont: font,
        padding: 8,
        cornerRadius: 6,
        caretSize: 0,
        caretPadding: 10,
        boxWidth: 8,
        boxHeight: 8,
        multiKeyBackground: "transparent",
        filter: (item) => plot.series[item.datasetIndex]?.look !== "quiet" && Number.isFinite(item.parsed.y),
        callbacks: {
          title: ([item]) => (item ? look.timeExact(Number(item.parsed.x)) : ""),
          label: (item) => ` ${item.dataset.label ?? ""}: ${plot.format(Number(item.parsed.y))}`,
        },
      },
    },
  };
}
