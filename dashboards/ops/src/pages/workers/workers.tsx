// Workers: who lives, since when the others are silent, and what each runs now.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";
import { listWorkerJobs, listWorkers } from "../../api/generated/ops.ts";
import type { Job, Worker } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery, useNow } from "../../live/context.tsx";
import { jobPath } from "../../shell/navigation.ts";
import { Page } from "../../shell/page.tsx";
import { CountOf, Duration, Meter, Moment } from "../../ui/figures.tsx";
import { Glyph } from "../../ui/icons.tsx";
import { Region } from "../../ui/query.tsx";
import { Facts, SidePanel } from "../../ui/side-panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import type { Column } from "../../ui/table.tsx";
import { useParam } from "../../ui/url-state.ts";
import { shopName, shortId } from "../jobs/job-columns.tsx";

const STATES = { live: ["done", "done"], silent: ["warning", "paused"], lost: ["critical", "dead"] } as const;

function WorkerLabel({ worker }: { readonly worker: Worker }) {
  const { t } = useSpeech();
  const [glyph, hue] = STATES[worker.state];
  return (
    <span className="state" data-s={hue}>
      <Glyph name={glyph} />
      {t(`worker.${worker.state}`)}
    </span>
  );
}

/** How long ago the last heartbeat was; it grows while it is missing. */
function Heartbeat({ worker }: { readonly worker: Worker }) {
  const now = useNow();
  const silent = Math.max(0, +now - Date.parse(worker.seen_at));
  return (
    <Duration
      ms={worker.state === "live" ? Math.min(silent, worker.silent_ms + 10_000) : silent}
      tone={worker.state === "live" ? undefined : "warn"}
    />
  );
}

function columnsOf({ t, f }: Speech): readonly Column<Worker>[] {
  return [
    {
      id: "worker",
      header: t("job.worker"),
      isRowHeader: true,
      sort: (worker) => worker.worker,
      cell: (worker) => <bdi className="name mono">{worker.worker}</bdi>,
    },
    { id: "state", header: t("common.state"), className: "c1", cell: (worker) => <WorkerLabel worker={worker} /> },
    { id: "seen", header: t("worker.heartbeat"), className: "num c1", cell: (worker) => <Heartbeat worker={worker} /> },
    {
      id: "load",
      header: t("state.running"),
      className: "num c1",
      sort: (worker) => worker.running,
      cell: (worker) => (
        <span className="flow">
          <Meter share={worker.slots > 0 ? worker.running / worker.slots : 0} />
          <CountOf n={worker.running} of={worker.slots} />
        </span>
      ),
    },
    {
      id: "queues",
      header: t("page.queues"),
      className: "c3 grow",
      cell: (worker) => (
        <div className="say muted" dir="auto">
          {f.series(worker.queues.map(({ queue }) => queue))}
        </div>
      ),
    },
    { id: "host", header: t("worker.host"), className: "c2", cell: (worker) => <bdi>{worker.host}</bdi> },
    {
      id: "version",
      header: t("worker.version"),
      className: "num c2",
      sort: (worker) => worker.version,
      cell: (worker) => <bdi>{worker.version}</bdi>,
    },
  ];
}

const workerKey = (worker: Worker): string => worker.worker;

export default function WorkersPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [open, setOpen] = useParam("open");
  const query = useQuery({ queryKey: ["workers"], queryFn: ({ signal }) => listWorkers({ signal }), refetchInterval: useEvery(3_000) });
  const columns = useMemo(() => columnsOf(speech), [speech]);
  return (
    <Page title={t("page.workers")} sub={query.data && <Summary workers={query.data.workers} />}>
      <Region query={query} rows={6}>
        {({ workers }) => {
          if (workers.length === 0) return <Empty title={t("worker.noneTitle")}>{t("worker.noneText")}</Empty>;
          const current = workers.find((worker) => worker.worker === open);
          return (
            <div className={current ? "with-panel" : ""}>
              <div>
                <LongTable
                  label={t("page.workers")}
                  className="listing-table"
                  columns={columns}
                  rows={workers}
                  rowKey={workerKey}
                  isCurrent={(worker) => worker.worker === open}
                  onOpen={(worker) => {
                    setOpen(worker.worker, true);
                  }}
                />
              </div>
              {current && (
                <Details
                  key={current.worker}
                  worker={current}
                  onClose={() => {
                    setOpen("", true);
                  }}
                />
              )}
            </div>
          );
        }}
      </Region>
    </Page>
  );
}

function Summary({ workers }: { readonly workers: readonly Worker[] }) {
  const { t, f } = useSpeech();
  const live = workers.filter((worker) => worker.state === "live");
  const lost = workers.length - live.length;
  const hosts = new Set(live.map((worker) => worker.host)).size;
  return f.series([t("overview.workersOn", { workers: live.length, count: hosts }), lost > 0 && t("shell.lost", { count: lost })]);
}

function Details({ worker, onClose }: { readonly worker: Worker; readonly onClose: () => void }) {
  const { t } = useSpeech();
  const jobs = useQuery({
    queryKey: ["worker-jobs", worker.worker],
    queryFn: ({ signal }) => listWorkerJobs(worker.worker, { signal }),
    refetchInterval: useEvery(2_000),
  });
  return (
    <SidePanel title={<bdi className="mono">{worker.worker}</bdi>} onClose={onClose}>
      <p className="tools">
        <WorkerLabel worker={worker} />
      </p>
      <Facts
        items={[
          [t("worker.host"), <bdi key="h">{worker.host}</bdi>],
          [t("worker.version"), <bdi key="v">{worker.version}</bdi>],
          [t("worker.seen"), <Moment key="s" at={worker.seen_at} ms />],
          worker.started_at !== undefined && [t("worker.started"), <Moment key="st" at={worker.started_at} />],
          [
            t("page.queues"),
            <ul key="q">
              {worker.queues.map(({ queue, running, slots }) => (
                <li key={queue}>
                  <bdi>{queue}</bdi> <CountOf n={running} of={slots} />
                </li>
              ))}
            </ul>,
          ],
        ]}
      />
      <h3>{t("worker.runs")}</h3>
      <Region query={jobs} rows={5}>
        {(data) =>
          data.jobs.length === 0 ? (
            <p className="muted">{t("worker.idle")}</p>
          ) : (
            <ul className="rows">
              {data.jobs.map((job) => (
                <RunningJob key={job.job_id} job={job} />
              ))}
            </ul>
          )
        }
      </Region>
    </SidePanel>
  );
}

function RunningJob({ job }: { readonly job: Job }) {
  const now = useNow();
  const elapsed = Math.max(job.run_ms ?? 0, +now - Date.parse(job.at));
  return (
    <li>
      <span>
        <Link className="name" to={jobPath(job)}>
          <bdi>{job.queue}</bdi>
        </Link>{" "}
        <bdi className="mono muted">{shortId(job.job_id)}</bdi> <bdi className="muted">{shopName(job.shop)}</bdi>
      </span>
      <Duration ms={elapsed} />
    </li>
  );
}
