// A list of jobs with all that belongs to it: groups of errors, rows, preview, and what to do with a selection or with all that match.
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import type { BulkRequest, Job } from "../../api/generated/ops.schemas.ts";
import { withOnly } from "../../filter/edit.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { jobPath } from "../../shell/navigation.ts";
import { useAnnounce } from "../../ui/announce.tsx";
import { useSelection } from "../../ui/selection.ts";
import { Failure, Skeleton } from "../../ui/states.tsx";
import { LongTable } from "../../ui/long-table.tsx";
import { BulkDialog } from "../bulk/bulk-dialog.tsx";
import { BulkBar } from "./bulk-bar.tsx";
import { ErrorGroups } from "./error-groups.tsx";
import { JobPreview } from "./job-preview.tsx";
import { jobColumns } from "./job-columns.tsx";
import { NoMatch } from "./no-match.tsx";
import { jobKey, useFacets, useFilter, useJobList, type Source } from "./source.ts";

export function JobList({
  source,
  line,
  setLine,
}: {
  readonly source: Source;
  readonly line: string;
  readonly setLine: (line: string) => void;
}) {
  const { t } = useSpeech();
  const facets = useFacets(source, line);
  const list = useJobList(source, line);
  return (
    <>
      {facets.data && facets.data.errors.length > 0 && (
        <ErrorGroups
          groups={facets.data.errors}
          onPick={(group) => {
            setLine(withOnly(line, source.grammar, "class", group.error_class));
          }}
        />
      )}
      {list.data === undefined && list.error && (
        <Failure
          error={list.error}
          onRetry={() => {
            void list.refetch();
          }}
          title={t("jobs.failed")}
        >
          {source.list === "jobs" && (
            <p>
              {t("jobs.failedStill")}{" "}
              <Link className="link" to="/jobs?q=state:running">
                {t("jobs.showRunning")}
              </Link>
            </p>
          )}
        </Failure>
      )}
      {list.isPending && <Skeleton rows={14} />}
      {list.data !== undefined && (
        <Loaded
          source={source}
          line={line}
          setLine={setLine}
          list={list}
          total={facets.data?.states.filter((one) => one.state !== "paused")}
        />
      )}
    </>
  );
}

function Loaded({
  source,
  line,
  setLine,
  list,
  total,
}: {
  readonly source: Source;
  readonly line: string;
  readonly setLine: (line: string) => void;
  readonly list: ReturnType<typeof useJobList>;
  readonly total: readonly { readonly count: number; readonly exact: boolean }[] | undefined;
}) {
  const speech = useSpeech();
  const { t } = speech;
  const navigate = useNavigate();
  const announce = useAnnounce();
  const columns = useMemo(() => jobColumns(speech, source.list), [speech, source.list]);
  const selection = useSelection<Job>(jobKey);
  const filter = useFilter(source, line);
  const [hereKey, setHereKey] = useState<string>();
  const [bulk, setBulk] = useState<BulkRequest>();
  const { rows, newer } = list;
  const matching = total?.reduce((sum, one) => sum + one.count, 0);
  const exact = total?.every((one) => one.exact) ?? false;
  const here = rows.find((job) => jobKey(job) === hereKey);
  const { clear } = selection;
  useEffect(clear, [line, clear]);
  // Said once for each filter, not for every row that changes.
  const said = useRef<string>(undefined);
  const loaded = list.isPlaceholderData ? undefined : line;
  useEffect(() => {
    if (loaded === undefined || said.current === loaded) return;
    said.current = loaded;
    announce(t("list.shownSaid", { count: rows.length }), "count");
  }, [loaded, rows.length, announce, t]);
  if (rows.length === 0 && list.last?.searched.complete !== false) return <NoMatch source={source} line={line} setLine={setLine} />;
  return (
    <div className="listing">
      <div>
        {newer > 0 && (
          <button className="fresh" type="button" onClick={list.showNewer}>
            {t("jobs.newer", { count: newer })}
          </button>
        )}
        <LongTable
          label={t("jobs.newestFirst")}
          className="jobs"
          columns={columns}
          rows={rows}
          rowKey={jobKey}
          selection={selection}
          opensOnClick={false}
          onOpen={(job) => {
            void navigate(jobPath(job));
          }}
          onHere={(job) => {
            setHereKey(jobKey(job));
          }}
          {...(matching !== undefined && matching > rows.length && { rowCount: matching + 1 })}
        />
        <More list={list} />
        <BulkBar
          selection={selection}
          matching={matching}
          exact={exact}
          onAct={(action) => {
            setBulk({ action, refs: selection.rows.map(({ queue, lane, job_id }) => ({ queue, lane, job_id })) });
          }}
          onAll={(action) => {
            setBulk({ action, jobs: source.list === "dead" ? { ...filter(), state: ["dead"] } : filter() });
          }}
        />
        <BulkDialog
          request={bulk}
          line={bulk?.jobs ? line : undefined}
          onClose={() => {
            setBulk(undefined);
          }}
          onDone={() => {
            selection.clear();
            void list.refetch();
          }}
        />
      </div>
      <JobPreview job={here} />
    </div>
  );
}

/** How far the search came, and how to go on. */
function More({ list }: { readonly list: ReturnType<typeof useJobList> }) {
  const { t, f } = useSpeech();
  const { last, searched, rows } = list;
  if (!last) return null;
  const { complete, until } = last.searched;
  const capped = !complete && last.jobs.length < 100 && last.next_cursor !== undefined;
  const next = () => {
    void list.fetchNextPage();
  };
  return (
    <p className="more">
      {list.hasNextPage && (
        <button className="btn" type="button" aria-disabled={list.isFetchingNextPage} onClick={next}>
          {capped ? t("jobs.continue") : t("list.more")}
        </button>
      )}
      <span>
        {capped ? (
          <>
            <b>{t("jobs.stopped", { took: f.durationText(last.searched.took_ms) })}</b>{" "}
            {until && t("jobs.stoppedAt", { at: f.dayAndMinute(new Date(until)) })} {t("list.shownSaid", { count: rows.length })}.{" "}
            {t("jobs.notSearched")}
          </>
        ) : (
          <>
            {t("list.shownSaid", { count: rows.length })}.{" "}
            {t("jobs.searched", { rows: searched.rows, took: f.durationText(searched.took) })}{" "}
            {list.hasNextPage ? t("jobs.moreAvailable") : t("jobs.all")}
          </>
        )}
      </span>
    </p>
  );
}
