// Where a list of jobs comes from: the search over every state, or the dead letters. The same list shows both.
import { useInfiniteQuery, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { getJobFacets, listDeadLetters, listJobs } from "../../api/generated/ops.ts";
import type { Facets, Job, JobFilter, Jobs } from "../../api/generated/ops.schemas.ts";
import { parse } from "../../filter/parse.ts";
import { DEAD_LETTERS, JOBS, type Grammar } from "../../filter/qualifiers.ts";
import { jobFilterOf } from "../../filter/query.ts";
import { useEvery, useStream } from "../../live/context.tsx";

/** Rows of one page. */
export const PAGE_ROWS = 100;
/** How often newer rows are looked for. */
const FRESH_MS = 5_000;
/** How often counts are made anew. */
const FACETS_MS = 15_000;

export interface Source {
  readonly list: "jobs" | "dead";
  readonly grammar: Grammar;
  readonly ask: (filter: JobFilter, cursor: string | undefined, signal: AbortSignal) => Promise<Jobs>;
}

export const ALL_JOBS: Source = {
  list: "jobs",
  grammar: JOBS,
  ask: (filter, cursor, signal) => listJobs({ ...filter, limit: PAGE_ROWS, ...(cursor && { cursor }) }, { signal }),
};

export const DEAD: Source = {
  list: "dead",
  grammar: DEAD_LETTERS,
  ask: ({ state: _state, paused: _paused, ...filter }, cursor, signal) =>
    listDeadLetters({ ...filter, limit: PAGE_ROWS, ...(cursor && { cursor }) }, { signal }),
};

export const jobKey = (job: Pick<Job, "queue" | "lane" | "job_id">): string => `${job.queue}/${job.lane}/${job.job_id}`;

/** The newest of each job, in the order of the list as the person saw it. */
export function refreshed(rows: readonly Job[], fresh: readonly Job[]): { rows: Job[]; newer: number } {
  const newest = new Map(fresh.map((job) => [jobKey(job), job]));
  const updated = rows.map((job) => newest.get(jobKey(job)) ?? job);
  const known = new Set(rows.map(jobKey));
  const top = rows[0]?.at ?? "";
  return { rows: updated, newer: fresh.filter((job) => !known.has(jobKey(job)) && job.at >= top).length };
}

export function useFilter(source: Source, line: string): () => JobFilter {
  const stream = useStream();
  const terms = useMemo(() => parse(line, source.grammar), [line, source.grammar]);
  return useCallback(() => jobFilterOf(terms, new Date(stream.serverNow())), [terms, stream]);
}

/** The list: pages as they were loaded, each row kept up to date, and how many newer ones there are. */
export function useJobList(source: Source, line: string) {
  const queries = useQueryClient();
  const filter = useFilter(source, line);
  const every = useEvery(FRESH_MS);
  const key = useMemo(() => [source.list, "list", line], [source.list, line]);
  const list = useInfiniteQuery<Jobs, Error, InfiniteData<Jobs>, readonly unknown[], string>({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => source.ask(filter(), pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnMount: "always",
  });
  const fresh = useQuery({
    queryKey: [source.list, "fresh", line],
    queryFn: ({ signal }) => source.ask(filter(), undefined, signal),
    enabled: list.data !== undefined && !list.isPlaceholderData,
    refetchInterval: every,
    staleTime: FRESH_MS,
    retry: false,
  });
  const loaded = useMemo(() => list.data?.pages.flatMap((page) => page.jobs) ?? [], [list.data]);
  const view = useMemo(() => refreshed(loaded, fresh.data?.jobs ?? []), [loaded, fresh.data]);
  const showNewer = () => {
    const page = fresh.data;
    if (page) queries.setQueryData<InfiniteData<Jobs>>(key, { pages: [page], pageParams: [""] });
  };
  const pages = list.data?.pages ?? [];
  const searched = pages.reduce((sum, page) => ({ rows: sum.rows + page.searched.rows, took: sum.took + page.searched.took_ms }), {
    rows: 0,
    took: 0,
  });
  return { ...list, rows: view.rows, newer: view.newer, showNewer, searched, last: pages.at(-1) };
}

/** Counts by state and by class of error. */
export function useFacets(source: Source, line: string) {
  const filter = useFilter(source, line);
  const every = useEvery(FACETS_MS);
  return useQuery<Facets>({
    queryKey: ["facets", source.list, line],
    queryFn: ({ signal }) => getJobFacets(source.list === "dead" ? { ...filter(), state: ["dead"] } : filter(), { signal }),
    refetchInterval: every,
    placeholderData: (before) => before,
    staleTime: FACETS_MS / 3,
  });
}
