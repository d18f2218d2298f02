import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import { turnMovie } from "../../render-worker/testing/mp4-bytes.ts";
import type { OddCase } from "./odd-case.ts";

/** Writes the file that a case is about. Rejects where this ffmpeg cannot. */
export async function makeCase(odd: OddCase, path: string): Promise<void> {
  await makeClip(path, odd.args);
  if (odd.turn) await turnMovie(path, odd.turn);
  if (typeof odd.cutAt === "number") {
    await rename(path, `${path}.whole`);
    const options = odd.args.slice(odd.args.lastIndexOf("-f"));
    const from = ["-ss", String(odd.cutAt), "-i", `${path}.whole`];
    await makeClip(path, [...from, ...words("-map 0:v:0 -map 0:a? -c copy"), ...options]);
    await rm(`${path}.whole`);
  }
  if (typeof odd.jump === "number") {
    const at = odd.args.lastIndexOf("-f");
    await makeClip(`${path}.2`, [
      ...odd.args.slice(0, at),
      "-output_ts_offset",
      String(odd.jump),
      ...odd.args.slice(at),
    ]);
    await writeFile(path, Buffer.concat([await readFile(path), await readFile(`${path}.2`)]));
    await rm(`${path}.2`);
  }
}
