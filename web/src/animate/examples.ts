import type { AspectRatio } from "../api/index.ts";

/** A script to start from. */
export interface Example {
  /** The file's name without its ending, e.g. `unit-circle`. */
  name: string;
  title: string;
  aspectRatio: AspectRatio;
  script: string;
}

const shapes: Readonly<Record<string, AspectRatio>> = { "16:9": "WIDE", "9:16": "TALL", "1:1": "SQUARE" };

/** Its docstring is the title and, for another shape than 16:9, a line such as `Shape: 9:16`. Pure. */
export function parseExample(path: string, script: string): Example {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.py$/, "");
  const docstring = /^"""([^]*?)"""/.exec(script)?.[1] ?? "";
  const shape = /^Shape: (\S+)$/m.exec(docstring)?.[1] ?? "16:9";
  return { name, title: docstring.split("\n")[0] || name, aspectRatio: shapes[shape] ?? "WIDE", script };
}

// Vite reads these options from the text.
const files = import.meta.glob<string>("../../../examples/manim/*.py", {
  query: "?raw",
  import: "default",
  eager: true,
});

export const examples: readonly Example[] = Object.entries(files).map(([path, script]) =>
  parseExample(path, script),
);
