// Rates, caps and weights as they are written and read.
import { describe, expect, it } from "vitest";
import { parseCap, parseRate, parseWeight, writeRate } from "./limits.ts";

describe("rates", () => {
  it.each([
    ["5/s", { interval_us: 200_000, burst: 5 }],
    ["3/s 10", { interval_us: 333_334, burst: 10 }],
    ["30 / min", { interval_us: 2_000_000, burst: 30 }],
    ["0.5/s", { interval_us: 2_000_000, burst: 1 }],
    ["1/d", { interval_us: 86_400_000_000, burst: 1 }],
    ["", null],
  ])("%s", (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
  });

  it.each(["x", "5", "0/s", "5/week", "2000000/s", "5/s 0", "5/s 10001", "0.5/d"])("%s is refused", (text) => {
    expect(parseRate(text)).toBeUndefined();
  });

  it("read back as they were written", () => {
    for (const text of ["5/s 5", "3/s 10", "30/min 30", "100/h 100", "7/min 2", "1/d 1", "400/s 1000"]) {
      const rate = parseRate(text);
      if (!rate) throw new Error(text);
      const again = parseRate(writeRate(rate));
      expect(again).toEqual(rate);
    }
    expect(writeRate({ interval_us: 333_334, burst: 10 })).toBe("3/s 10");
  });
});

describe("caps and weights", () => {
  it("are whole numbers in their bounds", () => {
    expect([parseCap(""), parseCap(" 8 "), parseCap("0"), parseCap("1.5"), parseCap("x")]).toEqual([
      null,
      8,
      undefined,
      undefined,
      undefined,
    ]);
    expect([parseWeight(""), parseWeight("100"), parseWeight("101"), parseWeight("0")]).toEqual([1, 100, undefined, undefined]);
  });
});
