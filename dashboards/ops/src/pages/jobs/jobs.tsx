// Jobs of every state: tabs, filter line, groups of errors, list. The filter is in the address and survives actions.
import { useSpeech } from "../../i18n/context.tsx";
import { Page } from "../../shell/page.tsx";
import { FilterLine } from "../../ui/filter-line.tsx";
import { SavedFilters, SaveFilter } from "../../ui/saved-filters.tsx";
import { useParam } from "../../ui/url-state.ts";
import { JobList } from "./job-list.tsx";
import { ALL_JOBS } from "./source.ts";
import { StateTabs } from "./state-tabs.tsx";

export default function JobsPage() {
  const { t } = useSpeech();
  const [line, setLine] = useParam("q");
  const { grammar } = ALL_JOBS;
  return (
    <Page title={t("page.jobs")} tools={<SavedFilters list="jobs" onPick={setLine} />}>
      <StateTabs line={line} />
      <FilterLine value={line} grammar={grammar} onChange={setLine}>
        <SaveFilter list="jobs" line={line} />
      </FilterLine>
      <JobList source={ALL_JOBS} line={line} setLine={setLine} />
    </Page>
  );
}
