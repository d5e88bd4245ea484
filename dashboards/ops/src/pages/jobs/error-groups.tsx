// Errors grouped by class, with their course; selecting one adds it to the filter.
import type { ErrorGroup } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useNow } from "../../live/context.tsx";
import { Spark } from "../../ui/figures.tsx";
import { OUTCOME_KEYS } from "../../ui/state.tsx";

export function ErrorGroups({ groups, onPick }: { readonly groups: readonly ErrorGroup[]; readonly onPick: (group: ErrorGroup) => void }) {
  const { t, f } = useSpeech();
  const now = useNow();
  return (
    <ul className="groups" aria-label={t("groups.title")}>
      {groups.map((group) => (
        <li key={`${group.error_class}/${group.outcome}`}>
          <button
            type="button"
            onClick={() => {
              onPick(group);
            }}
          >
            <bdi className="class">{group.error_class}</bdi>
            <Spark values={group.buckets} bars state={group.outcome === "dead" ? "dead" : undefined} />
            <small>
              {t(OUTCOME_KEYS[group.outcome])}: {group.exact ? "" : "≥\u202f"}
              {f.count(group.count)}
              {f.comma}
              {t("groups.last", { ago: f.ago(new Date(group.last_at), now) })}
            </small>
          </button>
        </li>
      ))}
    </ul>
  );
}
