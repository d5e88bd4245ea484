// An entry of the audit log as a sentence: who did what to what, how many.
import type { ReactNode } from "react";
import type { AuditEntry } from "../../api/generated/ops.schemas.ts";
import type { Key, Speech } from "../../i18n/i18n.ts";

export const auditParts = { b: (children: ReactNode) => <b>{children}</b>, i: (children: ReactNode) => <bdi>{children}</bdi> };

const KNOWN_WITHOUT_TARGET = new Set(["sign_in", "sign_out", "sign_in_refused"]);

/** What was done, as a verb: "retried a job". */
export function auditAction({ t, has }: Pick<Speech, "t" | "has">, action: string): string {
  const key = `audit.do.${action}`;
  return has(key) ? t(key) : action;
}

/** What it was done to. */
export function auditTarget(entry: AuditEntry): string {
  const { job, queue, shop, target } = entry;
  if (job) return `${job.queue} ${job.job_id.slice(-8)}`;
  return [target, shop, queue].filter(Boolean).join(" · ");
}

export function auditSentence(speech: Speech, entry: AuditEntry): string {
  const { t } = speech;
  const action = auditAction(speech, entry.action);
  const target = KNOWN_WITHOUT_TARGET.has(entry.action) ? "" : auditTarget(entry);
  const bulk = entry.bulk_action ? t(`bulk.action.${entry.bulk_action}` as Key) : "";
  const what = [bulk, target && `<i>${target}</i>`, entry.count !== undefined && speech.f.count(entry.count)].filter(Boolean).join(" · ");
  return what ? `<b>${entry.actor.name}</b> ${action}: ${what}` : `<b>${entry.actor.name}</b> ${action}`;
}
