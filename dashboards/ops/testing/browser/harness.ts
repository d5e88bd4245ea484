// What browser tests share: Debian's Chromium, a fake server, a page that is signed in, and a record of what went wrong in it.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before } from "node:test";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { FakeServer, TOKEN } from "../fake-server.ts";

const BROWSERS = [process.env["CHROME_PATH"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-dev-shm-usage",
  "--hide-scrollbars",
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error("no Chromium: apt-get install -y chromium");
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface Look {
  readonly theme?: "light" | "dark";
  readonly language?: string;
  readonly width?: number;
  readonly height?: number;
  readonly density?: "compact" | "regular" | "comfortable";
}

export interface Visit {
  readonly server: FakeServer;
  readonly address: string;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of the console, failed scripts, and what the policy stopped. */
  readonly errors: string[];
}

/** A page with its own server, signed in and at that address. */
export async function visit(
  browser: Browser,
  path: string,
  look: Look = {},
  prepare: (server: FakeServer) => void = () => undefined,
): Promise<Visit> {
  const server = new FakeServer();
  prepare(server);
  const address = await server.start(0);
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1_440, height: look.height ?? 1_000 },
    colorScheme: look.theme ?? "light",
    locale: "en-US",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  await context.addInitScript(
    ({ language, density }) => {
      // Runs with each page: what a person chose meanwhile stays.
      if (language && localStorage.getItem("ops.language") === null) localStorage.setItem("ops.language", language);
      if (density && localStorage.getItem("ops.density") === null) localStorage.setItem("ops.density", density);
    },
    { language: look.language ?? "en", density: look.density ?? "" },
  );
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => {
    errors.push(String(error));
  });
  await signIn(context, address);
  await page.goto(`${address}/ops${path}`);
  await page.waitForSelector("main h1");
  return { server, address, context, page, errors };
}

export async function signIn(context: BrowserContext, address: string): Promise<void> {
  const answer = await context.request.post(`${address}/v1/api/admin/session`, { data: { kind: "token", token: TOKEN } });
  if (!answer.ok()) throw new Error(`signing in failed: ${answer.status()}`);
}

export async function leave({ context, server }: Visit): Promise<void> {
  await context.close();
  await server.stop();
}

/** Waits until nothing loads any more. */
export async function settled(page: Page): Promise<void> {
  const quiet = () =>
    page.waitForFunction(
      () =>
        document.querySelector("main h1") !== null &&
        document.querySelector(".skeletons, [aria-busy=true]") === null &&
        [...document.querySelectorAll(".plot")].every((plot) => plot.querySelector("canvas")),
    );
  await quiet();
  // Answers that are under way show nothing for a moment.
  await page.waitForTimeout(400);
  await quiet();
}

/** Requests that fail are part of many tests, and Chromium logs each of them; anything else on the console is a defect. */
const EXPECTED = /^(?:Failed to load resource|WebSocket connection to)/;

/** Opens a browser for the tests of a file. `on` is a visit that is always left, and must not break the contract or the policy. */
export function usesBrowser({ settle = false } = {}) {
  let browser: Browser | undefined;
  const open = (): Browser => {
    if (!browser) throw new Error("the browser is not open");
    return browser;
  };
  before(async () => {
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
  });
  const on = async (path: string, run: (visited: Visit) => Promise<void>, prepare?: (server: FakeServer) => void): Promise<void> => {
    const visited = await visit(open(), path, {}, prepare);
    try {
      if (settle) await settled(visited.page);
      await run(visited);
      assert.deepEqual(visited.server.contract.violations, []);
      assert.deepEqual(
        visited.errors.filter((error) => !EXPECTED.test(error)),
        [],
      );
    } finally {
      await leave(visited);
    }
  };
  return { on, open };
}

export const PAGES = {
  overview: "/",
  queues: "/queues",
  queue: "/queues/create-discount",
  jobs: "/jobs",
  webhooks: "/webhooks",
  deadLetters: "/dead-letters",
  schedules: "/schedules",
  workers: "/workers",
  circuits: "/circuits",
  bulk: "/bulk",
  audit: "/audit",
} as const;

/** The address of the newest dead job. */
export function deadJobPath(server: FakeServer): string {
  const [job] = server.world.dead;
  if (!job) throw new Error("no dead job");
  return `/jobs/${job.queue}/${job.lane}/${job.job_id}`;
}
