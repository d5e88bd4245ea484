// What can be done with the selection: only actions that fit the states of the selected jobs; and with everything that matches the filter.
import { Toolbar } from "react-aria-components/Toolbar";
import { useEffect } from "react";
import type { BulkAction, Job, JobState } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { AriaLocale } from "../../ui/aria-locale.tsx";
import { useAnnounce } from "../../ui/announce.tsx";
import { Action, IconButton } from "../../ui/button.tsx";
import type { IconName } from "../../ui/icons.tsx";
import { Menu } from "../../ui/menu.tsx";
import type { Selection } from "../../ui/selection.ts";

/** States that an action fits. */
export const FITS: Record<BulkAction, readonly JobState[]> = {
  retry: ["dead"],
  run_now: ["delayed"],
  cancel: ["running"],
  move_to_dead: ["waiting", "delayed"],
  delete: ["waiting", "delayed", "dead"],
};

export const ACTION_ICONS: Record<BulkAction, IconName> = {
  retry: "retry",
  run_now: "play",
  cancel: "stop",
  move_to_dead: "dead",
  delete: "trash",
};
const ACTIONS = Object.keys(FITS) as BulkAction[];

export function BulkBar({
  selection,
  matching,
  exact,
  onAct,
  onAll,
}: {
  readonly selection: Selection<Job>;
  readonly matching: number | undefined;
  readonly exact: boolean;
  readonly onAct: (action: BulkAction) => void;
  readonly onAll: (action: BulkAction) => void;
}) {
  const { t, f } = useSpeech();
  const announce = useAnnounce();
  const count = selection.rows.length;
  useEffect(() => {
    if (count > 0) announce(t("list.selected", { count }), "selected");
  }, [count, announce, t]);
  if (count === 0) return null;
  const fitting = (action: BulkAction) => selection.rows.filter((job) => FITS[action].includes(job.state)).length;
  const all =
    matching === undefined
      ? t("jobs.allMatching")
      : t("jobs.allMatchingCount", { count: matching, n: (exact ? "" : "≥\u202f") + f.count(matching) });
  return (
    <AriaLocale>
      <Toolbar className="bulk" aria-label={t("jobs.selectionActions")}>
        <p>
          <b className="count">{t("list.selected", { count })}</b>
        </p>
        <Menu
          label={all}
          icon="bulk"
          text={all}
          entries={ACTIONS.map((action) => ({
            id: action,
            text: t(`bulk.action.${action}`),
            icon: ACTION_ICONS[action],
            onAction: () => {
              onAll(action);
            },
          }))}
        />
        <span className="rule" />
        {ACTIONS.filter((action) => fitting(action) > 0).map((action, index) => (
          <Action
            key={action}
            icon={ACTION_ICONS[action]}
            right="queues:operate"
            {...(action === "delete" ? { tone: "danger" as const } : index === 0 ? { tone: "primary" as const } : {})}
            onClick={() => {
              onAct(action);
            }}
          >
            {t(`bulk.action.${action}`)} <bdi>{f.count(fitting(action))}</bdi>
          </Action>
        ))}
        <IconButton icon="close" label={t("list.clear")} onClick={selection.clear} />
      </Toolbar>
    </AriaLocale>
  );
}
