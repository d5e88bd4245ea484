// `npm run check`: the contract, the types, the rules, the form, the unit tests with the 22 languages, and the size of the first page. Two steps
// run at a time. Says how long each took, prints what a failed one printed, and fails when one does.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const STEP_SECONDS_MAX = 180;

/** What runs first, since the others need it; then lanes side by side, each in order. */
const FIRST = ["contract: node testing/snapshot-schema.ts --check", "client: npx orval --config orval.config.ts"];
const LANES = [
  ["rules: npx eslint . --max-warnings 0 --cache --cache-location .cache/eslint"],
  [
    "build: npx vite build --logLevel warn",
    "size: node testing/size.ts",
    "types: npx tsc",
    "tests: npx vitest run --reporter=dot",
    "form: npx prettier --check . --ignore-path ../.prettierignore --log-level warn --cache --cache-location .cache/prettier",
  ],
];

/** Runs one step; whether it passed. */
async function step(line: string): Promise<boolean> {
  const [name = "", command = ""] = line.split(/: (.*)/s);
  const [program = "", ...args] = command.split(" ");
  const began = performance.now();
  const child = spawn(program, args, { cwd: HERE, stdio: ["ignore", "pipe", "pipe"], timeout: STEP_SECONDS_MAX * 1_000 });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      printed += text;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  const took = ((performance.now() - began) / 1_000).toFixed(1);
  process.stdout.write(`${code === 0 ? "ok    " : "FAILED"} ${name.padEnd(9)} ${took.padStart(5)} s\n`);
  if (code !== 0 || name === "size") process.stdout.write(printed);
  return code === 0;
}

/** Runs all steps of a lane, also those after one that failed; whether all passed. */
async function lane(lines: readonly string[]): Promise<boolean> {
  let passed = true;
  for (const line of lines) passed = (await step(line)) && passed;
  return passed;
}

const passed = (await lane(FIRST)) && (await Promise.all(LANES.map(lane))).every(Boolean);
process.exitCode = passed ? 0 : 1;
