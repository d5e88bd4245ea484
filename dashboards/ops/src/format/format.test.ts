// The rules of numbers and times.
import { describe, expect, it } from "vitest";
import { Format } from "./format.ts";

const en = new Format("en", "UTC");
const text = (ms: number, significant = false) =>
  en
    .duration(ms, significant)
    .map((part) => part.value + part.unit)
    .join(" ");

describe("durations", () => {
  it.each([
    [0, "0ms"],
    [0.4, "0.4ms"],
    [4.1, "4.1ms"],
    [9.96, "10ms"],
    [410, "410ms"],
    [999.7, "1.00s"],
    [1_240, "1.24s"],
    [8_200, "8.20s"],
    [22_000, "22s"],
    [59_600, "1m 00s"],
    [848_000, "14m 08s"],
    [3_599_700, "1h 00m"],
    [7_500_000, "2h 05m"],
    [90_000_000, "1d 01h"],
  ])("%d ms is %s in tables", (ms, expected) => {
    expect(text(ms)).toBe(expected);
  });

  it("percentiles have two significant digits", () => {
    expect(text(412, true)).toBe("410ms");
    expect(text(2_438, true)).toBe("2.4s");
    expect(text(4.12, true)).toBe("4.1ms");
    expect(text(2_000, true)).toBe("2.0s");
  });

  it("sentences have words, and no second unit that is zero", () => {
    const spoken = (format: Format, ms: number) => format.durationText(ms).replaceAll("\u00a0", " ");
    expect(spoken(en, 848_000)).toBe("14 min 08 s");
    expect(spoken(en, 120_000)).toBe("2 min");
    expect(spoken(en, 1_000)).toBe("1 s");
    expect(spoken(new Format("de", "UTC"), 848_000)).toBe("14 Min. 08 Sek.");
  });

  it("axes have one unit and two digits", () => {
    expect([100, 1_000, 7_940, 60_000, 600_000, 5_400_000].map((ms) => en.durationShort(ms).replaceAll("\u00a0", " "))).toEqual([
      "100 ms",
      "1 s",
      "7.9 s",
      "1 min",
      "10 min",
      "1.5 h",
    ]);
  });
});

describe("rates", () => {
  it.each([
    [0, "0"],
    [369, "369/s"],
    [8.94, "8.9/s"],
    [0.3, "18/min"],
    [2 / 3_600, "2/h"],
    [0.02, "1.2/min"],
  ])("%d per second is %s", (perSecond, expected) => {
    expect(en.rateText(perSecond)).toBe(expected);
  });
});

describe("numbers", () => {
  it("groups digits and keeps them Latin in every language", () => {
    expect(en.count(12_480)).toBe("12,480");
    for (const language of ["ar", "fa", "th", "hi"]) expect(new Format(language, "UTC").count(12_480)).toMatch(/^12.480$/u);
  });

  it("does not round a share to none or all", () => {
    expect(en.percent(0.97)).toBe("97%");
    expect(en.percent(0.001)).toBe("0.1%");
    expect(en.percent(0.9991)).toBe("99.9%");
    expect(en.percent(1)).toBe("100%");
  });

  it("measures bytes", () => {
    expect(en.bytes(214)).toBe("214 bytes");
    expect(en.bytes(2_048)).toBe("2 kB");
  });
});

describe("times", () => {
  const at = new Date("2026-11-27T14:48:10.123Z");
  it("are UTC by default, exact on demand", () => {
    expect(en.clock(at)).toBe("14:48:10");
    expect(en.clockMs(at)).toBe("14:48:10.123");
    expect(en.exact(at)).toBe("27 Nov 2026, 14:48:10.123 UTC");
    expect(en.day(at)).toBe("Friday 27 November");
  });

  it("name the day only where it is another", () => {
    expect(en.moment(at, new Date("2026-11-27T23:00:00Z"))).toBe("14:48:10");
    expect(en.moment(at, new Date("2026-11-28T01:00:00Z"))).toBe("27 Nov, 14:48");
  });

  it("are relative in sentences", () => {
    expect(en.ago(at, new Date("2026-11-27T15:04:10Z"))).toBe("16 min ago");
    expect(en.ago(new Date(+at + 7_200_000), at)).toBe("in 2 hr");
  });

  it("name the days of the week from Sunday", () => {
    expect([0, 1, 6, 7].map((day) => en.weekday(day))).toEqual(["Sunday", "Monday", "Saturday", "Sunday"]);
  });
});

describe("texts in a row", () => {
  it("have the comma of the language, and no gaps", () => {
    expect(en.series(["a", false, undefined, "", "b"])).toBe("a, b");
    expect(new Format("ja", "UTC").series(["a", "b"])).toBe("a、b");
  });

  it("are isolated where the language is written from right to left, so that figures and names keep their own direction", () => {
    expect(new Format("ar", "UTC").series(["wrk-1", "12:00"])).toBe("\u2068wrk-1\u2069، \u206812:00\u2069");
    expect(en.isolated("wrk-1")).toBe("wrk-1");
  });

  it("keep units of tables short", () => {
    const units = (language: string) => new Format(language, "UTC").duration(770_000).map(({ unit }) => unit);
    expect(units("de")).toEqual(["min", "s"]);
    expect(units("fr")).toEqual(["min", "s"]);
    expect(new Format("vi", "UTC").duration(790)).toEqual([{ value: "790", unit: "ms" }]);
  });
});
