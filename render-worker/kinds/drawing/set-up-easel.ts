import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Jail } from "../../jail/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import type { Program } from "../../programs/index.ts";

const SCRIPT_FILE = "scene.py";

/** A script in a folder of its own, and the program that draws it. */
export interface Easel extends AsyncDisposable {
  /** Absolute path of the script. */
  script: string;
  program: Program;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
}

/**
 * Prepares the drawing of a script, away from the encoder's files: whatever the script writes, the worker
 * opens none of it. In the strongest jail it can write only to temporary files in memory, otherwise only to
 * its own folder, as a user of its own.
 *
 * @param options.folder does not exist yet; removed when disposed
 */
export async function setUpEasel(
  painter: InstalledPainter,
  {
    jail,
    folder,
    script,
    readable = [],
  }: {
    jail: Pick<Jail, "level">;
    folder: string;
    script: Buffer;
    /** Folders that the script can read. */
    readable?: readonly string[];
  },
): Promise<Easel> {
  await using undo = new AsyncDisposableStack();
  await mkdir(folder);
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  const path = join(folder, SCRIPT_FILE);
  await writeFile(path, script);
  // Whatever the umask: the painter is another user, and gets no group of the worker's.
  await chmod(folder, 0o755);
  await chmod(path, 0o644);
  const hasMemoryFiles = jail.level === "FULL";
  const home = hasMemoryFiles ? "/tmp" : folder;
  const reading = readable.reduce((program, path) => program.reading(path), painter.program);
  const program = hasMemoryFiles ? reading.reading(folder) : await reading.writing(folder);
  const kept = undo.move();
  return {
    script: path,
    program,
    args: painter.args,
    cwd: home,
    env: { HOME: home, TMPDIR: home, LANG: "C.UTF-8", PYTHONHASHSEED: "0" },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
