import type { VideoState } from "./video-state.ts";

/**
 * The player's texts besides its controls. Replace them for other languages (controls follow `lang`, see
 * media-chrome).
 */
export interface Words {
  waiting: string;
  processing: (percent: number) => string;
  failed: (message: string) => string;
  cannotPlay: (reason: string) => string;
  /** The status URL has no state of the video. */
  missing: string;
  unreachable: string;
}

export const english: Words = {
  waiting: "Waiting for the upload",
  processing: (percent) => `Processing ${percent}%`,
  failed: (message) => `This video could not be processed. ${message}`,
  cannotPlay: (reason) => `This video can't be played: ${reason}`,
  missing: "This video does not exist or is not available yet",
  unreachable: "The server is not responding. Retrying…",
};

/** The text for a state; empty for a finished video. */
export function describeState({ status, progress, error }: VideoState, words: Words): string {
  const percent = Math.floor(progress * 100);
  switch (status) {
    case "FAILED":
      return words.failed(error?.message ?? "");
    case "PLAYABLE":
    case "PROCESSING":
      return words.processing(percent);
    case "AWAITING_SOURCE":
      return words.waiting;
    default:
      return "";
  }
}
