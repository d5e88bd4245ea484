// What a region shows while it has no data: static skeleton, why it is empty, what failed.
import { useEffect, useState, type ReactNode } from "react";
import { ApiProblem } from "../api/problem.ts";
import { useSpeech } from "../i18n/context.tsx";
import { Icon } from "./icons.tsx";

/** A wait shorter than this shows nothing. */
const SKELETON_MS = 200;

/** Rows that say that something comes. */
export function Skeleton({ rows = 8 }: { readonly rows?: number }) {
  const { t } = useSpeech();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setShown(true);
    }, SKELETON_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <div role="status" aria-label={t("common.loading")}>
      {shown && (
        <div className="skeletons">
          {Array.from({ length: rows }, (_, row) => (
            <div key={row}>
              {Array.from({ length: 5 }, (__, i) => (
                <i key={i} className="skeleton" />
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** Why there is nothing, and the next step. */
export function Empty({ title, children, tools }: { readonly title: string; readonly children?: ReactNode; readonly tools?: ReactNode }) {
  return (
    <div className="blank">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {tools && <div className="tools">{tools}</div>}
    </div>
  );
}

/** What failed, what can be done, and what to tell who looks into it. */
export function Failure({
  error,
  onRetry,
  title,
  children,
  compact = false,
}: {
  readonly error: Error;
  readonly onRetry?: (() => void) | undefined;
  readonly title?: string;
  readonly children?: ReactNode;
  readonly compact?: boolean;
}) {
  const { t } = useSpeech();
  const problem = error instanceof ApiProblem ? error : undefined;
  const reason = problem?.isOffline
    ? t("failure.network")
    : problem?.status === 403
      ? t("failure.forbidden")
      : problem?.status === 404
        ? t("failure.notFound")
        : problem?.status === 429
          ? t("failure.tooMany")
          : problem?.status === 503
            ? t("failure.unavailable")
            : t("failure.other");
  return (
    <div className={compact ? "blank compact" : "blank"} role="alert">
      <h2>{title ?? t("failure.title")}</h2>
      <p>
        {reason}
        {problem && !problem.isOffline && (
          <>
            {" "}
            <span className="mono" lang="en" dir="ltr">
              {problem.body.message}
            </span>
          </>
        )}
      </p>
      {problem?.body.remedy && (
        <p lang="en" dir="ltr">
          {problem.body.remedy}
        </p>
      )}
      {children}
      {onRetry && (
        <div className="tools">
          <button className="btn" type="button" onClick={onRetry}>
            <Icon name="retry" />
            {t("common.tryAgain")}
          </button>
        </div>
      )}
      {problem && (
        <p className="muted mono">
          <bdi>{[problem.status || "", problem.code, problem.requestId && `request ${problem.requestId}`].filter(Boolean).join(" · ")}</bdi>
        </p>
      )}
    </div>
  );
}
