// The filter line: one text input with highlighted qualifiers behind it and suggestions below. Typing never changes the list until the line is
// valid; what is wrong is said at the field, and the last valid list stays.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { suggestValues } from "../api/generated/ops.ts";
import { complete, remoteSuggestions, take, type Suggestion } from "../filter/complete.ts";
import { parse, problemIn, type Term } from "../filter/parse.ts";
import type { Grammar } from "../filter/qualifiers.ts";
import { useSpeech } from "../i18n/context.tsx";
import type { Key, Speech } from "../i18n/i18n.ts";
import { useShortcuts } from "../shell/shortcuts.tsx";
import { Icon } from "./icons.tsx";
import { IconButton } from "./button.tsx";

/** The list follows so long after the last key. */
const SETTLE_MS = 350;

/** What is wrong with a term, in words. */
export function problemText({ t }: Pick<Speech, "t">, term: Term | undefined): string | undefined {
  const problem = term?.problem;
  if (!problem) return undefined;
  if (problem.code === "unknown_name" && problem.meant !== undefined)
    return t("filter.unknownMeant", { name: problem.name, meant: problem.meant });
  return t(`filter.${problem.code}`, { ...problem });
}

/** The line with its terms marked. */
function Echo({ line, terms }: { readonly line: string; readonly terms: readonly Term[] }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const term of terms) {
    parts.push(line.slice(at, term.start));
    at = term.end;
    if (term.name === undefined) parts.push(line.slice(term.start, term.end));
    else {
      parts.push(
        <u key={term.start} className={term.problem ? "wrong" : undefined}>
          <i>{line.slice(term.start, term.valueStart)}</i>
          {line.slice(term.valueStart, term.end)}
        </u>,
      );
    }
  }
  parts.push(line.slice(at));
  return <>{parts}</>;
}

function useSuggestions(line: string, caret: number, grammar: Grammar, open: boolean) {
  const completion = useMemo(() => complete(line, caret, grammar), [line, caret, grammar]);
  const { ask } = completion;
  const remote = useQuery({
    queryKey: ["suggestions", ask?.qualifier, ask?.prefix],
    queryFn: ({ signal }) => suggestValues({ qualifier: ask?.qualifier ?? "kind", prefix: ask?.prefix ?? "" }, { signal }),
    enabled: open && ask !== undefined,
    staleTime: 60_000,
    placeholderData: (before) => before,
    retry: false,
  });
  const values =
    ask && remote.data
      ? remoteSuggestions(
          ask,
          remote.data.values.filter(({ value }) => value.toLowerCase().startsWith(ask.prefix)),
        )
      : [];
  return { completion, suggestions: [...completion.suggestions, ...values].slice(0, 12) };
}

export function FilterLine({
  value,
  grammar,
  onChange,
  children,
  label,
}: {
  /** The line that is shown in the list. */
  readonly value: string;
  readonly grammar: Grammar;
  /** A line without problems. */
  readonly onChange: (line: string) => void;
  readonly children?: ReactNode;
  readonly label?: string;
}) {
  const speech = useSpeech();
  const { t, f } = speech;
  const [line, setLine] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const echo = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  const ids = useId();
  const terms = useMemo(() => parse(line, grammar), [line, grammar]);
  const problem = problemText(speech, problemIn(terms));
  const { completion, suggestions } = useSuggestions(line, caret, grammar, open);
  const names = f.series(grammar.qualifiers.slice(0, 3).map((one) => `${one.name}:`));
  const placeholder = grammar.fields ? t("filter.placeholder") : grammar.words ? t("filter.placeholderWords", { names }) : names;
  // The line follows tabs, links and the browser's back button, but not its own echo.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setLine(value);
  }, [value]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  useShortcuts([
    {
      keys: "/",
      text: "keys.filter",
      run: () => {
        input.current?.focus();
        input.current?.select();
      },
    },
  ]);

  const send = (next: string, at: "once" | "later") => {
    clearTimeout(timer.current);
    const go = () => {
      const text = next.trim();
      if (text === sent.current || problemIn(parse(text, grammar))) return;
      sent.current = text;
      onChange(text);
    };
    if (at === "once") go();
    else timer.current = setTimeout(go, SETTLE_MS);
  };
  const edit = (next: string, at: number | null) => {
    setLine(next);
    setCaret(at ?? next.length);
    setPicked(-1);
    setOpen(true);
    send(next, "later");
  };
  const insert = (suggestion: Suggestion) => {
    const taken = take(line, completion, suggestion);
    edit(taken.line, taken.caret);
    requestAnimationFrame(() => {
      input.current?.setSelectionRange(taken.caret, taken.caret);
    });
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = suggestions.length;
    if (event.key === "ArrowDown" && count > 0) {
      setOpen(true);
      setPicked(open ? (picked + 1) % count : 0);
    } else if (event.key === "ArrowUp" && open && count > 0) setPicked((picked - 1 + count) % count);
    else if (event.key === "Enter" || (event.key === "Tab" && open && picked >= 0)) {
      const suggestion = open ? suggestions[picked] : undefined;
      if (suggestion) insert(suggestion);
      else {
        setOpen(false);
        send(line, "once");
      }
    } else if (event.key === "Escape") {
      if (open) setOpen(false);
      else input.current?.blur();
    } else return;
    event.preventDefault();
  };
  const shown = open && suggestions.length > 0;
  return (
    <>
      <form
        className="filter"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
        }}
      >
        <div className="field">
          <Icon name="search" />
          <div className="field-text">
            <div className="echo" aria-hidden="true" ref={echo}>
              <Echo line={line} terms={terms} />
            </div>
            <input
              ref={input}
              type="text"
              role="combobox"
              aria-label={label ?? t("filter.label")}
              aria-expanded={shown}
              aria-controls={`${ids}-list`}
              aria-autocomplete="list"
              aria-activedescendant={shown && picked >= 0 ? `${ids}-${picked}` : undefined}
              aria-invalid={problem !== undefined}
              aria-describedby={problem && `${ids}-error`}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              value={line}
              dir={line === "" ? undefined : "ltr"}
              placeholder={placeholder}
              onKeyDown={onKeyDown}
              onChange={(event) => {
                edit(event.target.value, event.target.selectionStart);
              }}
              onSelect={(event) => {
                setCaret(event.currentTarget.selectionStart ?? 0);
              }}
              onScroll={(event) => {
                if (echo.current) echo.current.scrollLeft = event.currentTarget.scrollLeft;
              }}
              onClick={() => {
                setOpen(true);
              }}
              onBlur={() => {
                setOpen(false);
              }}
            />
          </div>
          <kbd aria-hidden="true">/</kbd>
          {line !== "" && (
            <IconButton
              icon="close"
              label={t("filter.clear")}
              onClick={() => {
                edit("", 0);
                setOpen(false);
                send("", "once");
                input.current?.focus();
              }}
            />
          )}
        </div>
        {children}
        <div className="suggest" hidden={!shown}>
          <ul role="listbox" id={`${ids}-list`} aria-label={t("filter.suggestions")}>
            {suggestions.map((suggestion, index) => (
              <li
                key={suggestion.insert}
                role="option"
                id={`${ids}-${index}`}
                aria-selected={index === picked}
                onPointerDown={(event) => {
                  event.preventDefault();
                  insert(suggestion);
                }}
              >
                <bdi className="mono">{suggestion.insert}</bdi>
                <span className="muted">
                  {suggestion.qualifier && suggestion.value === undefined ? t(`filter.help.${suggestion.qualifier.name}` as Key) : ""}
                </span>
                <bdi className="muted">
                  {suggestion.count === undefined
                    ? suggestion.open
                      ? suggestion.qualifier?.example
                      : ""
                    : speech.f.count(suggestion.count)}
                </bdi>
              </li>
            ))}
          </ul>
          <p className="foot" aria-hidden="true">
            <span>
              <kbd>↑</kbd> <kbd>↓</kbd> {t("filter.footSelect")}
            </span>
            <span>
              <kbd>↵</kbd> {t("filter.footInsert")}
            </span>
            <span>{t("filter.footExclude")}</span>
          </p>
        </div>
      </form>
      <p className="field-error" id={`${ids}-error`} role="alert" hidden={problem === undefined}>
        {problem} {problem && t("filter.lastValid")}
      </p>
    </>
  );
}
