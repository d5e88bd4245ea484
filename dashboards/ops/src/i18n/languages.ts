// The 22 languages of the platform, by the names that their speakers use.
export const LANGUAGES = {
  en: "English",
  es: "Español",
  de: "Deutsch",
  ja: "日本語",
  fr: "Français",
  pt: "Português",
  ru: "Русский",
  it: "Italiano",
  nl: "Nederlands",
  pl: "Polski",
  tr: "Türkçe",
  fa: "فارسی",
  "zh-CN": "简体中文",
  vi: "Tiếng Việt",
  id: "Bahasa Indonesia",
  cs: "Čeština",
  ar: "العربية",
  ko: "한국어",
  uk: "Українська",
  hu: "Magyar",
  sv: "Svenska",
  he: "עברית",
} as const;

export type Language = keyof typeof LANGUAGES;

export const isLanguage = (code: string): code is Language => Object.hasOwn(LANGUAGES, code);

/** Right to left. */
export const directionOf = (language: Language): "rtl" | "ltr" => (["ar", "fa", "he"].includes(language) ? "rtl" : "ltr");

/** The language that fits the browser best. */
export function preferred(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const [base = ""] = tag.split("-");
    if (isLanguage(tag)) return tag;
    if (base === "zh") return "zh-CN";
    if (base === "iw") return "he";
    if (isLanguage(base)) return base;
  }
  return "en";
}
