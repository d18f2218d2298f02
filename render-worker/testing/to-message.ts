import {
  type Message,
  type TaskProgressed,
  type TaskRequested,
  type VariantProgress,
  VariantsProgress,
} from "@reelay/contracts";
import type { RenderTask } from "../attempt/render-task.ts";
import { type AttemptState, emptyState } from "../attempt/state-cell.ts";

/** The message of a task whose parameters lie beside its envelope. */
export function toMessage(task: RenderTask): TaskRequested {
  const { source, profile, keep, part, only, ladder, storyboard, downloadName, atMs, sums, ...envelope } =
    task;
  const own = { profile, keep, part, only, ladder, storyboard, downloadName, atMs, sums };
  const params = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...envelope, inputs: { source }, params: { version: 1, ...Object.fromEntries(params) } };
}

/** What a report of the worker's attempts says so far. Empty for messages without a result. */
export const stateOf = (message: Message): AttemptState =>
  "result" in message ? (message.result as AttemptState) : emptyState;

/** The variants of a progress report. */
export const variantsOf = ({ detail }: Pick<TaskProgressed, "detail">): VariantProgress[] =>
  VariantsProgress.parse(detail).variants;
