import { Prisma } from "../../prisma/generated/client.ts";
import type { BatchDeps, HeldBatch } from "./deps.ts";
import { type LearnedCosts, learnCosts, RowMeasure } from "./estimate.ts";
import { findOwnProfile, planLook } from "./plan-look.ts";
import { StoredRowSettings } from "./settings.ts";

/** Rows that are estimated together. */
const ROWS_AT_ONCE = 1_000;
/** Estimates are repeated once so many times as many videos are known. */
const GROWTH = 1.5;

/**
 * Estimates the rows of a running batch again that wait for their video, as more videos are finished: the
 * first rows say most about the others. A row keeps the last estimate before its start, so that what it took
 * can be compared with it.
 */
export async function refineEstimates(deps: BatchDeps, batch: HeldBatch): Promise<void> {
  const { db } = deps;
  const [before] = await readWaiting(db, batch, { after: -1, take: 1 });
  if (before === undefined) return;
  const look = await planLook(deps, batch);
  if (look === null) return;
  const costs = await learnCosts(db, batch, {
    look,
    common: look,
    profile: await findOwnProfile(deps, batch),
  });
  // Fewer than before: those of the template have replaced those of others.
  const isNews = costs.samples > before.measure.samples * GROWTH || costs.samples < before.measure.samples;
  if (!isNews) return;
  for (let after = -1; ; ) {
    const rows = await readWaiting(db, batch, { after, take: ROWS_AT_ONCE });
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.position;
    // Of rows with a clip of their own, videos without one say little.
    const similar = rows.filter(({ own }) => look.background !== undefined || own.background === null);
    const values = similar.map((row) => ({ id: row.id, measure: refine(row, costs, look.frameRate) }));
    await db.$executeRaw`
      UPDATE batch_rows r SET measure = v.measure FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb) AS v (id uuid, measure jsonb)
      WHERE r.id = v.id AND r.status = 'VALID'`;
  }
}

const refine = (
  { measure, own }: { measure: RowMeasure; own: StoredRowSettings },
  costs: LearnedCosts,
  frameRate: number,
): RowMeasure => {
  const { countedMs, speechCharacters, chunks } = measure;
  const frames = countedMs === null ? null : (countedMs * frameRate) / 1_000;
  return { ...measure, ...costs.of({ frames, speechCharacters, chunks, own }) };
};

async function readWaiting(
  db: BatchDeps["db"],
  { id: batchId }: HeldBatch,
  { after, take }: { after: number; take: number },
) {
  const rows = await db.batchRow.findMany({
    where: { batchId, status: "VALID", position: { gt: after }, measure: { not: Prisma.DbNull } },
    orderBy: { position: "asc" },
    take,
    select: { id: true, position: true, measure: true, settings: true },
  });
  return rows.map(({ id, position, measure, settings }) => {
    const own = StoredRowSettings.parse(settings);
    return { id, position, measure: RowMeasure.parse(measure), own };
  });
}
