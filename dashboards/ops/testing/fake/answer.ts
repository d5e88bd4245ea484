// What handlers of the fake server share: refusals, cursors, and who calls.
import type { Actor, ErrorBody, Right, Role } from "../../src/api/generated/ops.schemas.ts";
import type { Call } from "./contract.ts";
import type { World } from "./world.ts";

export class Refusal extends Error {
  readonly status: number;
  readonly body: ErrorBody;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

export interface Caller {
  readonly actor: Actor;
  readonly role: Role;
  readonly rights: readonly Right[];
}

export interface Context {
  readonly world: World;
  readonly call: Call;
  readonly caller: Caller;
  readonly control: Control;
}

/** What tests change of the server's behaviour. */
export interface Control {
  /** Answers come so late, in milliseconds. */
  delayMs: number;
  /** Operations that fail, and how. */
  fail: Record<string, number>;
  /** The stream is refused, and open ones are closed. */
  streamDown: boolean;
  /** Nothing answers: connections are closed. */
  down: boolean;
  role: Role;
  payload: boolean;
  idleSeconds: number;
  /** No problem, no worker, no queue. */
  scene: "normal" | "calm" | "noWorkers" | "empty" | "redisDown";
  /** A search looks at so many rows, then stops. */
  searchRowsMax: number;
  /** Rows of a bulk operation done in a step. */
  bulkStep: number;
}

export const CONTROL: Control = {
  delayMs: 0,
  fail: {},
  streamDown: false,
  down: false,
  role: "operator",
  payload: true,
  idleSeconds: 1_800,
  scene: "normal",
  searchRowsMax: 2_000_000,
  bulkStep: 4,
};

export function need({ caller }: Context, right: Right): void {
  if (!caller.rights.includes(right))
    throw new Refusal(403, { code: "insufficient_right", message: `the right ${right} is missing`, right });
}

export const notFound = (what: string): Refusal => new Refusal(404, { code: "not_found", message: `there is no such ${what}` });

/** A page of what is sorted newest first, from behind the cursor. */
export function pageOf<T>(
  items: readonly T[],
  limit: number,
  cursor: unknown,
  keyOf: (item: T) => string,
): { page: T[]; next_cursor?: string } {
  const after = typeof cursor === "string" && cursor !== "" ? items.findIndex((item) => keyOf(item) === cursor) + 1 : 0;
  const page = items.slice(after, after + limit);
  const last = page.at(-1);
  return { page, ...(last !== undefined && after + limit < items.length && { next_cursor: keyOf(last) }) };
}

export const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
export const number = (value: unknown, fallback: number): number => (typeof value === "number" ? value : fallback);
export const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
