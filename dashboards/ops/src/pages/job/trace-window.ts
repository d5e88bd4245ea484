// The window of the waterfall: what part of the trace is seen, and where its ruler has marks.

export interface Window {
  readonly from: number;
  readonly span: number;
}

const STEPS = [1, 2, 5];
const TICKS_MOST = 7;
/** The narrowest window. */
const SPAN_MS_MIN = 5;

/** Distance of the ruler's marks, in milliseconds. */
export function stepOf(span: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(span, SPAN_MS_MIN) / TICKS_MOST));
  for (const scale of [size, size * 10]) {
    for (const step of STEPS) if (span / (step * scale) <= TICKS_MOST) return step * scale;
  }
  return size * 100;
}

/** The marks that lie in the window. */
export function ticksOf({ from, span }: Window): number[] {
  const step = stepOf(span);
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= from + span; at += step) ticks.push(at);
  return ticks;
}

/** Closer (factor below 1) or wider, around a place of the window from 0 to 1; never beyond the trace. */
export function zoomed(window: Window, factor: number, at: number, length: number): Window {
  const span = Math.min(length, Math.max(SPAN_MS_MIN, window.span * factor));
  const center = window.from + window.span * at;
  return { span, from: Math.min(Math.max(0, center - span * at), Math.max(0, length - span)) };
}

/** Moved by a share of itself. */
export function moved(window: Window, share: number, length: number): Window {
  return { ...window, from: Math.min(Math.max(0, window.from + window.span * share), Math.max(0, length - window.span)) };
}

/** The whole trace, with a little room at its end. */
export const whole = (length: number): Window => ({ from: 0, span: Math.max(SPAN_MS_MIN, length * 1.01) });
