// The pages: their paths, names, icons and keys, in the order of the navigation.
import type { Key } from "../i18n/i18n.ts";
import type { IconName } from "../ui/icons.tsx";

export interface PageEntry {
  readonly path: string;
  readonly text: Key;
  readonly icon: IconName;
  /** Behind G. */
  readonly key: string;
  readonly section: "" | "runtime" | "operations";
}

export const PAGES: readonly PageEntry[] = [
  { path: "/", text: "page.overview", icon: "overview", key: "o", section: "" },
  { path: "/queues", text: "page.queues", icon: "queues", key: "q", section: "" },
  { path: "/jobs", text: "page.jobs", icon: "jobs", key: "j", section: "" },
  { path: "/webhooks", text: "page.webhooks", icon: "webhook", key: "h", section: "" },
  { path: "/dead-letters", text: "page.deadLetters", icon: "dead", key: "d", section: "" },
  { path: "/schedules", text: "page.schedules", icon: "schedule", key: "s", section: "runtime" },
  { path: "/workers", text: "page.workers", icon: "workers", key: "w", section: "runtime" },
  { path: "/circuits", text: "page.circuits", icon: "circuit", key: "c", section: "runtime" },
  { path: "/bulk", text: "page.bulk", icon: "bulk", key: "b", section: "operations" },
  { path: "/audit", text: "page.audit", icon: "audit", key: "a", section: "operations" },
];

/** The page's own address of a job. */
export const jobPath = ({ queue, lane, job_id }: { queue: string; lane: string; job_id: string }): string =>
  `/jobs/${encodeURIComponent(queue)}/${encodeURIComponent(lane)}/${encodeURIComponent(job_id)}`;

export const queuePath = (queue: string): string => `/queues/${encodeURIComponent(queue)}`;

/** Jobs found by a filter line. */
export const jobsPath = (line: string): string => (line === "" ? "/jobs" : `/jobs?q=${encodeURIComponent(line)}`);

export const deadPath = (line: string): string => (line === "" ? "/dead-letters" : `/dead-letters?q=${encodeURIComponent(line)}`);

export const webhookPath = (merchant: string, log: string): string =>
  `/webhooks?q=${encodeURIComponent("status:any")}&open=${encodeURIComponent(`${merchant}/${log}`)}`;
