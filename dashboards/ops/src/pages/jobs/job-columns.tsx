// Columns of a list of jobs, and the line that says what a job waits for or died of.
import { Link } from "react-router";
import type { Job } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useNow } from "../../live/context.tsx";
import { jobPath } from "../../shell/navigation.ts";
import { Age, CountOf, Duration, Moment, None } from "../../ui/figures.tsx";
import { StateLabel, shownState } from "../../ui/state.tsx";
import type { Column } from "../../ui/table.tsx";

/** The end of an id tells jobs apart; its begin is the time. */
export const shortId = (id: string): string => id.slice(-8);
export const shopName = (shop: string | undefined): string => shop?.replace(".myshopify.com", "") ?? "";

/** What matters about the job in its state. */
export function JobDetailLine({ job }: { readonly job: Job }) {
  const { t, f, dir } = useSpeech();
  const now = useNow();
  const until = (at: string | undefined) => (at === undefined ? "" : f.durationText(Math.max(0, Date.parse(at) - +now)));
  const reason = job.error_class && (
    <>
      <b className="class">{job.error_class}</b> <span lang="en">{job.error}</span>
    </>
  );
  let words: string | undefined;
  if (job.state === "running" && job.worker)
    words = t("job.runningOn", { worker: job.worker, time: job.lease_ends_at ? f.clock(new Date(job.lease_ends_at)) : "–" });
  else if (job.state === "waiting" && job.paused && job.paused_by)
    words = t("job.pausedBy", { who: job.paused_by.actor.name, time: f.clock(new Date(job.paused_by.at)) });
  else if (job.state === "delayed") words = t(`job.due.${job.delay ?? "first_run"}`, { time: until(job.due_at) });
  else if (job.replayed_at) words = t("job.replayedAgo", { ago: f.ago(new Date(job.replayed_at), now) });
  return (
    <div className="say muted" dir={words !== undefined && !reason ? dir : "ltr"}>
      {reason}
      {reason && words && "; "}
      {words === undefined ? reason ? "" : job.topic : <bdi>{words}</bdi>}
    </div>
  );
}

export function jobColumns({ t }: Speech, list: "jobs" | "dead"): readonly Column<Job>[] {
  const columns: Column<Job>[] = [
    {
      id: "state",
      header: t("common.state"),
      className: "a-state",
      headClassName: "w-state",
      cell: (job) => <StateLabel state={shownState(job)} />,
    },
    {
      id: "job",
      header: t("job.job"),
      className: "a-job",
      headClassName: "w-job",
      isRowHeader: true,
      cell: (job) => (
        <>
          <Link className="name" to={jobPath(job)} tabIndex={-1}>
            <bdi>{job.queue}</bdi>
          </Link>
          <bdi className="id mono">{shortId(job.job_id)}</bdi>
        </>
      ),
    },
    {
      id: "shop",
      header: t("job.shop"),
      className: "c2",
      headClassName: "c2 w-shop",
      cell: (job) => (job.shop ? <bdi>{shopName(job.shop)}</bdi> : <None />),
    },
    { id: "detail", header: t("common.detail"), className: "a-why", cell: (job) => <JobDetailLine job={job} /> },
    {
      id: "attempt",
      header: t("job.attempt"),
      className: "num",
      headClassName: "num w-num",
      cell: (job) => <CountOf n={job.attempts} of={job.max_attempts} tone={job.state === "dead" ? "bad" : undefined} />,
    },
    {
      id: "waited",
      header: t("job.waited"),
      className: "num c3",
      headClassName: "num w-num c3",
      cell: (job) => <Duration ms={job.wait_ms} />,
    },
    { id: "ran", header: t("job.ran"), className: "num c2", headClassName: "num w-num c2", cell: (job) => <Duration ms={job.run_ms} /> },
    {
      id: "age",
      header: list === "dead" ? t("job.died") : t("job.age"),
      className: "num a-age",
      headClassName: "num w-age",
      cell: (job) => <Age at={job.at} />,
    },
  ];
  if (list === "dead") {
    columns.splice(5, 2, {
      id: "replayed",
      header: t("job.replayed"),
      className: "num c2",
      headClassName: "num w-age c2",
      cell: (job) => <Moment at={job.replayed_at} />,
    });
  }
  return columns;
}
