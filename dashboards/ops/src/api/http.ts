// The one way to the server, used by the generated client: same origin, with the CSRF token on changes, a deadline, and
// failures as ApiProblem. Keeps no credentials: the session is a cookie that scripts cannot read.
import { ApiProblem, problemOf } from "./problem.ts";

/** Longest wait for an answer. */
const TIMEOUT_MS = 15_000;

let csrfToken = "";
let onSignedOut: () => void = () => undefined;

/** Tells the client the token of the session, and whom to tell when the session is over. */
export function holdSession(token: string, signedOut: () => void): void {
  csrfToken = token;
  onSignedOut = signedOut;
}

/** Makes a request and answers its JSON. */
export async function request<T>(url: string, init: RequestInit = {}): Promise<T> {
  const headers = new Headers(init.headers);
  headers.set("accept", "application/json");
  const changes = init.method !== undefined && init.method !== "GET";
  if (changes && csrfToken) headers.set("x-csrf-token", csrfToken);
  const deadline = AbortSignal.timeout(TIMEOUT_MS);
  const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, signal, credentials: "same-origin", redirect: "error" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const [code, message] = deadline.aborted
      ? (["timeout", `No answer within ${TIMEOUT_MS / 1_000} s.`] as const)
      : (["network", "The server cannot be reached."] as const);
    throw new ApiProblem(0, { code, message });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && csrfToken) onSignedOut();
    throw problem;
  }
  return (await response.json()) as T;
}
