// Rights, and the settings of queues, lanes, schedules, circuits and webhooks.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FakeServer } from "../fake-server.ts";
import { usesBrowser } from "./harness.ts";

const { on } = usesBrowser();

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
          .getByText(/Retry: \d+ jobs? done\./)
          .first()
          .waitFor();
        assert.ok(failed() < before - 1);
      },
      admin,
    ));
});
