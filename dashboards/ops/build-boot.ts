// A Vite plugin: minifies src/boot.js, gives it a hashed name, and puts it as a blocking script into the page's head, so that
// the theme is set before the first paint without an inline script.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { minify, type Plugin } from "vite";

const SOURCE = "src/boot.js";

export function bootScript(): Plugin {
  let base = "/";
  let serve = false;
  let asset = "";
  return {
    name: "boot-script",
    configResolved(config) {
      base = config.base;
      serve = config.command === "serve";
    },
    async buildStart() {
      if (serve) return;
      const { code } = await minify(SOURCE, await readFile(SOURCE, "utf8"));
      asset = `assets/boot-${createHash("sha256").update(code).digest("hex").slice(0, 8)}.js`;
      this.emitFile({ type: "asset", fileName: asset, source: code });
    },
    transformIndexHtml: {
      order: "post",
      handler: () => [{ tag: "script", attrs: { src: `${base}${serve ? SOURCE : asset}` }, injectTo: "head-prepend" }],
    },
  };
}
