import type { AttemptState } from "../attempt/index.ts";
import type { MediaAttempt } from "./ffmpeg/index.ts";
import type { WorkerKind } from "./kind.ts";

/**
 * A kind that makes one object of a video with ffmpeg.
 *
 * @param keyOf key of the object in the state, once it is stored
 */
export const assetKind = (
  make: (attempt: MediaAttempt) => Promise<void>,
  keyOf: (state: AttemptState) => string | null | undefined,
): WorkerKind => ({
  async prepare(host) {
    const runtime = await host.ffmpeg();
    return {
      run: (attempt) => make(runtime.begin(attempt)),
      finished: (state) => [keyOf(state)].filter((key) => typeof key === "string"),
      offer: () => ({ runtime: "ffmpeg", version: runtime.tools.ffmpeg.version }),
    };
  },
});
