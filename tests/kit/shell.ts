import { spawn } from "node:child_process";
import path from "node:path";
import { eventually } from "./eventually.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
/** What a test run has in its environment and a terminal has not. */
const foreign =
  /^(NODE_ENV|VITEST|TEST|INIT_CWD|DATABASE_URL|PUBLIC_URL|HOST$|PORT$|PUBSUB_|STORE|GCS_|npm_)/;

/** A command as it was typed in a terminal in the root of the clone. Disposing is a Ctrl-C, and waits. */
export interface TypedCommand extends AsyncDisposable {
  /** What it wrote, to both. */
  output(): string;
  stdout(): string;
  /** Resolves to its exit code. */
  ended: Promise<number | null>;
  /** Resolves when it wrote this; rejects when it ends before. */
  wrote(words: RegExp | string, timeoutMs?: number): Promise<void>;
}

export function typeCommand(command: string, env: Record<string, string> = {}): TypedCommand {
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  // In a process group of its own: a Ctrl-C goes to all that a terminal runs.
  const child = spawn("bash", ["-ec", command], {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), METADATA_SERVER_DETECTION: "none", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return {
    output: () => output,
    stdout: () => stdout,
    ended,
    async wrote(words, timeoutMs = 90_000) {
      const isThere = () => (typeof words === "string" ? output.includes(words) : words.test(output));
      try {
        await eventually(() => isThere() || child.exitCode !== null, "it is written", {
          timeoutMs,
          intervalMs: 100,
        });
      } catch {
        // Told below, with what it wrote instead.
      }
      if (!isThere()) throw new Error(`"${command}" has not written ${String(words)}, but: ${output}`);
    },
    async [Symbol.asyncDispose]() {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      } catch {
        // The group is already empty.
      }
      await ended;
    },
  };
}
