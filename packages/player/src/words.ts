import type { VideoState } from "./video-state.ts";

/** What the player says besides its controls; replace them for other languages (the controls go by `lang`, see media-chrome). */
export interface Words {
  waiting: string;
  making: (percent: number) => string;
  stillMaking: (percent: number) => string;
  failed: (message: string) => string;
  cannotPlay: (reason: string) => string;
  /** There is no state of the video where the player was told to ask for it. */
  missing: string;
  unreachable: string;
}

export const english: Words = {
  waiting: "Waiting for the upload",
  making: (percent) => `Being made: ${percent} %`,
  stillMaking: (percent) => `Still being made: ${percent} %`,
  failed: (message) => `This video could not be made: ${message}`,
  cannotPlay: (reason) => `This video cannot be played: ${reason}`,
  missing: "Nothing to play here: there is no such video, or it is not there yet",
  unreachable: "The server does not answer; trying again",
};

/** What there is to say of a state; nothing of a finished video. */
export function describeState({ status, progress, error }: VideoState, words: Words): string {
  const percent = Math.floor(progress * 100);
  switch (status) {
    case "FAILED":
      return words.failed(error?.message ?? "");
    case "PLAYABLE":
      return words.stillMaking(percent);
    case "PROCESSING":
      return words.making(percent);
    case "AWAITING_SOURCE":
      return words.waiting;
    default:
      return "";
  }
}
