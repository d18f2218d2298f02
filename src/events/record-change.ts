import type { Prisma } from "../../prisma/generated/client.ts";

export type Tx = Prisma.TransactionClient;

interface ChangeSubject {
  workspaceId: string;
  videoId: string;
  jobId?: string | null;
  attemptId?: string | null;
}

/** Dotted, past tense; listed in `event-types.ts`. */
export type EventType = `${"video" | "variant" | "captions" | "job" | "task" | "attempt"}.${string}`;

export interface Change {
  type: EventType;
  data?: Prisma.InputJsonObject;
}

/**
 * Appends events in the transaction that made them true, and increments the video's revision. The insert's
 * trigger wakes viewers and readers of the log, so every change that they can see needs an event.
 *
 * Incrementing the revision takes the video's row lock. The events draw their ids only afterwards (they are
 * joined with its result), so of two transactions with events of one video the one with the lower ids commits
 * first. The log's order relies on this.
 */
export async function recordChange(
  tx: Tx,
  subject: ChangeSubject,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const { workspaceId, videoId, jobId = null, attemptId = null } = subject;
  await tx.$executeRaw`
    WITH raised AS (
      UPDATE videos SET revision = revision + 1, updated_at = clock_timestamp() WHERE id = ${videoId}::uuid RETURNING id
    )
    INSERT INTO events (workspace_id, video_id, job_id, attempt_id, type, data, at)
    SELECT ${workspaceId}::uuid, ${videoId}::uuid, ${jobId}::uuid, ${attemptId}::uuid,
      list.change->>'type', coalesce(list.change->'data', '{}'), clock_timestamp()
    FROM (SELECT count(*) FROM raised) AS locked,
      jsonb_array_elements(${JSON.stringify(changes)}::jsonb) WITH ORDINALITY AS list (change, number)
    ORDER BY list.number`;
}

/**
 * Appends an event without a video, in the transaction that made it true. Such events have no order except
 * their sequencing.
 */
export async function recordWorkspaceEvent(
  tx: Tx,
  workspaceId: string,
  {
    type,
    data = {},
  }: {
    type: `${"batch" | "budget" | "questions" | "webhook" | "worker"}.${string}`;
    data?: Prisma.InputJsonObject;
  },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO events (workspace_id, type, data, at)
    VALUES (${workspaceId}::uuid, ${type}, ${JSON.stringify(data)}::jsonb, clock_timestamp())`;
}

/**
 * Appends events of the installation to the logs of its operators: of each workspace with a usable key that
 * has the scope OPERATOR. Other keys of these workspaces read them too, so they quote no provider. Part of
 * the transaction that made them true.
 */
export async function recordOperatorEvents(
  tx: Tx,
  changes: ReadonlyArray<{ type: `${"budget" | "launch"}.${string}`; data: Prisma.InputJsonObject }>,
): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO events (workspace_id, type, data, at)
    SELECT operators.workspace_id, list.change->>'type', list.change->'data', clock_timestamp()
    FROM (
      SELECT DISTINCT workspace_id FROM api_keys WHERE 'OPERATOR' = ANY (scopes) AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > clock_timestamp())) AS operators,
      jsonb_array_elements(${JSON.stringify(changes)}::jsonb) WITH ORDINALITY AS list (change, number)
    ORDER BY operators.workspace_id, list.number`;
}
