// Tells react-aria the language. Part of each piece that uses react-aria, so that pages without one do not load it.
import type { ReactNode } from "react";
import { I18nProvider } from "react-aria-components/I18nProvider";
import { useSpeech } from "../i18n/context.tsx";

export function AriaLocale({ children }: { readonly children: ReactNode }) {
  const { language } = useSpeech();
  return <I18nProvider locale={`${language}-u-nu-latn`}>{children}</I18nProvider>;
}
