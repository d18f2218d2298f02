import { mkdir, readdir, readFile, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { retriableError } from "../../errors.ts";
import { makeFolder } from "./make-folder.ts";
import { identify, isRunning } from "./process-identity.ts";
import { removeFolder } from "./remove-folder.ts";

const Owner = z.object({ pid: z.int(), startedAt: z.string().nullable() });
const OWNER_FILE = "owner.json";
const encoderFiles = ["ffmpeg.json", "ffmpeg-remux.json", "ffmpeg-storyboard.json"] as const;

/**
 * A worker's temporary folder: one per process below the configured one, with an owner file beside it, and in
 * it one per attempt. A starting worker removes folders of crashed processes, and stops an ffmpeg that still
 * runs there.
 */
export class WorkDirectory implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async open(root: string, workerId: string): Promise<WorkDirectory> {
    await mkdir(root, { recursive: true });
    await removeLeftovers(root);
    const path = join(root, workerId);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, OWNER_FILE), JSON.stringify(await identify(process.pid)));
    return new WorkDirectory(path);
  }

  /** Creates a folder for one attempt; removed when disposed. */
  async forAttempt(attemptId: string): Promise<AttemptDirectory> {
    const path = join(this.path, attemptId);
    await makeFolder(path);
    return new AttemptDirectory(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeFolder(this.path);
  }
}

export class AttemptDirectory implements AsyncDisposable {
  readonly path: string;
  readonly #attempt: string;
  readonly #notes = new Set<Promise<void>>();

  /** @param attempt the attempt's folder, if this is a folder in it */
  constructor(path: string, attempt = path) {
    this.path = path;
    this.#attempt = attempt;
  }

  /** Creates a folder in this one; removed when disposed. */
  async inner(name: string): Promise<AttemptDirectory> {
    const path = join(this.path, name);
    await makeFolder(path);
    return new AttemptDirectory(path, this.#attempt);
  }

  /** A path for files that the worker's attempts share. */
  shared(name: string): string {
    return join(dirname(this.#attempt), name);
  }

  /** Records an ffmpeg that writes here, so that another process can stop it. */
  async noteEncoder(pid: number, file: (typeof encoderFiles)[number] = "ffmpeg.json"): Promise<void> {
    const note = identify(pid).then((process) =>
      writeFile(join(this.#attempt, file), JSON.stringify(process)),
    );
    this.#notes.add(note);
    await note.finally(() => this.#notes.delete(note));
  }

  /** Throws a retriable `RenderError` if the disk has less than `neededBytes` left. */
  async assertRoom(neededBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.path);
    if (bavail * bsize < neededBytes) {
      throw retriableError(
        "WORKER",
        "WORK_DIRECTORY_FULL",
        `The worker's temporary disk (WORK_DIR) has ${bavail * bsize} bytes left, and ${neededBytes} are needed. Free some space.`,
      );
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A folder cannot be removed while files are written to it.
    await Promise.allSettled(this.#notes);
    await removeFolder(this.path);
  }
}

async function removeLeftovers(root: string): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const path = join(root, entry.name);
    const owner = await readIdentity(join(path, OWNER_FILE));
    // A folder without an owner file may not be ours.
    if (!owner || (await isRunning(owner))) continue;
    for (const attempt of await readdir(path)) {
      for (const file of encoderFiles) {
        const encoder = await readIdentity(join(path, attempt, file));
        // Only if the start time proves that it is the recorded process.
        if (encoder?.startedAt && (await isRunning(encoder))) process.kill(encoder.pid, "SIGKILL");
      }
    }
    await removeFolder(path);
  }
}

const readIdentity = (path: string) =>
  readFile(path, "utf8")
    .then((text) => Owner.parse(JSON.parse(text)))
    .catch(() => null);
