// How numbers, durations, times and rates are drawn: units small, zero muted, values isolated from the direction of the text.
import type { CSSProperties } from "react";
import type { Part } from "../format/format.ts";
import { NONE } from "../format/format.ts";
import { useSpeech } from "../i18n/context.tsx";
import { useNow } from "../live/context.tsx";

export type Tone = "bad" | "warn" | undefined;

/** Style with custom properties, set through the CSSOM. */
export const vars = (values: Readonly<Record<`--${string}`, string | number>>): CSSProperties => values;

function Parts({ parts, className }: { readonly parts: readonly Part[]; readonly className?: string | undefined }) {
  return (
    <bdi className={className}>
      {parts.map(({ value, unit }, index) => (
        <span key={index}>
          {index > 0 && " "}
          {value}
          <small>{unit}</small>
        </span>
      ))}
    </bdi>
  );
}

export function None() {
  return <span className="zero">{NONE}</span>;
}

/** A duration in milliseconds. */
export function Duration({
  ms,
  tone,
  significant = false,
}: {
  readonly ms: number | undefined;
  readonly tone?: Tone;
  readonly significant?: boolean;
}) {
  const { f } = useSpeech();
  if (ms === undefined) return <None />;
  return <Parts parts={f.duration(ms, significant)} className={tone} />;
}

/** A count; zero is muted. */
export function Count({ n, tone, exact = true }: { readonly n: number | undefined; readonly tone?: Tone; readonly exact?: boolean }) {
  const { f } = useSpeech();
  if (n === undefined) return <None />;
  if (n === 0)
    return (
      <bdi dir="ltr" className="zero">
        {f.count(0)}
      </bdi>
    );
  return (
    <bdi dir="ltr" className={tone}>
      {exact ? "" : "≥\u202f"}
      {f.count(n)}
    </bdi>
  );
}

/** A count of a limit. */
export function CountOf({ n, of, tone }: { readonly n: number; readonly of: number; readonly tone?: Tone }) {
  const { f } = useSpeech();
  return (
    <bdi dir="ltr" className={tone}>
      {f.count(n)}
      <small> / {f.count(of)}</small>
    </bdi>
  );
}

/** Jobs in a unit of time. */
export function Rate({
  perSecond,
  tone,
  signed = false,
}: {
  readonly perSecond: number | undefined;
  readonly tone?: Tone;
  readonly signed?: boolean;
}) {
  const { f } = useSpeech();
  if (perSecond === undefined) return <None />;
  if (Math.abs(perSecond) < 1 / 7_200)
    return (
      <bdi dir="ltr" className={tone ?? "zero"}>
        {f.count(0)}
      </bdi>
    );
  const { value, unit } = f.rate(Math.abs(perSecond));
  return (
    <bdi dir="ltr" className={tone}>
      {signed && (perSecond > 0 ? "+" : "−")}
      {value}
      <small>{unit}</small>
    </bdi>
  );
}

/** A moment as a clock time (with the date if it is another day), exact on hover. */
export function Moment({ at, ms = false }: { readonly at: string | undefined; readonly ms?: boolean }) {
  const { f } = useSpeech();
  const now = useNow();
  if (at === undefined) return <None />;
  const date = new Date(at);
  const isToday = f.dayShort(date) === f.dayShort(now);
  return (
    <time dateTime={at} title={f.exact(date)}>
      <bdi>{ms && isToday ? f.clockMs(date) : ms ? f.exact(date) : f.moment(date, now)}</bdi>
    </time>
  );
}

/** How long ago a moment is, growing while live; exact on hover. */
export function Age({ at, tone }: { readonly at: string | undefined; readonly tone?: Tone }) {
  const { f } = useSpeech();
  const now = useNow();
  if (at === undefined) return <None />;
  const date = new Date(at);
  return (
    <time dateTime={at} title={f.exact(date)}>
      <Parts parts={f.duration(Math.max(0, +now - +date))} className={tone} />
    </time>
  );
}

/** "16 min ago". */
export function Ago({ at }: { readonly at: string }) {
  const { f } = useSpeech();
  const now = useNow();
  const date = new Date(at);
  return (
    <time dateTime={at} title={f.exact(date)}>
      {f.ago(date, now)}
    </time>
  );
}

/** A share as a bar. The number beside it says the same. */
export function Meter({ share, tone }: { readonly share: number; readonly tone?: "paused" | "dead" | undefined }) {
  return <span className="meter" data-s={tone} style={vars({ "--v": Math.min(1, Math.max(0, share)) })} aria-hidden="true" />;
}

/** A line without axes. What it shows is said elsewhere. Values that are not known leave a gap. */
export function Spark({
  values,
  tone,
  filled = false,
  bars = false,
  state,
}: {
  readonly values: readonly (number | null)[];
  readonly tone?: "bad" | undefined;
  readonly filled?: boolean;
  readonly bars?: boolean;
  readonly state?: string | undefined;
}) {
  const top = Math.max(...values.map((value) => value ?? 0), 0);
  const y = (value: number) => 20 - (top === 0 ? 0 : (value / top) * 18);
  let line = "";
  let area = "";
  values.forEach((value, i) => {
    if (value === null) return;
    if (bars) {
      if (value > 0) line += `M${i} 20V${y(value)}h.8V20z`;
      return;
    }
    const known = values[i - 1] !== null && i > 0;
    line += `${known ? "L" : "M"}${i} ${y(value)}`;
    area += `${known ? "L" : `M${i} 20L`}${i} ${y(value)}${values[i + 1] === null || i === values.length - 1 ? `L${i} 20z` : ""}`;
  });
  const width = bars ? values.length : Math.max(1, values.length - 1);
  return (
    <svg
      className={`spark ${tone ?? ""} ${filled ? "filled" : ""} ${bars ? "bars" : ""}`}
      data-s={state}
      viewBox={`0 0 ${width} 20`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {filled && !bars && <path className="area" d={area} />}
      <path d={line} />
    </svg>
  );
}
