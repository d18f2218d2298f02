import type { RenderAttempt } from "../../render/index.ts";
import { remuxAndPublish } from "./remux-and-publish.ts";
import type { RemuxWork } from "./remux-work.ts";

/**
 * Copies the source and encodes concurrently; copying is I/O and does not slow the encoder. A failure of
 * either stops the other. Resolves with the encode's result and whether the audio to copy was copied.
 */
export async function copyDuringEncode<T>(
  context: RenderAttempt,
  remux: RemuxWork | null,
  encode: (context: RenderAttempt) => Promise<T>,
): Promise<{ made: T; isAudioCopied: boolean }> {
  if (remux === null) return { made: await encode(context), isAudioCopied: false };
  const failure = new AbortController();
  const both = { ...context, signal: AbortSignal.any([context.signal, failure.signal]) };
  const watched = async <R>(work: Promise<R>): Promise<R> => {
    try {
      return await work;
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };
  const [copied, encoded] = await Promise.allSettled([
    watched(remuxAndPublish(both, remux)),
    watched(encode(both)),
  ]);
  // The first failure is the reason; the other is its consequence.
  if (failure.signal.aborted) throw failure.signal.reason;
  if (copied.status === "rejected") throw copied.reason;
  if (encoded.status === "rejected") throw encoded.reason;
  return { made: encoded.value, isAudioCopied: copied.value };
}
