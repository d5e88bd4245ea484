// A Vite plugin: writes which file holds which module and what it imports to .cache/chunks.json, beside the build and not in it, for
// testing/size.ts.
import { mkdir, writeFile } from "node:fs/promises";
import { relative } from "node:path";
import type { Plugin } from "vite";

export type Chunks = Record<string, { readonly file: string; readonly imports: readonly string[] }>;

export function chunkList(): Plugin {
  let root = "";
  return {
    name: "chunk-list",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    async writeBundle(_options, bundle) {
      const chunks: Chunks = {};
      for (const part of Object.values(bundle)) {
        if (part.type !== "chunk") continue;
        const entry = { file: part.fileName, imports: part.imports };
        chunks[part.fileName] = entry;
        if (part.facadeModuleId !== null) chunks[relative(root, part.facadeModuleId)] = entry;
      }
      await mkdir(`${root}/.cache`, { recursive: true });
      await writeFile(`${root}/.cache/chunks.json`, JSON.stringify(chunks));
    },
  };
}
