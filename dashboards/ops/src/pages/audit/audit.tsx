// The audit log: who did what, to what, how many, and why.
import { useInfiniteQuery, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { Link } from "react-router";
import { listAudit } from "../../api/generated/ops.ts";
import type { Audit, AuditEntry, ListAuditActionItem, ListAuditParams } from "../../api/generated/ops.schemas.ts";
import { lineOf } from "../../filter/edit.ts";
import { parse } from "../../filter/parse.ts";
import { AUDIT } from "../../filter/qualifiers.ts";
import { filterTime, filterValues } from "../../filter/query.ts";
import { useSpeech } from "../../i18n/context.tsx";
import type { Key, Speech } from "../../i18n/i18n.ts";
import { useEvery, useStream } from "../../live/context.tsx";
import { jobPath } from "../../shell/navigation.ts";
import { Page } from "../../shell/page.tsx";
import { Count, Moment, None } from "../../ui/figures.tsx";
import { FilterLine } from "../../ui/filter-line.tsx";
import { SavedFilters, SaveFilter } from "../../ui/saved-filters.tsx";
import { Facts, SidePanel } from "../../ui/side-panel.tsx";
import { Empty, Failure, Skeleton } from "../../ui/states.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import { More } from "../../ui/more.tsx";
import type { Column } from "../../ui/table.tsx";
import { useParam } from "../../ui/url-state.ts";
import { auditAction, auditTarget } from "./sentence.tsx";

const PAGE_ROWS = 100;

function Outcome({ entry }: { readonly entry: AuditEntry }) {
  const { t } = useSpeech();
  const tone = entry.outcome === "refused" ? "bad" : entry.outcome === "partial" ? "warn" : "muted";
  return <span className={tone}>{t(`audit.outcome.${entry.outcome}`)}</span>;
}

function columnsOf(speech: Speech): readonly Column<AuditEntry>[] {
  const { t } = speech;
  return [
    { id: "at", header: t("audit.when"), className: "c1", headClassName: "w-age", cell: (entry) => <Moment at={entry.at} /> },
    { id: "who", header: t("audit.who"), isRowHeader: true, cell: (entry) => <bdi className="name">{entry.actor.name}</bdi> },
    { id: "what", header: t("audit.what"), className: "c1", cell: (entry) => auditAction(speech, entry.action) },
    { id: "target", header: t("audit.target"), className: "c1", cell: (entry) => <bdi className="mono">{auditTarget(entry)}</bdi> },
    {
      id: "count",
      header: t("audit.count"),
      className: "num c2",
      cell: (entry) => (entry.count === undefined ? <None /> : <Count n={entry.count} />),
    },
    {
      id: "reason",
      header: t("common.reason"),
      className: "c3 grow",
      cell: (entry) => (
        <div className="say muted" dir="auto">
          {entry.reason}
        </div>
      ),
    },
    { id: "outcome", header: t("job.outcome"), className: "num c2", cell: (entry) => <Outcome entry={entry} /> },
  ];
}

const entryKey = (entry: AuditEntry): string => entry.audit_id;

export default function AuditPage() {
  const speech = useSpeech();
  const { t } = speech;
  const stream = useStream();
  const [line, setLine] = useParam("q");
  const [open, setOpen] = useParam("open");
  const every = useEvery(10_000);
  const terms = useMemo(() => parse(line, AUDIT), [line]);
  const params = useCallback((): ListAuditParams => {
    const one = (name: string) => filterValues(terms, name)[0];
    const now = new Date(stream.serverNow());
    const action = filterValues(terms, "action") as ListAuditActionItem[];
    const draft = {
      actor: one("actor"),
      queue: one("kind"),
      shop: one("shop"),
      job_id: one("job"),
      bulk_id: one("bulk"),
      since: filterTime(terms, "since", now),
      before: filterTime(terms, "before", now),
      ...(action.length > 0 && { action }),
    };
    return Object.fromEntries(Object.entries(draft).filter(([, value]) => value !== undefined));
  }, [terms, stream]);
  const list = useInfiniteQuery<Audit, Error, InfiniteData<Audit>, readonly unknown[], string>({
    queryKey: ["audit", line],
    queryFn: ({ pageParam, signal }) => listAudit({ ...params(), limit: PAGE_ROWS, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: every,
    placeholderData: (before) => before,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.entries) ?? [], [list.data]);
  const columns = useMemo(() => columnsOf(speech), [speech]);
  const current = rows.find((entry) => entry.audit_id === open);
  return (
    <Page title={t("page.audit")} tools={<SavedFilters list="audit" onPick={setLine} />}>
      <FilterLine value={line} grammar={AUDIT} onChange={setLine}>
        <SaveFilter list="audit" line={line} />
      </FilterLine>
      <div className={current ? "with-panel" : ""}>
        <div>
          {list.isPending && <Skeleton rows={12} />}
          {list.data === undefined && list.error && (
            <Failure
              error={list.error}
              onRetry={() => {
                void list.refetch();
              }}
            />
          )}
          {list.data && rows.length === 0 && (
            <Empty
              title={t("audit.none")}
              tools={
                line && (
                  <button
                    className="btn"
                    type="button"
                    onClick={() => {
                      setLine("");
                    }}
                  >
                    {t("filter.clear")}
                  </button>
                )
              }
            />
          )}
          {rows.length > 0 && (
            <LongTable
              label={t("page.audit")}
              className="listing-table"
              columns={columns}
              rows={rows}
              rowKey={entryKey}
              isCurrent={(entry) => entry.audit_id === open}
              onOpen={(entry) => {
                setOpen(entry.audit_id, true);
              }}
            />
          )}
          <More list={list} />
        </div>
        {current && (
          <Details
            key={current.audit_id}
            entry={current}
            onClose={() => {
              setOpen("", true);
            }}
          />
        )}
      </div>
    </Page>
  );
}

function Details({ entry, onClose }: { readonly entry: AuditEntry; readonly onClose: () => void }) {
  const speech = useSpeech();
  const { t } = speech;
  const filter = entry.jobs ?? entry.webhooks;
  return (
    <SidePanel title={auditAction(speech, entry.action)} onClose={onClose}>
      <Facts
        items={[
          [
            t("audit.who"),
            <span key="w">
              <bdi>{entry.actor.name}</bdi>
              {entry.role && <span className="muted"> {t(`role.${entry.role}`)}</span>}
            </span>,
          ],
          [t("audit.when"), <Moment key="a" at={entry.at} ms />],
          [
            t("audit.target"),
            entry.job ? (
              <Link key="t" className="link mono" to={jobPath(entry.job)}>
                <bdi>{auditTarget(entry)}</bdi>
              </Link>
            ) : (
              <bdi key="t" className="mono">
                {auditTarget(entry)}
              </bdi>
            ),
          ],
          entry.bulk_action !== undefined && [t("common.action"), t(`bulk.action.${entry.bulk_action}` as Key)],
          filter && [
            t("filter.label"),
            <bdi key="f" className="mono">
              {lineOf({ ...filter }) || t("common.all")}
            </bdi>,
          ],
          entry.count !== undefined && [t("audit.count"), <Count key="n" n={entry.count} />],
          [t("job.outcome"), <Outcome key="o" entry={entry} />],
          entry.reason !== undefined && [t("common.reason"), entry.reason],
          entry.before !== undefined && [
            t("audit.before"),
            <bdi key="b" className="mono">
              {entry.before}
            </bdi>,
          ],
          entry.after !== undefined && [
            t("audit.after"),
            <bdi key="af" className="mono">
              {entry.after}
            </bdi>,
          ],
          entry.bulk_id !== undefined && [
            t("page.bulk"),
            <Link key="bk" className="link mono" to={`/bulk?open=${entry.bulk_id}`}>
              <bdi>{entry.bulk_id.slice(-8)}</bdi>
            </Link>,
          ],
          entry.request_id !== undefined && [
            t("audit.request"),
            <bdi key="r" className="mono">
              {entry.request_id}
            </bdi>,
          ],
        ]}
      />
    </SidePanel>
  );
}
