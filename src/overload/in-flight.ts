import type { ServerResponse } from "node:http";
import type { OverloadLimits } from "./limits.ts";
import { createStalledReaders } from "./stalled-readers.ts";

/** Each kind has its own slots, so that no kind blocks another: API calls never stop playback. */
export type WorkKind = "request" | "stream" | "media" | "upload" | "render";

/** The answers that a process is working on. */
interface InFlight {
  /** False if no slot is free: the answer is then a refusal and does not count. */
  take(res: ServerResponse, kind: WorkKind): boolean;
  /** Breaks streams off without a last event, so that no client mistakes it for the end. */
  breakStreams(): void;
  readonly streams: number;
}

export function createInFlight(
  limits: Pick<OverloadLimits, "requests" | "streams" | "media" | "uploads" | "renders" | "stalledReaderMs">,
): InFlight {
  const places = {
    request: { taken: new Set<ServerResponse>(), most: limits.requests },
    stream: { taken: new Set<ServerResponse>(), most: limits.streams },
    media: { taken: new Set<ServerResponse>(), most: limits.media },
    upload: { taken: new Set<ServerResponse>(), most: limits.uploads },
    render: { taken: new Set<ServerResponse>(), most: limits.renders },
  } satisfies Record<WorkKind, unknown>;
  const readers = createStalledReaders({
    answers: places.media.taken,
    most: limits.media,
    stalledMs: limits.stalledReaderMs,
  });
  return {
    take(res, kind) {
      const { taken, most } = places[kind];
      const isFull = taken.size >= most;
      if (isFull && !(kind === "media" && readers.makeRoom())) return false;
      // A client that left while its body arrived is not worked for, and its close was missed.
      if (res.destroyed) return true;
      taken.add(res);
      res.once("close", () => taken.delete(res));
      if (kind === "media") readers.watch();
      return true;
    },
    breakStreams() {
      for (const stream of places.stream.taken) stream.destroy();
    },
    get streams() {
      return places.stream.taken.size;
    },
  };
}
