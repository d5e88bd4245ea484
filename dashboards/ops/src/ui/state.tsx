// The states of jobs: their names, glyphs and hues.
import type { Job, JobState, Outcome } from "../api/generated/ops.schemas.ts";
import type { Key } from "../i18n/i18n.ts";
import { useSpeech } from "../i18n/context.tsx";
import { Glyph } from "./icons.tsx";

/** A state as it is shown: a paused job waits, and a delayed one is scheduled. */
export type Shown = "waiting" | "scheduled" | "running" | "paused" | "done" | "dead" | "cancelled";

export function shownState(job: Pick<Job, "state" | "paused">): Shown {
  if (job.state === "waiting" && job.paused) return "paused";
  return job.state === "delayed" ? "scheduled" : job.state;
}

export const shownOf = (state: JobState): Shown => (state === "delayed" ? "scheduled" : state);

/** The hue of an attempt is that of the state it leads to. */
export function hueOf(outcome: Outcome | undefined): Shown {
  switch (outcome) {
    case undefined:
      return "running";
    case "retried":
    case "snoozed":
    case "rescued":
      return "scheduled";
    case "done":
    case "cancelled":
    case "dead":
      return outcome;
  }
}

export const STATE_KEYS = {
  waiting: "state.waiting",
  scheduled: "state.scheduled",
  running: "state.running",
  paused: "state.paused",
  done: "state.done",
  dead: "state.dead",
  cancelled: "state.cancelled",
} as const satisfies Record<Shown, Key>;

export const OUTCOME_KEYS = {
  done: "state.done",
  retried: "outcome.retried",
  snoozed: "outcome.snoozed",
  rescued: "outcome.rescued",
  cancelled: "state.cancelled",
  dead: "state.dead",
} as const satisfies Record<Outcome, Key>;

/** Glyph and word. */
export function StateLabel({ state, badge = false }: { readonly state: Shown; readonly badge?: boolean }) {
  const { t } = useSpeech();
  return (
    <span className={`state ${badge ? "badge" : ""}`} data-s={state}>
      <Glyph name={state} />
      <span className="word">{t(STATE_KEYS[state])}</span>
    </span>
  );
}

/** Glyph and word of an attempt's end. */
export function OutcomeLabel({ outcome }: { readonly outcome: Outcome | undefined }) {
  const { t } = useSpeech();
  const hue = hueOf(outcome);
  return (
    <span className="state" data-s={hue}>
      <Glyph name={hue} />
      {t(outcome ? OUTCOME_KEYS[outcome] : "state.running")}
    </span>
  );
}
