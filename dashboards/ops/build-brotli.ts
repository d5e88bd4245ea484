// A Vite plugin: writes each file of the build a second time, compressed with Brotli, so that the server sends it as it is.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { Plugin } from "vite";

const compress = promisify(brotliCompress);

export function brotliFiles(): Plugin {
  let folder = "";
  return {
    name: "brotli-files",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const paths = entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".br"))
        .map((entry) => join(entry.parentPath, entry.name));
      const options = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
      await Promise.all(paths.map(async (path) => writeFile(`${path}.br`, await compress(await readFile(path), options))));
    },
  };
}
