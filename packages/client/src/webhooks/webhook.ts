/** The content of a webhook. The names match `Event` in GraphQL, so that both are handled alike. */
import type { Failure } from "../results.ts";

/** `data.data` by event type. docs/reference/telemetry.md, "Events", lists them with their meaning. */
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
  "questions.ready": { questionSetId: string };
  "questions.failed": { questionSetId: string };
  "launch.planned": { launchId: string; target: string; pool: string; slots: number };
  "launch.fell-back": { launchId: string; target: string; pool: string; passedOver: PassedOver[] };
  "launch.started": { launchId: string; target: string; workerId: string };
  "launch.ended": EndedLaunch;
  "launch.failed": EndedLaunch;
  "launch.unavailable": { pool: string; passedOver: PassedOver[] };
  "launch.circuit-opened": {
    target: string;
    code: string;
    reason: string;
    failures: number;
    openUntil: string;
  };
  "launch.circuit-closed": { target: string };
  "budget.reached": {
    period: "JOB" | "DAY" | "MONTH" | "HOUR";
    of: "JOBS" | "LAUNCHES";
    limitMicros: number;
    spentMicros: number;
    reservedMicros: number;
    /** The estimate that does not fit, and its job; absent for launches. */
    amountMicros?: number;
    jobId?: string;
  };
  "webhook.disabled": { endpointId: string; url: string; reason: string; message: string };
}

/** A target that started no machine, and why. */
interface PassedOver {
  target: string;
  code: string;
  reason: string;
}

interface EndedLaunch {
  launchId: string;
  target: string;
  workerId: string | null;
  code: string;
  reason: string;
  costMicros: number;
}

export type EventType = keyof EventDetails;

/** The event's video as it was when the message was created. */
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
  /** Absent in messages created before signed playback existed. */
  playbackPolicy?: "PUBLIC" | "SIGNED";
  /** Null until the video plays. URLs of a SIGNED video have no token: see `withPlaybackToken`. */
  playback: { hlsUrl: string; posterUrl: string | null } | null;
}

export interface WebhookOf<TType extends string, TDetails> {
  /** The message's id, equal in every delivery of the same message. Use it to recognize repeats. */
  id: string;
  type: TType;
  /** Time of the event, RFC 3339. */
  timestamp: string;
  data: {
    /** The event's id, as in GraphQL. */
    id: string;
    /** Cursor from which `changes` continues after this event. */
    cursor: string;
    type: TType;
    at: string;
    /** Null for events without a video: those of question sets and webhooks. */
    videoId: TType extends `${"questions" | "webhook"}.${string}` ? null : string;
    variantName: string | null;
    jobId: string | null;
    attemptId: string | null;
    data: TDetails;
    /** Null if the video has been deleted since. */
    video: WebhookVideo | null;
  };
}

/** The message that `sendTestWebhook` sends. */
export interface TestWebhook {
  id: string;
  type: "webhook.test";
  timestamp: string;
  data: { endpointId: string; message: string };
}

/** A union by `type`. Ignore unknown types: later versions add more. */
export type Webhook =
  | { [TType in EventType]: WebhookOf<TType, EventDetails[TType]> }[EventType]
  | TestWebhook;
