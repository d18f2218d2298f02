import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  isSettled,
  PublishedPlaylist,
  RecordedError,
  type VariantState,
  type VariantStatus,
} from "@reelay/contracts";
import { nextPlaylist } from "./next-playlist.ts";
import type { VideoRows } from "./state-plan.ts";

type Variant = VideoRows["variants"][number];

/** The reporting attempt. */
interface Subject {
  videoId: string;
  attemptId: string;
  /** Whether the attempt has ended. */
  isEnd: boolean;
  /** Whether no other attempt follows. */
  isLast: boolean;
}

const fresh = {
  fraction: 0,
  fps: null,
  speed: null,
  etaMs: null,
  frames: 0,
  sizeBytes: 0n,
  readyAt: null,
} as const;

/** A variant's row after a report; null if unchanged. Settled variants stay until a new job. Pure. */
export function planVariant(
  row: Variant | undefined,
  told: VariantState,
  subject: Subject,
  now: Date,
): Variant | null {
  if (row && isSettled(row.status)) return null;
  const { videoId, attemptId } = subject;
  const status = toStatus(told, subject);
  const earlier = PublishedPlaylist.nullable().parse(row?.playlist ?? null);
  const planned: Variant = {
    ...fresh,
    id: randomUUID(),
    ...row,
    videoId,
    name: told.name,
    position: told.index,
    tier: told.tier,
    status,
    codec: told.codec,
    width: told.width,
    height: told.height,
    frameRate: told.frameRate,
    bitrateBps: told.bitrateBps,
    qualityOffset: told.qualityOffset ?? 0,
    minVmaf: told.minVmaf ?? null,
    quality: row?.quality ?? null,
    skipReason: status === "SKIPPED" ? (told.skipReason ?? "Its worker gave no reason.") : null,
    attemptId,
    playlist: nextPlaylist(earlier, told.playlist, subject),
    error: toError(status, told, attemptId),
    ...(told.playlist && { sizeBytes: BigInt(told.playlist.sizeBytes) }),
    ...(status === "READY" && { fraction: 1, etaMs: 0, readyAt: now }),
  };
  return isDeepStrictEqual({ ...row }, planned) ? null : planned;
}

/**
 * A worker reports what it made. Whether the rest has failed or was canceled depends on the end of the job,
 * since another attempt may follow. Only a variant that plays to its end is ready.
 */
function toStatus({ status, playlist }: VariantState, { isLast }: Subject): VariantStatus {
  switch (status) {
    case "READY":
      return playlist?.isComplete ? "READY" : "RENDERING";
    case "FAILED":
      return isLast ? "FAILED" : "PENDING";
    case "CANCELED":
      return "PENDING";
    default:
      return status;
  }
}

function toError(status: VariantStatus, { error }: VariantState, attemptId: string): RecordedError | null {
  if (status !== "FAILED") return null;
  return RecordedError.parse({ ...(error ?? incomplete), attemptId });
}

const incomplete = {
  code: "RENDITION_INCOMPLETE",
  message: "The worker ended without this variant and gave no reason. Retry it.",
  scope: "WORKER",
  retriable: true,
} as const;
