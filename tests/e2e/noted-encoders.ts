import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { signalTree } from "../../render-worker/programs/index.ts";

/** Process ids of the ffmpeg of each render that the workers below this folder have noted. */
export async function notedEncoders(directory: string): Promise<number[]> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const notes = names.filter((name) => name.endsWith("ffmpeg.json"));
  const texts = await Promise.all(
    notes.map((name) => readFile(join(directory, name), "utf8").catch(() => "{}")),
  );
  return texts.flatMap((text) => (JSON.parse(text || "{}") as { pid?: number }).pid ?? []);
}

/** Pauses them. However slow the test is, no render ends before the test acts. */
export async function holdEncoders(directory: string): Promise<void> {
  for (const pid of await notedEncoders(directory)) signalTree(pid, "SIGSTOP");
}
