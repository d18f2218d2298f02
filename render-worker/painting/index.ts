/** Runs painters: programs that draw, and send their frames and events through one pipe. */
export { AlphaPacketWriter } from "./alpha-codec.ts";
export type { Counted, PainterEvent, PlacedSound, SpokenText } from "./events.ts";
export { toFilm, toSoundtrack } from "./film.ts";
export type { DrawnFrame, FilmFrame } from "./frame.ts";
export {
  type Counts,
  type Drawn,
  Painting,
  type PaintingLimits,
  type PaintingOptions,
  type ScriptJob,
  type TemplateJob,
} from "./painting.ts";
export { ByteRing, ReadAhead, readAheadBytes } from "./read-ahead.ts";
export { PacketWriter } from "./screen-codec.ts";
