// Numbers, durations, rates and times in the user's language: one object for a language and a time zone. Digits are Latin in every
// language, so that what is read here can be compared with ids, logs and commands.
import { directionOf, isLanguage } from "../i18n/languages.ts";

/** A number and its unit, drawn apart: the unit is smaller. */
export interface Part {
  readonly value: string;
  readonly unit: string;
}

/** What a place shows that has no value. */
export const NONE = "–";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Commas that are not the Latin one. */
const COMMAS: Readonly<Record<string, string>> = { ar: "، ", fa: "، ", ja: "、", "zh-CN": "、" };

/** Units of tables may take this many letters; longer ones give way to the symbol. */
const UNIT_LETTERS_MAX = 4;

const SYMBOLS: Record<TimeUnit, string> = { millisecond: "ms", second: "s", minute: "min", hour: "h", day: "d" };

type TimeUnit = "millisecond" | "second" | "minute" | "hour" | "day";

export class Format {
  readonly language: string;
  readonly zone: string;
  /** What is between things that follow each other, with its space. */
  readonly comma: string;
  readonly #isRtl: boolean;
  readonly #dates: string;
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  readonly #times = new Map<string, Intl.DateTimeFormat>();
  readonly #ago: Intl.RelativeTimeFormat;

  constructor(language: string, zone: "UTC" | "local") {
    this.language = `${language}-u-nu-latn`;
    this.comma = COMMAS[language] ?? ", ";
    this.#isRtl = isLanguage(language) && directionOf(language) === "rtl";
    // British order of dates: 27 November.
    this.#dates = `${language === "en" ? "en-GB" : language}-u-nu-latn`;
    this.zone = zone === "UTC" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.#ago = new Intl.RelativeTimeFormat(this.#dates, { style: "short", numeric: "always" });
  }

  #number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    const key = JSON.stringify(options);
    let made = this.#numbers.get(key);
    if (!made) this.#numbers.set(key, (made = new Intl.NumberFormat(this.language, options)));
    return made;
  }

  #time(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    let made = this.#times.get(key);
    if (!made) this.#times.set(key, (made = new Intl.DateTimeFormat(this.#dates, { ...options, timeZone: this.zone })));
    return made;
  }

  /** A count, digits grouped. */
  count(value: number): string {
    return this.#number({ maximumFractionDigits: 0 }).format(value);
  }

  /** A number with at most that many decimals. */
  decimal(value: number, decimals = 1): string {
    return this.#number({ maximumFractionDigits: decimals }).format(value);
  }

  /** A share of 1 as percent. Shares that round to 0 or 100 without being so keep a decimal. */
  percent(share: number): string {
    const close = (share > 0 && share < 0.005) || (share < 1 && share >= 0.995);
    return this.#number({ style: "percent", maximumFractionDigits: close ? 1 : 0 }).format(share);
  }

  /** A count on an axis, shortened. */
  short(value: number): string {
    return this.#number({ notation: "compact", maximumFractionDigits: value < 10 ? 2 : 1 }).format(value);
  }

  /** Bytes in units of 1,024. */
  bytes(value: number): string {
    if (value < 1_024) return this.#unit(value, "byte", "long", 0);
    const [size, unit] = value < 1_048_576 ? [value / 1_024, "kilobyte"] : [value / 1_048_576, "megabyte"];
    return this.#unit(size, unit, "short", 1);
  }

  #unit(value: number, unit: string, unitDisplay: "short" | "narrow" | "long", maximumFractionDigits: number): string {
    return this.#number({ style: "unit", unit, unitDisplay, maximumFractionDigits }).format(value);
  }

  /** Splits a rounded duration into at most two units. */
  #split(ms: number, significant: boolean): [number, TimeUnit, number, number][] {
    const one = (value: number, unit: TimeUnit, decimals: number): [number, TimeUnit, number, number][] => [[value, unit, decimals, 1]];
    if (ms < 0.05) return one(0, "millisecond", 0);
    if (ms < 9.95) return one(ms, "millisecond", 1);
    if (ms < 999.5) return one(significant ? Number(ms.toPrecision(2)) : ms, "millisecond", 0);
    if (ms < 9.995 * SECOND) return one(ms / SECOND, "second", significant ? 1 : 2);
    if (ms < 59.5 * SECOND) return one(ms / SECOND, "second", 0);
    const two = (size: number, unit: TimeUnit, lesser: number, lesserUnit: TimeUnit): [number, TimeUnit, number, number][] => {
      const rounded = Math.round(ms / lesser) * lesser;
      return [
        [Math.floor(rounded / size), unit, 0, 1],
        [(rounded % size) / lesser, lesserUnit, 0, 2],
      ];
    };
    if (ms < HOUR - SECOND / 2) return two(MINUTE, "minute", SECOND, "second");
    if (ms < DAY - MINUTE / 2) return two(HOUR, "hour", MINUTE, "minute");
    return two(DAY, "day", HOUR, "hour");
  }

  /** A duration for tables: 4.1 ms, 1.24 s, 14m 08s. `significant`: two significant digits, as percentiles have. */
  duration(ms: number, significant = false): Part[] {
    return this.#split(ms, significant).map(([value, unit, decimals, integers]) => {
      const fixed = unit === "second" && decimals > 0 ? decimals : 0;
      const parts = this.#number({
        style: "unit",
        unit,
        unitDisplay: "narrow",
        minimumIntegerDigits: integers,
        minimumFractionDigits: unit === "millisecond" && decimals === 1 ? 1 : fixed,
        maximumFractionDigits: decimals,
      }).formatToParts(value);
      const is = (type: string) => parts.filter((part) => (part.type === "unit") === (type === "unit") && part.type !== "literal");
      const text = (type: string) =>
        is(type)
          .map((part) => part.value)
          .join("");
      const own = text("unit");
      return { value: text("value"), unit: own.length > UNIT_LETTERS_MAX || own.endsWith(".") ? SYMBOLS[unit] : own };
    });
  }

  /** A duration for a sentence: 14 min 08 s. */
  durationText(ms: number): string {
    const parts = this.#split(ms, false);
    return parts
      .filter(([value], index) => index === 0 || value > 0)
      .map(([value, unit, decimals, integers]) => this.#spoken(value, unit, decimals, integers))
      .join(" ");
  }

  /** A duration with one unit and two digits, for axes and choices: 10 min, 7.9 s. */
  durationShort(ms: number): string {
    const [unit, size] =
      ms < SECOND
        ? (["millisecond", 1] as const)
        : ms < MINUTE
          ? (["second", SECOND] as const)
          : ms < HOUR
            ? (["minute", MINUTE] as const)
            : ms < DAY
              ? (["hour", HOUR] as const)
              : (["day", DAY] as const);
    return this.#spoken(Number((ms / size).toPrecision(2)), unit, 1, 1);
  }

  /** With the unit as it is written in sentences; English has the symbols. */
  #spoken(value: number, unit: TimeUnit, decimals: number, integers: number): string {
    const digits = { minimumIntegerDigits: integers, maximumFractionDigits: decimals };
    if (this.language.startsWith("en")) return `${this.#number(digits).format(value)}\u00a0${SYMBOLS[unit]}`;
    return this.#number({ style: "unit", unit, unitDisplay: "short", ...digits }).format(value);
  }

  /** A rate in the unit that gives at least one whole job: 8.9/s, 18/min, 2/h. */
  rate(perSecond: number): Part {
    if (perSecond <= 0) return { value: this.count(0), unit: "" };
    if (perSecond >= 1) return { value: this.decimal(perSecond, perSecond >= 100 ? 0 : 1), unit: "/s" };
    if (perSecond * 60 >= 1) return { value: this.decimal(perSecond * 60, perSecond * 60 >= 10 ? 0 : 1), unit: "/min" };
    return { value: this.decimal(perSecond * 3_600, 0), unit: "/h" };
  }

  /** The same as one string. */
  rateText(perSecond: number): string {
    const { value, unit } = this.rate(perSecond);
    return value + unit;
  }

  /** 14:48:10 */
  clock(at: Date): string {
    return this.#time({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(at);
  }

  /** 14:48 */
  minute(at: Date): string {
    return this.#time({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  }

  /** 14:48:10.123 */
  clockMs(at: Date): string {
    return this.#time({ hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" }).format(at);
  }

  /** Friday 27 November */
  day(at: Date): string {
    return this.#time({ weekday: "long", day: "numeric", month: "long" }).format(at);
  }

  /** 27 Nov */
  dayShort(at: Date): string {
    return this.#time({ day: "numeric", month: "short" }).format(at);
  }

  /** 27 Nov, 14:48:10, without the date if it is today's. */
  moment(at: Date, now: Date): string {
    return this.dayShort(at) === this.dayShort(now) && Math.abs(+now - +at) < 2 * DAY ? this.clock(at) : this.dayAndMinute(at);
  }

  /** 27 Nov, 14:48 */
  dayAndMinute(at: Date): string {
    return this.#time({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  }

  /** 27 Nov 2026, 14:48:10.123 UTC: the exact time, for details and hover. */
  exact(at: Date): string {
    return `${this.#time({
      day: "numeric",
      month: "short",
      year: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      hourCycle: "h23",
    }).format(at)} ${this.zoneName}`;
  }

  /** The zone as it is named once per view. */
  get zoneName(): string {
    return this.zone === "UTC" ? "UTC" : this.zone.replaceAll("_", " ");
  }

  /** 16 min ago, in 2 hr. */
  ago(at: Date, now: Date): string {
    const ms = +at - +now;
    const size = Math.abs(ms);
    const [unit, length] =
      size < 59.5 * SECOND
        ? (["second", SECOND] as const)
        : size < 59.5 * MINUTE
          ? (["minute", MINUTE] as const)
          : size < 23.5 * HOUR
            ? (["hour", HOUR] as const)
            : (["day", DAY] as const);
    return this.#ago.format(Math.round(ms / length), unit);
  }

  /** A text within another one, where the two may be written in different directions. */
  isolated(text: string): string {
    return this.#isRtl ? `\u2068${text}\u2069` : text;
  }

  /** What follows each other: A, B, C. What is missing is left out. */
  series(items: readonly (string | false | undefined)[]): string {
    return items
      .filter((item) => item !== false && item !== undefined && item !== "")
      .map((item) => this.isolated(String(item)))
      .join(this.comma);
  }

  /** A, B and C. */
  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.#dates, { type: "conjunction" }).format(items);
  }

  /** Name of a day of the week, 0: Sunday. */
  weekday(day: number): string {
    return this.#time({ weekday: "long" }).format(new Date(Date.UTC(2026, 10, 1 + (day % 7), 12)));
  }
}
