// Limits as a person writes them: a cap is a number, a rate "5/s", "30/min" or "100/h" with an optional burst ("5/s 10").
import type { Rate } from "../../api/generated/ops.schemas.ts";

const UNIT_US = { s: 1_000_000, min: 60_000_000, h: 3_600_000_000, d: 86_400_000_000 } as const;
const INTERVAL_US_MAX = UNIT_US.d;
const BURST_MAX = 10_000;
const CAP_MAX = 1_000_000;
const RATE = /^(\d{1,7}(?:\.\d{1,3})?)\s*\/\s*(s|min|h|d)(?:\s+(\d{1,5}))?$/;

/** A rate that was written; null: none; undefined: it is not one. */
export function parseRate(text: string): Rate | null | undefined {
  if (text.trim() === "") return null;
  const match = RATE.exec(text.trim());
  if (!match) return undefined;
  const [, number = "", unit = "s", burstText] = match;
  const count = Number(number);
  if (count <= 0) return undefined;
  // Rounded up, so that the rate is never above the one asked for.
  const interval = Math.ceil(UNIT_US[unit as keyof typeof UNIT_US] / count);
  const burst = burstText === undefined ? Math.max(1, Math.min(BURST_MAX, Math.ceil(count))) : Number(burstText);
  if (UNIT_US[unit as keyof typeof UNIT_US] < count || interval > INTERVAL_US_MAX || burst < 1 || burst > BURST_MAX) return undefined;
  return { interval_us: interval, burst };
}

/** A rate as it is written, in the largest unit with a whole number, or the nearest. */
export function writeRate({ interval_us: interval, burst }: Rate): string {
  for (const [unit, us] of Object.entries(UNIT_US)) {
    const count = us / interval;
    const whole = Math.floor(count + 1e-3 * count);
    if (whole >= 1 && Math.ceil(us / whole) === interval) return `${whole}/${unit} ${burst}`;
  }
  const perSecond = UNIT_US.s / interval;
  return `${perSecond >= 0.01 ? perSecond.toFixed(2) : (UNIT_US.h / interval).toFixed(2)}/${perSecond >= 0.01 ? "s" : "h"} ${burst}`;
}

/** A cap that was written; null: none; undefined: it is not one. */
export function parseCap(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const cap = Number(text.trim());
  return Number.isInteger(cap) && cap >= 1 && cap <= CAP_MAX ? cap : undefined;
}

/** A weight that was written. */
export function parseWeight(text: string): number | undefined {
  const weight = text.trim() === "" ? 1 : Number(text.trim());
  return Number.isInteger(weight) && weight >= 1 && weight <= 100 ? weight : undefined;
}
