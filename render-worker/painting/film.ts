import { getDefaultHighWaterMark, Readable } from "node:stream";
import { alphaCodec, sameAlphaAgain } from "./alpha-codec.ts";
import type { Picture } from "./events.ts";
import type { FilmFrame } from "./frame.ts";
import { matroskaBlock, matroskaHeader, SAMPLE_RATE } from "./matroska.ts";
import { BYTES_PER_SAMPLE } from "./read-records.ts";
import { sameAgain, screenCodec } from "./screen-codec.ts";

/**
 * A pipe queues so many bytes of small buffers before it waits for its reader. Of larger ones it queues one.
 */
const queuedBytes = getDefaultHighWaterMark(false);

/** A stream of what is made while it is read. */
interface LiveStream extends Readable {
  /** Whether its reader waits for what is not made yet. */
  isAwaited(): boolean;
}

/**
 * Frames as Matroska of the screen codec, whose first one is shown at 0, drawn as fast as they are read. The
 * stream always ends without an error.
 *
 * @param picture.hasAlpha whether the packets are of the codec with alpha. Default: of the screen codec
 * @param onFailed called with the error that ended it too early
 */
export const toFilm = (
  frames: AsyncIterable<FilmFrame>,
  picture: Pick<Picture, "width" | "height" | "frameRate"> & { hasAlpha?: boolean },
  onFailed: (error: unknown) => void,
): LiveStream => toLive(filmOf(frames, picture), onFailed);

/** 16-bit little-endian stereo samples at 48 kHz as uncompressed Matroska, like `toFilm`. */
export const toSoundtrack = (
  samples: AsyncIterable<Buffer>,
  onFailed: (error: unknown) => void,
): LiveStream => toLive(soundtrackOf(samples), onFailed);

async function* filmOf(
  frames: AsyncIterable<FilmFrame>,
  { hasAlpha = false, ...picture }: Parameters<typeof toFilm>[1],
): AsyncGenerator<Buffer> {
  const { frameRate } = picture;
  const [codec, again] = hasAlpha ? [alphaCodec(picture), sameAlphaAgain] : [screenCodec(picture), sameAgain];
  let shown = 0;
  let lastAt = 0;
  yield matroskaHeader({ video: { ...picture, codec } });
  for await (const { packet, repeats } of frames) {
    const head = matroskaBlock("video", shown / frameRate, packet.length);
    if (packet.length < queuedBytes) yield Buffer.concat([head, packet]);
    else {
      yield head;
      yield packet;
    }
    lastAt = shown;
    shown += repeats;
  }
  // A frame lasts until the next one: the last one is repeated at its end.
  if (shown - 1 > lastAt) {
    yield matroskaBlock("video", (shown - 1) / frameRate, again.length);
    yield again;
  }
}

async function* soundtrackOf(samples: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let sent = 0;
  yield matroskaHeader({ hasAudio: true });
  for await (const bytes of samples) {
    yield matroskaBlock("audio", sent / SAMPLE_RATE, bytes.length);
    yield bytes;
    sent += bytes.length / BYTES_PER_SAMPLE;
  }
}

/**
 * Nothing is read ahead: a packet's memory is used again after the next few. A pipe's queue holds more small
 * ones, which are copied.
 */
function toLive(blocks: AsyncGenerator<Buffer>, onFailed: (error: unknown) => void): LiveStream {
  let isAwaited = false;
  async function* passOn(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        isAwaited = true;
        const { value, done } = await blocks.next();
        isAwaited = false;
        if (done) return;
        yield value;
      }
    } catch (error) {
      onFailed(error);
    } finally {
      isAwaited = false;
      await blocks.return(undefined);
    }
  }
  const stream = Readable.from(passOn(), { objectMode: false, highWaterMark: 1 });
  return Object.assign(stream, { isAwaited: () => isAwaited });
}
