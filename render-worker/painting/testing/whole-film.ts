import type { Readable } from "node:stream";
import { toFilm } from "../film.ts";
import type { FilmFrame } from "../frame.ts";
import type { Counts, Drawn, Painting } from "../painting.ts";
import { PacketWriter } from "../screen-codec.ts";

/** All frames of a drawing as one film. */
export const wholeFilm = (painting: Painting, counts: Counts, onFailed: (error: unknown) => void): Readable =>
  toFilm(filmFrames(painting.draw(counts), counts), counts.picture, onFailed);

/** The frames of a drawing for a film. Samples go to `onSamples`. */
export async function* filmFrames(
  drawn: AsyncIterable<Drawn>,
  { picture }: Counts,
  onSamples: (samples: Buffer) => void = () => {},
): AsyncGenerator<FilmFrame> {
  const packets = new PacketWriter(picture);
  for await (const one of drawn) {
    if (one.kind === "samples") onSamples(one.samples);
    if (one.kind === "frame") yield { packet: packets.change(one), repeats: one.repeats };
  }
}
