// The payload, as far as the person may see it: hidden values can be shown one by one, which the audit log records.
import { useState, type ReactNode } from "react";
import { revealPayload } from "../../api/generated/ops.ts";
import type { JobDetail } from "../../api/generated/ops.schemas.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useCopy, useNotify } from "../../ui/announce.tsx";
import { changeProblem } from "../../ui/confirm.tsx";
import { Icon } from "../../ui/icons.tsx";
import { tokensOf, type Token } from "./json-text.ts";

export function JsonTokens({ tokens, replace }: { readonly tokens: readonly Token[]; readonly replace?: (token: Token) => ReactNode }) {
  return (
    <>
      {tokens.map((token, index) => {
        const other = replace?.(token);
        if (other !== undefined) return <span key={index}>{other}</span>;
        if (token.kind === "key") return <i key={index}>{token.text}</i>;
        if (token.kind === "number" || token.kind === "word") return <b key={index}>{token.text}</b>;
        return token.text;
      })}
    </>
  );
}

export function PayloadView({ detail }: { readonly detail: JobDetail }) {
  const speech = useSpeech();
  const { t, f } = speech;
  const notify = useNotify();
  const copy = useCopy();
  const { job, payload } = detail;
  const [shown, setShown] = useState<Readonly<Record<string, string>>>({});
  const [problem, setProblem] = useState<string>();
  const masked = new Set(payload.masked.map((field) => field.path));
  const reveal = async (path: string) => {
    try {
      const { json } = await revealPayload(job.queue, job.lane, job.job_id, { path });
      setShown((before) => ({ ...before, [path]: json }));
      notify(t("payload.shownSaid"));
    } catch (error) {
      setProblem(changeProblem(speech, error));
    }
  };
  const replace = ({ pointer, text }: Token): ReactNode => {
    if (pointer === undefined || !masked.has(pointer)) return undefined;
    const value = shown[pointer];
    if (value !== undefined) return value;
    return (
      <button
        className="masked"
        type="button"
        aria-label={t("payload.show", { path: pointer })}
        title={text}
        onClick={() => {
          void reveal(pointer);
        }}
      >
        •••••• {t("payload.showShort")}
      </button>
    );
  };
  return (
    <>
      <div className="bar">
        <h2 id="payload">{t("job.payload")}</h2>
        <span className="muted">{f.series([t("job.version", { version: String(payload.version) }), f.bytes(payload.bytes)])}</span>
        {payload.json !== undefined && (
          <span className="end">
            <button
              className="btn ghost"
              type="button"
              onClick={() => {
                copy(payload.json ?? "");
              }}
            >
              <Icon name="copy" />
              JSON
            </button>
          </span>
        )}
      </div>
      {payload.visibility === "hidden" || payload.json === undefined ? (
        <p className="tools muted">
          <Icon name="lock" />
          {t("common.rightMissing", { right: "payload:read" })}
        </p>
      ) : (
        <pre className="payload" tabIndex={0} role="group" aria-label={t("job.payload")}>
          <JsonTokens tokens={tokensOf(payload.json)} replace={replace} />
        </pre>
      )}
      {problem && (
        <p className="bad" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
