// Cron expressions that are understood, and those that are left alone.
import { describe, expect, it } from "vitest";
import { understand } from "./cron.ts";

describe("cron expressions", () => {
  it.each([
    ["* * * * *", { kind: "everyMinutes", every: 1 }],
    ["*/15 * * * *", { kind: "everyMinutes", every: 15 }],
    ["0 5 * * * *", { kind: "hourly", minute: 5 }],
    ["10 */6 * * *", { kind: "everyHours", every: 6, minute: 10 }],
    ["10 3 * * *", { kind: "daily", times: ["03:10"] }],
    ["0 8,20 * * *", { kind: "daily", times: ["08:00", "20:00"] }],
    ["30 4 * * MON-FRI", { kind: "weekly", days: [1, 2, 3, 4, 5], time: "04:30" }],
    ["30 4 * * 7", { kind: "weekly", days: [0], time: "04:30" }],
    ["0 2 1 * *", { kind: "monthly", day: 1, time: "02:00" }],
  ])("%s", (expression, words) => {
    expect(understand(expression)).toEqual(words);
  });

  it.each(["", "x", "30 0 5 * * *", "0 0 L * *", "0 0 1 1 *", "5/7 * * * *", "1,2 * * * *", "0 25 * * *", "0 0 1 * 1"])(
    "%s is shown as it is",
    (expression) => {
      expect(understand(expression)).toBeUndefined();
    },
  );
});
