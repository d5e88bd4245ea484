// What is said to people: one polite live region for screen readers, with at most one message in five seconds, of which the newest of each
// subject is kept; and for results of actions a short notice that everyone sees.
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useSpeech } from "../i18n/context.tsx";

const PAUSE_MS = 5_000;
/** A notice is seen so long. */
const NOTICE_MS = 4_000;
/** Subjects that wait. */
const WAITING_MAX = 8;

type Announce = (text: string, subject?: string) => void;

const AnnounceContext = createContext<Announce>(() => undefined);
const NotifyContext = createContext<(text: string) => void>(() => undefined);

export function AnnounceProvider({ children }: { readonly children: ReactNode }) {
  const [text, setText] = useState("");
  const [notice, setNotice] = useState("");
  const waiting = useRef(new Map<string, string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const noticeTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const next = useCallback(function next() {
    const [first] = waiting.current;
    if (!first) {
      timer.current = undefined;
      return;
    }
    waiting.current.delete(first[0]);
    setText(first[1]);
    timer.current = setTimeout(next, PAUSE_MS);
  }, []);
  const announce = useCallback<Announce>(
    (message, subject = message) => {
      waiting.current.delete(subject);
      if (waiting.current.size < WAITING_MAX) waiting.current.set(subject, message);
      // A moment's wait joins what happens at once.
      timer.current ??= setTimeout(next, 100);
    },
    [next],
  );
  const notify = useCallback(
    (message: string) => {
      announce(message, "notice");
      setNotice(message);
      clearTimeout(noticeTimer.current);
      noticeTimer.current = setTimeout(() => {
        setNotice("");
      }, NOTICE_MS);
    },
    [announce],
  );
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      clearTimeout(noticeTimer.current);
    },
    [],
  );
  return (
    <AnnounceContext value={announce}>
      <NotifyContext value={notify}>
        {children}
        <p className="sr" role="status" aria-live="polite" data-live-region>
          {text}
        </p>
        {notice && (
          <p className="notice" aria-hidden="true">
            {notice}
          </p>
        )}
      </NotifyContext>
    </AnnounceContext>
  );
}

/** Says something to people who use a screen reader. A newer message of the same subject replaces one that still waits. */
export const useAnnounce = (): Announce => use(AnnounceContext);

/** Tells everyone the result of an action. Not for errors: those are said where they happened, and stay. */
export const useNotify = (): ((text: string) => void) => use(NotifyContext);

/** Copies text and says so. */
export function useCopy(): (text: string) => void {
  const { t } = useSpeech();
  const notify = useNotify();
  return useMemo(
    () => (text) => {
      navigator.clipboard.writeText(text).then(
        () => {
          notify(t("common.copied"));
        },
        () => {
          notify(t("common.notCopied"));
        },
      );
    },
    [notify, t],
  );
}
