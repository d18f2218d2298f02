/** What a webhook says; the same words as `Event` in GraphQL, so that both ways are handled alike. */
import type { Failure } from "../results.ts";

/** `data.data` by type of event. The list, and what each means: docs/reference/telemetry.md, "Events". */
export interface EventDetails {
  "video.created": object;
  "video.source-received": object;
  "video.source-damaged": { startMs: number; endMs: number; lostMs: number };
  "video.probed": object;
  "video.playable": object;
  "video.unplayable": object;
  "video.poster-stored": { atMs?: number };
  "video.storyboard-stored": object;
  "video.preview-stored": object;
  "video.download-stored": { variant?: string };
  "video.damaged": { subject: string; code: string; objects: number };
  "video.repaired": { subjects: string[] };
  "video.ready": object;
  "video.failed": { code: string };
  "video.updated": { fields: string[] };
  "video.deleted": { externalId: string | null; title: string; metadata: unknown };
  "variant.rendering": { name: string };
  "variant.ready": { name: string };
  "variant.skipped": { name: string };
  "variant.failed": { name: string };
  "variant.canceled": { name: string };
  "variant.measured": { name: string; metric: string; mean: number };
  "variant.below-minimum": { name: string; mean: number; minVmaf: number };
  "captions.added": { language: string; kind: string; label: string };
  "captions.replaced": { language: string; kind: string; label: string };
  "captions.removed": { language: string; kind: string; label: string };
  "job.created": object;
  "job.awaits-source": object;
  "job.queued": { kind?: string };
  "job.started": object;
  "job.split": { chunks: number; reason: string };
  "job.prioritized": { priority: string };
  "job.cancel-requested": object;
  "job.succeeded": { kind?: string };
  "job.failed": { code: string; kind?: string };
  "job.canceled": { code: string; kind?: string };
  "task.moved": { taskId: string; from: string; to: string; reason: string };
  "attempt.started": { number: number; workerId: string };
  "attempt.encoder-replaced": { from: string; to: string; reason: string; variants: string[] };
  "attempt.completed": { number: number };
  "attempt.failed": { number: number; code: string };
  "attempt.rejected": { number: number; code: string };
  "attempt.canceled": { number: number };
  "attempt.interrupted": { number: number };
  "attempt.lost": { number: number };
  "webhook.disabled": { endpointId: string; url: string; reason: string; message: string };
}

export type EventType = keyof EventDetails;

/** The video of the event as it was when the message was made. */
export interface WebhookVideo {
  id: string;
  externalId: string | null;
  title: string;
  metadata: unknown;
  status: "AWAITING_SOURCE" | "FAILED" | "PLAYABLE" | "PROCESSING" | "READY";
  durationMs: number | null;
  width: number | null;
  height: number | null;
  error: Pick<Failure, "code" | "message"> | null;
  /** Absent in messages of before signed playback. */
  playbackPolicy?: "PUBLIC" | "SIGNED";
  /** Null until it plays. Of a SIGNED video without a token: see `withPlaybackToken`. */
  playback: { hlsUrl: string; posterUrl: string | null } | null;
}

export interface WebhookOf<TType extends string, TDetails> {
  /** The message's id, the same however often it is delivered: what makes a repeat recognisable. */
  id: string;
  type: TType;
  /** When it happened, RFC 3339. */
  timestamp: string;
  data: {
    /** The event's id, as in GraphQL. */
    id: string;
    /** Where `changes` goes on after this event. */
    cursor: string;
    type: TType;
    at: string;
    /** Null for what is of no video: `webhook.disabled`. */
    videoId: TType extends "webhook.disabled" ? null : string;
    variantName: string | null;
    jobId: string | null;
    attemptId: string | null;
    data: TDetails;
    /** Null when it was deleted since. */
    video: WebhookVideo | null;
  };
}

/** What `sendTestWebhook` sends. */
export interface TestWebhook {
  id: string;
  type: "webhook.test";
  timestamp: string;
  data: { endpointId: string; message: string };
}

/** Told apart by `type`. Let types that you do not know pass: later versions have more. */
export type Webhook =
  | { [TType in EventType]: WebhookOf<TType, EventDetails[TType]> }[EventType]
  | TestWebhook;
