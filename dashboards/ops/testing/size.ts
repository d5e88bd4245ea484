// Measures the JavaScript of the first page as browsers get it: everything the overview needs, its charts included, Brotli-compressed. Fails
// beyond the limit. Also: every file but index.html has a hash in its name, and nothing names another host.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chunks } from "../build-chunks.ts";
import { brotliCompressSync, gzipSync } from "node:zlib";

const FIRST_PAGE_KB_MAX = 200;
const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const CHUNKS = fileURLToPath(new URL("../.cache/chunks.json", import.meta.url));
/** What the browser asks for on the overview, beside what these import. */
const FIRST = ["index.html", "src/pages/overview/overview.tsx", "src/charts/time-chart.tsx", "src/i18n/locales/en.json"];
/** Addresses that are names, not places: namespaces, and links in error messages of libraries. */
const NAMES = [
  "http://www.w3.org/",
  "http://localhost",
  "https://react.dev/errors/",
  "https://reactrouter.com",
  "https://www.i18next.com",
  "https://github.com/",
  "https://react-spectrum.adobe.com/",
  "https://react-aria.adobe.com/",
  "https://www.chartjs.org",
  "https://tailwindcss.com",
];

const chunks = JSON.parse(readFileSync(CHUNKS, "utf8")) as Chunks;

/** The files of an entry and of all that it imports. */
function filesOf(entry: string, found: Set<string>): Set<string> {
  const chunk = chunks[entry];
  if (!chunk) throw new Error(`the build has no ${entry}`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const one of chunk.imports) filesOf(one, found);
  return found;
}

const problems: string[] = [];
const files = [...FIRST.reduce((found, entry) => filesOf(entry, found), new Set<string>())].filter((file) => file.endsWith(".js"));
let brotli = 0;
let gzip = 0;
for (const file of files) {
  const content = readFileSync(join(DIST, file));
  brotli += brotliCompressSync(content).length;
  gzip += gzipSync(content).length;
}
const kb = (bytes: number): string => (bytes / 1_000).toFixed(1);
process.stdout.write(`JavaScript of the first page: ${kb(brotli)} kB Brotli, ${kb(gzip)} kB gzip, in ${files.length} files\n`);
if (brotli > FIRST_PAGE_KB_MAX * 1_000) problems.push(`the first page has more than ${FIRST_PAGE_KB_MAX} kB of JavaScript`);

for (const path of readdirSync(DIST, { recursive: true, encoding: "utf8" })) {
  if (!/\.(?:js|css|html|svg)$/.test(path)) continue;
  if (path !== "index.html" && !/-[\w-]{8}\.\w+$/.test(path)) problems.push(`${path} has no hash in its name`);
  const text = readFileSync(join(DIST, path), "utf8");
  for (const [address] of text.matchAll(/https?:\/\/[\w.-]+[^\s"'`)<\\]*/g)) {
    if (!NAMES.some((name) => address.startsWith(name))) problems.push(`${path} names ${address}`);
  }
}
const html = readFileSync(join(DIST, "index.html"), "utf8");
if (/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/.test(html)) problems.push("index.html has inline scripts or styles");
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
