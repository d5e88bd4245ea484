// A confirmation: names the effect, asks for a reason for the audit log, and says at the same place what went wrong.
import { useId, useState, type ReactNode } from "react";
import { ApiProblem } from "../api/problem.ts";
import { useSpeech } from "../i18n/context.tsx";
import type { Speech } from "../i18n/i18n.ts";
import { auditAction } from "../pages/audit/sentence.tsx";
import { STATE_KEYS, shownOf } from "./state.tsx";
import { Dialog } from "./dialog.tsx";

/** What went wrong with a change, in words: another person was faster, a right is missing, a store is unavailable. */
export function changeProblem(speech: Speech, error: unknown): string {
  const { t, f } = speech;
  if (!(error instanceof ApiProblem)) return t("failure.other");
  const { changed, issues } = error.body;
  if (changed) {
    const at = f.clock(new Date(changed.at));
    const state = changed.state ? ` ${t("change.nowIs", { state: t(STATE_KEYS[shownOf(changed.state)]) })}` : "";
    return t("change.byOther", { who: changed.actor.name, what: auditAction(speech, changed.action), at }) + state;
  }
  if (error.isOffline) return t("failure.network");
  if (error.status === 403) return t("failure.forbidden");
  if (error.status === 404) return t("failure.notFound");
  if (error.status === 409) return t("change.conflict");
  if (error.status === 429) return t("failure.tooMany");
  if (error.status === 503) return t("failure.unavailable");
  return [error.body.message, ...(issues ?? []).map((issue) => issue.message)].join(" ");
}

export function Confirm({
  open,
  onClose,
  title,
  children,
  confirm,
  danger = false,
  onConfirm,
  onDone,
  reason = true,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** The effect. */
  readonly children: ReactNode;
  /** Text of the button: names the number and the effect. */
  readonly confirm: string;
  readonly danger?: boolean;
  readonly onConfirm: (reason: string | undefined) => Promise<unknown>;
  readonly onDone?: () => void;
  readonly reason?: boolean;
}) {
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <Form confirm={confirm} danger={danger} onClose={onClose} onConfirm={onConfirm} reason={reason} {...(onDone && { onDone })}>
        {children}
      </Form>
    </Dialog>
  );
}

function Form({
  children,
  confirm,
  danger,
  onClose,
  onConfirm,
  onDone,
  reason,
}: {
  readonly children: ReactNode;
  readonly confirm: string;
  readonly danger: boolean;
  readonly onClose: () => void;
  readonly onConfirm: (reason: string | undefined) => Promise<unknown>;
  readonly onDone?: () => void;
  readonly reason: boolean;
}) {
  const speech = useSpeech();
  const { t } = speech;
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const id = useId();
  const submit = async () => {
    if (busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await onConfirm(text.trim() || undefined);
      onClose();
      onDone?.();
    } catch (error) {
      setProblem(changeProblem(speech, error));
      setBusy(false);
    }
  };
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div>{children}</div>
      {reason && <ReasonField id={id} value={text} onChange={setText} />}
      <p className="bad" role="alert">
        {problem}
      </p>
      <div className="actions">
        <button className="btn" type="button" onClick={onClose}>
          {t("common.cancel")}
        </button>
        <button className={`btn ${danger ? "danger" : "primary"}`} type="submit" aria-disabled={busy}>
          {confirm}
        </button>
      </div>
    </form>
  );
}

/** Why: for the audit log. */
export function ReasonField({
  id,
  value,
  onChange,
}: {
  readonly id: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { t } = useSpeech();
  return (
    <div className="input">
      <label htmlFor={id}>{t("common.reason")}</label>
      <input
        id={id}
        type="text"
        maxLength={500}
        value={value}
        autoComplete="off"
        placeholder={t("common.reasonHint")}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
    </div>
  );
}
