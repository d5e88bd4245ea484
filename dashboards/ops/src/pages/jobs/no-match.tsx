// Why a list is empty, and what to do: which condition to remove, and how many jobs that would give.
import { useQueries } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { getJobFacets } from "../../api/generated/ops.ts";
import { without } from "../../filter/edit.ts";
import { parse } from "../../filter/parse.ts";
import { jobFilterOf } from "../../filter/query.ts";
import { Rich, useSpeech } from "../../i18n/context.tsx";
import { useStream } from "../../live/context.tsx";
import { Empty } from "../../ui/states.tsx";
import type { Source } from "./source.ts";

/** Conditions that are tried. */
const TRIED_MAX = 3;

const parts = { term: (children: ReactNode) => <bdi className="mono">{children}</bdi> };

export function NoMatch({
  source,
  line,
  setLine,
}: {
  readonly source: Source;
  readonly line: string;
  readonly setLine: (line: string) => void;
}) {
  const { t, f } = useSpeech();
  const stream = useStream();
  const terms = parse(line, source.grammar);
  const tried = terms
    .slice(-TRIED_MAX)
    .map((term) => ({ text: line.slice(term.start, term.end), rest: without(line, [term]) }))
    .reverse();
  const counts = useQueries({
    queries: tried.map(({ rest }) => ({
      queryKey: ["facets", source.list, rest],
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        const filter = jobFilterOf(parse(rest, source.grammar), new Date(stream.serverNow()));
        return getJobFacets(source.list === "dead" ? { ...filter, state: ["dead"] } : filter, { signal });
      },
      retry: false,
    })),
  });
  if (terms.length === 0)
    return (
      <Empty title={source.list === "dead" ? t("dead.noneTitle") : t("jobs.noneTitle")}>
        {source.list === "dead" ? t("dead.noneText") : t("jobs.noneText")}
      </Empty>
    );
  const countOf = (index: number): number | undefined =>
    counts[index]?.data?.states.filter((one) => one.state !== "paused").reduce((sum, one) => sum + one.count, 0);
  const best = tried.map((one, index) => ({ ...one, count: countOf(index) })).find((one) => (one.count ?? 0) > 0);
  return (
    <Empty
      title={t("jobs.noMatch")}
      tools={
        <>
          {tried.map(({ text, rest }, index) => {
            const count = countOf(index);
            return (
              <button
                key={text}
                className="btn"
                type="button"
                onClick={() => {
                  setLine(rest);
                }}
              >
                {t("jobs.remove")} <bdi className="mono">{text}</bdi>
                {count !== undefined && <span className="muted">{f.count(count)}</span>}
              </button>
            );
          })}
          <button
            className="btn ghost"
            type="button"
            onClick={() => {
              setLine("");
            }}
          >
            {t("filter.clear")}
          </button>
        </>
      }
    >
      {best?.count !== undefined && <Rich text={t("jobs.without", { term: best.text, count: best.count })} parts={parts} />}
    </Empty>
  );
}
