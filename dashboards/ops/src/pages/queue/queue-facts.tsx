// Figures of one queue, and its limits with the way to change them.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changeQueueSettings } from "../../api/generated/ops.ts";
import type { Queue, QueueSettings, QueueSettingsChange } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useNotify } from "../../ui/announce.tsx";
import { Action } from "../../ui/button.tsx";
import { Count, CountOf, Duration, Rate } from "../../ui/figures.tsx";
import { Facts } from "../../ui/side-panel.tsx";
import { LimitsForm, limitText, rateText } from "./limits-form.tsx";

export function QueueFacts({ queue }: { readonly queue: Queue }) {
  const { t, f } = useSpeech();
  const { queue: row, settings, policy } = queue;
  const { now, window, oldest_limit_ms: limit } = row;
  const span = t(`queue.last.${queue.span}`);
  const late = limit !== undefined && (now.oldest_age_ms ?? 0) > limit;
  return (
    <>
      <dl className="vitals">
        <div>
          <dt>{t("state.waiting")}</dt>
          <dd>
            <span className={`figure ${late ? "bad" : ""}`}>
              <Count n={now.waiting} />
            </span>
            <span className="note">
              {t("lane.lanes")}: {f.count(queue.active_lanes)}
            </span>
          </dd>
        </div>
        <div>
          <dt>{t("vital.oldest")}</dt>
          <dd>
            <span className={`figure ${late ? "bad" : ""}`}>
              <Duration ms={now.oldest_age_ms} />
            </span>
            <span className="note">{limit !== undefined && t("vital.objective", { limit: f.durationText(limit) })}</span>
          </dd>
        </div>
        <div>
          <dt>{t("state.running")}</dt>
          <dd>
            <span className="figure">
              <CountOf n={now.running} of={now.slots} />
            </span>
            <span className="note">{t("vital.slots", { slots: f.count(now.slots), count: now.workers })}</span>
          </dd>
        </div>
        <div>
          <dt>{t("state.scheduled")}</dt>
          <dd>
            <span className="figure">
              <Count n={now.delayed} />
            </span>
            <span className="note">
              {t("queue.retries")}: {f.count(window.retried)}
            </span>
          </dd>
        </div>
        <div>
          <dt>{t("state.done")}</dt>
          <dd>
            <span className="figure">
              <Rate perSecond={now.done_per_second} />
            </span>
            <span className="note">
              {span}: {f.count(window.done)}
            </span>
          </dd>
        </div>
        <div>
          <dt>{t("state.dead")}</dt>
          <dd>
            <span className={`figure ${now.dead > 0 ? "bad" : ""}`}>
              <Count n={now.dead} />
            </span>
            <span className="note">
              {span}: {f.count(window.dead)}
            </span>
          </dd>
        </div>
      </dl>
      <div className="duo">
        <Limits queue={now.queue} settings={settings} />
        <section className="section pad" aria-labelledby="policy">
          <h2 id="policy">{t("queue.policy")}</h2>
          <Facts
            items={[
              [t("job.attempts"), <Count key="a" n={policy.attempts} />],
              [
                t("queue.backoff"),
                t("queue.backoffText", {
                  base: f.durationText(policy.backoff_base_ms),
                  factor: policy.backoff_factor,
                  cap: f.durationText(policy.backoff_cap_ms),
                }),
              ],
              [t("queue.timeout"), f.durationText(policy.timeout_ms)],
              [t("queue.lease"), f.durationText(policy.lease_ms)],
              [t("queue.concurrency"), <Count key="c" n={policy.concurrency} />],
              [t("job.payload"), t("job.version", { version: String(policy.payload_version) })],
            ]}
          />
        </section>
      </div>
    </>
  );
}

function Limits({ queue, settings }: { readonly queue: string; readonly settings: QueueSettings }) {
  const speech = useSpeech();
  const { t } = speech;
  const queries = useQueryClient();
  const notify = useNotify();
  const [editing, setEditing] = useState(false);
  const save = async (change: Omit<QueueSettingsChange, "if_revision">) => {
    await changeQueueSettings(queue, { if_revision: settings.revision, ...change });
    await queries.invalidateQueries({ queryKey: ["queue", queue] });
    void queries.invalidateQueries({ queryKey: ["lanes", queue] });
    notify(t("common.saved"));
  };
  return (
    <section className="section pad" aria-labelledby="limits">
      <div className="bar">
        <h2 id="limits">{t("queue.limits")}</h2>
        <span className="end">
          <Action
            icon="edit"
            tone="ghost"
            right="queues:admin"
            onClick={() => {
              setEditing(true);
            }}
          >
            {t("common.change")}
          </Action>
        </span>
      </div>
      <Facts
        items={[
          [t("limit.cap"), limitText(speech, settings.cap)],
          [t("limit.laneRate"), rateText(speech, settings.lane_rate)],
          [t("limit.laneCap"), limitText(speech, settings.lane_cap)],
        ]}
      />
      <LimitsForm
        open={editing}
        onClose={() => {
          setEditing(false);
        }}
        title={t("queue.limitsOf", { queue })}
        fields={[
          { kind: "cap", name: "cap", label: t("limit.cap"), value: settings.cap },
          { kind: "rate", name: "lane_rate", label: t("limit.laneRate"), value: settings.lane_rate },
          { kind: "cap", name: "lane_cap", label: t("limit.laneCap"), value: settings.lane_cap },
        ]}
        onSave={save}
      />
    </section>
  );
}
