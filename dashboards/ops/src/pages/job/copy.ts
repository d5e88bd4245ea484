// A job as text to be taken elsewhere: as JSON, and as the call that asks for it.
import type { Job, JobDetail } from "../../api/generated/ops.schemas.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The call that asks for the job; the token is a variable of the shell, never text. */
export function jobAsCurl(job: Pick<Job, "queue" | "lane" | "job_id">, origin: string): string {
  const url = `${origin}/v1/api/admin/jobs/${encodeURIComponent(job.queue)}/${encodeURIComponent(job.lane)}/${encodeURIComponent(job.job_id)}`;
  return `curl -sS -H "Authorization: Bearer $LOYALNEST_ADMIN_TOKEN" ${quoted(url)}`;
}

/** The job as JSON. The payload is put in as it stands, so that integers beyond 2^53 stay exact. */
export function jobAsJson(detail: JobDetail): string {
  const { payload, ...rest } = detail;
  const { json, ...about } = payload;
  const text = JSON.stringify({ ...rest, payload: { ...about, json: "\u0000" } }, null, 2);
  return json === undefined ? text.replace(/,\n\s*"json": "\\u0000"/, "") : text.replace('"\\u0000"', () => json);
}
