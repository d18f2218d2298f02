import type { Prisma } from "../../prisma/generated/client.ts";

export type Tx = Prisma.TransactionClient;

export interface ChangeSubject {
  workspaceId: string;
  videoId: string;
  jobId?: string | null;
  attemptId?: string | null;
}

/** Dotted, past tense. */
export type EventType = `${"video" | "variant" | "job" | "attempt"}.${string}`;

export interface Change {
  type: EventType;
  data?: Prisma.InputJsonObject;
}

/**
 * Appends events in the transaction that made them true, and counts the video's revision. Viewers are woken by the insert
 * (trigger), so nothing that they can see may change without one.
 */
export async function recordChange(
  tx: Tx,
  subject: ChangeSubject,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.video.updateMany({ where: { id: subject.videoId }, data: { revision: { increment: 1 } } });
  await tx.event.createMany({
    data: changes.map(({ type, data }) => ({
      workspaceId: subject.workspaceId,
      videoId: subject.videoId,
      jobId: subject.jobId ?? null,
      attemptId: subject.attemptId ?? null,
      type,
      data: data ?? {},
    })),
  });
}
