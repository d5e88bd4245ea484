// States as tabs with counts: each is the filter line with another `state:`.
import { Link } from "react-router";
import { withOnly, withoutName } from "../../filter/edit.ts";
import { parse } from "../../filter/parse.ts";
import { JOBS } from "../../filter/qualifiers.ts";
import { filterValues } from "../../filter/query.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { jobsPath } from "../../shell/navigation.ts";
import { Glyph } from "../../ui/icons.tsx";
import { STATE_KEYS, type Shown } from "../../ui/state.tsx";
import { ALL_JOBS, useFacets } from "./source.ts";

const TABS: readonly Shown[] = ["waiting", "scheduled", "running", "paused", "dead", "done", "cancelled"];

export function StateTabs({ line }: { readonly line: string }) {
  const { t, f } = useSpeech();
  const rest = withoutName(line, JOBS, "state");
  const facets = useFacets(ALL_JOBS, rest);
  const states = filterValues(parse(line, JOBS), "state");
  const countOf = (state: Shown) => facets.data?.states.find((one) => one.state === (state === "scheduled" ? "delayed" : state));
  const isCurrent = (state: Shown) => states.length === 1 && (states[0] === state || (state === "scheduled" && states[0] === "delayed"));
  return (
    <nav className="tabs" aria-label={t("common.state")}>
      <Link to={jobsPath(rest)} aria-current={states.length === 0 ? "page" : undefined}>
        {t("common.all")}
      </Link>
      {TABS.map((state) => {
        const count = countOf(state);
        return (
          <Link key={state} to={jobsPath(withOnly(line, JOBS, "state", state))} aria-current={isCurrent(state) ? "page" : undefined}>
            <Glyph name={state} data-s={state} />
            {t(STATE_KEYS[state])}
            {count && (
              <bdi>
                {count.exact ? "" : "≥\u202f"}
                {f.count(count.count)}
              </bdi>
            )}
          </Link>
        );
      })}
    </nav>
  );
}
