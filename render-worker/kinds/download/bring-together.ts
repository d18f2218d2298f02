import { appendFile, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import type { PublishedPlaylist } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { RenderError, retriableError } from "../../errors.ts";
import type { Program } from "../../programs/index.ts";
import { type KnownSums, readMade } from "../../store/index.ts";
import { planConcat } from "./plan-concat.ts";

/** A rendition as ffmpeg's input: a fragmented MP4, or a list of consecutive ones. */
export interface Brought {
  format: "mp4" | "concat";
  path: string;
}

interface Into {
  ffprobe: Program;
  directory: string;
  /** Prefix of its file names. */
  name: string;
  /** Runs a program once memory is available. */
  reading: <T>(work: () => Promise<T>) => Promise<T>;
  /** Whether parts of different encoders can share a track. */
  mayMix: boolean;
  /** Checksums of the objects to read. */
  sums: KnownSums;
}

/** Consecutive segments with the same initialization segment. */
interface Run {
  init: Buffer;
  uris: string[];
}

const PROBE_TIMEOUT_MS = 60_000;

/**
 * Downloads a rendition's initialization segment and segments into one file. If the parts of a long video
 * were made by different encoders, each run of equal ones gets its own file, listed with its start time;
 * throws `DOWNLOAD_MIXED` if the codec does not allow that.
 */
export async function bringTogether(
  store: ObjectStore,
  { key }: PublishedPlaylist,
  { ffprobe, directory, name, mayMix, reading, sums }: Into,
  signal: AbortSignal,
): Promise<Brought> {
  const read = (piece: string) => readMade(store, piece, { signal, sums });
  const readFrom = (uri: string) => read(posix.join(posix.dirname(key), uri));
  const runs = await readRuns((await read(key)).toString(), readFrom);
  if (runs.length > 1 && !mayMix) throw mixed(key);
  const files: string[] = [];
  for (const [index, run] of runs.entries()) {
    const file = `${name}-${index}.mp4`;
    await bring(run, join(directory, file), readFrom);
    files.push(file);
  }
  const [only = ""] = files;
  if (files.length === 1) return { format: "mp4", path: join(directory, only) };
  const startsUs: number[] = [];
  for (const file of files)
    startsUs.push(await reading(() => readStartUs(ffprobe, join(directory, file), signal)));
  const path = join(directory, `${name}.ffconcat`);
  await writeFile(path, planConcat(files.map((file, index) => ({ file, startUs: startsUs[index] ?? 0 }))));
  return { format: "concat", path };
}

/** Each part of a long video may have its own initialization segment; most are equal. */
async function readRuns(playlist: string, readInit: (uri: string) => Promise<Buffer>): Promise<Run[]> {
  const runs: Run[] = [];
  for (const line of playlist.split("\n")) {
    const map = /^#EXT-X-MAP:URI="([^"]+)"/.exec(line)?.[1];
    const last = runs.at(-1);
    if (map !== undefined) {
      const init = await readInit(map);
      if (last === undefined || !last.init.equals(init)) runs.push({ init, uris: [] });
    } else if (line !== "" && !line.startsWith("#")) last?.uris.push(line);
  }
  return runs.filter(({ uris }) => uris.length > 0);
}

async function bring(
  { init, uris }: Run,
  path: string,
  readFrom: (uri: string) => Promise<Buffer>,
): Promise<void> {
  await writeFile(path, init);
  for (const uri of uris) await appendFile(path, await readFrom(uri));
}

/** Start of a file in microseconds, as ffmpeg's list sees it. */
async function readStartUs(ffprobe: Program, path: string, signal: AbortSignal): Promise<number> {
  const what = ["-protocol_whitelist", "file", "-f", "mp4", "-show_entries", "format=start_time"];
  const args = ["-v", "error", ...what, "-of", "csv=p=0", `file:${path}`];
  const { exitCode, stdout, stderr } = await ffprobe.run(args, { timeoutMs: PROBE_TIMEOUT_MS, signal });
  const seconds = Number.parseFloat(stdout);
  if (exitCode === 0 && Number.isFinite(seconds)) return Math.round(seconds * 1e6);
  throw retriableError(
    "WORKER",
    "DOWNLOAD_FAILED",
    `ffprobe could not read the start time of a part of the video (exit code ${exitCode}). Another attempt may succeed.`,
    stderr,
  );
}

const mixed = (key: string): RenderError =>
  new RenderError({
    code: "DOWNLOAD_MIXED",
    message: `The parts of ${key} were made by different encoders, and only H.264 parts can then be joined into one file. The video itself plays. For a download, create the video again with H.264, or with workers that have the same encoders.`,
    scope: "WORKER",
    retriable: false,
  });
