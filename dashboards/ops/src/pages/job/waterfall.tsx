// The trace: webhook, job, child jobs and calls to partners on one axis of time that can be zoomed. What it shows is also in the attempts and
// the timeline; it mirrors where time runs from right to left.
import { useState } from "react";
import { Link } from "react-router";
import type { Segment, Timeline, TraceSpan } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { jobPath, webhookPath } from "../../shell/navigation.ts";
import { IconButton, Segmented } from "../../ui/button.tsx";
import { Duration, vars } from "../../ui/figures.tsx";
import { Glyph } from "../../ui/icons.tsx";
import { hueOf, OUTCOME_KEYS, shownOf, STATE_KEYS } from "../../ui/state.tsx";
import { moved, stepOf, ticksOf, whole, zoomed, type Window } from "./trace-window.ts";

/** A window is offered for the first and the last part of long traces. */
const LONG_MS = 10_000;
const PART = 0.12;

const CLASSES = { wait: "seg wait", later: "seg later", run: "seg", lost: "seg lost", call: "seg call" } as const;

/** What a segment says on hover, and to those who do not see it. */
function segmentText({ t, f }: Speech, segment: Segment): string {
  const what = t(`segment.${segment.phase}`);
  const length = `${segment.attempt === undefined ? what : `${what} ${segment.attempt}`} ${f.durationText(segment.length_ms)}`;
  return f.series([length, segment.outcome && t(OUTCOME_KEYS[segment.outcome]), segment.note]);
}

const hueOfSegment = (segment: Segment): string =>
  segment.phase === "wait" ? "waiting" : segment.phase === "later" ? "scheduled" : hueOf(segment.outcome);

/** From the begin of the first segment to the end of the last. */
function lengthOf(span: TraceSpan): number {
  const ends = span.segments.map((segment) => segment.at_ms + segment.length_ms);
  return span.segments.length === 0 ? 0 : Math.max(...ends) - Math.min(...span.segments.map((segment) => segment.at_ms));
}

export function Waterfall({ timeline }: { readonly timeline: Timeline }) {
  const { t, f } = useSpeech();
  const { length_ms: length, spans, complete } = timeline;
  const [part, setPart] = useState<"all" | "first" | "last" | "own">("all");
  const [own, setOwn] = useState<Window>(() => whole(length));
  const windows: Record<typeof part, Window> = {
    all: whole(length),
    first: { from: 0, span: length * PART },
    last: { from: length * (1 - PART), span: length * PART * 1.02 },
    own,
  };
  const window_ = windows[part];
  const change = (next: Window) => {
    setOwn(next);
    setPart("own");
  };
  const options: { value: typeof part; label: string }[] = [{ value: "all", label: t("common.all") }];
  if (length > LONG_MS)
    options.push(
      { value: "first", label: t("trace.first", { time: f.durationShort(length * PART) }) },
      { value: "last", label: t("trace.last", { time: f.durationShort(length * PART) }) },
    );
  if (part === "own") options.push({ value: "own", label: f.durationShort(window_.span) });
  return (
    <>
      <div className="bar pad">
        <h2 id="trace">{t("trace.title")}</h2>
        <span className="muted">
          <Duration ms={length} />
        </span>
        <ul className="legend">
          <li data-s="waiting">
            <span className="key" />
            {t("state.waiting")}
          </li>
          <li data-s="scheduled" className="later">
            <span className="key dash" />
            {t("state.scheduled")}
          </li>
          <li data-s="done">
            <span className="key block" />
            {t("trace.runs")}
          </li>
        </ul>
        <span className="end tools">
          <IconButton
            icon="search"
            label={t("trace.closer")}
            onClick={() => {
              change(zoomed(window_, 0.5, 0.5, length));
            }}
          />
          <IconButton
            icon="end"
            className="back"
            label={t("trace.earlier")}
            onClick={() => {
              change(moved(window_, -0.5, length));
            }}
          />
          <IconButton
            icon="end"
            className="flip"
            label={t("trace.later")}
            onClick={() => {
              change(moved(window_, 0.5, length));
            }}
          />
          <Segmented label={t("trace.part")} value={part} options={options} onChange={setPart} />
        </span>
      </div>
      <div className="wf" style={vars({ "--t0": window_.from, "--span": window_.span, "--step": stepOf(window_.span) })}>
        <div className="wf-ruler" aria-hidden="true">
          <span />
          <span className="wf-track">
            {ticksOf(window_).map((at) => (
              <span key={at} className="tick" style={vars({ "--v": (at - window_.from) / window_.span })}>
                <bdi>{f.durationText(at)}</bdi>
              </span>
            ))}
          </span>
          <span />
        </div>
        <ol>
          {spans.map((span, index) => (
            <Row key={index} span={span} />
          ))}
        </ol>
      </div>
      {!complete && <p className="pad muted">{t("trace.incomplete")}</p>}
    </>
  );
}

function Row({ span }: { readonly span: TraceSpan }) {
  const speech = useSpeech();
  const { t } = speech;
  const state = span.state && shownOf(span.state);
  const to = span.job ? jobPath(span.job) : span.webhook ? webhookPath(span.webhook.merchant_id, span.webhook.log_id) : undefined;
  const detail = span.this
    ? t("trace.this")
    : (span.detail ?? span.job?.job_id.slice(-8) ?? (span.kind === "webhook" ? t("job.webhook") : ""));
  return (
    <li
      className={`wf-row ${span.this ? "this" : ""}`}
      aria-current={span.this || undefined}
      style={vars({ "--depth": Math.min(8, span.depth) })}
    >
      <span className="wf-name">
        {state && <Glyph name={state} data-s={state} label={t(STATE_KEYS[state])} />}
        {to && !span.this ? (
          <Link className="name" to={to}>
            <bdi>{span.name}</bdi>
          </Link>
        ) : (
          <bdi className={span.this ? "name" : ""}>{span.name}</bdi>
        )}
        <span className="say muted">{detail}</span>
      </span>
      <span className="wf-track">
        {span.segments.map((segment, index) => (
          <span
            key={index}
            className={CLASSES[segment.phase]}
            data-s={hueOfSegment(segment)}
            role="img"
            aria-label={segmentText(speech, segment)}
            title={segmentText(speech, segment)}
            style={vars({ "--at": segment.at_ms, "--len": segment.length_ms })}
          />
        ))}
      </span>
      <span className="wf-dur">
        <Duration ms={lengthOf(span)} />
      </span>
    </li>
  );
}
