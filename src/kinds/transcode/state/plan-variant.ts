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

/** Who tells it. */
interface Subject {
  videoId: string;
  attemptId: string;
  /** With the attempt's end. */
  isEnd: boolean;
  /** And no other attempt comes after it. */
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

/** A variant's row as a report makes it; null when it stays as it is. What is settled stays until a new job. Pure. */
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
 * A worker says what it made. Whether what it did not make has failed or was canceled is for the end of the job to say, since another
 * attempt may come; and ready is only what can be played to its end.
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
  message: "The worker ended without this variant and gave no reason; retry it.",
  scope: "WORKER",
  retriable: true,
} as const;
