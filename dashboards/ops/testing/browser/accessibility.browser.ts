// axe on every page and every dialog, in both themes and from right to left: no violation. Nothing breaks the policy or the contract.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { deadJobPath, leave, openBrowser, PAGES, settled, visit, type Look, type Visit } from "./harness.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds, in words. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (tags) => {
    const { axe } = window as unknown as { axe: { run: (options: object) => Promise<{ violations: Violation[] }> } };
    return (await axe.run({ runOnly: { type: "tag", values: tags } })).violations;
  }, TAGS);
  return found.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes
        .slice(0, 4)
        .map((node) => `   ${node.html.slice(0, 200)}\n   ${node.failureSummary ?? ""}`)
        .join("\n")}`,
  );
}

const LOOKS: Record<string, Look> = {
  light: { theme: "light" },
  dark: { theme: "dark" },
  ar: { language: "ar" },
  narrow: { width: 390, height: 844 },
};

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser.close();
});

const clean = ({ errors, server }: Visit) => {
  assert.deepEqual(errors, [], "the console is silent, and the policy stopped nothing");
  assert.deepEqual(server.contract.violations, [], "requests and answers keep the contract");
};

for (const [name, look] of Object.entries(LOOKS)) {
  describe(`axe, ${name}`, () => {
    let visited: Visit;
    before(async () => {
      visited = await visit(browser, "/", look);
    });
    after(async () => {
      await leave(visited);
    });
    for (const [pageName, path] of Object.entries({ ...PAGES, job: "" })) {
      test(pageName, async () => {
        const { page, address, server } = visited;
        await page.goto(`${address}/ops${path === "" ? deadJobPath(server) : path}`);
        await settled(page);
        assert.equal(await page.getAttribute("html", "dir"), look.language === "ar" ? "rtl" : "ltr");
        assert.deepEqual(await violations(page), []);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `the page is ${wide} px wider than its window`);
        clean(visited);
      });
    }
  });
}

const OPENED: Record<string, { path: string; open: (page: Page) => Promise<void> }> = {
  palette: { path: "/", open: (page) => page.keyboard.press("Control+k") },
  shortcuts: { path: "/", open: (page) => page.keyboard.press("?") },
  settings: { path: "/", open: (page) => page.getByRole("button", { name: "Settings" }).click() },
  menu: { path: "/", open: (page) => page.getByRole("button", { name: "Columns" }).click() },
  "chart data": { path: "/queues/award-points", open: (page) => page.getByRole("button", { name: "Data table" }).first().click() },
  "filter suggestions": { path: "/jobs", open: (page) => page.keyboard.press("/").then(() => page.keyboard.type("st")) },
  "invalid filter": {
    path: "/jobs?q=attempt:%3Etwo",
    open: (page) => page.waitForSelector(".field-error:not([hidden])").then(() => undefined),
  },
  "no match": { path: "/jobs?q=shop:lunar-coffee%20class:nothing", open: (page) => page.waitForSelector(".blank").then(() => undefined) },
  "bulk bar": { path: "/dead-letters", open: (page) => page.getByRole("checkbox", { name: "Select all shown" }).check() },
  "webhook panel": { path: "/webhooks", open: (page) => page.locator("tbody tr").first().click() },
  "schedule panel": { path: "/schedules", open: (page) => page.locator("tbody tr").nth(2).click() },
  "worker panel": { path: "/workers", open: (page) => page.locator("tbody tr").nth(1).click() },
  "circuit panel": { path: "/circuits", open: (page) => page.locator("tbody tr").first().click() },
  "audit panel": { path: "/audit", open: (page) => page.locator("tbody tr").nth(1).click() },
};

describe("axe, what is opened", () => {
  for (const theme of ["light", "dark"] as const) {
    for (const [name, { path, open }] of Object.entries(OPENED)) {
      test(`${name}, ${theme}`, async () => {
        const visited = await visit(browser, path, { theme });
        try {
          await settled(visited.page);
          await open(visited.page);
          await visited.page.waitForTimeout(300);
          assert.deepEqual(await violations(visited.page), []);
          clean(visited);
        } finally {
          await leave(visited);
        }
      });
    }
  }
});
