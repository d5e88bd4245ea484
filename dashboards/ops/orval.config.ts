// Generates the typed client of the contract into src/api/generated; never committed.
import { defineConfig } from "orval";

export default defineConfig({
  ops: {
    input: { target: "./contract/openapi.json" },
    output: {
      mode: "split",
      target: "./src/api/generated/ops.ts",
      client: "fetch",
      clean: true,
      urlEncodeParameters: true,
      override: { mutator: { path: "./src/api/http.ts", name: "request" }, fetch: { includeHttpResponseReturnType: false } },
    },
  },
});
