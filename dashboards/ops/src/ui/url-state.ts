// What a page keeps in its address, so that it is a permalink: filter line, span, open row.
import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** One parameter of the address. Setting it to its default removes it. `replace`: without a step of the browser's history. */
export function useParam(name: string, fallback = ""): [string, (value: string, replace?: boolean) => void] {
  const [params, setParams] = useSearchParams();
  const value = params.get(name) ?? fallback;
  const set = useCallback(
    (next: string, replace = false) => {
      setParams(
        (before) => {
          const changed = new URLSearchParams(before);
          if (next === fallback) changed.delete(name);
          else changed.set(name, next);
          return changed;
        },
        { replace, preventScrollReset: true },
      );
    },
    [setParams, name, fallback],
  );
  return [value, set];
}

/** One of a few values of the address; anything else is the default. */
export function useOption<T extends string>(name: string, options: readonly T[], fallback: T): [T, (value: T) => void] {
  const [value, set] = useParam(name, fallback);
  const known = options.find((option) => option === value) ?? fallback;
  return [
    known,
    useCallback(
      (next: T) => {
        set(next, true);
      },
      [set],
    ),
  ];
}
