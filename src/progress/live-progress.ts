import type { Prisma } from "../../prisma/generated/client.ts";

/**
 * What a viewer of one video sees: its rows with everything that the subscription shows, live progress laid
 * over them.
 */
export type VideoSnapshot = Prisma.VideoGetPayload<{ include: { variants: true; source: true } }> & {
  /** Opaque position in the video's history; see `docs/reference/protocol.md`. */
  cursor: string;
};

/** Live values of one variant, newer than its row. */
export interface LiveVariant {
  fraction: number;
  frames: number;
  fps: number | null;
  speed: number | null;
  etaMs: number | null;
  sizeBytes: bigint;
}

/**
 * The live side of an API process: progress that has not touched the database, and state changes as they
 * commit.
 */
export interface LiveProgress {
  /**
   * The video's present state, then every change, newest only: a slow consumer skips states, it never queues
   * them. With `after`, nothing that is not newer than that cursor. Ends when the video is deleted or
   * `signal` aborts. Throws `NotFoundError` for a video outside the workspace, `InvalidInputError`
   * (`CURSOR_INVALID`) for a malformed cursor.
   */
  watch(
    target: { workspaceId: string; videoId: string; after?: string | null },
    signal: AbortSignal,
  ): Promise<AsyncIterable<VideoSnapshot>>;
  /** Live values that are newer than the database's, if a report of this attempt was heard here. */
  variant(videoId: string, attemptId: string | null, name: string): LiveVariant | undefined;
  /** Position of the video's newest state known here, for `Video.cursor`. */
  cursor(video: { id: string; revision: number }): string;
}
