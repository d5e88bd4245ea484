// Cron expressions in words, as far as common ones go; what is not understood is shown as it is.
import type { Speech } from "../../i18n/i18n.ts";

export type CronWords =
  | { readonly kind: "everyMinutes"; readonly every: number }
  | { readonly kind: "hourly"; readonly minute: number }
  | { readonly kind: "everyHours"; readonly every: number; readonly minute: number }
  | { readonly kind: "daily"; readonly times: readonly string[] }
  | { readonly kind: "weekly"; readonly days: readonly number[]; readonly time: string }
  | { readonly kind: "monthly"; readonly day: number; readonly time: string };

const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const two = (n: number): string => String(n).padStart(2, "0");

/** Numbers of a field: one, a list, or a range; undefined for anything else. */
function numbersOf(field: string, max: number, names: readonly string[] = []): number[] | undefined {
  const one = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    return named >= 0 ? named : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  };
  const found = field.split(",").flatMap((part) => {
    const [from = "", to] = part.split("-");
    const [a, b] = [one(from), to === undefined ? one(from) : one(to)];
    return Number.isNaN(a) || Number.isNaN(b) || b < a || b - a > 60 ? [Number.NaN] : Array.from({ length: b - a + 1 }, (_, i) => a + i);
  });
  return found.every((n) => n >= 0 && n <= max) ? found : undefined;
}

/** Understands expressions of five fields, or six with seconds that are 0. */
export function understand(expression: string): CronWords | undefined {
  const fields = expression.trim().split(/\s+/);
  const five = fields.length === 6 && fields[0] === "0" ? fields.slice(1) : fields;
  if (five.length !== 5) return undefined;
  const [minute = "", hour = "", day = "", month = "", week = ""] = five;
  if (month !== "*") return undefined;
  const everyMinute = /^(?:\*|\*\/(\d{1,2}))$/.exec(minute);
  if (everyMinute && hour === "*" && day === "*" && week === "*") return { kind: "everyMinutes", every: Number(everyMinute[1] ?? 1) };
  const minutes = numbersOf(minute, 59);
  const [at] = minutes ?? [];
  if (at === undefined || minutes?.length !== 1) return undefined;
  if (hour === "*" && day === "*" && week === "*") return { kind: "hourly", minute: at };
  const everyHour = /^\*\/(\d{1,2})$/.exec(hour);
  if (everyHour && day === "*" && week === "*") return { kind: "everyHours", every: Number(everyHour[1]), minute: at };
  const hours = numbersOf(hour, 23);
  if (!hours) return undefined;
  const times = hours.map((one) => `${two(one)}:${two(at)}`);
  const [time] = times;
  if (day === "*" && (week === "*" || week === "?")) return { kind: "daily", times };
  if (times.length !== 1 || time === undefined) return undefined;
  if (day === "*" || day === "?") {
    const days = numbersOf(week, 7, DAYS)?.map((one) => one % 7);
    return days && { kind: "weekly", days, time };
  }
  const [monthDay] = numbersOf(day, 31) ?? [];
  return monthDay !== undefined && (week === "*" || week === "?") ? { kind: "monthly", day: monthDay, time } : undefined;
}

/** In the language; the expression itself if it is not understood. */
export function cronText({ t, f }: Speech, expression: string): string {
  const words = understand(expression);
  if (!words) return expression;
  switch (words.kind) {
    case "everyMinutes":
      return t("cron.everyMinutes", { count: words.every });
    case "hourly":
      return t("cron.hourly", { minute: two(words.minute) });
    case "everyHours":
      return t("cron.everyHours", { count: words.every, minute: two(words.minute) });
    case "daily":
      return t("cron.daily", { time: f.list(words.times) });
    case "weekly":
      return t("cron.weekly", { days: f.list(words.days.map((day) => f.weekday(day))), time: words.time });
    case "monthly":
      return t("cron.monthly", { day: words.day, time: words.time });
  }
}
