// Beside the table: the workers and circuits that need attention, and what was done last.
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Circuit, Overview, Totals, WorkerBrief } from "../../api/generated/ops.schemas.ts";
import { Rich, useSpeech } from "../../i18n/context.tsx";
import { useNow } from "../../live/context.tsx";
import { CountOf, Duration, Meter, Moment } from "../../ui/figures.tsx";
import { auditParts, auditSentence } from "../audit/sentence.tsx";

function List({
  id,
  title,
  note,
  all,
  to,
  children,
  empty,
}: {
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  readonly all: string;
  readonly to: string;
  readonly children: readonly ReactNode[];
  readonly empty: string;
}) {
  return (
    <section aria-labelledby={id}>
      <div className="bar">
        <h2 id={id}>{title}</h2>
        {note && <span className="muted">{note}</span>}
        <Link className="link end" to={to} aria-label={`${title}: ${all}`}>
          {all}
        </Link>
      </div>
      {children.length > 0 ? <ul className="rows">{children}</ul> : <p className="muted">{empty}</p>}
    </section>
  );
}

function WorkerItem({ worker }: { readonly worker: WorkerBrief }) {
  const { t, f } = useSpeech();
  const lost = worker.state !== "live";
  return (
    <li>
      <span>
        <Link className="name mono" to={`/workers?open=${encodeURIComponent(worker.worker)}`}>
          <bdi>{worker.worker}</bdi>
        </Link>{" "}
        <bdi className="muted">{lost ? f.series(worker.queues) : worker.host}</bdi>
      </span>
      {lost ? (
        <span className="warn">
          {t("worker.silentFor")} <Duration ms={worker.silent_ms} tone="warn" />
        </span>
      ) : (
        <>
          <Meter share={worker.slots > 0 ? worker.running / worker.slots : 0} />
          <CountOf n={worker.running} of={worker.slots} />
        </>
      )}
    </li>
  );
}

/** Share of the tokens that are used; undefined where there is no limit. */
export function usedShare(circuit: Circuit): number | undefined {
  const { tokens_left: left, tokens_max: most } = circuit;
  return left === undefined || most === undefined || most === 0 ? undefined : Math.max(0, 1 - left / most);
}

function CircuitItem({ circuit }: { readonly circuit: Circuit }) {
  const { t, f } = useSpeech();
  const now = useNow();
  const used = usedShare(circuit);
  const probe = circuit.until ? Math.max(0, Date.parse(circuit.until) - +now) : 0;
  return (
    <li>
      <span>
        <Link className="name" to={`/circuits?search=${encodeURIComponent(circuit.partner)}`}>
          <bdi>{circuit.partner}</bdi>
        </Link>{" "}
        <bdi className="muted">{circuit.shop ?? circuit.credential}</bdi>
      </span>
      {circuit.state === "open" ? (
        <span className="bad">{t("circuit.openProbe", { time: f.durationText(probe) })}</span>
      ) : circuit.state === "half_open" ? (
        <span className="warn">{t("circuit.half_open")}</span>
      ) : used === undefined ? (
        <span className="muted">{t("circuit.closed")}</span>
      ) : (
        <>
          <Meter share={used} tone={used > 0.9 ? "paused" : undefined} />
          <bdi>{t("circuit.used", { share: f.percent(used) })}</bdi>
        </>
      )}
    </li>
  );
}

export function SideLists({ overview, totals }: { readonly overview: Overview; readonly totals: Totals }) {
  const speech = useSpeech();
  const { t, f } = speech;
  return (
    <div className="side">
      <List
        id="side-workers"
        title={t("page.workers")}
        note={f.series([
          t("overview.workersOn", { workers: totals.workers, count: totals.hosts }),
          totals.workers_lost > 0 && t("shell.lost", { count: totals.workers_lost }),
        ])}
        to="/workers"
        all={t("common.all")}
        empty={t("worker.none")}
      >
        {overview.workers.map((worker) => (
          <WorkerItem key={worker.worker} worker={worker} />
        ))}
      </List>
      <List id="side-circuits" title={t("page.circuits")} to="/circuits" all={t("common.all")} empty={t("circuit.none")}>
        {overview.circuits.map((circuit) => (
          <CircuitItem key={`${circuit.partner}/${circuit.credential}`} circuit={circuit} />
        ))}
      </List>
      <List id="side-audit" title={t("overview.latest")} to="/audit" all={t("page.audit")} empty={t("audit.none")}>
        {overview.audit.map((entry) => (
          <li key={entry.audit_id}>
            <span>
              <Rich text={auditSentence(speech, entry)} parts={auditParts} />
            </span>
            <Moment at={entry.at} />
          </li>
        ))}
      </List>
    </div>
  );
}
