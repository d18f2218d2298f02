import { createRetry } from "./backoff.ts";
import { ReelayError } from "./errors.ts";
import {
  VideoDocument,
  type VideoStateFragment,
  WatchVideoDocument,
  WatchVideosDocument,
  type WatchVideosSubscriptionVariables,
} from "./generated.ts";
import type { Ask } from "./http.ts";
import { keepForward } from "./keep-forward.ts";
import type { Live } from "./live.ts";

export interface WatchOptions {
  /** Ends the iteration: the loop throws its reason. */
  signal?: AbortSignal;
  /** `cursor` of the last state that you have: only newer states follow. */
  after?: string | undefined;
  /** End of the loop: `SETTLED` (default) after READY or FAILED, `DELETED` only with the video. */
  until?: "SETTLED" | "DELETED";
}

export const isSettled = ({ status }: Pick<VideoStateFragment, "status">): boolean =>
  status === "READY" || status === "FAILED";

/**
 * Yields the current state of a video, then each change; a slow reader gets only the newest state, and the
 * newest of each animation of a script. Resumes
 * automatically from the last cursor after lost connections and restarts of the API, so that no change is
 * missed and no progress decreases.
 *
 * @throws ReelayError, for example `VIDEO_NOT_FOUND`, `UNAUTHENTICATED`.
 */
export async function* watchVideo(
  { ask, live }: { ask: Ask; live: Live },
  videoId: string,
  { signal, after, until = "SETTLED" }: WatchOptions = {},
): AsyncGenerator<VideoStateFragment, void, undefined> {
  let cursor = after;
  let seen: VideoStateFragment | undefined;
  const isLast = (video: VideoStateFragment) => until === "SETTLED" && isSettled(video);

  /** Answers what a subscription cannot: that nothing newer than the cursor will come. */
  const look = async () =>
    (await ask(VideoDocument, { id: videoId }, { signal, tries: Number.POSITIVE_INFINITY })).video;

  if (after !== undefined) {
    const now = await look();
    if (now && isLast(now)) {
      if (now.cursor !== after) yield now;
      return;
    }
  }
  const retry = createRetry(signal);
  for (;;) {
    try {
      const states = live.listen(
        WatchVideoDocument,
        { id: videoId, after: cursor ?? null },
        { signal, keep: ({ videoProgress }) => keyOf(videoProgress) },
      );
      for await (const { videoProgress } of states) {
        retry.reset();
        seen = keepForward(seen, videoProgress);
        cursor = videoProgress.cursor;
        yield seen;
        if (isLast(seen)) return;
      }
      // Ended by the server: the video was deleted, or the API is about to stop.
      if ((await look()) === null) return;
      throw ended();
    } catch (error) {
      await retry.after(error);
    }
  }
}

/** A slow reader gets the newest state of each video, and of each animation of a script. */
const keyOf = ({ id, step }: VideoStateFragment): string => `${id} ${step?.index ?? ""}`;

/** The videos to watch: up to 100 `ids`, or the newest 100 that match a `filter`. */
export type WatchListInput = WatchVideosSubscriptionVariables;

/**
 * Yields the current state of each video, then each change of any of them, over one subscription; a slow
 * reader gets only the newest state of each video. After a lost connection, videos that changed are yielded
 * again. Ends when none of the videos exists; otherwise leave the loop, or abort.
 *
 * @throws ReelayError, for example `VIDEO_IDS_INVALID`, `UNAUTHENTICATED`.
 */
export async function* watchVideos(
  { live }: { live: Live },
  input: WatchListInput,
  { signal }: Pick<WatchOptions, "signal"> = {},
): AsyncGenerator<VideoStateFragment, void, undefined> {
  const seen = new Map<string, VideoStateFragment>();
  const retry = createRetry(signal);
  for (;;) {
    let isEmpty = true;
    try {
      const states = live.listen(WatchVideosDocument, input, {
        signal,
        keep: ({ videosProgress }) => keyOf(videosProgress),
      });
      for await (const { videosProgress: next } of states) {
        retry.reset();
        isEmpty = false;
        const before = seen.get(next.id);
        if (before?.cursor === next.cursor && keyOf(before) === keyOf(next)) continue;
        const state = keepForward(before, next);
        seen.set(next.id, state);
        yield state;
      }
      if (isEmpty) return;
      // Ended by the server: all videos were deleted, which the next try shows, or the API is about to stop.
      throw ended();
    } catch (error) {
      await retry.after(error);
    }
  }
}

export const ended = () =>
  new ReelayError("NETWORK_ERROR", "The API ended the subscription.", {
    isRetriable: true,
  });
