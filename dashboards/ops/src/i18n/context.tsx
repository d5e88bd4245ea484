// Gives components texts and formats of the language that is chosen, and writes language and direction to the page.
import { createContext, Fragment, use, useEffect, useMemo, useState, type ReactNode } from "react";
import { usePreference } from "../prefs/prefs.ts";
import { loadSpeech, type Key, type Speech, type Values } from "./i18n.ts";
import { isLanguage } from "./languages.ts";

const SpeechContext = createContext<Speech | null>(null);

/** Renders its children when the language is there; until then what was there before. */
export function SpeechProvider({ first, children }: { readonly first: Speech; readonly children: ReactNode }) {
  const [speech, setSpeech] = useState(first);
  const [chosen] = usePreference("language");
  const [zone] = usePreference("zone");
  useEffect(() => {
    if (!isLanguage(chosen)) return;
    let current = true;
    loadSpeech(chosen, zone).then(
      (loaded) => {
        if (current) setSpeech(loaded);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [chosen, zone]);
  useEffect(() => {
    document.documentElement.lang = speech.language;
    document.documentElement.dir = speech.dir;
  }, [speech]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

/** Texts and formats. */
export function useSpeech(): Speech {
  const speech = use(SpeechContext);
  if (!speech) throw new Error("useSpeech needs a SpeechProvider");
  return speech;
}

/**
 * A text with marked parts: `<b>…</b>` of the text is drawn by `parts.b`, and `<name/>` by `parts.name` without children.
 * Marks that the caller does not know are dropped, their content stays.
 */
export function Rich({
  text,
  parts,
}: {
  readonly text: string;
  readonly parts: Readonly<Record<string, (children: ReactNode) => ReactNode>>;
}) {
  return useMemo(() => {
    const nodes: ReactNode[] = [];
    const pattern = /<(\w+)>(.*?)<\/\1>|<(\w+)\/>/gs;
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index > at) nodes.push(text.slice(at, match.index));
      const [, name = match[3] ?? "", children = ""] = match;
      nodes.push(<Fragment key={match.index}>{parts[name]?.(children) ?? children}</Fragment>);
      at = match.index + match[0].length;
    }
    if (at < text.length) nodes.push(text.slice(at));
    return <>{nodes}</>;
  }, [text, parts]);
}

const bold = { b: (children: ReactNode) => <b>{children}</b> };

/** A text whose important part is bold. */
export function Text({ k, values }: { readonly k: Key; readonly values?: Values }) {
  const { t } = useSpeech();
  return <Rich text={t(k, values)} parts={bold} />;
}
