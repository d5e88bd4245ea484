// The job under the row cursor, beside the list where there is room.
import { useState } from "react";
import { Link } from "react-router";
import type { Job, JobAction } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { jobPath, jobsPath } from "../../shell/navigation.ts";
import { Keys } from "../../shell/shortcuts.tsx";
import { Action } from "../../ui/button.tsx";
import { Ago, CountOf, Duration, Moment } from "../../ui/figures.tsx";
import { Facts } from "../../ui/side-panel.tsx";
import { StateLabel, shownState } from "../../ui/state.tsx";
import { JobActionDialog } from "../job/job-action-dialog.tsx";
import { ACTION_ICONS, FITS } from "./bulk-bar.tsx";
import { shopName } from "./job-columns.tsx";

export function JobPreview({ job }: { readonly job: Job | undefined }) {
  const { t } = useSpeech();
  const [action, setAction] = useState<JobAction>();
  if (!job)
    return (
      <aside className="peek" aria-label={t("job.preview")}>
        <p className="muted">{t("job.previewNone")}</p>
      </aside>
    );
  const actions = (Object.keys(FITS) as JobAction[]).filter((one) => FITS[one].includes(job.state));
  return (
    <aside className="peek" aria-label={t("job.preview")}>
      <p className="tools">
        <StateLabel state={shownState(job)} badge />
        <span className="muted">
          <Ago at={job.at} />
        </span>
      </p>
      <div>
        <h2>
          <bdi>{job.queue}</bdi>
        </h2>
        <p className="mono muted">
          <bdi>{job.job_id}</bdi>
        </p>
      </div>
      {job.error && (
        <p className="mono" lang="en" dir="ltr">
          {job.error}
        </p>
      )}
      <Facts
        items={[
          job.error_class !== undefined && [
            t("job.class"),
            <bdi key="c" className="class">
              {job.error_class}
            </bdi>,
          ],
          job.shop !== undefined && [
            t("job.shop"),
            <Link key="s" className="link" to={jobsPath(`shop:${shopName(job.shop)}`)}>
              <bdi>{shopName(job.shop)}</bdi>
            </Link>,
          ],
          [t("job.attempts"), <CountOf key="a" n={job.attempts} of={job.max_attempts} />],
          job.topic !== undefined && [t("job.topic"), <bdi key="t">{job.topic}</bdi>],
          job.worker !== undefined && [
            t("job.worker"),
            <bdi key="w" className="mono">
              {job.worker}
            </bdi>,
          ],
          [t("job.enqueued"), <Moment key="e" at={job.enqueued_at} ms />],
          job.due_at !== undefined && [t("job.dueAt"), <Moment key="d" at={job.due_at} ms />],
          job.wait_ms !== undefined && [t("job.waited"), <Duration key="wt" ms={job.wait_ms} />],
          job.run_ms !== undefined && [t("job.ran"), <Duration key="r" ms={job.run_ms} />],
        ]}
      />
      <div className="tools">
        {actions.map((one) => (
          <Action
            key={one}
            icon={ACTION_ICONS[one]}
            right="queues:operate"
            {...(one === "delete" && { tone: "danger" as const })}
            onClick={() => {
              setAction(one);
            }}
          >
            {t(`bulk.action.${one}`)}
          </Action>
        ))}
        <Link className="btn ghost" to={jobPath(job)}>
          {t("keys.open")} <Keys keys="o" />
        </Link>
      </div>
      <JobActionDialog
        job={job}
        action={action}
        onClose={() => {
          setAction(undefined);
        }}
      />
    </aside>
  );
}
