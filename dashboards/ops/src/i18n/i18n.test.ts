// The languages are complete: the same texts with the same values and marks, every plural form that the language has and no other, and no
// text that nobody asks for.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { speechOf, type Key } from "./i18n.ts";
import { directionOf, LANGUAGES, preferred, type Language } from "./languages.ts";

const SRC = fileURLToPath(new URL("../", import.meta.url));
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"] as const;
/** Of texts that are the same as in English (names, symbols, borrowed words), a language has at most this share. */
const SAME_SHARE_MAX = 0.16;

type Texts = Map<string, string>;

function flat(node: object, prefix = ""): Texts {
  return new Map(
    Object.entries(node).flatMap(([key, value]: [string, unknown]): [string, string][] =>
      typeof value === "string" ? [[prefix + key, value]] : [...flat(value as object, `${prefix}${key}.`)],
    ),
  );
}

const read = (language: string): Record<string, object> =>
  JSON.parse(readFileSync(`${SRC}i18n/locales/${language}.json`, "utf8")) as Record<string, object>;

/** Base key → plural category ("" if it has none) → text. */
function byBase(texts: Texts): Map<string, Map<string, string>> {
  const bases = new Map<string, Map<string, string>>();
  for (const [key, text] of texts) {
    const category = CATEGORIES.find((one) => key.endsWith(`_${one}`) && texts.has(`${key.slice(0, -one.length)}other`)) ?? "";
    const base = category === "" ? key : key.slice(0, -category.length - 1);
    bases.set(base, (bases.get(base) ?? new Map<string, string>()).set(category, text));
  }
  return bases;
}

const names = (text: string): string[] => [...new Set([...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name))].sort();
const marks = (text: string): string[] => [...text.matchAll(/<\/?(\w+)>/g)].map(([mark]) => mark).sort();

const english = byBase(flat(read("en")));

describe.each(Object.keys(LANGUAGES) as Language[])("%s", (language) => {
  const texts = flat(read(language));
  const bases = byBase(texts);
  const categories = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();

  it("has every text, and every plural form of the language", () => {
    expect([...bases.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [base, forms] of bases) {
      const plural = english.get(base)?.has("other") ?? false;
      expect([...forms.keys()].sort(), base).toEqual(plural ? categories : [""]);
    }
  });

  it("names the same values and marks, and has no empty text", () => {
    for (const [base, forms] of bases) {
      const model = english.get(base)?.get("other") ?? english.get(base)?.get("") ?? "";
      for (const [category, text] of forms) {
        expect(text.trim(), base).not.toBe("");
        // "One job" may do without its number.
        const spoken = ["zero", "one", "two"].includes(category);
        const expected = spoken && !text.includes("{{n}}") ? names(model).filter((name) => name !== "n") : names(model);
        expect(names(text), `${base} ${category}: ${text}`).toEqual(expected);
        expect(marks(text), `${base} ${category}: ${text}`).toEqual(marks(model));
      }
    }
  });

  it("is translated", () => {
    if (language === "en") return;
    const all = [...bases].map(([base, forms]) => [
      forms.get("other") ?? forms.get(""),
      english.get(base)?.get("other") ?? english.get(base)?.get(""),
    ]);
    const same = all.filter(([own, model]) => own === model).length;
    expect(same / all.length).toBeLessThan(SAME_SHARE_MAX);
  });
});

describe("plurals", () => {
  const said = (language: Language, count: number) => speechOf(language, read(language), "UTC").t("list.selected", { count });

  it("follow the language, with grouped Latin digits", () => {
    expect(said("en", 1)).toBe("1 selected");
    expect(said("en", 12_480)).toBe("12,480 selected");
    expect(said("de", 12_480)).toContain("12.480");
    for (const language of ["ru", "uk", "pl", "cs", "ar", "he"] as const) {
      const rules = new Intl.PluralRules(language);
      const speech = speechOf(language, read(language), "UTC");
      const forms = new Map<string, Set<string>>();
      for (const count of [0, 1, 2, 3, 5, 11, 12, 21, 22, 100, 101, 111]) {
        const text = speech.t("bulk.confirm.retry", { count }).replaceAll(/[\d,.\s\u202f\u00a0]/g, "");
        const category = rules.select(count);
        forms.set(category, (forms.get(category) ?? new Set<string>()).add(text));
      }
      // One wording for each category, whatever the number.
      for (const [category, texts] of forms) expect(texts.size, `${language} ${category}`).toBe(1);
    }
  });
});

describe("languages", () => {
  it("are the twenty-two of the platform, each with its file", () => {
    const files = readdirSync(`${SRC}i18n/locales`).map((name) => name.replace(".json", ""));
    expect(files.sort()).toEqual(Object.keys(LANGUAGES).sort());
    expect(files).toHaveLength(22);
  });

  it("are found for a browser", () => {
    expect(preferred(["zh-TW", "de-AT"])).toBe("zh-CN");
    expect(preferred(["tlh", "de-AT"])).toBe("de");
    expect(preferred(["iw-IL"])).toBe("he");
    expect(preferred([])).toBe("en");
    expect((["ar", "fa", "he", "en"] as const).map(directionOf)).toEqual(["rtl", "rtl", "rtl", "ltr"]);
  });
});

describe("texts", () => {
  const code = readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path) && !path.includes("generated") && !path.endsWith(".test.ts"))
    .map((path) => readFileSync(SRC + path, "utf8"))
    .join("\n");

  it("are all asked for", () => {
    const literal = new Set([...code.matchAll(/["`]([a-zA-Z]+(?:\.[\w]+)+)["`]/g)].map(([, key = ""]) => key));
    const prefixes = [...code.matchAll(/`([a-zA-Z]+\.(?:\w+\.)?)\$\{/g)].map(([, prefix = ""]) => prefix);
    const unused = [...english.keys()].filter((key) => !literal.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)));
    expect(unused).toEqual([]);
  });

  it("have one type for their keys", () => {
    const key: Key = "page.overview";
    expect(speechOf("en", read("en"), "UTC").t(key)).toBe("Overview");
    expect(speechOf("en", read("en"), "UTC").has("audit.do.unheard_of")).toBe(false);
  });
});
