// What Chart.js does not draw itself: deploys, the objective, and one crosshair through the stacked plots of a chart.
import type { Chart, Plugin } from "chart.js";
import type { Palette } from "./palette.ts";

/** Shared by the plots of one chart. */
export interface Group {
  x: number | undefined;
  readonly charts: Set<Chart>;
}

export interface Marks {
  readonly deploys: readonly { readonly version: string; readonly seconds: number }[];
  readonly limit: { readonly value: number; readonly label: string } | undefined;
  readonly palette: Palette;
  readonly font: string;
  /** Whether the names of deploys are written here. */
  readonly names: boolean;
}

function vertical(chart: Chart, x: number, color: string, dash: readonly number[]): void {
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash([...dash]);
  ctx.beginPath();
  ctx.moveTo(Math.round(x) + 0.5, chartArea.top - 4);
  ctx.lineTo(Math.round(x) + 0.5, chartArea.bottom);
  ctx.stroke();
  ctx.restore();
}

/** Draws the marks. They are asked for at each drawing, so that new ones need no new plugin. */
export function marksPlugin(marks: () => Marks): Plugin {
  return {
    id: "marks",
    beforeDatasetsDraw(chart) {
      const { deploys, palette, font, names } = marks();
      const scale = chart.scales["x"];
      if (!scale) return;
      for (const { version, seconds } of deploys) {
        if (seconds < scale.min || seconds > scale.max) continue;
        const x = scale.getPixelForValue(seconds);
        vertical(chart, x, palette["line-strong"], [3, 3]);
        if (!names) continue;
        const { ctx, chartArea } = chart;
        ctx.save();
        ctx.font = font;
        ctx.fillStyle = palette["ink-3"];
        ctx.textBaseline = "top";
        const fits = x + 5 + ctx.measureText(version).width < chartArea.right;
        ctx.textAlign = fits ? "left" : "right";
        ctx.direction = "ltr";
        ctx.fillText(version, fits ? x + 5 : x - 5, chartArea.top - 6);
        ctx.restore();
      }
    },
    afterDatasetsDraw(chart) {
      const { limit, palette, font } = marks();
      const scale = chart.scales["y"];
      if (!scale || !limit || limit.value < scale.min || limit.value > scale.max) return;
      const { ctx, chartArea } = chart;
      const y = Math.round(scale.getPixelForValue(limit.value)) + 0.5;
      const rtl = chart.canvas.closest("[dir=rtl]") !== null;
      ctx.save();
      ctx.strokeStyle = palette["dead-fill"];
      ctx.setLineDash([4, 3]);
      ctx.beginPath();
      ctx.moveTo(chartArea.left, y);
      ctx.lineTo(chartArea.right, y);
      ctx.stroke();
      ctx.font = font;
      ctx.fillStyle = palette.dead;
      ctx.textBaseline = "bottom";
      ctx.textAlign = rtl ? "right" : "left";
      ctx.fillText(limit.label, rtl ? chartArea.right : chartArea.left, y - 2);
      ctx.restore();
    },
  };
}

/** A line at the pointer through all plots of the group. */
export function crosshairPlugin(group: Group, color: () => string): Plugin {
  return {
    id: "crosshair",
    afterInit(chart) {
      group.charts.add(chart);
    },
    beforeDestroy(chart) {
      group.charts.delete(chart);
    },
    afterEvent(chart, { event }) {
      const scale = chart.scales["x"];
      const inside = event.type !== "mouseout" && scale && event.x !== null && event.x >= scale.left && event.x <= scale.right;
      const [active] = inside ? (chart.tooltip?.dataPoints ?? []) : [];
      const x = active ? (active.parsed.x ?? undefined) : undefined;
      if (x === group.x) return;
      group.x = x;
      for (const one of group.charts) one.draw();
    },
    afterDraw(chart) {
      const scale = chart.scales["x"];
      if (group.x !== undefined && scale) vertical(chart, scale.getPixelForValue(group.x), color(), []);
    },
  };
}
