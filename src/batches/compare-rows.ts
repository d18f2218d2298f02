/** New rows of a batch beside those that they replace. */
import { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../database/index.ts";
import type { Tx } from "../events/index.ts";

/** What a replacement of rows changed. */
export interface Replacement {
  unchanged: number;
  changed: number;
  added: number;
  missing: number;
  /** Rows that the new table lacks and that were deleted with their videos. */
  deleted: number;
}

export type NewRow = Prisma.BatchRowCreateManyInput & { id: string };

/**
 * Continues rows with the same keys, in the transaction that writes a chunk: equal ones only move, others get
 * the new data and wait for their start. Resolves to the rows that are new.
 */
export async function continueRows(tx: Tx, batchId: string, rows: readonly NewRow[]): Promise<NewRow[]> {
  const valid = rows.filter(({ status }) => status === "VALID");
  const found = await tx.batchRow.findMany({
    where: { batchId, position: { lt: 0 }, key: { in: valid.map(({ key }) => key) } },
    select: { id: true, key: true, hash: true },
  });
  if (found.length === 0) {
    await count(tx, batchId, { unchanged: 0, changed: 0, added: valid.length });
    return [...rows];
  }
  const byKey = new Map(found.map((row) => [row.key, row]));
  const added: NewRow[] = [];
  const moved: object[] = [];
  const changed: object[] = [];
  for (const row of rows) {
    const old = row.status === "VALID" ? byKey.get(row.key) : undefined;
    const { position, line, lines, hash, title, data, settings } = row;
    if (old === undefined) added.push(row);
    else if (old.hash === hash) moved.push({ id: old.id, position, line, lines });
    else changed.push({ id: old.id, position, line, lines, hash, title, data, settings });
  }
  await tx.$executeRaw`
    UPDATE batch_rows r SET position = v.position, line = v.line, lines = v.lines, is_missing = false,
      changed_at = clock_timestamp()
    FROM jsonb_to_recordset(${JSON.stringify(moved)}::jsonb) AS v (id uuid, position int, line int, lines int)
    WHERE r.id = v.id`;
  await tx.$executeRaw`
    UPDATE batch_rows r SET position = v.position, line = v.line, lines = v.lines, is_missing = false,
      hash = v.hash, title = v.title, data = v.data, settings = v.settings,
      is_changed = r.is_changed OR r.video_id IS NOT NULL, measure = NULL, still = NULL,
      status = 'VALID', error = NULL, ended_at = NULL, changed_at = clock_timestamp()
    FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) AS v (id uuid, position int, line int, lines int,
      hash text, title text, data jsonb, settings jsonb)
    WHERE r.id = v.id`;
  const isNew = added.filter(({ status }) => status === "VALID").length;
  await count(tx, batchId, { unchanged: moved.length, changed: changed.length, added: isNew });
  return added;
}

async function count(tx: Tx, batchId: string, more: Omit<Replacement, "missing" | "deleted">): Promise<void> {
  const { replacement } = await tx.batch.findUniqueOrThrow({ where: { id: batchId } });
  if (replacement === null) return;
  const sum = replacement as unknown as Replacement;
  const { unchanged, changed, added } = more;
  await tx.batch.update({
    where: { id: batchId },
    data: {
      replacement: {
        unchanged: sum.unchanged + unchanged,
        changed: sum.changed + changed,
        added: sum.added + added,
        missing: sum.missing,
        deleted: sum.deleted,
      },
    },
  });
}

export async function countDeleted(db: Db, batchId: string, deleted: number): Promise<void> {
  await db.$executeRaw`
    UPDATE batches SET replacement = replacement || jsonb_build_object(
      'deleted', coalesce((replacement->>'deleted')::int, 0) + ${deleted}::int)
    WHERE id = ${batchId}::uuid`;
}

/** Rows that the new table lacks. */
export const missingRows = (batchId: string) => ({ batchId, position: { lt: 0 } }) as const;

/** Rows that the new table lacks: those with a video stay behind the others, the rest is deleted. */
export async function keepMissing(tx: Tx, batchId: string, total: number): Promise<void> {
  await tx.batchRow.deleteMany({ where: { batchId, position: { lt: 0 }, videoId: null } });
  const missing = await tx.$executeRaw`
    UPDATE batch_rows r SET position = ${total} + n.number - 1, is_missing = true, changed_at = clock_timestamp(),
      status = CASE r.status WHEN 'VALID' THEN 'CANCELED' ELSE r.status END
    FROM (SELECT id, row_number() OVER (ORDER BY position DESC)::int AS number FROM batch_rows
      WHERE batch_id = ${batchId}::uuid AND position < 0) n
    WHERE n.id = r.id`;
  if (missing > 0)
    await tx.$executeRaw`
      UPDATE batches SET replacement = jsonb_set(replacement, '{missing}', to_jsonb(${missing}::int)) WHERE id = ${batchId}::uuid`;
}
