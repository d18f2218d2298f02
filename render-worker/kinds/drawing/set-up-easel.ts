import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { removeFolder } from "../../host/index.ts";
import type { InstalledPainter } from "../../painters/index.ts";
import type { Program } from "../../programs/index.ts";

/** A script or data in a folder of its own, and the program that draws it. */
export interface Easel extends AsyncDisposable {
  /** Absolute path of the script or the data. */
  file: string;
  program: Program;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
}

/**
 * Prepares a drawing, away from the encoder's files: whatever a painter writes, the worker opens none of it.
 * In the strongest jail it can write only to temporary files in memory, otherwise only to its own folder, as
 * a user of its own.
 *
 * @param options.folder does not exist yet; removed when disposed
 */
export async function setUpEasel(
  painter: Pick<InstalledPainter, "program" | "args" | "jail">,
  {
    folder,
    file,
    readable = [],
  }: {
    folder: string;
    file: { name: string; content: Buffer };
    /** Folders that the painter can read, too. */
    readable?: readonly string[];
  },
): Promise<Easel> {
  await using undo = new AsyncDisposableStack();
  await mkdir(folder);
  undo.defer(() => removeFolder(folder));
  const path = join(folder, file.name);
  await writeFile(path, file.content);
  // Whatever the umask: the painter is another user, and gets no group of the worker's.
  await chmod(folder, 0o755);
  await chmod(path, 0o644);
  const hasMemoryFiles = painter.jail.level === "FULL";
  const home = hasMemoryFiles ? "/tmp" : folder;
  const reading = readable.reduce((program, path) => program.reading(path), painter.program);
  const program = hasMemoryFiles ? reading.reading(folder) : await reading.writing(folder);
  const kept = undo.move();
  return {
    file: path,
    program,
    args: painter.args,
    cwd: home,
    env: { HOME: home, TMPDIR: home, LANG: "C.UTF-8", PYTHONHASHSEED: "0" },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
