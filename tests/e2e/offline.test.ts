/** The quiz of a CSV on a machine without a network. */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { succeeds } from "../kit/succeeds.ts";

const root = resolve(import.meta.dirname, "../..");
const QUESTIONS = 2;

/** Loopback is up, and nothing else is there. */
const OFFLINE = 'ip link set lo up && ! ip route get 192.0.2.1 2>/dev/null && exec "$@"';
const canUnshare = process.platform === "linux" && (await succeeds("unshare", "-n", "ip", "link"));

test.skipIf(!canUnshare)(
  "without a network, the questions of a CSV become a spoken video (skipped without the right to take the network away)",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "reelay-offline-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const lines = (await readFile(join(root, "examples/questions.csv"), "utf8")).split("\n");
    const file = join(folder, "questions.csv");
    await writeFile(file, lines.slice(0, QUESTIONS + 1).join("\n"));
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(DATABASE_URL|PUBSUB_|STORE|GCS_|INIT_CWD|PUBLIC_URL|HOST$|GEMINI_|SPEECH)/.test(name),
    );
    const program = [process.execPath, join(root, "embedded/main.ts"), "--exit", file];
    const child = spawn("unshare", ["-n", "sh", "-c", OFFLINE, "sh", ...program], {
      env: { ...Object.fromEntries(inherited), REELAY_DATA_DIR: join(folder, "data") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise<number | null>((done) => child.once("close", done));
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    expect(code, output + errors).toBe(0);
    expect(output).toContain("questions.csv is ready.");
  },
  300_000,
);
