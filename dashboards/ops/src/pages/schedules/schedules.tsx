// Schedules: what recurs, in words; its next, last and missed ticks; run now, pause.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { changeSchedule, listSchedules, listTicks, runSchedule } from "../../api/generated/ops.ts";
import type { Schedule, TickState } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Speech } from "../../i18n/i18n.ts";
import { useEvery, useNow } from "../../live/context.tsx";
import { jobPath } from "../../shell/navigation.ts";
import { Page } from "../../shell/page.tsx";
import { useNotify } from "../../ui/announce.tsx";
import { Action } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Count, Moment, None } from "../../ui/figures.tsx";
import { Region } from "../../ui/query.tsx";
import { Facts, SidePanel } from "../../ui/side-panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { StateLabel } from "../../ui/state.tsx";
import { DataTable, type Column } from "../../ui/table.tsx";
import { useParam } from "../../ui/url-state.ts";
import { shortId } from "../jobs/job-columns.tsx";
import { cronText } from "./cron.ts";

const HUES = { claimed: "waiting", enqueued: "running", finished: "done", dead: "dead" } as const satisfies Record<TickState, string>;

function TickLabel({ state }: { readonly state: TickState | undefined }) {
  const { t } = useSpeech();
  return state ? (
    <span className="state" data-s={HUES[state]}>
      <span className="dot" />
      {t(`tick.${state}`)}
    </span>
  ) : (
    <None />
  );
}

/** When the next tick comes. */
function Next({ schedule }: { readonly schedule: Schedule }) {
  const { t, f } = useSpeech();
  const now = useNow();
  if (schedule.paused) return <StateLabel state="paused" />;
  if (schedule.next_tick === undefined) return <span className="muted">{t("schedule.never")}</span>;
  const at = new Date(schedule.next_tick);
  return (
    <time dateTime={schedule.next_tick} title={f.exact(at)}>
      {f.ago(at, now)}
    </time>
  );
}

function columnsOf(speech: Speech): readonly Column<Schedule>[] {
  const { t } = speech;
  return [
    { id: "name", header: t("schedule.name"), isRowHeader: true, cell: (schedule) => <bdi className="name">{schedule.name}</bdi> },
    {
      id: "words",
      header: t("schedule.when"),
      className: "c1",
      cell: (schedule) => (
        <>
          {cronText(speech, schedule.schedule)} <bdi className="mono muted">{schedule.time_zone}</bdi>
        </>
      ),
    },
    { id: "next", header: t("schedule.next"), className: "num c1", cell: (schedule) => <Next schedule={schedule} /> },
    { id: "last", header: t("schedule.last"), className: "num c1", cell: (schedule) => <Moment at={schedule.last_tick} /> },
    { id: "state", header: t("common.state"), className: "c2", cell: (schedule) => <TickLabel state={schedule.last_state} /> },
    {
      id: "missed",
      header: t("schedule.missed"),
      className: "num c2",
      cell: (schedule) => <Count n={schedule.missed_ticks} tone="warn" />,
    },
    {
      id: "cron",
      header: t("schedule.expression"),
      className: "num c3",
      cell: (schedule) => <bdi className="mono muted">{schedule.schedule}</bdi>,
    },
  ];
}

const scheduleKey = (schedule: Schedule): string => schedule.name;

export default function SchedulesPage() {
  const speech = useSpeech();
  const { t } = speech;
  const [open, setOpen] = useParam("open");
  const query = useQuery({
    queryKey: ["schedules"],
    queryFn: ({ signal }) => listSchedules({ signal }),
    refetchInterval: useEvery(10_000),
  });
  const columns = useMemo(() => columnsOf(speech), [speech]);
  return (
    <Page title={t("page.schedules")} sub={t("schedule.sub")}>
      <Region query={query} rows={6}>
        {({ schedules }) => {
          const current = schedules.find((schedule) => schedule.name === open);
          if (schedules.length === 0) return <Empty title={t("schedule.noneTitle")}>{t("schedule.noneText")}</Empty>;
          return (
            <div className={current ? "with-panel" : ""}>
              <div>
                <DataTable
                  label={t("page.schedules")}
                  className="listing-table"
                  columns={columns}
                  rows={schedules}
                  rowKey={scheduleKey}
                  isCurrent={(schedule) => schedule.name === open}
                  onOpen={(schedule) => {
                    setOpen(schedule.name, true);
                  }}
                />
              </div>
              {current && (
                <Details
                  key={current.name}
                  schedule={current}
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

function Details({ schedule, onClose }: { readonly schedule: Schedule; readonly onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const notify = useNotify();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"run" | "pause">();
  const { name, paused } = schedule;
  const ticks = useQuery({
    queryKey: ["ticks", name],
    queryFn: ({ signal }) => listTicks(name, { limit: 30 }, { signal }),
    refetchInterval: useEvery(5_000),
  });
  const again = () => {
    for (const queryKey of [["schedules"], ["ticks", name]]) void queries.invalidateQueries({ queryKey });
  };
  const act = async (reason: string | undefined) => {
    const why = reason === undefined ? {} : { reason };
    if (asking === "run") await runSchedule(name, why);
    else await changeSchedule(name, { paused: !paused, ...why });
    again();
  };
  const isRun = asking === "run";
  const verb = paused ? t("common.resume") : t("common.pause");
  return (
    <SidePanel title={<bdi>{name}</bdi>} onClose={onClose}>
      <p className="tools">
        <Action
          icon="play"
          right="queues:operate"
          onClick={() => {
            setAsking("run");
          }}
        >
          {t("schedule.run")}
        </Action>
        <Action
          icon={paused ? "play" : "pause"}
          right="queues:admin"
          onClick={() => {
            setAsking("pause");
          }}
        >
          {verb}
        </Action>
      </p>
      <Facts
        items={[
          [t("schedule.when"), cronText(speech, schedule.schedule)],
          [
            t("schedule.expression"),
            <bdi key="e" className="mono">
              {schedule.schedule}
            </bdi>,
          ],
          [t("settings.zone"), <bdi key="z">{schedule.time_zone}</bdi>],
          [t("schedule.catchUp"), t(`schedule.catchUpOf.${schedule.catch_up}`)],
          [t("schedule.missed"), <Count key="m" n={schedule.missed_ticks} tone="warn" />],
          schedule.last_missed !== undefined && [t("schedule.lastMissed"), <Moment key="l" at={schedule.last_missed} />],
          schedule.paused_by && [t("state.paused"), schedule.paused_by.actor.name],
        ]}
      />
      <h3>{t("schedule.ticks")}</h3>
      <Region query={ticks} rows={5}>
        {(data) => (
          <ul className="rows">
            {data.ticks.map((tick) => (
              <li key={tick.job.job_id}>
                <span>
                  <Moment at={tick.tick} />{" "}
                  <Link className="link mono" to={jobPath(tick.job)}>
                    <bdi>{shortId(tick.job.job_id)}</bdi>
                  </Link>{" "}
                  {tick.by && (
                    <span className="muted">
                      <bdi>{tick.by.name}</bdi>
                    </span>
                  )}
                </span>
                <TickLabel state={tick.state} />
              </li>
            ))}
          </ul>
        )}
      </Region>
      <Confirm
        open={asking !== undefined}
        onClose={() => {
          setAsking(undefined);
        }}
        title={isRun ? t("schedule.runTitle", { name }) : t(paused ? "schedule.resumeTitle" : "schedule.pauseTitle", { name })}
        confirm={isRun ? t("schedule.run") : verb}
        onConfirm={act}
        onDone={() => {
          notify(t("state.done"));
        }}
      >
        {isRun ? t("schedule.runEffect") : paused ? t("schedule.resumeEffect") : t("schedule.pauseEffect")}
      </Confirm>
    </SidePanel>
  );
}
