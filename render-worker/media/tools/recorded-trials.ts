/** Records the results of ffmpeg's trials on disk, so that the workers of one machine try each build once. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { arch, cpus, release } from "node:os";
import { join } from "node:path";
import { Capabilities, type JailLevel } from "@reelay/contracts";
import { z } from "zod";
import type { LocatedTool } from "../ffmpeg/index.ts";

const Trials = z.object({
  encoders: z.array(z.string()),
  capabilities: Capabilities,
  filters: z.array(z.string()),
  decodable: z.array(z.string()),
  pixelsPerSecond: z.number().nullable(),
  /** False if a trial may have timed out: such results depend on the moment and are not recorded. */
  isComplete: z.boolean(),
});

/** Trial results of one ffmpeg on one machine. */
export type Trials = z.infer<typeof Trials>;

interface TrialSubject {
  ffmpeg: LocatedTool;
  jail: JailLevel;
}

/**
 * The recorded results for this build, jail and machine; without them, those of `run`, which are then
 * recorded. A record that cannot be read or written is not an error: the trials run again.
 */
export async function recordTrials(
  directory: string,
  subject: TrialSubject,
  run: () => Promise<Trials>,
): Promise<Trials> {
  const file = join(directory, `${await describe(subject)}.json`);
  const recorded = await read(file);
  if (recorded !== null) return recorded;
  const trials = await run();
  if (trials.isComplete) await write(directory, file, trials).catch(() => undefined);
  return trials;
}

/**
 * A hash of everything that determines the results: the program file, its version, the jail, kernel and
 * processors.
 */
async function describe({ ffmpeg, jail }: TrialSubject): Promise<string> {
  const { size, mtimeMs } = await stat(ffmpeg.path);
  const processors = cpus().map(({ model }) => model);
  const parts = [ffmpeg.path, ffmpeg.version, size, mtimeMs, jail, arch(), release(), processors];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

async function read(file: string): Promise<Trials | null> {
  try {
    return Trials.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return null;
  }
}

/** Renames a complete file into place, since another worker may start at the same time. */
async function write(directory: string, file: string, trials: Trials): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(trials), { mode: 0o600 });
  await rename(temporary, file);
}
