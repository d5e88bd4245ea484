// Signing in and out, live updates, and what pages show while they wait, fail or have nothing.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FakeServer, TOKEN } from "../fake-server.ts";
import { settled, usesBrowser } from "./harness.ts";

const { on, open } = usesBrowser();

describe("signing in", () => {
  test("a wrong token is refused, the right one opens the page that was asked for, and signing out closes it", async () => {
    const server = new FakeServer();
    const address = await server.start(0);
    const context = await open().newContext({ locale: "en-US" });
    const page = await context.newPage();
    try {
      await page.goto(`${address}/ops/workers`);
      const field = page.getByLabel("Administrator’s token");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByText("Enter the token.").waitFor();
      await field.fill("wrong");
      await page.keyboard.press("Enter");
      await page.getByText("This token is not valid.").waitFor();
      await field.fill(TOKEN);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Workers" }).waitFor();
      const [cookie] = await context.cookies(`${address}/v1/api/`);
      assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
      assert.equal(await page.evaluate(() => document.cookie), "", "scripts cannot read it");
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("You are signed out.").waitFor();
      await page.reload();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.deepEqual(server.contract.violations, []);
    } finally {
      await context.close();
      await server.stop();
    }
  });

  test("a session that ends leads to the sign-in page, which says why", () =>
    on("/", async ({ page, server }) => {
      await settled(page);
      server.endSessions();
      await page.getByText("Your session has ended. Sign in again.").waitFor({ timeout: 15_000 });
    }));

  test("before it ends for idleness, the person is warned and can stay", () =>
    on(
      "/workers",
      async ({ page, server }) => {
        await page.getByText("You will be signed out", { exact: true }).waitFor();
        await page.getByRole("button", { name: "Stay signed in" }).click();
        await page.waitForTimeout(300);
        assert.ok((server.asked.get("keepSession") ?? 0) >= 1);
      },
      (server) => {
        server.control.idleSeconds = 60;
      },
    ));
});

describe("live updates", () => {
  test("change figures in place, stop when paused, and go on", () =>
    on("/", async ({ page, server }) => {
      await settled(page);
      const waiting = page.locator(".vitals .figure").nth(1);
      const first = await waiting.textContent();
      await page.waitForFunction((before) => document.querySelectorAll(".vitals .figure")[1]?.textContent !== before, first);
      assert.equal(server.viewers, 1);
      await page.keyboard.press("l");
      await page.getByText(/Live updates are paused/).waitFor();
      await page.waitForTimeout(200);
      assert.equal(server.viewers, 0, "the stream is closed");
      const paused = await waiting.textContent();
      await page.waitForTimeout(2_500);
      assert.equal(await waiting.textContent(), paused);
      await page.getByRole("button", { name: /^Resume/ }).click();
      await page.waitForFunction((before) => document.querySelectorAll(".vitals .figure")[1]?.textContent !== before, paused);
    }));

  test("stop while the page is hidden", () =>
    on("/", async ({ page, server }) => {
      await settled(page);
      const hide = (state: string) =>
        page.evaluate((visibility) => {
          Object.defineProperty(document, "visibilityState", { configurable: true, get: () => visibility });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
      await hide("hidden");
      await page.waitForTimeout(300);
      assert.equal(server.viewers, 0);
      const asked = [...server.asked.values()].reduce((sum, one) => sum + one, 0);
      await page.waitForTimeout(11_000);
      assert.equal(
        [...server.asked.values()].reduce((sum, one) => sum + one, 0),
        asked,
        "nothing is asked for",
      );
      await hide("visible");
      await page.waitForTimeout(500);
      assert.equal(server.viewers, 1);
    }));

  test("say that the connection is lost, keep the data, disable actions, and come back", () =>
    on("/queues/award-points", async ({ page, server }) => {
      await settled(page);
      server.control.down = true;
      await page.getByText(/Showing data from/).waitFor({ timeout: 15_000 });
      await page.getByText(/Next attempt in|Connecting/).waitFor();
      await page.waitForFunction(() => document.querySelector("[data-live-region]")?.textContent.includes("No connection"));
      const pause = page.getByRole("button", { name: "Pause", exact: true });
      assert.equal(await pause.getAttribute("aria-disabled"), "true");
      assert.equal(await pause.getAttribute("title"), "Not possible without a connection.");
      assert.ok((await page.locator(".stale").count()) > 0);
      server.control.down = false;
      await page.getByRole("button", { name: "Reconnect now" }).click();
      await page.getByText(/Showing data from/).waitFor({ state: "detached", timeout: 10_000 });
    }));

  test("announce new problems, and show a band when no worker runs", () =>
    on(
      "/",
      async ({ page, server }) => {
        await page.getByText(/All 12 queues are within their objectives/).waitFor();
        server.control.scene = "noWorkers";
        await page.getByText("No worker is running.").waitFor();
        await page.waitForFunction(() => document.querySelector("[data-live-region]")?.textContent.includes("problem"));
      },
      (server) => {
        server.control.scene = "calm";
      },
    ));
});

describe("states of pages", () => {
  test("slow answers show a skeleton after a moment, and nothing jumps to another page", () =>
    on(
      "/schedules",
      async ({ page }) => {
        await page.locator(".skeletons").waitFor();
        await page.getByRole("row", { name: /rfm-refresh/ }).waitFor();
        assert.equal(await page.locator(".skeletons").count(), 0);
      },
      (server) => {
        server.control.delayMs = 900;
      },
    ));

  test("a failure says what failed, what still works, and what to tell others; trying again helps", () =>
    on(
      "/jobs",
      async ({ page, server }) => {
        await page.getByRole("heading", { name: "Jobs are unavailable" }).waitFor({ timeout: 10_000 });
        await page.getByText("503 · history_unavailable · request req-").waitFor();
        await page.getByText("Runbook: PostgreSQL unavailable").waitFor();
        server.control.fail = {};
        await page.getByRole("button", { name: "Try again" }).click();
        await page.locator("tbody tr[data-index]").first().waitFor();
      },
      (server) => {
        server.control.fail = { listJobs: 503 };
      },
    ));

  test("a region that fails leaves the others alone", () =>
    on(
      "/",
      async ({ page }) => {
        await page.getByRole("heading", { name: "Charts are unavailable" }).waitFor({ timeout: 10_000 });
        await page.getByRole("row", { name: /klaviyo-send/ }).waitFor();
      },
      (server) => {
        server.control.fail = { getSeries: 503 };
      },
    ));

  test("an installation without jobs says what comes", () =>
    on(
      "/",
      async ({ page }) => {
        await page.getByRole("heading", { name: "No jobs yet" }).waitFor();
      },
      (server) => {
        server.control.scene = "empty";
      },
    ));

  test("an address that no page has says so", () =>
    on("/nothing", async ({ page }) => {
      await page.getByRole("heading", { name: "Page not found" }).first().waitFor();
    }));
});
