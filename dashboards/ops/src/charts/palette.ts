// The colours of the theme as a canvas takes them: Chart.js reads neither oklch() nor light-dark(), so each token is resolved on an element and
// read back as RGB from a canvas of one pixel. Done again when the theme changes.
import { useEffect, useState } from "react";

const TOKENS = [
  "waiting-fill",
  "scheduled-fill",
  "running-fill",
  "done-fill",
  "dead-fill",
  "paused-fill",
  "chart-grid",
  "chart-quiet",
  "chart-ink",
  "ink",
  "ink-2",
  "ink-3",
  "raised",
  "line",
  "line-strong",
  "canvas",
  "dead",
] as const;

export type Token = (typeof TOKENS)[number];
export type Palette = Readonly<Record<Token, string>>;

function resolve(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const one = (token: Token): string => {
    probe.style.color = `var(--color-${token})`;
    const { color } = getComputedStyle(probe);
    if (!context) return color;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    return `rgb(${r} ${g} ${b})`;
  };
  const palette = Object.fromEntries(TOKENS.map((token) => [token, one(token)])) as Record<Token, string>;
  probe.remove();
  return palette;
}

/** A colour with that share of opacity. */
export const faded = (rgb: string, alpha: number): string => rgb.replace(")", ` / ${alpha})`);

export function usePalette(): Palette {
  const [palette, setPalette] = useState(resolve);
  useEffect(() => {
    const again = () => {
      setPalette(resolve());
    };
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const observer = new MutationObserver(again);
    query.addEventListener("change", again);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      query.removeEventListener("change", again);
      observer.disconnect();
    };
  }, []);
  return palette;
}
