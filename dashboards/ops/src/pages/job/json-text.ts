// JSON as it is shown: laid out and split into tokens without ever turning a number into a float, so that ids beyond 2^53 stay exact. Each
// value knows its JSON pointer, by which hidden ones are found.

export interface Token {
  readonly kind: "key" | "string" | "number" | "word" | "mark" | "space";
  readonly text: string;
  /** JSON pointer, of values that are not objects or arrays. */
  readonly pointer?: string;
}

/** Deeper ones are not laid out. */
const DEPTH_MAX = 32;
/** `"…"`, numbers, words, marks. */
const LEXEMES = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/g;

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");

interface Level {
  readonly kind: "{" | "[";
  index: number;
  key: string;
  items: number;
}

/** Lays JSON text out. Text that is not JSON comes back as one token. */
export function tokensOf(json: string): Token[] {
  try {
    JSON.parse(json);
  } catch {
    return [{ kind: "word", text: json }];
  }
  const lexemes = json.match(LEXEMES) ?? [];
  const tokens: Token[] = [];
  const levels: Level[] = [];
  const put = (kind: Token["kind"], text: string, pointer?: string) => {
    tokens.push({ kind, text, ...(pointer !== undefined && { pointer }) });
  };
  const newline = () => {
    put("space", `\n${"  ".repeat(Math.min(levels.length, DEPTH_MAX))}`);
  };
  const pointer = () => levels.map((level) => `/${level.kind === "{" ? escaped(level.key) : String(level.index)}`).join("");
  const beforeValue = () => {
    const top = levels.at(-1);
    if (top?.kind === "[") newline();
    if (top) top.items += 1;
  };
  lexemes.forEach((lexeme, i) => {
    const top = levels.at(-1);
    switch (lexeme) {
      case "{":
      case "[":
        beforeValue();
        put("mark", lexeme);
        levels.push({ kind: lexeme, index: 0, key: "", items: 0 });
        return;
      case "}":
      case "]":
        levels.pop();
        if ((top?.items ?? 0) > 0) newline();
        put("mark", lexeme);
        return;
      case ",":
        put("mark", ",");
        if (top) top.index += 1;
        return;
      case ":":
        put("mark", ":");
        put("space", " ");
        return;
      default:
    }
    if (top?.kind === "{" && lexemes[i + 1] === ":") {
      top.key = JSON.parse(lexeme) as string;
      newline();
      put("key", lexeme);
      return;
    }
    beforeValue();
    const kind = lexeme.startsWith('"') ? "string" : /^[-\d]/.test(lexeme) ? "number" : "word";
    put(kind, lexeme, pointer());
  });
  return tokens;
}

/** JSON text laid out, as text: for an editor. */
export const layOut = (json: string): string =>
  tokensOf(json)
    .map((token) => token.text)
    .join("");
