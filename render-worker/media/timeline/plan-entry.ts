import type { SourceFile } from "../probe/index.ts";
import type { SourceEntry } from "./render-span.ts";

/**
 * Containers with an index, or with time stamps that can be searched, whose pictures come back with the times that a reading from the beginning
 * gives them.
 */
const indexed = /^(mov,|matroska,)/;
const searched = /^mpegts$/;

/** Whether any place of it can be read on its own. Others (AVI, raw streams, …) are made in one piece. */
export const canBeEntered = (source: SourceFile): boolean =>
  indexed.test(source.probe.container) || (mustBeSearched(source) && !wrapsRound(source));

/** Of a transport stream's clock, which has 33 bits at 90 kHz: after it, it begins at 0 again, and times cannot be searched. */
const clockEndSeconds = 2 ** 33 / 90_000;

const wrapsRound = ({ probe, zeroSeconds }: SourceFile): boolean =>
  zeroSeconds + (probe.durationMs ?? 0) / 1000 >= clockEndSeconds;

/** In an MPEG transport stream ffmpeg lands anywhere between key frames: the one to begin with must be looked for. */
export const mustBeSearched = ({ probe }: Pick<SourceFile, "probe">): boolean =>
  searched.test(probe.container);

/** Key frames are found by their time of decoding, which is earlier than that of showing, and an open group's first pictures need the one before it. */
const leadMs = 1_000;
/** The same in pictures, of which a slow source has few per second: three that are shown before they are decoded in order, and an open group's. */
const leadPictures = 6;

/** ffmpeg is told to begin this long before the span; the pictures before it are decoded and left out. */
export function planEntry(startMs: number, { probe }: SourceFile): SourceEntry {
  const { frameRate } = probe.video;
  const beforeMs = Math.max(leadMs, frameRate === null ? 0 : Math.ceil((leadPictures / frameRate) * 1000));
  return { seekMs: startMs > beforeMs ? startMs - beforeMs : null };
}
