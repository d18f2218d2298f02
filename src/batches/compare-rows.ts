/** New rows of a batch beside those that they replace. */
import { Prisma } from "../../prisma/generated/client.ts";
import type { Tx } from "../events/index.ts";

/** What a replacement of rows changed. */
export interface Replacement {
  unchanged: number;
  changed: number;
  added: number;
  missing: number;
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
    select: { id: true, key: true, hash: true, status: true, videoId: true, isChanged: true },
  });
  if (found.length === 0) {
    await count(tx, batchId, { unchanged: 0, changed: 0, added: valid.length });
    return [...rows];
  }
  const byKey = new Map(found.map((row) => [row.key, row]));
  let [unchanged, changed] = [0, 0];
  const added: NewRow[] = [];
  for (const row of rows) {
    const old = row.status === "VALID" ? byKey.get(row.key) : undefined;
    if (old === undefined) {
      added.push(row);
      continue;
    }
    const { position, line, lines, hash, title, data, settings } = row;
    const moved = { position, line, lines, isMissing: false };
    if (old.hash === hash) {
      unchanged += 1;
      await tx.batchRow.update({ where: { id: old.id }, data: moved });
      continue;
    }
    changed += 1;
    const isChanged = old.isChanged || old.videoId !== null;
    await tx.batchRow.update({
      where: { id: old.id },
      data: {
        ...moved,
        hash,
        title,
        data,
        settings,
        isChanged,
        status: "VALID",
        error: Prisma.DbNull,
        endedAt: null,
      },
    });
  }
  await tx.$executeRaw`
    UPDATE batch_rows SET changed_at = clock_timestamp()
    WHERE id = ANY(${found.map(({ id }) => id)}::uuid[]) AND position >= 0`;
  const isNew = added.filter(({ status }) => status === "VALID").length;
  await count(tx, batchId, { unchanged, changed, added: isNew });
  return added;
}

async function count(tx: Tx, batchId: string, more: Omit<Replacement, "missing">): Promise<void> {
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
      },
    },
  });
}

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
