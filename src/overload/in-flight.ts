import type { ServerResponse } from "node:http";
import type { OverloadLimits } from "./limits.ts";

/** What a process is answering at the moment. */
export interface InFlight {
  /** False when there is no room: then the answer is a refusal, and not counted. */
  take(res: ServerResponse, kind: "request" | "stream"): boolean;
  /** Breaks streams off: without a last event, so that no client takes it for the end. */
  breakStreams(): void;
  readonly requests: number;
  readonly streams: number;
}

export function createInFlight(limits: Pick<OverloadLimits, "requests" | "streams">): InFlight {
  const requests = new Set<ServerResponse>();
  const streams = new Set<ServerResponse>();
  return {
    take(res, kind) {
      const [taken, most] = kind === "stream" ? [streams, limits.streams] : [requests, limits.requests];
      if (taken.size >= most) return false;
      taken.add(res);
      res.once("close", () => taken.delete(res));
      return true;
    },
    breakStreams() {
      for (const stream of streams) stream.destroy();
    },
    get requests() {
      return requests.size;
    },
    get streams() {
      return streams.size;
    },
  };
}
