import { chooseVariant, isAudioOnly, type Profile } from "@reelay/contracts";
import { ConflictError, InvalidInputError } from "../../errors/index.ts";

/** The properties of a video that determine which assets it can have. */
export interface AskedVideo {
  status: string;
  durationMs: number | null;
  /** Null: not probed yet, or no video. */
  width: number | null;
  variants: Parameters<typeof chooseVariant>[0];
  source: { receivedAt: Date | null } | null;
}

type Recipe = Pick<Profile, "name" | "rungs">;

/**
 * Throws `InvalidInputError` (`POSTER_TIME_INVALID`), `ConflictError` (`VIDEO_FAILED`,
 * `VIDEO_HAS_NO_PICTURE`, `VIDEO_NOT_PROBED`, `SOURCE_NOT_STORED`). Pure.
 */
export function checkPoster(video: AskedVideo, profile: Recipe, atMs: number): void {
  if (atMs < 0) {
    throw new InvalidInputError(
      "POSTER_TIME_INVALID",
      "atMs",
      `atMs: is ${atMs}; use milliseconds from the video's beginning, 0 or more.`,
    );
  }
  assertPicture(video, profile);
  if (video.width === null) {
    throw new ConflictError(
      "VIDEO_NOT_PROBED",
      "The source is not probed yet, so its length is unknown. Try again once `durationMs` is set.",
    );
  }
  if (video.source?.receivedAt == null) {
    throw new ConflictError(
      "SOURCE_NOT_STORED",
      "The source is not in the store yet. Try again after `video.source-received`, or once the video is READY.",
    );
  }
  const { durationMs } = video;
  if (durationMs !== null && atMs >= durationMs) {
    throw new InvalidInputError(
      "POSTER_TIME_INVALID",
      "atMs",
      `atMs: is ${atMs}, and the video is ${durationMs} ms long; use less than that.`,
    );
  }
}

/** Throws `ConflictError` (`VIDEO_FAILED`, `VIDEO_HAS_NO_PICTURE`). Pure. */
export function checkPreview(video: AskedVideo, profile: Recipe): void {
  assertPicture(video, profile);
}

/**
 * The variant for a download of at most this height; null until the video is READY. Throws
 * `InvalidInputError` (`DOWNLOAD_HEIGHT_INVALID`), `ConflictError` (`VIDEO_FAILED`, `VIDEO_HAS_NO_PICTURE`,
 * `NO_VARIANT_FITS`). Pure.
 */
export function checkDownload(video: AskedVideo, profile: Recipe, height: number): string | null {
  if (height < LEAST_HEIGHT || height > MOST_HEIGHT) {
    throw new InvalidInputError(
      "DOWNLOAD_HEIGHT_INVALID",
      "height",
      `height: is ${height}; use ${LEAST_HEIGHT} to ${MOST_HEIGHT}, or omit it for the largest variant.`,
    );
  }
  assertPicture(video, profile);
  if (video.status !== "READY") return null;
  const chosen = chooseVariant(video.variants, { rungs: profile.rungs, download: { height } });
  if (chosen !== null) return chosen.name;
  const ready = video.variants.filter(({ status }) => status === "READY").map(({ name }) => name);
  throw new ConflictError(
    "NO_VARIANT_FITS",
    `No READY variant (${ready.join(", ")}) is at most ${height} lines high and in a codec for downloads. Use a larger \`height\`.`,
  );
}

const LEAST_HEIGHT = 16;
/** As tall as a rung can be. */
export const MOST_HEIGHT = 4320;

function assertPicture({ status }: AskedVideo, profile: Recipe): void {
  if (status === "FAILED") {
    throw new ConflictError(
      "VIDEO_FAILED",
      "The video has FAILED, and nothing of it plays. Retry its job (`retryJob`) first.",
    );
  }
  if (isAudioOnly(profile)) {
    throw new ConflictError(
      "VIDEO_HAS_NO_PICTURE",
      `The profile ${JSON.stringify(profile.name)} is audio only: there is no video.`,
    );
  }
}
