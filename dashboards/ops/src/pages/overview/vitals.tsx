// Six figures of the platform, each with its course and where it comes from.
import type { ReactNode } from "react";
import type { Sparks, Totals } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { Count, Duration, Rate, Spark } from "../../ui/figures.tsx";

/** A backlog that grows by less than this is noise. */
const NOISE_PER_SECOND = 0.5;

function Vital({
  name,
  children,
  spark,
  bad = false,
  note,
}: {
  readonly name: string;
  readonly children: ReactNode;
  readonly spark: readonly (number | null)[];
  readonly bad?: boolean;
  readonly note: ReactNode;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={`figure ${bad ? "bad" : ""}`}>{children}</span>
        <Spark values={spark} filled tone={bad ? "bad" : undefined} />
        <span className="note">{note}</span>
      </dd>
    </div>
  );
}

export function Vitals({ totals, sparks }: { readonly totals: Totals; readonly sparks: Sparks }) {
  const { t, f } = useSpeech();
  const gap = totals.enqueued_per_second - totals.done_per_second;
  const late = totals.oldest_age_ms !== undefined && totals.oldest_limit_ms !== undefined && totals.oldest_age_ms > totals.oldest_limit_ms;
  const slow = totals.commit_p99_us !== undefined && totals.commit_limit_us !== undefined && totals.commit_p99_us > totals.commit_limit_us;
  const limit = totals.oldest_limit_ms === undefined ? "" : t("vital.objective", { limit: f.durationText(totals.oldest_limit_ms) });
  const share = totals.waiting_share ?? 0;
  return (
    <dl className="vitals">
      <Vital
        name={t("state.done")}
        spark={sparks.done}
        note={
          gap > NOISE_PER_SECOND
            ? t("vital.lessThanEnqueued", { rate: f.rateText(gap) })
            : gap < -NOISE_PER_SECOND
              ? t("vital.moreThanEnqueued", { rate: f.rateText(-gap) })
              : t("vital.keepsUp")
        }
      >
        <Rate perSecond={totals.done_per_second} />
      </Vital>
      <Vital
        name={t("state.waiting")}
        spark={sparks.waiting}
        bad={late}
        note={
          totals.waiting > 0 && totals.waiting_queue
            ? t("vital.shareIn", { share: f.percent(share), queue: totals.waiting_queue })
            : t("vital.noneWaiting")
        }
      >
        <Count n={totals.waiting} />
      </Vital>
      <Vital
        name={t("vital.oldest")}
        spark={sparks.oldest_age_ms}
        bad={late}
        note={totals.oldest_queue ? f.series([totals.oldest_queue, limit]) : t("vital.noneWaiting")}
      >
        <Duration ms={totals.oldest_age_ms} />
      </Vital>
      <Vital
        name={t("state.running")}
        spark={sparks.running}
        bad={totals.workers === 0}
        note={t("vital.slots", { slots: f.count(totals.slots), count: totals.workers })}
      >
        <Count n={totals.running} />
      </Vital>
      <Vital
        name={t("vital.deadLastHour")}
        spark={sparks.dead}
        bad={totals.dead_last_hour > 0}
        note={
          totals.dead_last_hour_queue
            ? t("vital.mostlyIn", { queue: totals.dead_last_hour_queue })
            : `${t("page.deadLetters")}: ${f.count(totals.dead)}`
        }
      >
        <Count n={totals.dead_last_hour} />
      </Vital>
      <Vital
        name={t("vital.commit")}
        spark={sparks.commit_p99_us}
        bad={slow}
        note={totals.commit_limit_us === undefined ? "" : t("vital.objective", { limit: f.durationText(totals.commit_limit_us / 1_000) })}
      >
        <Duration ms={totals.commit_p99_us === undefined ? undefined : totals.commit_p99_us / 1_000} significant />
      </Vital>
    </dl>
  );
}
