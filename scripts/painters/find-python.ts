import path from "node:path";
import { runTool } from "./run-tool.ts";

export interface Python {
  path: string;
  version: string;
  /** Folder of `Python.h`. */
  headers: string;
}

const oldest = [3, 11] as const;
/**
 * Interpreters of the system come first: other users can read them, which programs installed in a home folder
 * often cannot be.
 */
const folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
const names = ["python3", "python3.13", "python3.12", "python3.11"];

const QUESTION =
  "import sys, sysconfig; print('.'.join(map(str, sys.version_info[:3]))); print(sysconfig.get_path('include'))";

const usual = [...folders.flatMap((folder) => names.map((name) => path.join(folder, name))), ...names];

/** The first Python that is new enough. */
export async function findPython(candidates: readonly string[] = usual): Promise<Python> {
  const found: string[] = [];
  for (const candidate of candidates) {
    const answer = await runTool(candidate, ["-I", "-c", QUESTION]).catch(() => null);
    if (answer === null) continue;
    const [version = "", headers = ""] = answer.split("\n");
    if (isNewEnough(version)) return { path: candidate, version, headers };
    found.push(`${candidate} is ${version}`);
  }
  const what = found.length > 0 ? found.join(", ") : "no python3 was found";
  throw new Error(
    `Manim needs Python ${oldest.join(".")} or newer: ${what}. Install it, e.g. with "apt-get install python3 python3-dev" on Debian 12 or Ubuntu 24.04.`,
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}
