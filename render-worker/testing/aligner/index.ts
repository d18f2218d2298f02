/** A forced aligner that is independent of our speech engines: PocketSphinx, with its English model. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";

const cache = resolve(import.meta.dirname, "../../../.cache");
/** That `npm run painters` installs, unless the system has one. */
const ownUv = join(cache, "painters/uv/bin/uv");
const requirements = join(import.meta.dirname, "requirements.txt");

export interface AlignedWord {
  startMs: number;
  endMs: number;
}

/**
 * Finds when each word of a recording is said.
 *
 * @param samples a file of mono samples of 16 bit at 16 kHz.
 * @param words in their order, each as the words that are said for it: `1969` is `nineteen sixty nine`.
 */
export async function alignWords(samples: string, words: readonly string[][]): Promise<AlignedWord[]> {
  const python = join(await installAligner(), "bin/python");
  const request = JSON.stringify({ samples, words });
  return JSON.parse(
    await run(python, ["-I", join(import.meta.dirname, "align.py")], request),
  ) as AlignedWord[];
}

/** An environment with the packages of `requirements.txt`, made on first use. Returns its folder. */
async function installAligner(): Promise<string> {
  const hash = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex");
  const folder = join(cache, `aligner-${hash.slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const uv = existsSync(ownUv) ? ownUv : "uv";
  const next = `${folder}.${process.pid}`;
  try {
    await run(uv, ["venv", "--quiet", "--relocatable", next]);
    const options = ["--quiet", "--python", join(next, "bin/python"), "--require-hashes"];
    await run(uv, ["pip", "sync", ...options, requirements]);
    await rename(next, folder);
  } finally {
    await rm(next, { recursive: true, force: true });
  }
  return folder;
}

async function run(program: string, args: readonly string[], input = ""): Promise<string> {
  const child = spawn(program, args);
  child.stdin.end(input);
  const ended = new Promise<number | null>((done, failed) => child.on("error", failed).on("close", done));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}
