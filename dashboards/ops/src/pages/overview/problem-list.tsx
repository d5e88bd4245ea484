// The problems, worst first; or that there are none, and which was the last.
import type { Overview, Problem } from "../../api/generated/ops.schemas.ts";
import { useSpeech, Text } from "../../i18n/context.tsx";
import { useNow } from "../../live/context.tsx";
import { ProblemItem, problemName } from "../../shell/problems.tsx";
import { Glyph } from "../../ui/icons.tsx";

export function Problems({
  problems,
  queues,
  last,
}: {
  readonly problems: readonly Problem[];
  readonly queues: number;
  readonly last: Overview["last_problem"];
}) {
  const { t, f } = useSpeech();
  const now = useNow();
  if (problems.length === 0) {
    const ended = last && new Date(last.ended_at);
    const lasted = last?.problem.since && ended ? +ended - Date.parse(last.problem.since) : undefined;
    return (
      <section className="problems">
        <p className="fine">
          <Glyph name="done" data-s="done" />
          <span>
            <Text k="overview.fine" values={{ count: queues }} />{" "}
            {last &&
              ended &&
              lasted !== undefined &&
              t("overview.lastProblem", { name: problemName(last.problem), time: f.moment(ended, now), lasted: f.durationText(lasted) })}
          </span>
        </p>
      </section>
    );
  }
  return (
    <section className="problems" aria-labelledby="problems">
      <h2 className="sr" id="problems">
        {t("palette.problems")}: {f.count(problems.length)}
      </h2>
      <ul>
        {problems.map((problem) => (
          <ProblemItem key={problem.id} problem={problem} />
        ))}
      </ul>
    </section>
  );
}
