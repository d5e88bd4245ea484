// The list of shortcuts of the page, and the switch for single letters.
import { useSpeech } from "../i18n/context.tsx";
import { usePreference } from "../prefs/prefs.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Keys, useShortcutList } from "./shortcuts.tsx";

export function ShortcutDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const { t } = useSpeech();
  return (
    <Dialog open={open} onClose={onClose} title={t("keys.title")}>
      <List />
      <div className="actions">
        <button className="btn" type="button" onClick={onClose}>
          {t("common.close")}
        </button>
      </div>
    </Dialog>
  );
}

function List() {
  const { t } = useSpeech();
  const list = useShortcutList();
  const [single, setSingle] = usePreference("singleKeys");
  return (
    <>
      <dl className="keys">
        {list().map(({ keys, text }) => (
          <div key={keys}>
            <dt>{keys.startsWith("g ") ? t("keys.goTo", { page: t(text) }) : t(text)}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input
          type="checkbox"
          checked={single === "on"}
          onChange={(event) => {
            setSingle(event.target.checked ? "on" : "off");
          }}
        />
        {t("keys.single")}
      </label>
    </>
  );
}
