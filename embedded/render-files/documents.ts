/** The API requests and the shape of their answers. */

export const CREATE_VIDEO = `mutation CreateVideo($input: CreateVideoInput!) {
  createVideo(input: $input) {
    ... on Video { id upload { url protocol } }
    ... on Error { code message }
  }
}`;

export const COMPLETE_UPLOAD = `mutation CompleteUpload($id: ID!) {
  completeUpload(input: { videoId: $id }) { ... on Video { id } ... on Error { code message } }
}`;

export const WATCH_VIDEO = `subscription Watch($id: ID!) {
  videoProgress(id: $id) {
    id status progress
    error { code message logTail }
    playback { hlsUrl }
    step { kind index count name }
    mainJob { waitReason }
    variants { name status fraction fps speed etaMs skipReason error { code message } }
  }
}`;

export const CREATE_BATCH = `mutation CreateBatch($input: CreateBatchInput!) {
  createBatch(input: $input) { ... on Batch { id } ... on Error { code message } }
}`;

export const CREATE_MATERIAL = `mutation CreateMaterial($input: CreateMaterialInput!) {
  createMaterial(input: $input) {
    ... on Material { id upload { url protocol } }
    ... on Error { code message }
  }
}`;

export const COMPLETE_MATERIAL = `mutation CompleteMaterial($id: ID!) {
  completeMaterial(input: { id: $id }) { ... on Material { id } ... on Error { code message } }
}`;

export const WATCH_BATCH = `subscription WatchBatch($id: ID!) {
  batchProgress(id: $id) {
    batch {
      status
      error { code message }
      counts { total invalid duplicate ready failed canceled }
      estimate { durationMs cpuSeconds wallSeconds storedBytes }
      taken { durationMs cpuSeconds wallSeconds storedBytes }
      issues(first: 20) { totalCount nodes { line column message } }
    }
    rows { line title video { id } }
  }
}`;

export interface BatchInput {
  title: string;
  template: string;
  source: { csv: string } | { material: string };
  start: boolean;
}

/** What videos take together. */
export interface Takes {
  durationMs: number;
  cpuSeconds: number;
  wallSeconds: number;
  storedBytes: number;
}

export interface WatchedBatch {
  status: string;
  error: Problem | null;
  /** Null until workers have measured rows, and before a video is finished. */
  estimate: Takes | null;
  taken: Takes | null;
  counts: Record<"total" | "invalid" | "duplicate" | "ready" | "failed" | "canceled", number>;
  issues: {
    totalCount: number;
    nodes: { line: number | null; column: string | null; message: string }[];
  };
}

export interface WatchedRow {
  line: number;
  title: string;
  video: { id: string } | null;
}

/** A batch and the rows that have changed. */
export interface BatchChange {
  batch: WatchedBatch;
  rows: WatchedRow[];
}

export type VideoSource =
  | { upload: { filename: string; sizeBytes: number } }
  | { url: string }
  | { manim: { script: string; scene?: string } }
  | { template: { template: string; data: object } };

/** A video or a material whose bytes are awaited. */
export interface PendingUpload {
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
  /** From 0 to 1. */
  fraction: number;
  fps: number | null;
  /** Multiple of real time. */
  speed: number | null;
  etaMs: number | null;
  skipReason: string | null;
  error: Problem | null;
}

export interface WatchedVideo {
  id: string;
  status: "AWAITING_SOURCE" | "PROCESSING" | "PLAYABLE" | "READY" | "FAILED";
  /** From 0 to 1. */
  progress: number;
  error: (Problem & { logTail?: string | null }) | null;
  playback: { hlsUrl: string } | null;
  /** The animation or the scene that is being drawn. */
  step: { kind: string; index: number; count: number | null; name: string } | null;
  mainJob: { waitReason: string | null } | null;
  variants: WatchedVariant[];
}
