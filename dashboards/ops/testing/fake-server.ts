// A server that keeps the contract with invented data: `node testing/fake-server.ts --port 4380` serves the build at /ops/ under the strict
// policy and the API beside it. It checks every request and answer against the contract, and can be made slow, broken or empty.
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { WebSocketServer, type WebSocket } from "ws";
import type { Right, Role } from "../src/api/generated/ops.schemas.ts";
import { CONTROL, Refusal, type Caller, type Context, type Control } from "./fake/answer.ts";
import { Contract } from "./fake/contract.ts";
import * as one from "./fake/one-job.ts";
import * as bulk from "./fake/bulk.ts";
import { OPERATORS } from "./fake/names.ts";
import * as platform from "./fake/platform.ts";
import * as search from "./fake/search.ts";
import * as runtime from "./fake/runtime.ts";
import * as settings from "./fake/settings.ts";
import * as webhooks from "./fake/webhooks.ts";
import { World } from "./fake/world.ts";

export const TOKEN = "ops-token";
const COOKIE = "loyalnest_ops";
const DIST = fileURLToPath(new URL("../dist/", import.meta.url));

/** What the real server sends with the pages, too. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
};

const HANDLERS: Record<string, (context: Context) => unknown> = {
  getOverview: platform.overview,
  getSeries: platform.series,
  listQueues: platform.queues,
  getQueue: platform.queue,
  changeQueueSettings: settings.changeQueue,
  listLanes: settings.lanes,
  changeLane: settings.changeLane,
  listJobs: search.jobs,
  getJobFacets: search.facets,
  suggestValues: search.suggestions,
  listDeadLetters: search.deadLetters,
  getJob: one.detail,
  listAttempts: one.attempts,
  getTimeline: one.timeline,
  actOnJob: one.act,
  checkPayload: one.checkPayload,
  editPayload: one.editPayload,
  revealPayload: one.reveal,
  planBulk: bulk.planBulk,
  listBulk: bulk.listBulk,
  getBulk: bulk.getBulk,
  confirmBulk: bulk.confirmBulk,
  cancelBulk: bulk.cancelBulk,
  listWebhooks: webhooks.webhooks,
  getWebhook: webhooks.webhook,
  getWebhookBody: webhooks.webhookBody,
  retryWebhook: webhooks.retryWebhook,
  listSchedules: runtime.schedules,
  changeSchedule: runtime.changeSchedule,
  listTicks: runtime.ticks,
  runSchedule: runtime.runSchedule,
  listWorkers: runtime.workers,
  listWorkerJobs: runtime.workerJobs,
  listCircuits: runtime.circuits,
  closeCircuit: runtime.closeCircuit,
  listAudit: runtime.audit,
};

const RIGHTS: Record<Role, readonly Right[]> = {
  viewer: ["queues:view"],
  operator: ["queues:view", "queues:operate"],
  admin: ["queues:view", "queues:operate", "queues:admin"],
};

interface Found {
  readonly id: string;
  readonly csrf: string;
  readonly seen: number;
  readonly touch: () => void;
}

export class FakeServer {
  readonly contract = new Contract();
  readonly world = new World();
  readonly control: Control = { ...CONTROL, fail: {} };
  /** Operations that were asked for. */
  readonly asked = new Map<string, number>();
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, handleProtocols: (protocols) => (protocols.has("ops.v1") ? "ops.v1" : false) });
  readonly #sessions = new Map<string, { csrf: string; seen: number; born: number }>();
  readonly #ticker: NodeJS.Timeout;
  #requests = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on("upgrade", (request, socket, head) => {
      const refuse = (line: string) => {
        socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\n\r\n`);
      };
      if (this.control.down || this.control.streamDown || request.url !== "/v1/api/admin/queues/stream") refuse("503 Service Unavailable");
      else if (!this.#sessionOf(request)) refuse("401 Unauthorized");
      else if (new URL(request.headers.origin ?? "http://none").host !== request.headers.host) refuse("403 Forbidden");
      else
        this.#sockets.handleUpgrade(request, socket, head, (client) => {
          this.#send([client]);
        });
    });
    this.#ticker = setInterval(() => {
      this.#send(this.#sockets.clients);
    }, 1_000);
  }

  /** The same text for all viewers. */
  #send(clients: Iterable<WebSocket>): void {
    const open = [...clients];
    if (open.length === 0) return;
    if (this.control.streamDown || this.control.down) {
      for (const client of open) client.terminate();
      return;
    }
    const snapshot = platform.snapshot(this.world, this.control);
    this.contract.checkSchema("Snapshot", snapshot);
    const message = JSON.stringify(snapshot);
    for (const client of open) client.send(message);
  }

  get viewers(): number {
    return this.#sockets.clients.size;
  }

  /** Ends all sessions and their streams. */
  endSessions(): void {
    this.#sessions.clear();
    for (const client of this.#sockets.clients) client.close(4_401);
  }

  async start(port: number): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    clearInterval(this.#ticker);
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #sessionOf(request: IncomingMessage): Found | undefined {
    const id = new RegExp(`${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? "")?.[1] ?? "";
    const session = this.#sessions.get(id);
    if (!session || Date.now() - session.seen > this.control.idleSeconds * 1_000) return undefined;
    return {
      id,
      ...session,
      touch: () => {
        const kept = this.#sessions.get(id);
        if (kept) kept.seen = Date.now();
      },
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://fake");
    if (this.control.down && url.pathname.startsWith("/v1/")) {
      request.socket.destroy();
      return;
    }
    if (url.pathname === "/") {
      response.writeHead(302, { location: "/ops/" }).end();
      return;
    }
    if (!url.pathname.startsWith("/v1/")) {
      await this.#file(url.pathname, response);
      return;
    }
    let body = "";
    for await (const chunk of request) body += String(chunk);
    await this.#api(request, response, url, body);
  }

  async #file(path: string, response: ServerResponse): Promise<void> {
    const inside = normalize(path.replace(/^\/ops\/?/, ""));
    const name = extname(inside) === "" || inside.startsWith("..") ? "index.html" : inside;
    try {
      const content = brotliCompressSync(await readFile(join(DIST, name)), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
      response
        .writeHead(200, {
          "content-type": TYPES[extname(name)] ?? "application/octet-stream",
          "content-encoding": "br",
          "content-security-policy": POLICY,
          "x-content-type-options": "nosniff",
          "referrer-policy": "no-referrer",
          "cross-origin-opener-policy": "same-origin",
          "cache-control": name === "index.html" ? "no-cache" : "public, max-age=31536000, immutable",
        })
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  async #api(request: IncomingMessage, response: ServerResponse, url: URL, body: string): Promise<void> {
    this.#requests += 1;
    const requestId = `req-${this.#requests}`;
    const operation = this.contract.find(request.method ?? "GET", url.pathname);
    const reply = (status: number, answer: unknown, headers: Record<string, string> = {}) => {
      if (operation) this.contract.check(operation, status, answer);
      response
        .writeHead(status, {
          "content-type": "application/json; charset=utf-8",
          "x-request-id": requestId,
          "cache-control": "no-store",
          ...headers,
        })
        .end(JSON.stringify(answer));
    };
    const refuse = ({ status, body: error }: Refusal) => {
      reply(status, { status: "error", error }, status === 503 || status === 429 ? { "retry-after": "1" } : {});
    };
    if (!operation) {
      refuse(new Refusal(404, { code: "not_found", message: "no such path" }));
      return;
    }
    this.asked.set(operation.id, (this.asked.get(operation.id) ?? 0) + 1);
    if (this.control.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.control.delayMs));
    try {
      const session = this.#sessionOf(request);
      if (operation.needsSession && !session) throw new Refusal(401, { code: "unauthorized", message: "sign in" });
      if (operation.needsSession && request.method !== "GET" && request.headers["x-csrf-token"] !== session?.csrf)
        throw new Refusal(403, { code: "csrf", message: "the CSRF token is wrong" });
      const status = this.control.fail[operation.id];
      if (status !== undefined)
        throw new Refusal(status, {
          code: status === 503 ? "history_unavailable" : "failed",
          message: status === 503 ? "PostgreSQL does not respond: timeout after 3 s" : "it failed",
          ...(status === 503 && { remedy: "Runbook: PostgreSQL unavailable" }),
        });
      const call = this.contract.read(operation, url.searchParams, body === "" ? undefined : JSON.parse(body));
      if (typeof call === "string") {
        this.contract.violations.push(`request ${operation.id}: ${call}`);
        throw new Refusal(400, { code: "invalid_parameter", message: call });
      }
      if (call.id.includes("ession") || call.id.startsWith("sign")) {
        this.#session(call.id, call.body, session, reply);
        return;
      }
      const caller = this.#caller();
      const handler = HANDLERS[call.id];
      if (!handler) throw new Error(`no handler of ${call.id}`);
      if (request.method !== "GET") session?.touch();
      reply(200, handler({ world: this.world, call, caller, control: this.control }));
    } catch (error) {
      if (error instanceof Refusal) refuse(error);
      else {
        this.contract.violations.push(`${operation.id}: ${String(error)}`);
        response.writeHead(500).end();
      }
    }
  }

  #caller(): Caller {
    const { role, payload } = this.control;
    return {
      actor: OPERATORS[0] ?? { id: "operator-1", name: "Operator 1" },
      role,
      rights: [...RIGHTS[role], ...(payload ? (["payload:read"] as const) : [])],
    };
  }

  #session(
    id: string,
    body: unknown,
    session: Found | undefined,
    reply: (status: number, answer: unknown, headers?: Record<string, string>) => void,
  ): void {
    const now = Date.now();
    const { actor, role, rights } = this.#caller();
    const answer = (csrf: string, seen: number) => ({
      status: "ok",
      actor,
      role,
      rights,
      csrf_token: csrf,
      idle_seconds: this.control.idleSeconds,
      idle_ends_at: new Date(seen + this.control.idleSeconds * 1_000).toISOString(),
      ends_at: new Date(now + 8 * 3_600_000).toISOString(),
      environment: "production",
      version: "2.14.0",
    });
    if (id === "signIn") {
      if ((body as { token: string }).token !== TOKEN) throw new Refusal(401, { code: "unauthorized", message: "the token is wrong" });
      const [key, csrf] = [crypto.randomUUID(), crypto.randomUUID()];
      this.#sessions.set(key, { csrf, seen: now, born: now });
      reply(200, answer(csrf, now), { "set-cookie": `${COOKIE}=${key}; HttpOnly; SameSite=Strict; Path=/v1/api` });
    } else if (id === "signOut") {
      this.#sessions.delete(session?.id ?? "");
      reply(200, { status: "ok" }, { "set-cookie": `${COOKIE}=; Max-Age=0; Path=/v1/api` });
    } else {
      if (id === "keepSession") session?.touch();
      reply(200, answer(session?.csrf ?? "", session?.seen ?? now));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[process.argv.indexOf("--port") + 1] ?? 4_380);
  const server = new FakeServer();
  const address = await server.start(Number.isInteger(port) ? port : 4_380);
  process.stdout.write(`${address}/ops/  token: ${TOKEN}\n`);
  setInterval(() => {
    for (const violation of server.contract.violations.splice(0)) process.stderr.write(`${violation}\n`);
  }, 1_000);
}
