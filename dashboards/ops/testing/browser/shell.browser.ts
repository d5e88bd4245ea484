// Getting around: the palette, shortcuts, languages and themes; and that the pages ask for what the contract offers.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PAGES, settled, usesBrowser } from "./harness.ts";

const { on } = usesBrowser();

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
      await page.waitForFunction(() => document.activeElement?.id === "main");
      await page.waitForTimeout(300);
      assert.equal(await page.evaluate(() => document.activeElement?.id), "main", "it stays there");
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

  test("the pages ask for every list and figure that the contract offers", async () => {
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
