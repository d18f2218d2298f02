import { z } from "zod";
import {
  TaskAccounted,
  TaskAdvanced,
  TaskCompleted,
  TaskFailed,
  TaskProgressed,
  TaskStarted,
  TaskStopped,
  WorkerSeen,
} from "./from-workers.ts";
import { TaskCancelRequested, TaskRequested } from "./to-workers.ts";

export * from "./capabilities.ts";
export * from "./from-workers.ts";
export * from "./offer.ts";
export * from "./to-workers.ts";

/** Everything that workers send. */
export const Report = z.discriminatedUnion("type", [
  TaskStarted,
  TaskProgressed,
  TaskAdvanced,
  TaskCompleted,
  TaskAccounted,
  TaskFailed,
  TaskStopped,
  WorkerSeen,
]);
export type Report = z.infer<typeof Report>;

/** Reports of one attempt: all but `worker.seen`. */
export type AttemptReport = Exclude<Report, WorkerSeen>;

/** Every message of the protocol. */
export const Message = z.discriminatedUnion("type", [...Report.options, TaskRequested, TaskCancelRequested]);
export type Message = z.infer<typeof Message>;
export type MessageType = Message["type"];
