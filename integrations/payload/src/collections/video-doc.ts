import type { VideoNow, VideoStatus } from "../sync/documents.ts";

/** What Reelay knows of a video, as its document has it. */
export interface VideoFields {
  status: VideoStatus | "DELETED" | null;
  progress: number | null;
  hlsUrl: string | null;
  dashUrl: string | null;
  downloadUrl: string | null;
  posterUrl: string | null;
  storyboardUrl: string | null;
  durationMs: number | null;
  width: number | null;
  height: number | null;
  playableAt: string | null;
  readyAt: string | null;
  errorCode: string | null;
  errorMessage: string | null;
}

export interface VideoDoc extends VideoFields {
  id: string | number;
  title: string;
  filename: string | null;
  sizeBytes: number | null;
  reelayId: string | null;
  reelayKey: string | null;
}

/** A video that is no more keeps nothing that could be played. */
const GONE: VideoFields = {
  status: "DELETED",
  progress: null,
  hlsUrl: null,
  dashUrl: null,
  downloadUrl: null,
  posterUrl: null,
  storyboardUrl: null,
  durationMs: null,
  width: null,
  height: null,
  playableAt: null,
  readyAt: null,
  errorCode: null,
  errorMessage: null,
};

/** The document's fields for the video as it is now; null: it was deleted. */
export function toFields(video: VideoNow | null): VideoFields {
  if (video === null) return GONE;
  const { status, progress, durationMs, width, height, playableAt, readyAt, playback, download, error } =
    video;
  return {
    status,
    progress,
    hlsUrl: lasting(playback?.hlsUrl),
    dashUrl: lasting(playback?.dashUrl),
    downloadUrl: lasting(download?.url),
    posterUrl: lasting(playback?.posterUrl),
    storyboardUrl: lasting(playback?.storyboardUrl),
    durationMs,
    width,
    height,
    playableAt,
    readyAt,
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
  };
}

/**
 * An address to keep: a SIGNED video's without its token, which expires. The page that shows it adds a fresh
 * one.
 */
const lasting = (url: string | null | undefined): string | null =>
  url?.replace(/\/~[^/?#]*(?=\/videos\/)/, "") ?? null;

/** What is to be written so that the document says what the video is; null when it does already. */
export function planUpdate(doc: VideoDoc, video: VideoNow | null): Partial<VideoFields> | null {
  const changes = Object.entries(toFields(video)).filter(
    ([name, value]) => !isSame(doc[name as keyof VideoFields] ?? null, value),
  );
  return changes.length === 0 ? null : (Object.fromEntries(changes) as Partial<VideoFields>);
}

/** Databases print moments in ways of their own. */
function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== "string" || typeof after !== "string") return false;
  return /^\d{4}-\d{2}-\d{2}T/.test(after) && Date.parse(before) === Date.parse(after);
}

/** Something happens to these still, by itself. */
export const UNSETTLED = ["AWAITING_SOURCE", "PROCESSING", "PLAYABLE"] as const;
