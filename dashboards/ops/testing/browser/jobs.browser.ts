// Jobs in the browser: finding, choosing, acting on one and on all that match, by pointer and by keyboard alone.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { deadJobPath, usesBrowser } from "./harness.ts";

const { on } = usesBrowser({ settle: true });

const filter = (page: Page) => page.getByRole("combobox", { name: "Filter" });
const rows = (page: Page) => page.locator("tbody tr[data-index]");
const query = (page: Page) => new URL(page.url()).searchParams.get("q") ?? "";

describe("finding", () => {
  test("a filter is completed by keys, kept in the address, and survives the back button", () =>
    on("/jobs", async ({ page }) => {
      await page.keyboard.press("/");
      await page.keyboard.type("shop:lun");
      await page.getByRole("option", { name: /lunar-coffee/ }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      assert.equal(await filter(page).inputValue(), "shop:lunar-coffee ");
      await page.waitForFunction(() => location.search.includes("lunar"));
      await page.keyboard.type("state:de");
      await page.getByRole("option", { name: "state:dead" }).waitFor();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Tab");
      await page.waitForFunction(() => location.search.includes("dead"));
      assert.equal(query(page), "shop:lunar-coffee state:dead");
      await page.waitForFunction(() => document.querySelectorAll("tbody tr[data-index]").length === 38);
      assert.equal(
        await page.getByRole("navigation", { name: "State" }).getByRole("link", { name: /^Dead/ }).getAttribute("aria-current"),
        "page",
      );
      await page.goBack();
      await page.waitForFunction(() => !location.search.includes("dead"));
      assert.equal(await filter(page).inputValue(), "shop:lunar-coffee");
    }));

  test("an invalid filter is said at the field, and the last valid list stays", () =>
    on("/jobs?q=state:dead", async ({ page }) => {
      const before = await rows(page).count();
      await filter(page).fill("state:dead attempt:>two");
      await page.getByText("attempt: expected a number, such as attempt:>2.").waitFor();
      await page.waitForTimeout(600);
      assert.equal(query(page), "state:dead");
      assert.equal(await rows(page).count(), before);
      assert.equal(await filter(page).getAttribute("aria-invalid"), "true");
    }));

  test("a permalink shows its list, payload fields and words included", () =>
    on("/jobs?q=order_id:820982911946154508%20%22already%20been%20taken%22", async ({ page, server }) => {
      const expected = server.world.dead.filter(
        (job) => job.payload.includes("820982911946154508") && job.error?.includes("already been taken"),
      );
      assert.ok(expected.length > 30);
      assert.equal(await rows(page).count(), expected.length);
      assert.match((await rows(page).first().textContent()) ?? "", /shopify_user_error/);
    }));

  test("an empty list says which condition to remove, and how many jobs that gives", () =>
    on("/jobs?q=shop:lunar-coffee%20class:no_such_class", async ({ page }) => {
      await page.getByRole("heading", { name: "No matching jobs" }).waitFor();
      await page.getByRole("button", { name: /^Remove class:no_such_class/ }).click();
      await page.waitForFunction(() => document.querySelectorAll("tbody tr[data-index]").length > 20);
      assert.equal(query(page), "shop:lunar-coffee");
    }));

  test("a group of errors becomes part of the filter", () =>
    on("/jobs", async ({ page }) => {
      await page.getByRole("button", { name: /^timeout/ }).click();
      await page.waitForFunction(() => location.search.includes("timeout"));
      assert.equal(query(page), "class:timeout");
    }));

  test("a search that was stopped says so and goes on", () =>
    on(
      "/jobs?q=class:no_consent",
      async ({ page }) => {
        await page.getByText(/Search stopped after/).waitFor();
        const shown = await rows(page).count();
        await page.getByText("Older ones were not searched.").waitFor();
        const more = page.waitForResponse((response) => response.url().includes("cursor"));
        await page.getByRole("button", { name: "Continue search" }).click();
        await more;
        await page.getByText(/Search stopped after|these are all/).waitFor();
        assert.ok((await rows(page).count()) >= shown);
      },
      (server) => {
        server.control.searchRowsMax = 1_500;
      },
    ));

  test("thousands of rows are loaded and only some are drawn", () =>
    on("/jobs?q=state:done", async ({ page }) => {
      for (let i = 0; i < 8; i += 1) {
        const count = page.waitForResponse((response) => response.url().includes("/jobs?") && response.url().includes("cursor"));
        await page.getByRole("button", { name: "Load more" }).click();
        await count;
      }
      await page.getByText(/^900 rows shown\./).waitFor();
      assert.ok((await rows(page).count()) < 90, "few rows are in the document");
      await page.evaluate(() => {
        window.scrollTo(0, document.body.scrollHeight / 2);
      });
      await page.waitForTimeout(200);
      const middle = Number(await rows(page).nth(10).getAttribute("data-index"));
      assert.ok(middle > 300 && middle < 600, `row ${middle} is in the middle`);
    }));

  test("newer jobs come on request, and rows do not move by themselves", () =>
    on("/jobs?q=kind:award-points", async ({ page, server }) => {
      const first = await rows(page).first().textContent();
      for (let i = 0; i < 14; i += 1) {
        const job = server.world.make("award-points", "kite-and-co", "done", 0, { wait_ms: 1, run_ms: 1 });
        job.at = new Date().toISOString();
        server.world.jobs.unshift(job);
      }
      server.world.sort();
      await page.getByRole("button", { name: "14 newer jobs" }).waitFor({ timeout: 9_000 });
      assert.equal((await rows(page).first().textContent())?.slice(0, 30), first?.slice(0, 30));
      await page.getByRole("button", { name: "14 newer jobs" }).click();
      await page.waitForFunction(() => document.querySelector("tbody tr[data-index]")?.textContent.includes("kite-and-co"));
    }));
});

test("columns that a narrow page hides leave no gap, in long lists either", () =>
  on("/jobs?q=state:dead", async ({ page }) => {
    for (const width of [1_920, 1_400, 1_200, 1_000, 800]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(300);
      const gap = await page.evaluate(() => {
        const table = document.querySelector("main table");
        const last = [...document.querySelectorAll("main thead th")].filter((th) => th.getClientRects().length > 0).at(-1);
        return Math.abs((table?.getBoundingClientRect().right ?? 0) - (last?.getBoundingClientRect().right ?? 0));
      });
      assert.ok(gap < 2, `${gap} px at ${width} px`);
    }
  }));

describe("choosing", () => {
  test("a range by shift and pointer, and by X and ⇧X", () =>
    on("/dead-letters?q=shop:lunar-coffee", async ({ page }) => {
      const box = (index: number) => rows(page).nth(index).getByRole("checkbox");
      await box(2).click();
      await box(6).click({ modifiers: ["Shift"] });
      await page.getByText("5 selected").waitFor();
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      for (let i = 0; i < 3; i += 1) await page.keyboard.press("j");
      await page.keyboard.press("Shift+X");
      await page.getByText("4 selected").waitFor();
      assert.equal(await page.locator("tr[aria-selected=true]").count(), 4);
      const focused = await page.evaluate(() => document.activeElement?.getAttribute("data-index"));
      assert.equal(focused, "10", "on from the row that was clicked last");
    }));

  test("only actions that fit the states are offered", () =>
    on("/jobs", async ({ page }) => {
      await page.getByRole("checkbox", { name: "Select all shown" }).check();
      const bar = page.getByRole("toolbar", { name: "Actions for the selection" });
      await bar.getByRole("button", { name: /^Run now \d+$/ }).waitFor();
      assert.equal(await bar.getByRole("button", { name: /^Retry/ }).count(), 0, "no dead job is among the first hundred");
      assert.equal(await bar.getByRole("button", { name: "Cancel job 2" }).count(), 1);
    }));
});

describe("acting", () => {
  test("one dead job is retried by keyboard alone, and the audit log says who did it", () =>
    on("/dead-letters?q=shop:lunar-coffee", async ({ page, server }) => {
      const dead = server.world.dead.length;
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "create-discount" }).waitFor();
      const retry = page.getByRole("button", { name: "Retry", exact: true });
      await retry.waitFor();
      await retry.focus();
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor();
      await page.getByRole("textbox", { name: "Reason" }).focus();
      await page.keyboard.type("codes are new");
      await page.keyboard.press("Enter");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.equal(server.world.dead.filter((job) => !job.replayed_at).length, dead - 1);
      const [entry] = server.world.audit;
      assert.equal(entry?.action, "job_retry");
      assert.equal(entry.reason, "codes are new");
      await page.waitForFunction(() => document.querySelector("[data-live-region]")?.textContent === "Retry: 1 job done.");
    }));

  test("all that match are retried: plan, count, confirm, progress, result, audit", () =>
    on("/dead-letters?q=class:shopify_user_error%20shop:lunar-coffee", async ({ page, server }) => {
      await rows(page).first().getByRole("checkbox").check();
      await page.getByRole("button", { name: "All 38 that match" }).click();
      await page.getByRole("menuitem", { name: "Retry" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Retry 38 jobs" }).waitFor();
      assert.match((await dialog.textContent()) ?? "", /class:shopify_user_error shop:lunar-coffee/);
      await dialog.getByLabel("Reason").fill("codes are new");
      await dialog.getByRole("button", { name: "Retry 38 jobs" }).click();
      await dialog.getByRole("progressbar").waitFor();
      await dialog.getByText("Retry: 37 jobs done.").waitFor();
      await dialog.getByText("Already changed and skipped: 1.").waitFor();
      await dialog.getByRole("button", { name: "Close" }).click();
      const entry = server.world.audit.find((one) => one.action === "bulk_confirm");
      assert.deepEqual([entry?.count, entry?.reason, entry?.actor.name], [38, "codes are new", "Operator 1"]);
      await page.goto(page.url().replace(/\/dead-letters.*/, "/bulk"));
      await page.getByRole("row", { name: /Retry dead jobs/ }).waitFor();
    }));

  test("a running operation can be stopped", () =>
    on(
      "/dead-letters",
      async ({ page, server }) => {
        await rows(page).first().getByRole("checkbox").check();
        await page.getByRole("button", { name: /All 244 that match/ }).click();
        await page.getByRole("menuitem", { name: "Retry" }).click();
        const dialog = page.getByRole("dialog");
        await dialog.getByRole("button", { name: "Retry 244 jobs" }).click();
        await dialog.getByRole("button", { name: "Stop" }).click();
        await dialog.getByText("Stopped").waitFor();
        const [bulk] = [...server.world.bulk.values()];
        assert.equal(bulk?.progress.state, "cancelled");
        assert.ok(bulk.progress.changed < 244);
      },
      (server) => {
        server.control.bulkStep = 1;
      },
    ));

  test("a job that another person changed is left alone, and it is said who did what", () =>
    on("/dead-letters?q=shop:lunar-coffee", async ({ page, server, address }) => {
      await page.goto(`${address}/ops${deadJobPath(server)}`);
      await page.getByRole("button", { name: "Retry", exact: true }).click();
      const [job] = server.world.dead;
      if (job) job.replayed_at = new Date().toISOString();
      await page.getByRole("button", { name: "Retry 1 job" }).click();
      await page.getByText(/Operator 2 was faster at .*retried a job/).waitFor();
    }));

  test("a payload is checked before it is saved, and big integers stay exact", () =>
    on("/dead-letters?q=shop:lunar-coffee", async ({ page, server, address }) => {
      await page.goto(`${address}/ops${deadJobPath(server)}`);
      await page.getByText("820982911946154508").first().waitFor();
      await page.getByRole("button", { name: /^Show \/customer_id/ }).click();
      await page.getByText("115310627314723950").waitFor();
      assert.equal(server.world.audit[0]?.action, "payload_reveal");
      await page.getByRole("button", { name: "Edit and retry" }).click();
      const field = page.getByRole("textbox", { name: /Payload, version 2/ });
      await page.getByText("create-discount accepts this payload.").waitFor();
      const text = await field.inputValue();
      await field.fill(text.replace('"amount"', '"amonut"'));
      await page.getByText(/create-discount has no field "amonut"/).waitFor();
      assert.equal(await page.getByRole("button", { name: "Save and retry" }).getAttribute("aria-disabled"), "true");
      await field.fill(text.replace("500", "700"));
      await page.getByText("create-discount accepts this payload.").waitFor();
      await page.getByRole("button", { name: "Save and retry" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      assert.ok(server.world.jobs.some((job) => job.payload.includes('"minor":700') && job.state === "waiting"));
    }));
});
