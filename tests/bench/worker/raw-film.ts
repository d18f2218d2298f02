import { Readable } from "node:stream";
import type { Counts, Painting } from "../../../render-worker/painting/index.ts";
import { matroskaBlock, matroskaHeader } from "../../../render-worker/painting/matroska.ts";

/** All frames of a drawing as whole uncompressed pictures: what ffmpeg reads without any help. */
export const rawFilm = (painting: Painting, counts: Counts): Readable =>
  Readable.from(blocksOf(painting, counts), { objectMode: false, highWaterMark: 1 });

async function* blocksOf(painting: Painting, counts: Counts): AsyncGenerator<Buffer> {
  const { picture } = counts;
  let shown = 0;
  let last = Buffer.of();
  const block = (at: number) => matroskaBlock("video", at / picture.frameRate, last.length);
  yield matroskaHeader({ video: { ...picture, codec: { id: "V_UNCOMPRESSED", fourCc: "RGBA" } } });
  for await (const one of painting.draw(counts)) {
    if (one.kind !== "frame") continue;
    last = Buffer.from(one.pixels);
    yield block(shown);
    yield last;
    shown += one.repeats;
  }
  yield block(shown - 1);
  yield last;
}
