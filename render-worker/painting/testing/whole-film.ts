import type { Readable } from "node:stream";
import { toFilm } from "../film.ts";
import type { Frame } from "../frame.ts";
import type { Counts, Drawn, Painting } from "../painting.ts";

/** All frames of a drawing as one film. */
export const wholeFilm = (painting: Painting, counts: Counts, onFailed: (error: unknown) => void): Readable =>
  toFilm(framesOf(painting.draw(counts)), counts.picture, onFailed);

async function* framesOf(drawn: AsyncIterable<Drawn>): AsyncGenerator<Frame> {
  for await (const one of drawn) if (one.kind === "frame") yield one;
}
