import type { VideoFields } from "../collections/video-doc.ts";

/** What `/api/reelay/live` says of one document's video. */
export interface LiveVideo
  extends Pick<
    VideoFields,
    "status" | "progress" | "hlsUrl" | "posterUrl" | "storyboardUrl" | "durationMs" | "errorMessage"
  > {
  /** Of the document. */
  id: string;
  /** False: this is what the document says, and Reelay was not heard yet. */
  isLive: boolean;
  filename: string | null;
  variants: { name: string; status: string; fraction: number; fps: number | null; etaMs: number | null }[];
}
