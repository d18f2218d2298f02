/** Node, npm, and the programs that only tests use. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Finding } from "./finding.ts";

export async function checkNode(): Promise<Finding> {
  const major = Number(process.versions.node.split(".")[0]);
  const detail = `${process.version} (${process.execPath})`;
  if (major >= 24) return { what: "Node", state: "ok", detail };
  return { what: "Node", state: "missing", detail, remedy: "run npm ci: the dependencies bring Node 24" };
}

export const checkNpm = () =>
  checkProgram("npm", ["npm", "--version"], "needed to install and to run the scripts: https://nodejs.org");

export const checkGo = () =>
  checkProgram(
    "Go",
    ["go", "version"],
    "only for the contract tests against Google's pstest: apt-get install golang",
  );

export async function checkChromium(): Promise<Finding> {
  const candidates = [process.env["CHROMIUM_PATH"], "chromium", "chromium-browser", "google-chrome"];
  for (const program of candidates) {
    const version = program === undefined ? undefined : await firstLine(program, "--version");
    if (version !== undefined) return { what: "Chromium", state: "ok", detail: `${version} (${program})` };
  }
  const remedy = "only for the playback tests: apt-get install chromium, or set CHROMIUM_PATH";
  return { what: "Chromium", state: "limited", detail: "not found", remedy };
}

async function checkProgram(
  what: string,
  [program = "", ...args]: string[],
  remedy: string,
): Promise<Finding> {
  const version = await firstLine(program, ...args);
  if (version !== undefined) return { what, state: "ok", detail: version };
  return { what, state: "limited", detail: "not found", remedy };
}

/** What a program says about itself; undefined when it does not run. */
export async function firstLine(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: 20_000 });
    return stdout.trim().split("\n")[0];
  } catch {
    return undefined;
  }
}
