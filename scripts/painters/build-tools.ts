import { existsSync } from "node:fs";
import path from "node:path";
import type { Python } from "./find-python.ts";
import { runTool } from "./run-tool.ts";

interface Need {
  package: string;
  isThere: () => Promise<boolean> | boolean;
}

const runs = (program: string, ...args: string[]): Promise<boolean> =>
  runTool(program, args).then(
    () => true,
    () => false,
  );

/** What pycairo and manimpango are built with. Neither has wheels for Linux. */
const needsOf = (python: Python): Need[] => [
  { package: "gcc", isThere: () => runs("cc", "--version") },
  { package: "pkg-config", isThere: () => runs("pkg-config", "--version") },
  { package: "libcairo2-dev", isThere: () => runs("pkg-config", "--exists", "cairo") },
  { package: "libpango1.0-dev", isThere: () => runs("pkg-config", "--exists", "pangocairo") },
  { package: "python3-dev", isThere: () => existsSync(path.join(python.headers, "Python.h")) },
];

/** Throws an error with the one command that installs what is missing. */
export async function assertCanBuild(python: Python): Promise<void> {
  const missing: string[] = [];
  for (const need of needsOf(python)) if (!(await need.isThere())) missing.push(need.package);
  if (missing.length === 0) return;
  const command =
    process.platform === "darwin"
      ? "brew install pkg-config cairo pango"
      : `apt-get install ${missing.join(" ")}`;
  throw new Error(`Building Manim's drawing libraries needs ${missing.join(", ")}. Run: ${command}`);
}
