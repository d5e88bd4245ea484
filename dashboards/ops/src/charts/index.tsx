// Charts, loaded when the first one is shown; its place is kept meanwhile, so nothing jumps.
import { lazy, Suspense } from "react";
import type { ChartProps } from "./model.ts";

const Loaded = lazy(() => import("./time-chart.tsx"));

export function TimeChart(props: ChartProps) {
  return (
    <Suspense
      fallback={
        <figure className="chart">
          <figcaption>
            <h2>{props.title}</h2>
          </figcaption>
          {props.plots.map((plot, i) => (
            <div key={plot.id} className={`plot ${plot.size} ${i === props.plots.length - 1 ? "last" : ""}`} />
          ))}
        </figure>
      }
    >
      <Loaded {...props} />
    </Suspense>
  );
}
