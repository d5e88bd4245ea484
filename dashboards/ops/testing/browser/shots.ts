// Screenshots of every page: `node testing/browser/shots.ts DIR [NAME...]`. Looked at by people; tests compare nothing with them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { deadJobPath, leave, openBrowser, PAGES, settled, visit, type Look } from "./harness.ts";

const LOOKS: Record<string, Look> = {
  light: {},
  dark: { theme: "dark" },
  narrow: { width: 390, height: 844 },
  wide: { width: 1_920, height: 1_080 },
  ar: { language: "ar" },
  "ar-narrow": { language: "ar", width: 390, height: 844 },
};

const [directory = "shots", ...wanted] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const browser = await openBrowser();
for (const [lookName, look] of Object.entries(LOOKS)) {
  const chosen = wanted.filter((one) => one.startsWith("look:")).map((one) => one.slice(5));
  if (chosen.length > 0 && !chosen.includes(lookName)) continue;
  const names = wanted.filter((one) => !one.startsWith("look:"));
  const visited = await visit(browser, "/", look);
  const { page, server, address } = visited;
  const paths: Record<string, string> = { ...PAGES, job: deadJobPath(server) };
  for (const [name, path] of Object.entries(paths)) {
    if (names.length > 0 && !names.includes(name)) continue;
    await page.goto(`${address}/ops${path}`);
    await settled(page);
    await page.screenshot({ path: join(directory, `${name}-${lookName}.png`), fullPage: false });
  }
  for (const error of visited.errors) process.stdout.write(`${lookName}: ${error}\n`);
  for (const violation of server.contract.violations) process.stdout.write(`${lookName}: contract: ${violation}\n`);
  await leave(visited);
}
await browser.close();
