import type {
  AttemptOutcome,
  BatchRowStatus,
  BatchStatus,
  JobStatus,
  QuestionSetStatus,
  QuestionStatus,
  TemplateStatus,
  VariantStatus,
  VideoStatus,
  WebhookDeliveryStatus,
} from "../api/index.ts";

/** How much something wants to be looked at; each has a colour and a sign. */
export type Tone = "quiet" | "waiting" | "busy" | "good" | "bad";

export interface Word {
  text: string;
  tone: Tone;
}

/** States as people say them. The API's own names are on the right of docs/reference/glossary.md. */
export const videoWords: Record<VideoStatus, Word> = {
  AWAITING_SOURCE: { text: "Awaiting upload", tone: "waiting" },
  PROCESSING: { text: "Processing", tone: "busy" },
  PLAYABLE: { text: "Playable", tone: "busy" },
  READY: { text: "Ready", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
};

export const variantWords: Record<VariantStatus, Word> = {
  PENDING: { text: "Waiting", tone: "waiting" },
  RENDERING: { text: "Rendering", tone: "busy" },
  READY: { text: "Ready", tone: "good" },
  SKIPPED: { text: "Skipped", tone: "quiet" },
  FAILED: { text: "Failed", tone: "bad" },
  CANCELED: { text: "Canceled", tone: "quiet" },
};

export const jobWords: Record<JobStatus, Word> = {
  PENDING: { text: "Pending", tone: "waiting" },
  QUEUED: { text: "Queued", tone: "waiting" },
  RUNNING: { text: "Running", tone: "busy" },
  SUCCEEDED: { text: "Succeeded", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
  CANCELED: { text: "Canceled", tone: "quiet" },
};

export const outcomeWords: Record<AttemptOutcome, Word> = {
  COMPLETED: { text: "Completed", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
  REJECTED: { text: "Rejected", tone: "bad" },
  CANCELED: { text: "Canceled", tone: "quiet" },
  INTERRUPTED: { text: "Interrupted", tone: "quiet" },
  LOST: { text: "Lost", tone: "bad" },
};

export const deliveryWords: Record<WebhookDeliveryStatus, Word> = {
  PENDING: { text: "Waiting", tone: "waiting" },
  SUCCEEDED: { text: "Delivered", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
  CANCELED: { text: "Dropped", tone: "quiet" },
};

export const batchWords: Record<BatchStatus, Word> = {
  CHECKING: { text: "Checking", tone: "busy" },
  CHECKED: { text: "Checked", tone: "waiting" },
  RUNNING: { text: "Running", tone: "busy" },
  PAUSED: { text: "Paused", tone: "waiting" },
  SUCCEEDED: { text: "Succeeded", tone: "good" },
  PARTIAL: { text: "Partial", tone: "bad" },
  CANCELED: { text: "Canceled", tone: "quiet" },
  FAILED: { text: "Failed", tone: "bad" },
};

export const batchRowWords: Record<BatchRowStatus, Word> = {
  VALID: { text: "Valid", tone: "waiting" },
  INVALID: { text: "Invalid", tone: "bad" },
  DUPLICATE: { text: "Duplicate", tone: "quiet" },
  QUEUED: { text: "Queued", tone: "waiting" },
  RUNNING: { text: "Rendering", tone: "busy" },
  READY: { text: "Ready", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
  CANCELED: { text: "Canceled", tone: "quiet" },
};

export const templateWords: Record<TemplateStatus, Word> = {
  CHECKING: { text: "Checking", tone: "busy" },
  READY: { text: "Ready", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
};

export const questionSetWords: Record<QuestionSetStatus, Word> = {
  GENERATING: { text: "Generating", tone: "busy" },
  READY: { text: "Ready", tone: "good" },
  FAILED: { text: "Failed", tone: "bad" },
};

export const questionWords: Record<QuestionStatus, Word> = {
  ACCEPTED: { text: "Accepted", tone: "good" },
  REJECTED: { text: "Rejected", tone: "bad" },
};

/** The name of a kind of job or task as a word: `Transcode`. Pure. */
export const kindWord = (kind: string): string => `${kind.charAt(0)}${kind.slice(1).toLowerCase()}`;

/** Whether a job has ended. */
export const isJobSettled = (status: JobStatus): boolean =>
  status === "SUCCEEDED" || status === "FAILED" || status === "CANCELED";
