import { DrawingStep } from "@reelay/contracts";

/** The step of a job, as viewers see it. */
export interface ShownStep {
  jobId: string;
  /** The attempt that reported it. */
  attemptId: string;
  step: DrawingStep;
}

/**
 * The later of two steps of one attempt: neither its index nor, within an index, its fraction decreases.
 * Pure.
 */
export function laterStep(known: DrawingStep | undefined, told: DrawingStep): DrawingStep {
  if (known === undefined || told.index > known.index) return told;
  if (told.index < known.index) return known;
  return { ...told, fraction: Math.max(told.fraction, known.fraction) };
}

/** `Attempt.step`, as rows hold it. */
export const parseStep = (json: unknown): DrawingStep | undefined => DrawingStep.safeParse(json).data;

/** Whether viewers see the same animation in both, perhaps at another fraction. */
export const isSameStep = (one: ShownStep | null, other: ShownStep | null): boolean =>
  one?.attemptId === other?.attemptId && one?.step.index === other?.step.index;
