// Jobs as text: exact integers, no secrets, safe quoting.
import { describe, expect, it } from "vitest";
import type { JobDetail } from "../../api/generated/ops.schemas.ts";
import { jobAsCurl, jobAsJson } from "./copy.ts";

const detail = (json?: string): JobDetail => ({
  status: "ok",
  at: "2026-11-27T14:48:10.000Z",
  actions: [],
  snoozes: 0,
  children: [],
  job: {
    job_id: "01M8EPND4MR5C9ZP1V7DHE3YQG",
    queue: "create-discount",
    lane: "01M8EPND1H6Q3T9BZX2KCV8W5A",
    state: "dead",
    paused: false,
    attempts: 4,
    max_attempts: 4,
    rescues: 0,
    enqueued_at: "2026-11-27T14:31:02.036Z",
    at: "2026-11-27T14:32:08.500Z",
  },
  payload: { version: 2, bytes: 30, visibility: json === undefined ? "hidden" : "full", masked: [], ...(json !== undefined && { json }) },
});

describe("a job as text", () => {
  it("keeps integers beyond 2^53", () => {
    expect(jobAsJson(detail('{"order_id":820982911946154508,"note":"$& $1"}'))).toContain(
      '"json": {"order_id":820982911946154508,"note":"$& $1"}',
    );
  });

  it("is JSON without a payload, too", () => {
    expect((JSON.parse(jobAsJson(detail())) as JobDetail).payload).toEqual({ version: 2, bytes: 30, visibility: "hidden", masked: [] });
  });

  it("is a call without the token", () => {
    expect(jobAsCurl({ queue: "a", lane: "o'x", job_id: "b" }, "https://ops.example")).toBe(
      `curl -sS -H "Authorization: Bearer $LOYALNEST_ADMIN_TOKEN" 'https://ops.example/v1/api/admin/jobs/a/o'\\''x/b'`,
    );
  });
});
