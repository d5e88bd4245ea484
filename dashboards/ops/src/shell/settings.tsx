// Language, density, zone of times, and signing out, in a popover of the navigation.
import { useId, type ReactNode } from "react";
import { useSpeech } from "../i18n/context.tsx";
import { LANGUAGES } from "../i18n/languages.ts";
import { usePreference, type Preferences } from "../prefs/prefs.ts";
import { useSessionState } from "../session/context.tsx";
import { Icon } from "../ui/icons.tsx";
import { PopoverButton } from "../ui/menu.tsx";

function Choice({
  name,
  label,
  options,
  lang = false,
}: {
  readonly name: keyof Preferences;
  readonly label: string;
  readonly options: Readonly<Record<string, string>>;
  readonly lang?: boolean;
}): ReactNode {
  const [value, set] = usePreference(name);
  const id = useId();
  const { language } = useSpeech();
  return (
    <div className="input">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value || (name === "language" ? language : value)}
        onChange={(event) => {
          set(event.target.value);
        }}
      >
        {Object.entries(options).map(([option, text]) => (
          <option key={option} value={option} lang={lang ? option : undefined}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Settings() {
  const { t, f } = useSpeech();
  const { leave } = useSessionState();
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <PopoverButton label={t("settings.title")} icon="settings" className="settings">
      <Choice name="language" label={t("settings.language")} options={LANGUAGES} lang />
      <Choice
        name="density"
        label={t("settings.density")}
        options={{ compact: t("settings.compact"), regular: t("settings.regular"), comfortable: t("settings.comfortable") }}
      />
      <Choice
        name="zone"
        label={t("settings.zone")}
        options={{ UTC: "UTC", local: t("settings.local", { zone: f.zone === local ? f.zoneName : local }) }}
      />
      <button
        className="btn"
        type="button"
        onClick={() => {
          void leave();
        }}
      >
        <Icon name="leave" className="flip" />
        {t("session.signOut")}
      </button>
    </PopoverButton>
  );
}
