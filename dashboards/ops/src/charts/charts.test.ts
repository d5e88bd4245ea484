// Axes: round labels, tops close above the data.
import { describe, expect, it } from "vitest";
import { countTicks, durationScale, timeTicks } from "./ticks.ts";

describe("axes", () => {
  it("have labels at round moments", () => {
    const from = Date.parse("2026-11-27T13:48:00Z") / 1_000;
    const clock = (at: number) => new Date(at * 1_000).toISOString().slice(11, 16);
    expect(timeTicks(from, from + 3_600, 6).map(clock)).toEqual(["13:50", "14:00", "14:10", "14:20", "14:30", "14:40"]);
    expect(timeTicks(from, from + 86_400, 6).map(clock)).toEqual(["16:00", "20:00", "00:00", "04:00", "08:00", "12:00"]);
    expect(timeTicks(from, from + 7 * 86_400, 8)).toHaveLength(7);
  });

  it("of durations begin and end near the data", () => {
    expect(durationScale([300, 848_000])).toEqual({ min: 100, max: 1_356_800, ticks: [100, 1_000, 10_000, 60_000, 600_000] });
    expect(durationScale([])).toEqual({ min: 100, max: 1_600, ticks: [100, 1_000] });
    const { min, max } = durationScale([5, 5]);
    expect(min).toBeLessThan(5);
    expect(max).toBeGreaterThan(5);
  });

  it("of counts have round steps, and end close above the most", () => {
    expect(countTicks(398, [3, 4])).toEqual([0, 100, 200, 300, 400]);
    expect(countTicks(369, [3, 4])).toEqual([0, 100, 200, 300, 400]);
    expect(countTicks(0.7, [3, 4])).toEqual([0, 0.25, 0.5, 0.75]);
    expect(countTicks(9.9, [1])).toEqual([0, 10]);
    expect(countTicks(0, [3, 4])).toEqual([0, 1]);
    expect(countTicks(12_480, [3, 4])).toEqual([0, 5_000, 10_000, 15_000]);
  });
});
