/** The reports of an attempt, without a worker: two variants, audio and a poster, in five steps. */
import { randomUUID } from "node:crypto";
import {
  type AttemptReport,
  type AudioState,
  type Kept,
  objectKeys,
  type PublishedPlaylist,
  type RenderState,
  type TaskRequested,
  type VariantState,
  type WorkerSeen,
} from "@reelay/contracts";
import { softwareOffer } from "./fleet-rows.ts";

type End = "COMPLETED" | "FAILED" | "REJECTED" | "CANCELED" | "INTERRUPTED";

const error = { code: "ENCODER_FAILED", message: "It broke.", scope: "WORKER" as const, retriable: true };

/** Segments at each step, of the first and the second variant. The audio has those of the first. */
const segmentsAt = {
  first: [0, 0, 1, 1, 3, 3],
  second: [0, 0, 0, 0, 1, 3],
  audio: [0, 0, 1, 1, 2, 3],
} as const;
/** The step that adds only the poster. */
const posterStep = 3;
const whole = 3;
const lastStep = 5;

/** One attempt at a task and its current step. */
export class ModelAttempt {
  readonly task: TaskRequested;
  readonly attemptId = randomUUID();
  readonly workerId: string;
  sequence = 0;
  step = 0;
  isOver = false;

  constructor(task: TaskRequested, workerId: string) {
    this.task = task;
    this.workerId = workerId;
  }

  started(): AttemptReport {
    return { type: "task.started.v1", ...this.#ref() };
  }

  /** Advances by some steps; the newest report covers all of them. A lying worker reports any numbers. */
  advanced({ by = 1, sequence = this.sequence + 1 } = {}): AttemptReport {
    this.step = Math.min(this.step + by, lastStep);
    this.sequence = sequence;
    return { type: "task.advanced.v1", ...this.#ref(), sequence, result: this.state() };
  }

  progressed(fraction: number): AttemptReport {
    this.sequence += 1;
    const variants = ["144p", "360p"].map((name) => ({
      name,
      fraction,
      frames: 10,
      fps: 25,
      speed: 1,
      sizeBytes: 1_000,
      etaMs: 1_000,
    }));
    return {
      type: "task.progressed.v1",
      ...this.#ref(),
      sequence: this.sequence,
      fraction,
      detail: { variants },
    };
  }

  ended(end: End): AttemptReport {
    this.isOver = true;
    this.sequence += 1;
    if (end === "COMPLETED") this.step = lastStep;
    const report = { ...this.#ref(), sequence: this.sequence, result: settle(this.state(), end) };
    switch (end) {
      case "COMPLETED":
        return { type: "task.completed.v1", ...report };
      case "FAILED":
      case "REJECTED":
        return { type: "task.failed.v1", outcome: end, error, ...report };
      default:
        return { type: "task.stopped.v1", outcome: end, ...report };
    }
  }

  state(): RenderState {
    const { videoId } = this.task;
    const keep = this.#keep;
    const audio: AudioState = {
      codec: "AAC",
      channels: 2,
      language: null,
      playlist: this.#playlist("audio"),
    };
    const isPlanned = this.step > 0;
    return {
      source: isPlanned
        ? { key: objectKeys.source(videoId, "clip.mp4"), sizeBytes: 1_000, contentType: null, probe }
        : null,
      variants: isPlanned
        ? [this.#variant("144p", 0), this.#variant("360p", 1), this.#variant("2160p", 2)]
        : [],
      audio: isPlanned ? (keep.audio ?? audio) : null,
      posterKey: this.step >= posterStep ? objectKeys.attemptPoster(videoId, this.attemptId) : null,
    };
  }

  #variant(name: string, index: number): VariantState {
    const kept = this.#keep.variants.find((variant) => variant.name === name);
    if (kept) return kept;
    const playlist = name === "2160p" ? null : this.#playlist(name === "144p" ? "first" : "second", name);
    const status = playlist?.isComplete ? "READY" : this.step > 1 ? "RENDERING" : "PENDING";
    return {
      name,
      index,
      tier: "CRITICAL",
      status: name === "2160p" ? "SKIPPED" : status,
      codec: "H264",
      width: 256,
      height: 144,
      frameRate: 30,
      bitrateBps: 500_000,
      playlist,
      skipReason: name === "2160p" ? "The source is smaller." : null,
      error: null,
    };
  }

  #playlist(which: keyof typeof segmentsAt, name: string = which): PublishedPlaylist | null {
    const segments = segmentsAt[which][this.step] ?? 0;
    if (segments === 0) return null;
    return {
      key: objectKeys.attemptFile(this.task.videoId, this.attemptId, name, "index.m3u8"),
      codecs: which === "audio" ? "mp4a.40.2" : "avc1.64001e",
      bandwidthBps: 900_000,
      averageBandwidthBps: 700_000,
      segments,
      durationMs: segments * 4_000,
      sizeBytes: segments * 100_000,
      isComplete: segments === whole,
    };
  }

  get #keep(): Kept {
    return this.task.params["keep"] as Kept;
  }

  #ref() {
    const { videoId, jobId, taskId, fencingToken, kind } = this.task;
    const { attemptId, workerId } = this;
    return { videoId, jobId, taskId, attemptId, fencingToken, workerId, kind, at: new Date().toISOString() };
  }
}

/** The state that a worker leaves: unfinished variants name no output. */
function settle(state: RenderState, end: End): RenderState {
  const left = { COMPLETED: "PENDING", INTERRUPTED: "PENDING", CANCELED: "CANCELED" } as const;
  const settleVariant = (variant: VariantState): VariantState => {
    if (variant.status === "READY" || variant.status === "SKIPPED") return variant;
    if (end === "FAILED" || end === "REJECTED")
      return { ...variant, playlist: null, status: "FAILED", error };
    return { ...variant, playlist: null, status: left[end] };
  };
  const { audio } = state;
  return {
    ...state,
    variants: state.variants.map(settleVariant),
    audio: audio && (audio.playlist?.isComplete ? audio : { ...audio, playlist: null }),
  };
}

export const seen = (
  workerId: string,
  attempts: readonly { attemptId: string; task: { taskId: string } }[],
): WorkerSeen => ({
  type: "worker.seen.v1",
  workerId,
  at: new Date().toISOString(),
  startedAt: new Date(0).toISOString(),
  hostname: "model",
  version: "0.0.0",
  offer: softwareOffer,
  attempts: attempts.map(({ attemptId, task }) => ({ attemptId, taskId: task.taskId })),
  isStopping: false,
});

const probe: NonNullable<RenderState["source"]>["probe"] = {
  container: "mov",
  durationMs: 12_000,
  sizeBytes: 1_000,
  bitrateBps: null,
  video: {
    codec: "h264",
    profile: null,
    pixelFormat: "yuv420p",
    codedWidth: 640,
    codedHeight: 360,
    width: 640,
    height: 360,
    rotation: 0,
    pixelAspect: { num: 1, den: 1 },
    frameRate: 30,
    isVariableFrameRate: false,
    isInterlaced: false,
    frames: null,
    hdr: null,
    colorPrimaries: null,
    colorTransfer: null,
    colorSpace: null,
    colorRange: null,
    startTime: null,
  },
  audio: { codec: "aac", channels: 2, sampleRate: 48_000, language: null, startTime: null },
  streamCount: 2,
};
