import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { words } from "../../render-worker/media/ffmpeg/words.ts";
import { makeClip } from "../../render-worker/testing/kit.ts";
import type { OddCase, Turn } from "./odd-case.ts";

/** The matrix of a track's header (ISO 14496-12, 8.3.2): a, b, c, d. */
const matrices: Record<Turn, readonly [number, number, number, number]> = {
  right: [0, 1, -1, 0],
  "upside down": [-1, 0, 0, -1],
  left: [0, -1, 1, 0],
  mirrored: [-1, 0, 0, 1],
  "right and mirrored": [0, 1, 1, 0],
};

/** Writes the file that a case is about. Rejects where this ffmpeg cannot. */
export async function makeCase(odd: OddCase, path: string): Promise<void> {
  await makeClip(path, odd.args);
  if (odd.turn) await turn(path, matrices[odd.turn]);
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

async function turn(path: string, matrix: readonly number[]): Promise<void> {
  const bytes = await readFile(path);
  const video = bytes.indexOf("tkhd", 0, "latin1") + 4;
  for (const [index, place] of [0, 4, 12, 16].entries()) {
    bytes.writeInt32BE((matrix[index] ?? 0) * 65_536, video + 40 + place);
  }
  await writeFile(path, bytes);
}
