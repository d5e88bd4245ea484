// The filter line: reading, what is wrong with it, what it asks the server, completion, and changes by buttons.
import { describe, expect, it } from "vitest";
import { complete, remoteSuggestions, take } from "./complete.ts";
import { lineOf, withOnly, withoutName } from "./edit.ts";
import { parse, problemIn, readTime } from "./parse.ts";
import { AUDIT, DEAD_LETTERS, JOBS, WEBHOOKS } from "./qualifiers.ts";
import { jobFilterOf, webhookFilterOf } from "./query.ts";

const NOW = new Date("2026-11-27T14:48:10.000Z");
const ID = "01M8EPND4MR5C9ZP1V7DHE3YQG";
const asks = (line: string) => jobFilterOf(parse(line, JOBS), NOW);
const wrong = (line: string, grammar = JOBS) => problemIn(parse(line, grammar))?.problem;

describe("reading", () => {
  it("finds qualifiers, exclusions, quotes, words and fields of the payload", () => {
    const terms = parse('shop:lunar-coffee  -class:timeout error:"already been taken" order_id:820982911946154508 refused', JOBS);
    expect(terms.map(({ name, value, excluded }) => [name, value, excluded])).toEqual([
      ["shop", "lunar-coffee", false],
      ["class", "timeout", true],
      ["error", "already been taken", false],
      ["order_id", "820982911946154508", false],
      [undefined, "refused", false],
    ]);
    expect(terms.map(({ start, end }) => [start, end])[1]).toEqual([19, 33]);
  });

  it("takes an address for words, and a lone minus, too", () => {
    expect(parse("https://example.com -", JOBS).map((term) => term.name)).toEqual([undefined, undefined]);
  });

  it("accepts everything that a person may type without throwing", () => {
    for (const line of ["", " ", ":", "::", '"', '""', "-", "--", "a:", ":b", 'kind:"x', "kind:\t", "-kind:", "\u{1F600}:x", "a.b.c:1"]) {
      for (const grammar of [JOBS, DEAD_LETTERS, WEBHOOKS, AUDIT]) {
        const terms = parse(line, grammar);
        expect(terms.every((term, i) => term.end > term.start && term.start >= (terms[i - 1]?.end ?? 0))).toBe(true);
        jobFilterOf(terms, NOW);
      }
    }
  });

  it.each([
    ["attempt:>two", "not_number"],
    ["since:yesterday", "not_time"],
    ["since:2026-02-30", "not_time"],
    ["id:abc", "not_id"],
    ["state:sleeping", "not_one_of"],
    ["kind:", "value_missing"],
    ['error:"open', "unclosed_quote"],
    ["-since:2h", "cannot_exclude"],
    ["sohp:lunar", "unknown_name"],
    ["order_id:", "value_missing"],
  ])("%s is refused as %s", (line, code) => {
    expect(wrong(line)?.code).toBe(code);
  });

  it("says what was probably meant, and what a page's line does not know", () => {
    expect(wrong("sohp:x")).toEqual({ code: "unknown_name", name: "sohp", meant: "shop" });
    expect(wrong("kinds:x")).toEqual({ code: "unknown_name", name: "kinds", meant: "kind" });
    expect(wrong("order_id:1", WEBHOOKS)).toEqual({ code: "unknown_name", name: "order_id" });
    expect(wrong("refused", AUDIT)?.code).toBe("words_not_allowed");
    expect(wrong("code:1")).toBeUndefined();
  });

  it("reads times", () => {
    expect(readTime("2h", NOW)?.toISOString()).toBe("2026-11-27T12:48:10.000Z");
    expect(readTime("14:00", NOW)?.toISOString()).toBe("2026-11-27T14:00:00.000Z");
    expect(readTime("15:00", NOW)?.toISOString()).toBe("2026-11-26T15:00:00.000Z");
    expect(readTime("2026-11-26T03:10", NOW)?.toISOString()).toBe("2026-11-26T03:10:00.000Z");
    expect(readTime("25:00", NOW)).toBeUndefined();
    expect(readTime("2026-13-01", NOW)).toBeUndefined();
  });
});

describe("what it asks the server", () => {
  it("leaves out what is not there", () => {
    expect(asks("")).toEqual({});
  });

  it("turns every qualifier into its parameter", () => {
    expect(
      asks(
        `kind:award-points,maintenance -kind:csv-import shop:Lunar-Coffee state:scheduled,dead class:timeout attempt:>2 since:2h topic:orders/paid id:${ID} order_id:82 "not found" -deleted`,
      ),
    ).toEqual({
      kind: ["award-points", "maintenance"],
      not_kind: ["csv-import"],
      shop: ["lunar-coffee"],
      state: ["delayed", "dead"],
      class: ["timeout"],
      attempts_min: 3,
      since: "2026-11-27T12:48:10.000Z",
      topic: ["orders/paid"],
      id: [ID],
      field: ["order_id=82"],
      text: '"not found" -deleted',
    });
  });

  it("takes a pasted id for an id", () => {
    expect(asks(ID)).toEqual({ id: [ID] });
  });

  it.each([
    ["3", [3, 3]],
    [">2", [3, undefined]],
    [">=2", [2, undefined]],
    ["<3", [undefined, 2]],
    ["<=3", [undefined, 3]],
    ["2..4", [2, 4]],
  ])("attempt:%s", (text, [min, max]) => {
    const filter = asks(`attempt:${text}`);
    expect([filter.attempts_min, filter.attempts_max]).toEqual([min, max]);
  });

  it("finds paused jobs among the waiting ones", () => {
    expect(asks("state:paused")).toEqual({ state: ["waiting"], paused: true });
    expect(asks("state:paused,dead")).toEqual({ state: ["waiting", "dead"] });
  });

  it("shows failed webhooks unless told otherwise", () => {
    const of = (line: string) => webhookFilterOf(parse(line, WEBHOOKS), NOW);
    expect(of("shop:lunar-coffee")).toEqual({ status: ["failed"], shop: ["lunar-coffee"] });
    expect(of("status:any")).toEqual({});
    expect(of("status:pending refused")).toEqual({ status: ["pending"], text: "refused" });
  });
});

describe("completion", () => {
  const inserts = (line: string, caret = line.length) => complete(line, caret, JOBS).suggestions.map((one) => one.insert);

  it("suggests names, then values", () => {
    expect(inserts("")).toContain("kind:");
    expect(inserts("s")).toEqual(["shop:", "state:", "since:"]);
    expect(inserts("-")).toEqual(["-kind:", "-shop:", "-class:", "-topic:"]);
    expect(inserts("state:d")).toEqual(["state:done", "state:dead"]);
    expect(inserts("state:dead,w")).toEqual(["state:dead,waiting"]);
  });

  it("asks the server where it cannot know", () => {
    expect(complete("-shop:lun", 9, JOBS).ask).toEqual({ qualifier: "shop", prefix: "lun", name: "shop", excluded: true });
    const ask = complete("class:", 6, JOBS).ask;
    expect(ask && remoteSuggestions(ask, [{ value: "timeout", count: 9 }])).toEqual([
      { insert: "class:timeout", value: "timeout", count: 9, open: false },
    ]);
  });

  it("replaces the term at the caret only", () => {
    const line = "kind:a sta shop:b";
    const found = complete(line, 10, JOBS);
    const [first] = found.suggestions;
    expect(first && take(line, found, first)).toEqual({ line: "kind:a state: shop:b", caret: 13 });
    const value = complete("kind:a state:de shop:b", 15, JOBS);
    const [dead] = value.suggestions;
    expect(dead && take("kind:a state:de shop:b", value, dead)).toEqual({ line: "kind:a state:dead shop:b", caret: 18 });
  });
});

describe("changes by buttons", () => {
  it("keep the other terms as they were written", () => {
    expect(withOnly("shop:a  state:dead  word", JOBS, "state", "running")).toBe("shop:a word state:running");
    expect(withOnly("", JOBS, "class", "a b")).toBe('class:"a b"');
    expect(withoutName("state:dead -class:x state:done", JOBS, "state")).toBe("-class:x");
  });

  it("writes a filter of the server's so that it reads back as the same", () => {
    const filter = asks(`kind:a -class:b state:scheduled,dead attempt:2..4 since:2026-11-27 order_id:82 id:${ID} taken`);
    expect(asks(lineOf({ ...filter }))).toEqual(filter);
    expect(lineOf({ state: ["waiting"], paused: true })).toBe("state:paused");
  });
});
