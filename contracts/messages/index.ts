import { z } from "zod";
import {
  RenderAccounted,
  RenderAdvanced,
  RenderCompleted,
  RenderFailed,
  RenderProgressed,
  RenderStarted,
  RenderStopped,
  WorkerSeen,
} from "./from-workers.ts";
import { RenderCancelRequested, RenderRequested } from "./to-workers.ts";

export * from "./capabilities.ts";
export * from "./from-workers.ts";
export * from "./render-state.ts";
export * from "./to-workers.ts";

/** Everything that workers send. */
export const Report = z.discriminatedUnion("type", [
  RenderStarted,
  RenderProgressed,
  RenderAdvanced,
  RenderCompleted,
  RenderAccounted,
  RenderFailed,
  RenderStopped,
  WorkerSeen,
]);
export type Report = z.infer<typeof Report>;

/** Reports of one attempt, i.e. all but `worker.seen`. */
export type AttemptReport = Exclude<Report, WorkerSeen>;

/** Everything that may be on the wire. */
export const Message = z.discriminatedUnion("type", [
  ...Report.options,
  RenderRequested,
  RenderCancelRequested,
]);
export type Message = z.infer<typeof Message>;
export type MessageType = Message["type"];
