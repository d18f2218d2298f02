import { execFile, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { promisify } from "node:util";

const folder = import.meta.dirname;
const cache = join(folder, "../../node_modules/.cache/reelay-pstest");

export interface PstestServer extends AsyncDisposable {
  /** `host:port`. */
  address: string;
  port: number;
}

/** Why Google's Go server cannot be run here; undefined when it can. */
export function whyNoPstest(): string | undefined {
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "Go is not installed";
  }
}

/** Starts Google's Go server, built on first use. */
export async function startPstest(port = 0): Promise<PstestServer> {
  const child = spawn(await buildPstest(), [String(port)], { stdio: ["pipe", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) throw new Error(`pstest ended before it printed its address (port ${port}).`);
  return {
    address: first.value,
    port: Number(first.value.split(":").at(-1)),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The program's path; its name holds a hash of the sources, so that a changed one is built again. */
export async function buildPstest(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of ["main.go", "go.mod", "go.sum"]) hash.update(readFileSync(join(folder, name)));
  const binary = join(cache, `pstest-${hash.digest("hex").slice(0, 12)}`);
  if (!existsSync(binary)) {
    await promisify(execFile)("go", ["build", "-o", binary, "."], { cwd: folder });
  }
  return binary;
}
