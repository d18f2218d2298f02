import { kindOf, Requirements, type TaskFailed } from "@reelay/contracts";
import { wireKindOf } from "../database/index.ts";
import type { Tx } from "../events/index.ts";
import { explainMismatch, readOffers } from "../workers/index.ts";
import type { HeldAttempt } from "./hold-attempt.ts";

/** The tool whose absence an error of this kind reports. Undefined: it reports something else. */
export const toolMissed = (kind: string, code: string): string | undefined =>
  Object.entries(kindOf(kind)?.tools ?? {}).find(([, missing]) => missing === code)?.[0];

/** Whether the task failed for a tool that it requires since then: its next worker has it. */
export function awaitsTool(task: Pick<HeldAttempt["task"], "kind" | "requirements">, code: string): boolean {
  const tool = toolMissed(wireKindOf(task.kind), code);
  return tool !== undefined && (Requirements.parse(task.requirements).tools ?? []).includes(tool);
}

/**
 * A task that did not find a tool goes to a worker that has it, without using a try: the failure is no longer
 * final. Without such a worker the report stays as it is. A task is redirected once for each tool, so a
 * source that reports a missing tool wherever it runs fails at its second worker.
 */
export async function redirectToTool(
  tx: Tx,
  attempt: HeldAttempt,
  report: TaskFailed,
  now: Date,
): Promise<TaskFailed> {
  const { task } = attempt;
  const kind = wireKindOf(task.kind);
  const tool = toolMissed(kind, report.error.code);
  const requirements = Requirements.parse(task.requirements);
  const known = requirements.tools ?? [];
  if (tool === undefined || known.includes(tool) || report.outcome !== "REJECTED") return report;
  const wanted: Requirements = { ...requirements, tools: [...known, tool].toSorted() };
  const offers = await readOffers(tx, now);
  if (explainMismatch({ pool: task.pool, kind, requirements: wanted }, offers) !== null) return report;
  await tx.task.update({ where: { id: task.id }, data: { requirements: wanted } });
  task.requirements = wanted;
  return { ...report, outcome: "FAILED" };
}
