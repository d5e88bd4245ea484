// What a failed request is to the pages: one type, with what the server said and whether trying again can help.
import type { ErrorBody } from "./generated/ops.schemas.ts";

/** Why a request failed. `network` and `timeout` are ours, all other codes are the server's. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly body: ErrorBody;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, body: ErrorBody, requestId?: string, retryAfterSeconds?: number) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get code(): string {
    return this.body.code;
  }

  /** No answer at all: the browser is offline, or the server is. */
  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get isTemporary(): boolean {
    return this.isOffline || this.status === 429 || this.status === 503;
  }
}

/** Reads an answer that is not a success; anything unreadable becomes a problem of its status. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const after = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(after) ? after : undefined;
  try {
    const envelope: unknown = await response.json();
    if (isRefused(envelope)) return new ApiProblem(response.status, envelope.error, requestId, retryAfter);
  } catch {
    // The body is not JSON: a proxy's page, or nothing.
  }
  const body = { code: "unexpected_answer", message: `HTTP ${response.status}` };
  return new ApiProblem(response.status, body, requestId, retryAfter);
}

function isRefused(value: unknown): value is { error: ErrorBody } {
  if (typeof value !== "object" || value === null || !("error" in value)) return false;
  const { error } = value;
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    "message" in error &&
    typeof error.code === "string" &&
    typeof error.message === "string"
  );
}
