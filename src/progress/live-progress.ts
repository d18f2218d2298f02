import type { DrawingStep } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { ShownStep } from "./step.ts";

/** A viewer's state of one video: its rows, overlaid with live progress. */
export type VideoSnapshot = Prisma.VideoGetPayload<{
  include: { variants: true; source: true; assets: true };
}> & {
  /** Opaque position in the video's history; see `docs/reference/protocol.md`. */
  cursor: string;
  /** The step of the newest job that renders the video. Null: it has none, or none was reported here. */
  step: ShownStep | null;
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
 * The live side of an API process: progress that is not in the database, and state changes as they commit.
 */
export interface LiveProgress {
  /**
   * The video's current state, then every change, newest only: a slow consumer skips states instead of
   * queueing them, but receives the newest state of each of the last 64 steps. With `after`, only states
   * newer than that cursor. Ends when the video is deleted or `signal` aborts. Throws `NotFoundError` for a
   * video outside the workspace, `InvalidInputError` (`CURSOR_INVALID`) for a malformed cursor.
   */
  watch(
    target: { workspaceId: string; videoId: string; after?: string | null },
    signal: AbortSignal,
  ): Promise<AsyncIterable<VideoSnapshot>>;
  /** Live values newer than the database's, if this process received a report of this attempt. */
  variant(videoId: string, attemptId: string | null, name: string): LiveVariant | undefined;
  /** The step that this attempt reported last, if this process received a report of it. */
  step(videoId: string, attemptId: string): DrawingStep | undefined;
  /** Position of the video's newest state known here, for `Video.cursor`. */
  cursor(video: { id: string; revision: number }): string;
}
