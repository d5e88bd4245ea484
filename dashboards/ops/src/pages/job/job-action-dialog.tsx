// Confirms one action on one job. If the job has moved on meanwhile, it says who did what, and nothing is changed.
import { useQueryClient } from "@tanstack/react-query";
import { actOnJob } from "../../api/generated/ops.ts";
import type { Job, JobAction, JobChanged } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useNotify } from "../../ui/announce.tsx";
import { Confirm } from "../../ui/confirm.tsx";

export function JobActionDialog({
  job,
  action,
  onClose,
  onDone,
}: {
  readonly job: Job;
  readonly action: JobAction | undefined;
  readonly onClose: () => void;
  readonly onDone?: (changed: JobChanged) => void;
}) {
  const { t } = useSpeech();
  const notify = useNotify();
  const queries = useQueryClient();
  const act = async (reason: string | undefined) => {
    if (!action) return;
    const changed = await actOnJob(job.queue, job.lane, job.job_id, {
      action,
      expected_state: job.state,
      ...(reason !== undefined && { reason }),
    });
    for (const queryKey of [["job", job.job_id], ["jobs"], ["dead"], ["facets"]]) void queries.invalidateQueries({ queryKey });
    onDone?.(changed);
  };
  const shown = action ?? "retry";
  return (
    <Confirm
      open={action !== undefined}
      onClose={onClose}
      title={t(`bulk.action.${shown}`)}
      confirm={t(`bulk.confirm.${shown}`, { count: 1 })}
      danger={shown === "delete"}
      onConfirm={act}
      onDone={() => {
        notify(`${t(`bulk.action.${shown}`)}: ${t("bulk.jobsDone", { count: 1 })}`);
      }}
    >
      <p>
        <bdi className="name">{job.queue}</bdi> <bdi className="mono muted">{job.job_id}</bdi>
      </p>
      <p>{t(`bulk.effectOf.${shown}`)}</p>
    </Confirm>
  );
}
