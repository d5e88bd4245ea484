// Icons and state glyphs on a 16 px grid: drawn once as symbols, used by name.
import type { SVGProps } from "react";

const stroke = { fill: "none", stroke: "currentColor" } as const;
const solid = { fill: "currentColor", fillRule: "evenodd" } as const;

/** Glyphs have shapes of their own, so that colour is never the only sign. */
const GLYPHS = {
  waiting: <circle cx="8" cy="8" r="5.5" {...stroke} strokeWidth="1.8" strokeDasharray="2.3 2.02" />,
  scheduled: (
    <>
      <circle cx="8" cy="8" r="5.75" {...stroke} strokeWidth="1.6" />
      <path d="M8 4.8V8l2.2 1.6" {...stroke} strokeWidth="1.6" strokeLinecap="round" />
    </>
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="5.75" {...stroke} strokeWidth="1.6" />
      <path d="M8 4.5a3.5 3.5 0 0 1 0 7z" fill="currentColor" />
    </>
  ),
  paused: <path d="M5.5 3v10M10.5 3v10" {...stroke} strokeWidth="2.6" />,
  done: <path {...solid} d="M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13m3.2 4.1-.9-.8-3.1 3.6-1.6-1.5-.8.9 2.5 2.4z" />,
  dead: (
    <path
      {...solid}
      d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zm.9 3.7-.9.9L7.1 8l-1.9 1.9.9.9L8 8.9l1.9 1.9.9-.9L8.9 8l1.9-1.9-.9-.9L8 7.1z"
    />
  ),
  cancelled: (
    <>
      <circle cx="8" cy="8" r="5.75" {...stroke} strokeWidth="1.6" />
      <path d="m4.2 11.8 7.6-7.6" stroke="currentColor" strokeWidth="1.6" />
    </>
  ),
  critical: <path {...solid} d="M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM7.2 4.2v4.6h1.6V4.2zm0 6v1.6h1.6v-1.6z" />,
  warning: <path {...solid} d="M8 1.6 15 14H1zM7.25 6v4h1.5V6zm0 5v1.5h1.5V11z" />,
} as const;

const ICONS = {
  audit: "M3 3.5h10M3 8h6M3 12.5h4M10 11.5l1.5 1.5 2.5-3",
  bulk: "m8 2.5 5.5 2.8L8 8 2.5 5.3zM2.5 8 8 10.8 13.5 8M2.5 10.7 8 13.5l5.5-2.8",
  circuit: "M5 10.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0M14 10.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0M4.7 9.4l5.8-5",
  close: "m4 4 8 8M12 4l-8 8",
  copy: "M6.7 5.5h5.6c.7 0 1.2.5 1.2 1.2v5.6c0 .7-.5 1.2-1.2 1.2H6.7c-.7 0-1.2-.5-1.2-1.2V6.7c0-.7.5-1.2 1.2-1.2M3.5 10.5h-.3a.7.7 0 0 1-.7-.7V3.2c0-.4.3-.7.7-.7h6.6c.4 0 .7.3.7.7v.3",
  dead: "M4 3.5h8c.8 0 1.5.7 1.5 1.5v6c0 .8-.7 1.5-1.5 1.5H4c-.8 0-1.5-.7-1.5-1.5V5c0-.8.7-1.5 1.5-1.5M6.2 6.2l3.6 3.6M9.8 6.2 6.2 9.8",
  down: "m4 6.5 4 4 4-4",
  up: "m4 9.5 4-4 4 4",
  edit: "m10.5 3 2.5 2.5L6 12.5l-3 .5.5-3z",
  end: "m6.5 4 4 4-4 4",
  jobs: "M4 3h8c.8 0 1.5.7 1.5 1.5v7c0 .8-.7 1.5-1.5 1.5H4c-.8 0-1.5-.7-1.5-1.5v-7C2.5 3.7 3.2 3 4 3M5.5 6.5h5M5.5 9.5h3",
  lock: "M4.5 7h7c.5 0 1 .5 1 1v4.5c0 .5-.5 1-1 1h-7c-.5 0-1-.5-1-1V8c0-.5.5-1 1-1M5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  menu: "M2.5 5h11M2.5 11h11",
  moon: "M13.3 9.4A5.6 5.6 0 0 1 6.6 2.7a5.6 5.6 0 1 0 6.7 6.7z",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  offline: "M2 6.5a9 9 0 0 1 12 0M4.3 9a5.6 5.6 0 0 1 7.4 0M8 12h.01M3 2.5l10 11",
  overview: "M1.5 8.5h3l2-5 3 9 2-4h3",
  pause: "M6 4v8M10 4v8",
  play: "M5 3.5v9l7-4.5z",
  queues: "M2.5 4h11M2.5 8h11M2.5 12h7",
  retry: "M3 8a5 5 0 1 0 1.6-3.7M3 2.5v2.6h2.6",
  save: "M4 2.5h8v11l-4-3-4 3z",
  schedule: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M8 5v3l2 1.5",
  screen: "M3 3h10c.5 0 1 .5 1 1v6c0 .5-.5 1-1 1H3c-.5 0-1-.5-1-1V4c0-.5.5-1 1-1M6 13.5h4",
  search: "M11 7a4 4 0 1 1-8 0 4 4 0 0 1 8 0M10 10l3.5 3.5",
  settings: "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M11.5 5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0M7.5 11a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0",
  leave: "M6.5 2.5H4c-.8 0-1.5.7-1.5 1.5v8c0 .8.7 1.5 1.5 1.5h2.5M6.5 8h7M11 5.5 13.5 8 11 10.5",
  stop: "M5.5 4.5h5c.5 0 1 .5 1 1v5c0 .5-.5 1-1 1h-5c-.5 0-1-.5-1-1v-5c0-.5.5-1 1-1",
  sun: "M10.75 8a2.75 2.75 0 1 1-5.5 0 2.75 2.75 0 0 1 5.5 0M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1",
  table: "M3.5 3h9c.6 0 1 .4 1 1v8c0 .6-.4 1-1 1h-9c-.6 0-1-.4-1-1V4c0-.6.4-1 1-1M2.5 6.5h11M6.5 6.5V13",
  trash: "M3 4.5h10M6 4.5V3h4v1.5M4.5 4.5l.5 9h6l.5-9",
  webhook: "M9.5 2.5h2a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-2M2.5 8H9M6.5 5.5 9 8l-2.5 2.5",
  workers:
    "M5.5 4.5h5c.5 0 1 .5 1 1v5c0 .5-.5 1-1 1h-5c-.5 0-1-.5-1-1v-5c0-.5.5-1 1-1M6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14",
} as const;

export type GlyphName = keyof typeof GLYPHS;
export type IconName = keyof typeof ICONS;

/** The symbols; drawn once. */
export function Sprite() {
  return (
    <svg className="sprite" aria-hidden="true">
      {Object.entries(GLYPHS).map(([name, shape]) => (
        <symbol key={name} id={`g-${name}`} viewBox="0 0 16 16">
          {shape}
        </symbol>
      ))}
      {Object.entries(ICONS).map(([name, d]) => (
        <symbol key={name} id={`i-${name}`} viewBox="0 0 16 16">
          <path d={d} />
        </symbol>
      ))}
    </svg>
  );
}

/** An icon beside a text that says the same. */
export function Icon({ name, className = "" }: { readonly name: IconName; readonly className?: string }) {
  return (
    <svg className={`icon ${className}`} aria-hidden="true">
      <use href={`#i-${name}`} />
    </svg>
  );
}

/** A glyph; with a label it speaks for itself, without one the text beside it does. */
export function Glyph({ name, label, ...rest }: { readonly name: GlyphName; readonly label?: string } & SVGProps<SVGSVGElement>) {
  const spoken = label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label };
  return (
    <svg className="glyph" {...spoken} {...rest}>
      <use href={`#g-${name}`} />
    </svg>
  );
}
