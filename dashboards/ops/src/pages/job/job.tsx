// One job: state and valid actions, reason, trace, attempts, payload; facts and timeline beside them.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { getJob, getTimeline, listAttempts } from "../../api/generated/ops.ts";
import type { JobAction, JobDetail } from "../../api/generated/ops.schemas.ts";
import { useSpeech, Text } from "../../i18n/context.tsx";
import { useEvery, useStream } from "../../live/context.tsx";
import { deadPath, jobsPath, queuePath } from "../../shell/navigation.ts";
import { Crumbs, Page } from "../../shell/page.tsx";
import { useCopy } from "../../ui/announce.tsx";
import { Action, IconButton } from "../../ui/button.tsx";
import { Glyph } from "../../ui/icons.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Region } from "../../ui/query.tsx";
import { Empty, Failure, Skeleton } from "../../ui/states.tsx";
import { shownState, StateLabel } from "../../ui/state.tsx";
import { ApiProblem } from "../../api/problem.ts";
import { ACTION_ICONS } from "../jobs/bulk-bar.tsx";
import { shopName, shortId } from "../jobs/job-columns.tsx";
import { Attempts } from "./attempts.tsx";
import { jobAsCurl, jobAsJson } from "./copy.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { JobFacts } from "./job-facts.tsx";
import { JobActionDialog } from "./job-action-dialog.tsx";
import { PayloadView } from "./payload-view.tsx";
import { JobTimeline } from "./job-timeline.tsx";
import { Waterfall } from "./waterfall.tsx";

const EVERY_MS = 5_000;

export default function JobPage() {
  const { t } = useSpeech();
  const stream = useStream();
  const { queue = "", lane = "", id = "" } = useParams();
  const every = useEvery(EVERY_MS);
  const ask = [queue, lane, id] as const;
  const job = useQuery({ queryKey: ["job", id, "detail"], queryFn: ({ signal }) => getJob(...ask, { signal }), refetchInterval: every });
  const isMoving = job.data !== undefined && !["done", "dead", "cancelled"].includes(job.data.job.state);
  const timeline = useQuery({
    queryKey: ["job", id, "timeline"],
    queryFn: ({ signal }) => getTimeline(...ask, { signal }),
    refetchInterval: isMoving ? every : false,
  });
  const attempts = useQuery({
    queryKey: ["job", id, "attempts"],
    queryFn: ({ signal }) => listAttempts(...ask, { limit: 100 }, { signal }),
    refetchInterval: isMoving ? every : false,
  });
  const at = job.data?.at;
  useEffect(() => {
    if (at !== undefined) stream.learn(at);
  }, [at, stream]);
  const gone = job.error instanceof ApiProblem && job.error.status === 404;
  return (
    <Page
      title={`${queue} ${shortId(id)}`}
      heading={<bdi>{queue}</bdi>}
      crumbs={
        <Crumbs
          items={[
            { to: "/jobs", text: t("page.jobs") },
            { to: queuePath(queue), text: <bdi>{queue}</bdi> },
          ]}
        />
      }
      sub={<JobLine id={id} detail={job.data} />}
      tools={job.data && <Actions detail={job.data} />}
    >
      {gone && (
        <Empty
          title={t("job.goneTitle")}
          tools={
            <Link className="btn" to="/jobs">
              {t("job.back")}
            </Link>
          }
        >
          {t("job.goneText")} <bdi className="mono">{id}</bdi>
        </Empty>
      )}
      {!gone &&
        job.data === undefined &&
        (job.error ? (
          <Failure
            error={job.error}
            onRetry={() => {
              void job.refetch();
            }}
          />
        ) : (
          <Skeleton rows={8} />
        ))}
      {!gone && job.data && (
        <>
          <Why detail={job.data} />
          <div className="job">
            <div>
              <section className="section" aria-labelledby="trace">
                <Region query={timeline} rows={6} failure={t("job.traceFailed")}>
                  {(data) => <Waterfall timeline={data} />}
                </Region>
              </section>
              <section className="section" aria-labelledby="attempts">
                <Region query={attempts} rows={4} failure={t("job.attemptsFailed")}>
                  {(data) => <Attempts attempts={data} />}
                </Region>
              </section>
              <section className="section pad" aria-labelledby="payload">
                <PayloadView detail={job.data} />
              </section>
            </div>
            <div className="rail">
              <section className="section" aria-labelledby="facts">
                <JobFacts detail={job.data} />
              </section>
              <section className="section" aria-labelledby="timeline">
                <Region query={timeline} rows={6}>
                  {(data) => <JobTimeline events={data.events} />}
                </Region>
              </section>
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

function JobLine({ id, detail }: { readonly id: string; readonly detail: JobDetail | undefined }) {
  const { t } = useSpeech();
  const copy = useCopy();
  return (
    <span className="tools">
      {detail && <StateLabel state={shownState(detail.job)} badge />}
      <bdi className="mono muted">{id}</bdi>
      <IconButton
        icon="copy"
        label={t("job.copyId")}
        onClick={() => {
          copy(id);
        }}
      />
    </span>
  );
}

function Actions({ detail }: { readonly detail: JobDetail }) {
  const { t } = useSpeech();
  const copy = useCopy();
  const navigate = useNavigate();
  const [action, setAction] = useState<JobAction>();
  const [editing, setEditing] = useState(false);
  const { job, actions } = detail;
  const canEdit = job.state === "dead" || job.state === "delayed" || job.state === "waiting";
  return (
    <>
      {actions
        .filter((one) => one !== "move_to_dead")
        .map((one, index) => (
          <Action
            key={one}
            icon={ACTION_ICONS[one]}
            right="queues:operate"
            {...(one === "delete" ? { tone: "danger" as const } : index === 0 ? { tone: "primary" as const } : {})}
            onClick={() => {
              setAction(one);
            }}
          >
            {t(`bulk.action.${one}`)}
          </Action>
        ))}
      {canEdit && (
        <Action
          icon="edit"
          right="queues:operate"
          blocked={detail.payload.visibility === "hidden" ? t("common.rightMissing", { right: "payload:read" }) : undefined}
          onClick={() => {
            setEditing(true);
          }}
        >
          {job.state === "dead" ? t("job.editRetry") : t("job.edit")}
        </Action>
      )}
      <Menu
        label={t("common.more")}
        entries={[
          ...(actions.includes("move_to_dead")
            ? [
                {
                  id: "bury",
                  text: t("bulk.action.move_to_dead"),
                  icon: "dead" as const,
                  onAction: () => {
                    setAction("move_to_dead");
                  },
                },
              ]
            : []),
          {
            id: "curl",
            text: t("job.copyCurl"),
            icon: "copy",
            onAction: () => {
              copy(jobAsCurl(job, window.location.origin));
            },
          },
          {
            id: "json",
            text: t("job.copyJson"),
            icon: "copy",
            onAction: () => {
              copy(jobAsJson(detail));
            },
          },
          {
            id: "link",
            text: t("job.copyLink"),
            icon: "copy",
            onAction: () => {
              copy(window.location.href);
            },
          },
        ]}
      />
      <JobActionDialog
        job={job}
        action={action}
        onClose={() => {
          setAction(undefined);
        }}
        onDone={(changed) => {
          if (!changed.job) void navigate("/jobs");
        }}
      />
      <EditDialog
        detail={detail}
        open={editing}
        onClose={() => {
          setEditing(false);
        }}
      />
    </>
  );
}

/** Why it is where it is. */
function Why({ detail }: { readonly detail: JobDetail }) {
  const { t, f } = useSpeech();
  const { job, error_chain: chain, alike } = detail;
  const shown = shownState(job);
  if (chain === undefined || chain.length === 0) {
    if (shown !== "paused" || !job.paused_by) return null;
    return (
      <section className="reason" data-s="paused" aria-label={t("common.reason")}>
        <Glyph name="paused" />
        <p>{t("job.pausedBy", { who: job.paused_by.actor.name, time: f.clock(new Date(job.paused_by.at)) })}</p>
      </section>
    );
  }
  const line = [`kind:${job.queue}`, job.shop && `shop:${shopName(job.shop)}`, job.error_class && `class:${job.error_class}`, "since:1h"]
    .filter(Boolean)
    .join(" ");
  return (
    <section className="reason" data-s={shown} aria-label={t("common.reason")}>
      <Glyph name={shown} />
      <div>
        <p>
          <b>{job.state === "dead" ? t("job.deadAfter", { attempts: job.attempts, max: job.max_attempts }) : t("job.lastError")}</b>
          {job.error_class && (
            <>
              {" "}
              · <bdi className="class">{job.error_class}</bdi>
            </>
          )}
        </p>
        {chain.map((cause, index) => (
          <pre key={index} className="mono" lang="en">
            {index > 0 && "↳ "}
            {cause}
          </pre>
        ))}
        {alike && alike.count > 0 && (
          <p className="hint">
            <Text k="job.alike" values={{ count: alike.count }} />{" "}
            <Link className="link" to={job.state === "dead" ? deadPath(line) : jobsPath(line)}>
              {t("job.viewAll")}
            </Link>
          </p>
        )}
      </div>
    </section>
  );
}
