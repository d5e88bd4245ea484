// Facts of a job beside its trace.
import { Link } from "react-router";
import type { JobDetail } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { jobPath, jobsPath, webhookPath } from "../../shell/navigation.ts";
import { Ago, Moment } from "../../ui/figures.tsx";
import { Facts } from "../../ui/side-panel.tsx";
import { shopName, shortId } from "../jobs/job-columns.tsx";

export function JobFacts({ detail }: { readonly detail: JobDetail }) {
  const { t, f } = useSpeech();
  const { job, parent, webhook, children, trace_id: trace, idempotency_key: key, payload, snoozes } = detail;
  const counts = f.series([
    t("common.of", { a: job.attempts, b: job.max_attempts }),
    job.rescues > 0 && `${t("queue.rescues")}: ${f.count(job.rescues)}`,
    snoozes > 0 && `${t("outcome.snoozed")}: ${f.count(snoozes)}`,
  ]);
  const atLabel =
    job.state === "dead"
      ? t("job.died")
      : job.state === "done"
        ? t("state.done")
        : job.state === "cancelled"
          ? t("state.cancelled")
          : undefined;
  return (
    <>
      <h2 id="facts">{t("job.facts")}</h2>
      <Facts
        items={[
          job.shop !== undefined && [
            t("job.shop"),
            <Link key="s" className="link" to={jobsPath(`shop:${shopName(job.shop)}`)}>
              <bdi>{job.shop}</bdi>
            </Link>,
          ],
          [t("job.attempts"), counts],
          [t("job.enqueued"), <Moment key="e" at={job.enqueued_at} ms />],
          atLabel !== undefined && [
            atLabel,
            <span key="d">
              <Moment at={job.at} ms />{" "}
              <span className="muted">
                <Ago at={job.at} />
              </span>
            </span>,
          ],
          job.due_at !== undefined && [t("job.dueAt"), <Moment key="due" at={job.due_at} ms />],
          job.worker !== undefined &&
            job.state === "running" && [
              t("job.worker"),
              <Link key="w" className="link mono" to={`/workers?open=${encodeURIComponent(job.worker)}`}>
                <bdi>{job.worker}</bdi>
              </Link>,
            ],
          webhook && [
            t("job.webhook"),
            <Link key="wh" className="link" to={webhookPath(webhook.merchant_id, webhook.log_id)}>
              <bdi>{webhook.topic}</bdi>
            </Link>,
          ],
          parent && [
            t("job.causedBy"),
            <Link key="p" className="link" to={jobPath(parent)}>
              <bdi>
                {parent.queue} <span className="mono">{shortId(parent.job_id)}</span>
              </bdi>
            </Link>,
          ],
          children.length > 0 && [
            t("job.caused"),
            <ul key="c">
              {children.map((child) => (
                <li key={child.job_id}>
                  <Link className="link" to={jobPath(child)}>
                    <bdi>
                      {child.queue} <span className="mono">{shortId(child.job_id)}</span>
                    </bdi>
                  </Link>
                </li>
              ))}
            </ul>,
          ],
          trace !== undefined && [
            t("job.traceId"),
            <bdi key="tr" className="mono">
              {trace}
            </bdi>,
          ],
          key !== undefined && [
            t("job.key"),
            <bdi key="k" className="mono">
              {key}
            </bdi>,
          ],
          [t("job.payload"), t("job.version", { version: String(payload.version) })],
          job.state === "dead" && [
            t("job.replayed"),
            job.replayed_at === undefined ? t("job.never") : <Moment key="r" at={job.replayed_at} ms />,
          ],
        ]}
      />
    </>
  );
}
