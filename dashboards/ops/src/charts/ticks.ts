// Where axes have their labels: times at round moments, durations at round units, counts from zero.

/** Steps of time axes, in seconds. */
const TIME_STEPS = [60, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800];
/** Labels of logarithmic axes of durations, in milliseconds. */
const DURATIONS = [1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000];

/** Round moments between two times (in seconds since 1970), at most `most` of them. */
export function timeTicks(from: number, until: number, most: number): number[] {
  const step = TIME_STEPS.find((one) => (until - from) / one <= most) ?? TIME_STEPS.at(-1) ?? 86_400;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= until; at += step) ticks.push(at);
  return ticks;
}

/** Bounds and labels of a logarithmic axis that holds these durations. */
export function durationScale(values: readonly number[]): { min: number; max: number; ticks: number[] } {
  const known = values.filter((value) => value > 0);
  const least = known.length > 0 ? Math.min(...known) : 100;
  const most = known.length > 0 ? Math.max(...known) : 1_000;
  const min = DURATIONS.findLast((one) => one <= least) ?? 1;
  let max = DURATIONS.find((one) => one >= most * 1.05) ?? most;
  if (max <= min) max = min * 10;
  // A top far above the data would waste the height.
  if (most * 2.5 < max && most > min) max = most * 1.6;
  const inside = DURATIONS.filter((one) => one >= min && one <= max);
  return { min, max, ticks: inside };
}

/** Labels of a linear axis from zero: round steps, as few above the data as possible. */
export function countTicks(most: number, parts: readonly number[]): number[] {
  let best: { step: number; count: number } | undefined;
  for (const count of parts) {
    const least = Math.max(most, 1e-9) / count;
    const size = 10 ** Math.floor(Math.log10(least));
    const step = ([1, 2, 2.5, 5, 10].find((one) => one * size >= least * 0.9999) ?? 10) * size;
    if (!best || step * count < best.step * best.count) best = { step, count };
  }
  const { step, count } = most > 0 && best ? best : { step: 1, count: 1 };
  return Array.from({ length: count + 1 }, (_, i) => Number((step * i).toPrecision(12)));
}
