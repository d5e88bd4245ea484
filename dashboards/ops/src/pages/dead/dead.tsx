// Dead letters: jobs that will not run again unless a person says so, kept for 90 days.
import { useSpeech } from "../../i18n/context.tsx";
import { Page } from "../../shell/page.tsx";
import { FilterLine } from "../../ui/filter-line.tsx";
import { SavedFilters, SaveFilter } from "../../ui/saved-filters.tsx";
import { useParam } from "../../ui/url-state.ts";
import { JobList } from "../jobs/job-list.tsx";
import { DEAD } from "../jobs/source.ts";

export default function DeadLettersPage() {
  const { t } = useSpeech();
  const [line, setLine] = useParam("q");
  return (
    <Page title={t("page.deadLetters")} sub={t("dead.sub")} tools={<SavedFilters list="dead" onPick={setLine} />}>
      <FilterLine value={line} grammar={DEAD.grammar} onChange={setLine}>
        <SaveFilter list="dead" line={line} />
      </FilterLine>
      <JobList source={DEAD} line={line} setLine={setLine} />
    </Page>
  );
}
