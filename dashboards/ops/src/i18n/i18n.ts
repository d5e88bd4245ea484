// Texts in the user's language, by i18next with the plurals of Intl.PluralRules. One file a language, loaded when it is needed.
import { createInstance, type i18n } from "i18next";
import { Format } from "../format/format.ts";
import type en from "./locales/en.json";
import { directionOf, type Language } from "./languages.ts";

type Leaf<T, Prefix extends string> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${K}` : Leaf<T[K], `${Prefix}${K}.`>;
}[keyof T & string];
type WithoutPlural<K> = K extends `${infer Base}_${"zero" | "one" | "two" | "few" | "many" | "other"}` ? Base : K;

/** Every text there is. */
export type Key = WithoutPlural<Leaf<typeof en, "">>;

/** Values that a text names. Numbers are written in the language; `count` chooses the plural and is written as `{{n}}`. */
export type Values = Readonly<Record<string, string | number>>;

/** What components need to speak: texts, formats, direction. */
export interface Speech {
  readonly language: Language;
  readonly dir: "rtl" | "ltr";
  readonly f: Format;
  readonly t: (key: Key, values?: Values) => string;
  /** Whether there is such a text: codes of newer servers may have none. */
  readonly has: (key: string) => key is Key;
}

const FILES = import.meta.glob<{ default: object }>("./locales/*.json");

/** Loads the texts of a language. */
async function textsOf(language: Language): Promise<object> {
  const load = FILES[`./locales/${language}.json`];
  if (!load) throw new Error(`no texts of ${language}`);
  return (await load()).default;
}

function instanceOf(language: Language, texts: object): i18n {
  const made = createInstance();
  void made.init({
    lng: language,
    fallbackLng: false,
    initAsync: false,
    resources: { [language]: { translation: texts } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return made;
}

/** Texts and formats of a language from its texts. */
export function speechOf(language: Language, texts: object, zone: "UTC" | "local"): Speech {
  const instance = instanceOf(language, texts);
  const f = new Format(language, zone);
  const written = (values: Values) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([name, value]): [string, string | number][] => {
        const text = f.isolated(typeof value === "number" ? f.count(value) : value);
        return name === "count"
          ? [
              ["count", value],
              ["n", text],
            ]
          : [[name, text]];
      }),
    );
  return {
    language,
    dir: directionOf(language),
    f,
    t: (key, values) => instance.t(key, values ? written(values) : {}),
    has: (key): key is Key => instance.exists(key),
  };
}

/** Loads a language. */
export async function loadSpeech(language: Language, zone: "UTC" | "local"): Promise<Speech> {
  return speechOf(language, await textsOf(language), zone);
}
