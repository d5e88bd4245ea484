// How the monitor is built and its unit tests run. Served at /ops/; every file but index.html has a hash in its name.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { bootScript } from "./build-boot.ts";
import { brotliFiles } from "./build-brotli.ts";
import { chunkList } from "./build-chunks.ts";

const API = process.env["OPS_API"] ?? "http://127.0.0.1:4380";

export default defineConfig({
  base: "/ops/",
  plugins: [react(), tailwindcss(), bootScript(), chunkList(), brotliFiles()],
  build: {
    target: ["chrome123", "safari17.5", "firefox120"],
    // Without these the minifier replaces light-dark().
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
  },
  server: { proxy: { "/v1": { target: API, ws: true } } },
  test: { include: ["src/**/*.test.{ts,tsx}", "testing/**/*.test.ts"], environment: "node" },
});
