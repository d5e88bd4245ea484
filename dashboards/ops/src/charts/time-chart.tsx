// A chart over time: its plots below each other, a legend, and a table with the same values. Loaded when the first chart is shown.
import {
  BarController,
  BarElement,
  Chart as ChartJs,
  Decimation,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  Tooltip,
  type Plugin,
} from "chart.js";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Chart } from "react-chartjs-2";
import { useSpeech } from "../i18n/context.tsx";
import { IconButton } from "../ui/button.tsx";
import { vars } from "../ui/figures.tsx";
import { rangeOf, type ChartProps, type Plot } from "./model.ts";
import { dataOf, optionsOf } from "./options.ts";
import { usePalette, type Palette } from "./palette.ts";
import { crosshairPlugin, marksPlugin, type Group, type Marks } from "./plugins.ts";

ChartJs.register(
  BarController,
  BarElement,
  LineController,
  LineElement,
  PointElement,
  LinearScale,
  LogarithmicScale,
  Filler,
  Tooltip,
  Decimation,
);

/** Room that the label of a time takes, in pixels. */
const TIME_LABEL_PX = 90;

export default function TimeChart({ title, times, stepSeconds, plots, deploys = [], legend }: ChartProps) {
  const { t } = useSpeech();
  const palette = usePalette();
  const titleId = useId();
  const [table, setTable] = useState(false);
  const [group] = useState<Group>(() => ({ x: undefined, charts: new Set() }));
  const hasBars = plots.some((plot) => plot.series.some((series) => series.look === "bars"));
  const entries = legend ?? plots.flatMap((plot) => plot.series);
  return (
    <figure className="chart" aria-labelledby={titleId}>
      <figcaption>
        <h2 id={titleId}>{title}</h2>
        <ul className="legend" hidden={entries.length < 2}>
          {entries.map(({ name, look, tone }) => (
            <li key={name}>
              <span
                style={vars({ "--s-fill": palette[tone], "--key": palette[tone] })}
                className={`key ${look === "bars" ? "block" : look === "dashed" ? "dash" : look === "quiet" ? "quiet" : "solid"}`}
              />
              <span>{name}</span>
            </li>
          ))}
        </ul>
        <IconButton
          icon="table"
          label={t("chart.table")}
          aria-expanded={table}
          onClick={() => {
            setTable(!table);
          }}
        />
      </figcaption>
      {plots.map((plot, index) => (
        <PlotCanvas
          key={plot.id}
          plot={plot}
          times={times}
          stepSeconds={stepSeconds}
          deploys={deploys}
          palette={palette}
          group={group}
          isFirst={index === 0}
          isLast={index === plots.length - 1}
          hasBars={hasBars}
        />
      ))}
      {table && <DataTable times={times} stepSeconds={stepSeconds} plots={plots} />}
    </figure>
  );
}

/** What the chart shows, in one sentence. */
function useSummary(plot: Plot): string {
  const { t } = useSpeech();
  const parts = plot.series
    .filter((series) => series.look !== "quiet")
    .map((series) => {
      const range = rangeOf(series.values);
      if (!range) return t("chart.noValues", { name: series.name });
      return t("chart.summary", {
        name: series.name,
        newest: plot.format(range.newest),
        least: plot.format(range.least),
        most: plot.format(range.most),
      });
    });
  const limit = plot.limit ? [plot.limit.label] : [];
  return [...parts, ...limit].join(". ");
}

function PlotCanvas({
  plot,
  times,
  stepSeconds,
  deploys,
  palette,
  group,
  isFirst,
  isLast,
  hasBars,
}: {
  readonly plot: Plot;
  readonly times: readonly number[];
  readonly stepSeconds: number;
  readonly deploys: readonly { readonly version: string; readonly at: string }[];
  readonly palette: Palette;
  readonly group: Group;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly hasBars: boolean;
}) {
  const { f, dir } = useSpeech();
  const summary = useSummary(plot);
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      setWidth(element.clientWidth);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  const style = useMemo(() => {
    const computed = getComputedStyle(document.body);
    return { family: computed.fontFamily, size: Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.6875 };
  }, []);
  const marks = useRef<Marks>(undefined);
  useEffect(() => {
    marks.current = {
      deploys: deploys.map(({ version, at }) => ({ version, seconds: Date.parse(at) / 1_000 })),
      limit: plot.limit,
      palette,
      font: `${style.size}px ${style.family}`,
      names: isFirst,
    };
    for (const chart of group.charts) chart.draw();
  });
  const [plugins] = useState<Plugin<"bar" | "line">[]>(() => {
    const none: Marks = { deploys: [], limit: undefined, palette, font: "", names: false };
    return [marksPlugin(() => marks.current ?? none), crosshairPlugin(group, () => (marks.current ?? none).palette["ink-3"])] as Plugin<
      "bar" | "line"
    >[];
  });
  const options = useMemo(() => {
    const days = (times.at(-1) ?? 0) - (times[0] ?? 0) > 2 * 86_400;
    const date = (seconds: number) => new Date(seconds * 1_000);
    return optionsOf(plot, times, stepSeconds, {
      palette,
      rtl: dir === "rtl",
      family: style.family,
      size: style.size,
      isLast,
      hasBars,
      ticksMost: Math.max(2, Math.floor(width / TIME_LABEL_PX)),
      time: (seconds) => (days ? f.dayShort(date(seconds)) : f.minute(date(seconds))),
      timeExact: (seconds) => (stepSeconds >= 3_600 ? f.dayAndMinute(date(seconds)) : f.clock(date(seconds))),
    });
  }, [plot, times, stepSeconds, palette, dir, style, isLast, hasBars, width, f]);
  const data = useMemo(() => dataOf(plot, times, palette), [plot, times, palette]);
  const first = plot.series.some((series) => series.look === "bars") ? "bar" : "line";
  return (
    <div className={`plot ${plot.size} ${isLast ? "last" : ""}`} ref={frame}>
      <Chart type={first} data={data} options={options} plugins={plugins} role="img" aria-label={summary} fallbackContent={summary} />
    </div>
  );
}

function DataTable({
  times,
  stepSeconds,
  plots,
}: {
  readonly times: readonly number[];
  readonly stepSeconds: number;
  readonly plots: readonly Plot[];
}) {
  const { t, f } = useSpeech();
  const columns = plots.flatMap((plot) => plot.series.map((series) => ({ series, plot })));
  return (
    <div className="chart-data" role="group" tabIndex={0} aria-label={t("chart.data")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{f.zoneName}</th>
            {columns.map(({ series, plot }) => (
              <th key={plot.id + series.name} scope="col" className="num">
                {series.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((time, i) => {
            const at = new Date(time * 1_000);
            return (
              <tr key={time}>
                <th scope="row">
                  <bdi>{stepSeconds >= 3_600 ? f.dayAndMinute(at) : f.clock(at)}</bdi>
                </th>
                {columns.map(({ series, plot }) => {
                  const value = series.values[i] ?? null;
                  return (
                    <td key={plot.id + series.name} className="num">
                      <bdi>{value === null ? "–" : plot.format(value)}</bdi>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
