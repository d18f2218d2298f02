import { z } from "zod";
import {
  SourceChecked,
  SourceCheckFailed,
  TaskAccounted,
  TaskAdvanced,
  TaskCompleted,
  TaskFailed,
  TaskProgressed,
  TaskStarted,
  TaskStopped,
  WorkerSeen,
} from "./from-workers.ts";
import { SourceCheckRequested, TaskCancelRequested, TaskRequested } from "./to-workers.ts";

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
  SourceChecked,
  SourceCheckFailed,
]);
export type Report = z.infer<typeof Report>;

const reportTypes: ReadonlySet<string> = new Set(
  Report.options.flatMap(({ shape }) => [...shape.type.values]),
);
/** Whether a message comes from a worker. */
export const isReport = (message: Message): message is Report => reportTypes.has(message.type);

/** Answers to `source.check-requested`. */
export type CheckReport = SourceChecked | SourceCheckFailed;

/** Reports of one attempt. */
export type AttemptReport = Exclude<Report, WorkerSeen | CheckReport>;

/** Every message of the protocol. */
export const Message = z.discriminatedUnion("type", [
  ...Report.options,
  TaskRequested,
  TaskCancelRequested,
  SourceCheckRequested,
]);
export type Message = z.infer<typeof Message>;
export type MessageType = Message["type"];
