// The monitor as a whole: signing in and out, live updates, failures, rights, settings, palette, languages.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { FakeServer, TOKEN } from "../fake-server.ts";
import { leave, openBrowser, PAGES, settled, visit, type Look, type Visit } from "./harness.ts";

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
});

async function on(
  path: string,
  run: (visited: Visit) => Promise<void>,
  prepare?: (server: FakeServer) => void,
  look: Look = {},
): Promise<void> {
  const visited = await visit(browser, path, look, prepare);
  try {
    await run(visited);
    assert.deepEqual(visited.server.contract.violations, []);
    assert.deepEqual(
      visited.errors.filter((error) => error.includes("Content Security Policy") || error.includes("Uncaught")),
      [],
    );
  } finally {
    await leave(visited);
  }
}

const said = (page: Page) => page.locator("[data-live-region]");

describe("signing in", () => {
  test("a wrong token is refused, the right one opens the page that was asked for, and signing out closes it", async () => {
    const server = new FakeServer();
    const address = await server.start(0);
    const context = await browser.newContext({ locale: "en-US" });
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
      assert.match((await said(page).textContent()) ?? "", /No connection/);
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

describe("rights", () => {
  test("a viewer sees actions, and why they are not possible; payloads are hidden", () =>
    on(
      "/queues/award-points",
      async ({ page, server, address }) => {
        const pause = page.getByRole("button", { name: "Pause", exact: true });
        await pause.waitFor();
        assert.equal(await pause.getAttribute("title"), "Your role does not include the right “queues:operate”.");
        await pause.click({ force: true });
        assert.equal(await page.getByRole("dialog").count(), 0);
        const [job] = server.world.dead;
        await page.goto(`${address}/ops/jobs/${job?.queue ?? ""}/${job?.lane ?? ""}/${job?.job_id ?? ""}`);
        await page.getByText("Your role does not include the right “payload:read”.").first().waitFor();
      },
      (server) => {
        server.control.role = "viewer";
        server.control.payload = false;
      },
    ));
});

describe("settings of queues, schedules, circuits", () => {
  const admin = (server: FakeServer) => {
    server.control.role = "admin";
  };

  test("a lane is paused, resumed, and given limits; a change of others is not overwritten", () =>
    on(
      "/queues/award-points",
      async ({ page, server }) => {
        await page.getByRole("button", { name: "Pause nordic-tea" }).click();
        await page.getByLabel("Reason").fill("campaign");
        await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
        await page.getByRole("button", { name: "Resume nordic-tea" }).waitFor();
        assert.equal(server.world.audit[0]?.action, "lane_pause");
        await page.getByRole("button", { name: "Change nordic-tea" }).click();
        await page.getByRole("textbox", { name: "Rate" }).fill("every now and then");
        await page.getByRole("button", { name: "Save" }).click();
        assert.equal(await page.getByRole("textbox", { name: "Rate" }).getAttribute("aria-invalid"), "true");
        await page.getByRole("textbox", { name: "Rate" }).fill("30/min 5");
        await page.getByRole("textbox", { name: "At once" }).fill("3");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByRole("dialog").waitFor({ state: "detached" });
        const settings = [...server.world.laneSettings.values()][0];
        assert.deepEqual([settings?.rate, settings?.cap], [{ interval_us: 2_000_000, burst: 5 }, 3]);
        const queue = server.world.queues.get("award-points");
        await page.getByRole("button", { name: "Change nordic-tea" }).click();
        if (queue) queue.settings.revision += 1;
        await page.getByRole("textbox", { name: "At once" }).fill("4");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByText(/Operator 2 was faster/).waitFor();
        assert.equal([...server.world.laneSettings.values()][0]?.cap, 3);
      },
      admin,
    ));

  test("a queue is paused with what that means, and its limits are changed", () =>
    on(
      "/queues/award-points",
      async ({ page, server }) => {
        await page.getByRole("button", { name: "Pause", exact: true }).click();
        await page.getByText(/No job of this queue starts until it is resumed/).waitFor();
        await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
        await page.getByText(/^by Operator 1/).waitFor();
        await page.getByRole("button", { name: "Change", exact: true }).click();
        await page.getByRole("textbox", { name: "Jobs at once", exact: true }).fill("64");
        await page.getByRole("button", { name: "Save" }).click();
        await page.getByRole("dialog").waitFor({ state: "detached" });
        assert.equal(server.world.queues.get("award-points")?.settings.cap, 64);
      },
      admin,
    ));

  test("a schedule runs now and is paused", () =>
    on(
      "/schedules?open=trim-attempts",
      async ({ page, server }) => {
        await page.getByRole("button", { name: "Run now" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Run now" }).click();
        await page.getByRole("dialog").waitFor({ state: "detached" });
        assert.equal(server.world.ticks.get("trim-attempts")?.[0]?.by?.name, "Operator 1");
        await page.getByRole("button", { name: "Pause", exact: true }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
        await page.getByRole("row", { name: /trim-attempts.*Paused/ }).waitFor();
      },
      admin,
    ));

  test("a circuit is closed by hand", () =>
    on(
      "/circuits",
      async ({ page, server }) => {
        await page.getByRole("row", { name: /klaviyo/ }).click();
        await page.getByRole("button", { name: "Close circuit" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Close circuit" }).click();
        await page.getByRole("dialog").waitFor({ state: "detached" });
        assert.equal(server.world.circuits[0]?.state, "closed");
      },
      admin,
    ));

  test("webhooks are retried one by one, some, and all since a time", () =>
    on(
      "/webhooks",
      async ({ page, server }) => {
        const failed = () => server.world.webhooks.filter((webhook) => webhook.status === "failed").length;
        const before = failed();
        await page.locator("tbody tr").first().click();
        await page.getByRole("complementary").getByRole("button", { name: "Retry" }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Retry" }).click();
        await page.getByRole("dialog").waitFor({ state: "detached" });
        assert.equal(failed(), before - 1);
        await page.getByRole("button", { name: "Show the body (recorded in the audit log)" }).click();
        await page.getByText("820982911946154508").waitFor();
        await page.keyboard.press("Escape");
        await page.getByRole("combobox", { name: "Filter" }).fill("since:2h");
        await page.waitForFunction(() => location.search.includes("since"));
        await page.getByRole("button", { name: "Retry all that match" }).click();
        const confirm = page.getByRole("dialog").getByRole("button", { name: /^Retry \d+ jobs?$/ });
        await page.waitForFunction(() => /Retry [1-9]/.test(document.querySelector("[role=dialog] [type=submit]")?.textContent ?? ""));
        await confirm.click();
        await page
          .getByText(/jobs? retried\./)
          .first()
          .waitFor();
        assert.ok(failed() < before - 1);
      },
      admin,
    ));
});

describe("getting around", () => {
  test("by the palette, by keys, and without single letters where they are switched off", () =>
    on("/", async ({ page }) => {
      await settled(page);
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Search or jump" }).waitFor();
      await page.keyboard.type("gdpr-ex");
      await page.getByRole("menuitem", { name: "gdpr-export" }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "gdpr-export" }).waitFor();
      assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
      await page.keyboard.press("g");
      await page.keyboard.press("a");
      await page.getByRole("heading", { name: "Audit log" }).waitFor();
      await page.keyboard.press("?");
      await page.getByText("Single-letter shortcuts").click();
      await page.keyboard.press("Escape");
      await page.keyboard.press("g");
      await page.keyboard.press("o");
      await page.waitForTimeout(300);
      assert.match(page.url(), /\/audit$/);
    }));

  test("an id that is pasted into the palette finds its job", () =>
    on("/", async ({ page, server }) => {
      const id = server.world.dead[3]?.job_id ?? "";
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.insertText(id);
      await page.getByRole("menuitem", { name: `Find job ${id}` }).waitFor();
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelectorAll("tbody tr[data-index]").length === 1);
    }));

  test("in every language of the list, with its direction, and in the theme that was chosen", () =>
    on("/", async ({ page }) => {
      await page.getByRole("button", { name: "Settings" }).click();
      await page.getByLabel("Language").selectOption("ar");
      await page.waitForFunction(() => document.documentElement.dir === "rtl" && document.documentElement.lang === "ar");
      await page.keyboard.press("Escape");
      await page.locator(".nav-foot .segmented label").nth(2).click();
      assert.equal(await page.getAttribute("html", "data-theme"), "dark");
      await page.reload();
      await page.waitForSelector("main h1");
      assert.deepEqual(await page.evaluate(() => [document.documentElement.dir, document.documentElement.dataset["theme"]]), [
        "rtl",
        "dark",
      ]);
    }));

  test("every operation of the contract is asked for by some page", async () => {
    const asked = new Set<string>();
    for (const path of Object.values(PAGES)) {
      await on(path, async ({ page, server }) => {
        await settled(page);
        for (const id of server.asked.keys()) asked.add(id);
      });
    }
    for (const id of [
      "getOverview",
      "getSeries",
      "listQueues",
      "getQueue",
      "listLanes",
      "listJobs",
      "getJobFacets",
      "listDeadLetters",
      "listWebhooks",
      "listSchedules",
      "listWorkers",
      "listCircuits",
      "listBulk",
      "listAudit",
      "getSession",
    ]) {
      assert.ok(asked.has(id), id);
    }
  });
});
