// Problems in words: what, since when, with the numbers, and where to look.
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Problem } from "../api/generated/ops.schemas.ts";
import { Rich, useSpeech } from "../i18n/context.tsx";
import type { Speech } from "../i18n/i18n.ts";
import { useNow } from "../live/context.tsx";
import { Glyph } from "../ui/icons.tsx";
import { deadPath, jobsPath, queuePath } from "./navigation.ts";

const STORES = { redis: "Redis", postgres: "PostgreSQL" } as const;

/** What the problem is about. */
export function problemName(problem: Problem): string {
  return problem.queue ?? problem.schedule ?? problem.worker ?? problem.partner ?? (problem.store ? STORES[problem.store] : problem.kind);
}

/** Its sentence; the important part is marked bold. */
function sentence({ t, f }: Speech, problem: Problem, now: Date): string {
  const lasted = problem.since ? f.durationText(Math.max(0, +now - Date.parse(problem.since))) : "";
  const count = problem.count ?? 0;
  const since = problem.since ? f.moment(new Date(problem.since), now) : "";
  switch (problem.kind) {
    case "no_worker":
      return `${t("problem.noWorker", { time: lasted, worker: problem.worker ?? "–", since })} ${t("state.waiting")}: ${f.count(count)}`;
    case "oldest_age":
      return t("problem.oldestAge", { time: f.durationText(problem.value_ms ?? 0), limit: f.durationText(problem.limit_ms ?? 0) });
    case "dead_jobs": {
      const all = [problem.error_class && `<class>${problem.error_class}</class>`, problem.shop && `<i>${problem.shop}</i>`]
        .filter(Boolean)
        .join(f.comma);
      return [t("problem.deadJobs", { count }), all].filter(Boolean).join(" ");
    }
    case "backlog_growing":
      return t("problem.backlog", { rate: f.rateText(count / 60) });
    case "circuit_open":
      return t("problem.circuit", {
        credential: problem.credential ?? "",
        since,
        probe: problem.until ? f.durationText(Math.max(0, Date.parse(problem.until) - +now)) : "–",
      });
    case "worker_lost":
      return t("problem.workerLost", { time: lasted });
    case "store_unavailable":
      return t(problem.store === "redis" ? "problem.redis" : "problem.postgres", { since });
    case "missed_ticks":
      return t("problem.missed", { count });
    case "rescues":
      return t("problem.rescues", { count });
  }
}

function Links({ problem }: { readonly problem: Problem }) {
  const { t } = useSpeech();
  const { queue } = problem;
  const jobs = (state: string) => jobsPath(`kind:${queue ?? ""} state:${state}`);
  switch (problem.kind) {
    case "dead_jobs": {
      const line = [
        queue && `kind:${queue}`,
        problem.error_class && `class:${problem.error_class}`,
        problem.shop && `shop:${problem.shop}`,
        "since:1h",
      ];
      return (
        <Link className="link" to={deadPath(line.filter(Boolean).join(" "))}>
          {t("page.deadLetters")}
        </Link>
      );
    }
    case "circuit_open":
      return (
        <Link className="link" to={`/circuits?search=${encodeURIComponent(problem.partner ?? "")}`}>
          {t("problem.linkCircuit")}
        </Link>
      );
    case "no_worker":
    case "worker_lost":
      return (
        <Link className="link" to="/workers">
          {t("page.workers")}
        </Link>
      );
    case "missed_ticks":
      return (
        <Link className="link" to="/schedules">
          {t("page.schedules")}
        </Link>
      );
    case "oldest_age":
    case "backlog_growing":
      return queue ? (
        <Link className="link" to={jobs("waiting")}>
          {t("problem.linkWaiting")}
        </Link>
      ) : null;
    case "rescues":
      return queue ? (
        <Link className="link" to={jobsPath(`kind:${queue} class:lost_worker since:1h`)}>
          {t("page.jobs")}
        </Link>
      ) : null;
    case "store_unavailable":
      return null;
  }
}

const marks = {
  b: (children: ReactNode) => <b>{children}</b>,
  class: (children: ReactNode) => <bdi className="class">{children}</bdi>,
  i: (children: ReactNode) => <bdi>{children}</bdi>,
};

export function ProblemItem({ problem }: { readonly problem: Problem }) {
  const speech = useSpeech();
  const now = useNow();
  const name = problemName(problem);
  return (
    <li data-severity={problem.severity}>
      <Glyph name={problem.severity} label={speech.t(`severity.${problem.severity}`)} />
      {problem.queue ? (
        <Link className="name" to={queuePath(problem.queue)}>
          {name}
        </Link>
      ) : (
        <bdi className="name">{name}</bdi>
      )}
      <p>
        <Rich text={sentence(speech, problem, now)} parts={marks} />
        {problem.message && (
          <>
            {" "}
            <span className="say mono" lang="en">
              {problem.message}
            </span>
          </>
        )}
      </p>
      <p className="acts">
        <Links problem={problem} />
      </p>
    </li>
  );
}
