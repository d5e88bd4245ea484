// The waterfall's window and ruler.
import { describe, expect, it } from "vitest";
import { moved, stepOf, ticksOf, whole, zoomed } from "./trace-window.ts";

describe("the waterfall", () => {
  it("has a few round marks at any zoom", () => {
    for (let span = 5; span < 100_000_000; span *= 1.7) {
      const count = ticksOf({ from: 0, span }).length;
      expect(count).toBeGreaterThanOrEqual(3);
      expect(count).toBeLessThanOrEqual(8);
    }
    expect([stepOf(67_000), stepOf(4_000), stepOf(9)]).toEqual([10_000, 1_000, 2]);
  });

  it("zooms around the pointer and stays within the trace", () => {
    const all = whole(10_000);
    const closer = zoomed(all, 0.5, 1, 10_000);
    expect(closer.span).toBe(5_050);
    expect(closer.from + closer.span).toBe(10_000);
    expect(zoomed(closer, 10, 0.5, 10_000)).toEqual({ from: 0, span: 10_000 });
    expect(zoomed(all, 0, 0.5, 10_000).span).toBe(5);
    expect(moved(closer, 1, 10_000).from).toBe(4_950);
    expect(moved(closer, -9, 10_000).from).toBe(0);
  });
});
