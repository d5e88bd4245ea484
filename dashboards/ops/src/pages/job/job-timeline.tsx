// The states a job went through, newest first: how long it stayed in each, and why it came there.
import type { TimelineEvent } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { Duration, Moment } from "../../ui/figures.tsx";
import { Glyph } from "../../ui/icons.tsx";
import { shownOf, STATE_KEYS } from "../../ui/state.tsx";
import { auditAction } from "../audit/sentence.tsx";

function noteOf(speech: Speech, event: TimelineEvent): string {
  const { t } = speech;
  const { attempt = 0, max_attempts: max = 0, worker = "–", error_class: errorClass = "–" } = event;
  switch (event.cause) {
    case "enqueued":
      return event.enqueued_by === undefined ? t("cause.enqueued") : t("cause.enqueuedBy", { by: event.enqueued_by });
    case "claimed":
      return t("cause.claimed", { attempt, worker });
    case "retry":
      return t("cause.retry", { class: errorClass });
    case "snooze":
      return t("cause.snooze", { class: errorClass });
    case "rescue":
      return t("cause.rescue", { worker });
    case "due":
      return t("cause.due");
    case "done":
      return t("cause.done", { attempt });
    case "died":
      return t("cause.died", { class: errorClass, attempt, max });
    case "cancelled":
      return errorClass === "–" ? "" : errorClass;
    case "operator":
      return event.actor ? `${event.actor.name} ${auditAction(speech, event.action ?? "")}` : "";
  }
}

export function JobTimeline({ events }: { readonly events: readonly TimelineEvent[] }) {
  const speech = useSpeech();
  const { t, f } = speech;
  return (
    <>
      <div className="bar">
        <h2 id="timeline">{t("job.timeline")}</h2>
        <span className="muted">{f.series([t("list.newestFirst"), f.zoneName])}</span>
      </div>
      <ol className="timeline">
        {events.map((event, index) => {
          const state = shownOf(event.state);
          const note = noteOf(speech, event);
          return (
            <li key={`${event.at}${index}`}>
              <Glyph name={state} data-s={state} />
              <span>
                <b>{t(STATE_KEYS[state])}</b> <Moment at={event.at} ms />
              </span>
              <span>{event.duration_ms !== undefined && <Duration ms={event.duration_ms} />}</span>
              {note && (
                <p className="note">
                  <bdi>{note}</bdi>
                </p>
              )}
            </li>
          );
        })}
      </ol>
    </>
  );
}
