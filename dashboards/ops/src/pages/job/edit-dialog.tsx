// Edits the payload of a job that is not running: it is checked against its kind while it is written, and saved only if it passes.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { checkPayload, editPayload, revealPayload } from "../../api/generated/ops.ts";
import type { Issue, JobDetail } from "../../api/generated/ops.schemas.ts";
import { ApiProblem } from "../../api/problem.ts";
import { useSpeech } from "../../i18n/context.tsx";
import { useNotify } from "../../ui/announce.tsx";
import { changeProblem, ReasonField } from "../../ui/confirm.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { layOut, tokensOf } from "./json-text.ts";

/** The check follows so long after the last key. */
const SETTLE_MS = 400;

export function EditDialog({
  detail,
  open,
  onClose,
}: {
  readonly detail: JobDetail;
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useSpeech();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={detail.job.state === "dead" ? t("edit.titleRetry") : t("edit.title")}
      className="wide-modal"
    >
      <Editor detail={detail} onClose={onClose} />
    </Dialog>
  );
}

/** The whole payload: hidden values are asked for, since what is saved replaces all of it. */
async function wholePayload({ job, payload }: JobDetail): Promise<string> {
  const { masked, json = "null" } = payload;
  if (masked.length === 0) return layOut(json);
  const values = await Promise.all(masked.map(({ path }) => revealPayload(job.queue, job.lane, job.job_id, { path })));
  const known = new Map(values.map(({ path, json: value }) => [path, value]));
  return tokensOf(json)
    .map((token) => (token.pointer === undefined ? token.text : (known.get(token.pointer) ?? token.text)))
    .join("");
}

/** What is wrong with the text before the server is asked. */
function ownIssue(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function Editor({ detail, onClose }: { readonly detail: JobDetail; readonly onClose: () => void }) {
  const speech = useSpeech();
  const { t, f } = speech;
  const notify = useNotify();
  const queries = useQueryClient();
  const { job } = detail;
  const [text, setText] = useState<string>();
  const [issues, setIssues] = useState<readonly Issue[]>([]);
  const [checked, setChecked] = useState<string>();
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState<string>();
  const ids = useId();
  const first = useRef(detail);
  useEffect(() => {
    wholePayload(first.current).then(setText, (error: unknown) => {
      setProblem(changeProblem(speech, error));
    });
  }, [speech]);
  useEffect(() => {
    if (text === undefined) return;
    const own = ownIssue(text);
    if (own !== undefined) {
      setIssues([{ message: own }]);
      return;
    }
    const timer = setTimeout(() => {
      checkPayload(job.queue, job.lane, job.job_id, { json: text }).then(
        (answer) => {
          setIssues(answer.valid ? [] : answer.issues);
          setChecked(answer.valid ? text : undefined);
        },
        (error: unknown) => {
          setProblem(changeProblem(speech, error));
        },
      );
    }, SETTLE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text, job.queue, job.lane, job.job_id, speech]);
  const ready = text !== undefined && checked === text && issues.length === 0;
  const save = async () => {
    if (!ready) return;
    try {
      await editPayload(job.queue, job.lane, job.job_id, {
        json: text,
        expected_state: job.state,
        retry: job.state === "dead",
        ...(reason.trim() !== "" && { reason: reason.trim() }),
      });
      notify(job.state === "dead" ? t("edit.savedRetry") : t("common.saved"));
      for (const queryKey of [["job", job.job_id], ["jobs"], ["dead"]]) void queries.invalidateQueries({ queryKey });
      onClose();
    } catch (error) {
      if (error instanceof ApiProblem && error.body.issues) setIssues(error.body.issues);
      else setProblem(changeProblem(speech, error));
    }
  };
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="input">
        <label htmlFor={`${ids}-text`}>{f.series([t("job.payload"), t("job.version", { version: String(detail.payload.version) })])}</label>
        <textarea
          id={`${ids}-text`}
          className="mono"
          rows={12}
          spellCheck={false}
          dir="ltr"
          value={text ?? ""}
          aria-invalid={issues.length > 0}
          aria-describedby={`${ids}-issues`}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
        <div id={`${ids}-issues`} role="status">
          {issues.map((issue) => (
            <p key={issue.message} className="bad">
              <IssueText issue={issue} />
            </p>
          ))}
          {ready && <p className="muted">{t("edit.valid", { kind: job.queue })}</p>}
        </div>
      </div>
      <ReasonField id={`${ids}-reason`} value={reason} onChange={setReason} />
      <p className="bad" role="alert">
        {problem}
      </p>
      <div className="actions">
        <button className="btn" type="button" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button className="btn primary" type="submit" aria-disabled={!ready || undefined}>
          {job.state === "dead" ? t("edit.saveRetry") : t("common.save")}
        </button>
      </div>
    </form>
  );
}

function IssueText({ issue }: { readonly issue: Issue }) {
  const { t } = useSpeech();
  return (
    <>
      {issue.line !== undefined && `${t("edit.line", { line: issue.line })}: `}
      <span lang="en" dir="ltr">
        {issue.message}
      </span>
      {issue.suggestion !== undefined && (
        <>
          {" "}
          {t("edit.meant")} <bdi className="mono">{issue.suggestion}</bdi>
        </>
      )}
    </>
  );
}
