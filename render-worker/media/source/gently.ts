import { sleep } from "../../wait.ts";

/** Given at once: more than a demuxer reads where it only looks. */
const atOnceBytes = 512 * 1024;
/** Up to here in pieces, 32 MB/s in all, faster than anything is decoded; from here on as fast as it is taken. */
const gentlyBytes = 8 * 1024 * 1024;
const pieceBytes = 256 * 1024;
const pauseMs = 8;

/**
 * The pieces of an answer, slowly at its beginning. The system takes some 4 MB for a socket before its reader has taken any of them, and a demuxer
 * opens an answer "from here to the end" for every look at an index: without this each look would read 4 MB from the store.
 */
export async function* gently(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let given = 0;
  let pausedAt = atOnceBytes;
  for await (const whole of pieces) {
    for (let at = 0; at < whole.length; at += pieceBytes) {
      if (given >= pausedAt && given < gentlyBytes) {
        await sleep(pauseMs, signal);
        pausedAt = given + pieceBytes;
      }
      const piece = whole.subarray(at, at + pieceBytes);
      yield piece;
      given += piece.length;
    }
  }
}
