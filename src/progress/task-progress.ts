import type { VariantProgress } from "@reelay/contracts";
import { z } from "zod";

/**
 * `Task.progress`: a task's progress by variant. It never decreases, even if another attempt starts over.
 * Rates are the newest.
 */
export const TaskProgress = z.record(
  z.string(),
  z.object({
    /** Of the task's own span, 0 to 1. */
    fraction: z.number(),
    frames: z.number(),
    sizeBytes: z.number(),
    fps: z.number(),
    speed: z.number(),
  }),
);
export type TaskProgress = z.infer<typeof TaskProgress>;

/** A task's stored progress after a newer report. */
export function addProgress(kept: TaskProgress | null, told: readonly VariantProgress[]): TaskProgress {
  const next = { ...kept };
  for (const { name, fraction, frames, sizeBytes, fps, speed } of told) {
    const before = kept?.[name];
    next[name] = {
      fraction: Math.max(fraction, before?.fraction ?? 0),
      frames: Math.max(frames, before?.frames ?? 0),
      sizeBytes: Math.max(sizeBytes, before?.sizeBytes ?? 0),
      fps,
      speed,
    };
  }
  return next;
}

/** A task's progress, 0 to 1: the average of its variants' stored progress. */
export const taskFraction = (kept: unknown): number => liveFraction(kept, () => []);

/**
 * The same with what attempts have reported since.
 *
 * @param told fractions of a variant
 */
export function liveFraction(kept: unknown, told: (variant: string) => readonly number[]): number {
  const stored = Object.entries(TaskProgress.nullable().catch(null).parse(kept) ?? {});
  const fractions = stored.map(([name, { fraction }]) => Math.max(fraction, ...told(name)));
  return fractions.length === 0 ? 0 : fractions.reduce((sum, each) => sum + each, 0) / fractions.length;
}
