// What a chart is asked to show. One question a chart: series that matter have a colour, the others are quiet.
import type { Token } from "./palette.ts";

export interface ChartSeries {
  readonly name: string;
  /** One for each time; null leaves a gap. */
  readonly values: readonly (number | null)[];
  readonly look: "line" | "dashed" | "quiet" | "bars";
  readonly tone: Token;
  /** Fills the area up to the series before it: a backlog that grows. */
  readonly fillsToPrevious?: boolean;
  readonly pale?: boolean;
}

export interface Plot {
  readonly id: string;
  /** Counts and rates start at zero; durations (in ms) are logarithmic. */
  readonly scale: "count" | "duration";
  readonly size: "low" | "half" | "normal" | "high";
  readonly series: readonly ChartSeries[];
  readonly limit?: { readonly value: number; readonly label: string } | undefined;
  /** A value in words. */
  readonly format: (value: number) => string;
  /** A value on the axis. */
  readonly axis: (value: number) => string;
}

export interface ChartProps {
  readonly title: string;
  /** Begins of steps, in seconds since 1970. */
  readonly times: readonly number[];
  readonly stepSeconds: number;
  readonly plots: readonly Plot[];
  readonly deploys?: readonly { readonly version: string; readonly at: string }[];
  /** Series that share an entry of the legend, such as all that are quiet. */
  readonly legend?: readonly { readonly name: string; readonly look: ChartSeries["look"]; readonly tone: Token }[];
}

/** The known values. */
export const known = (values: readonly (number | null)[]): number[] => values.filter((value): value is number => value !== null);

/** Least, most and newest of a series. */
export function rangeOf(values: readonly (number | null)[]): { least: number; most: number; newest: number } | undefined {
  const numbers = known(values);
  const newest = numbers.at(-1);
  return newest === undefined ? undefined : { least: Math.min(...numbers), most: Math.max(...numbers), newest };
}
