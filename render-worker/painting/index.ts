/** Runs painters: programs that draw, and send their frames and events through one pipe. */
export type { PainterEvent } from "./events.ts";
export { type DrawnFrame, type Frame, toFilm, toSoundtrack } from "./film.ts";
export {
  type Counts,
  type Drawn,
  type PainterJob,
  Painting,
  type PaintingLimits,
  type PaintingOptions,
} from "./painting.ts";
