/** What is asked of the API, and the shape of its answers. */

export const createVideo = `mutation CreateVideo($input: CreateVideoInput!) {
  createVideo(input: $input) {
    ... on Video { id upload { url protocol } }
    ... on Error { code message }
  }
}`;

export const completeUpload = `mutation CompleteUpload($id: ID!) {
  completeUpload(id: $id) { ... on Video { id } ... on Error { code message } }
}`;

export const watchVideo = `subscription Watch($id: ID!) {
  videoProgress(id: $id) {
    id status progress
    error { code message }
    playback { hlsUrl }
    variants { name status fraction fps speed etaMs skipReason error { code message } }
  }
}`;

export type VideoSource = { upload: { filename: string; sizeBytes: number } } | { url: { url: string } };

export interface CreatedVideo {
  id: string;
  upload: { url: string; protocol: "TUS" | "GCS_RESUMABLE" } | null;
}

interface Problem {
  code: string;
  message: string;
}

export interface WatchedVariant {
  name: string;
  status: "PENDING" | "RENDERING" | "READY" | "SKIPPED" | "FAILED" | "CANCELED";
  /** 0 to 1. */
  fraction: number;
  fps: number | null;
  /** Times real time. */
  speed: number | null;
  etaMs: number | null;
  skipReason: string | null;
  error: Problem | null;
}

export interface WatchedVideo {
  id: string;
  status: "AWAITING_SOURCE" | "PROCESSING" | "PLAYABLE" | "READY" | "FAILED";
  /** 0 to 1. */
  progress: number;
  error: Problem | null;
  playback: { hlsUrl: string } | null;
  variants: WatchedVariant[];
}
