// One queue: its state and settings, figures, charts over an hour, a day or a week, and its lanes.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { changeQueueSettings, getQueue } from "../../api/generated/ops.ts";
import type { Queue } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useEvery, useSnapshot } from "../../live/context.tsx";
import { jobsPath } from "../../shell/navigation.ts";
import { Crumbs, Page } from "../../shell/page.tsx";
import { ProblemItem } from "../../shell/problems.tsx";
import { useNotify } from "../../ui/announce.tsx";
import { Action } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Region } from "../../ui/query.tsx";
import { StateLabel } from "../../ui/state.tsx";
import { useOption } from "../../ui/url-state.ts";
import { LaneTable } from "./lane-table.tsx";
import { QueueCharts } from "./queue-charts.tsx";
import { QueueFacts } from "./queue-facts.tsx";
import { SERIES_SPANS, SeriesSpanChoice } from "./span.tsx";
import { merged } from "./queue-table.tsx";

export default function QueuePage() {
  const { t } = useSpeech();
  const { queue: name = "" } = useParams();
  const [span, setSpan] = useOption("span", SERIES_SPANS, "hour");
  const every = useEvery(10_000);
  const window_ = span === "hour" ? "hour" : "day";
  const query = useQuery({
    queryKey: ["queue", name, window_],
    queryFn: ({ signal }) => getQueue(name, { span: window_ }, { signal }),
    refetchInterval: every,
    placeholderData: (before) => (before?.queue.now.queue === name ? before : undefined),
  });
  const crumbs = <Crumbs items={[{ to: "/queues", text: t("page.queues") }]} />;
  return (
    <Page
      title={name}
      heading={<bdi>{name}</bdi>}
      crumbs={crumbs}
      sub={query.data && <Status queue={query.data} />}
      tools={
        <>
          {query.data && <PauseButton queue={query.data} />}
          <SeriesSpanChoice value={span} onChange={setSpan} />
        </>
      }
    >
      <Region query={query} rows={10} failure={t("queue.failed")}>
        {(data) => <Content queue={data} span={span} />}
      </Region>
    </Page>
  );
}

function Status({ queue }: { readonly queue: Queue }) {
  const { t, f } = useSpeech();
  const { paused, paused_by: by } = queue.settings;
  return (
    <span className="tools">
      {paused ? (
        <>
          <StateLabel state="paused" badge />
          {by && <span>{t("queue.pausedBy", { who: by.actor.name, at: f.moment(new Date(by.at), new Date(queue.at)) })}</span>}
        </>
      ) : (
        <span>
          {t("page.workers")}: {f.count(queue.queue.now.workers)}
        </span>
      )}
      <Link className="link" to={jobsPath(`kind:${queue.queue.now.queue}`)}>
        {t("page.jobs")}
      </Link>
    </span>
  );
}

function PauseButton({ queue }: { readonly queue: Queue }) {
  const { t, f } = useSpeech();
  const notify = useNotify();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const { paused, revision } = queue.settings;
  const { queue: name, waiting } = queue.queue.now;
  const change = async (reason: string | undefined) => {
    await changeQueueSettings(name, { if_revision: revision, paused: !paused, ...(reason !== undefined && { reason }) });
    await queries.invalidateQueries({ queryKey: ["queue", name] });
    void queries.invalidateQueries({ queryKey: ["queues"] });
  };
  return (
    <>
      <Action
        icon={paused ? "play" : "pause"}
        right="queues:operate"
        onClick={() => {
          setOpen(true);
        }}
      >
        {paused ? t("common.resume") : t("common.pause")}
      </Action>
      <Confirm
        open={open}
        onClose={() => {
          setOpen(false);
        }}
        title={paused ? t("queue.resumeTitle", { queue: name }) : t("queue.pauseTitle", { queue: name })}
        confirm={paused ? t("common.resume") : t("common.pause")}
        onConfirm={change}
        onDone={() => {
          notify(paused ? t("queue.resumed", { queue: name }) : t("queue.pausedSaid", { queue: name }));
        }}
      >
        {paused ? t("queue.resumeEffect") : t("queue.pauseEffect")} {t("state.waiting")}: {f.count(waiting)}
      </Confirm>
    </>
  );
}

function Content({ queue, span }: { readonly queue: Queue; readonly span: (typeof SERIES_SPANS)[number] }) {
  const live = useSnapshot((snapshot) => snapshot.queues);
  const problems = useSnapshot((snapshot) => snapshot.problems);
  const [row = queue.queue] = merged([queue.queue], live);
  const name = row.now.queue;
  const own = problems?.filter((problem) => problem.queue === name) ?? [];
  return (
    <>
      {own.length > 0 && (
        <section className="problems">
          <ul>
            {own.map((problem) => (
              <ProblemItem key={problem.id} problem={problem} />
            ))}
          </ul>
        </section>
      )}
      <QueueFacts queue={{ ...queue, queue: row }} />
      <QueueCharts queue={name} span={span} />
      <LaneTable queue={name} span={span === "hour" ? "hour" : "day"} settings={queue.settings} />
    </>
  );
}
