// JSON is shown exactly.
import { describe, expect, it } from "vitest";
import { layOut, tokensOf } from "./json-text.ts";

describe("JSON as it is shown", () => {
  it("keeps integers beyond 2^53, and strings as they were written", () => {
    const json = '{"order_id":820982911946154508,"s":"a\\u00e9\\"b,{}","n":-1.50e+2}';
    expect(layOut(json)).toBe('{\n  "order_id": 820982911946154508,\n  "s": "a\\u00e9\\"b,{}",\n  "n": -1.50e+2\n}');
  });

  it("lays out nested and empty values", () => {
    expect(layOut('{"a":[1,{"b":null}],"c":{},"d":[]}')).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}',
    );
    expect(layOut("[]")).toBe("[]");
    expect(layOut('"x"')).toBe('"x"');
  });

  it("knows where each value is", () => {
    const pointers = tokensOf('{"a":[1,{"b":null}],"c/d":"x"}').flatMap((token) =>
      token.pointer === undefined ? [] : [`${token.pointer}=${token.text}`],
    );
    expect(pointers).toEqual(["/a/0=1", "/a/1/b=null", '/c~1d="x"']);
  });

  it("shows what is not JSON as it is", () => {
    expect(tokensOf("{oops")).toEqual([{ kind: "word", text: "{oops" }]);
  });
});
