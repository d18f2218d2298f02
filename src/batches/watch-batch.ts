import { setTimeout as sleep } from "node:timers/promises";
import type { BatchRowStatus } from "@reelay/contracts";
import type { OperationDeps } from "../context/index.ts";
import { InvalidInputError } from "../errors/index.ts";
import { batchNotFound, type OwnBatch } from "./own-batch.ts";

/** A batch has changed, or rows of it have. */
export interface BatchChange {
  batchId: string;
  /** Rows that have changed, at most 200. */
  rowIds: string[];
  /** Where to continue after a break. */
  cursor: string;
}

const PAGE = 200;
/** Viewers get at most two changes per second; more are joined. */
const LEAST_PAUSE_MS = 500;
/** A lost notification delays a change by this time at most. */
const LONGEST_PAUSE_MS = 2_000;
/**
 * A row has the time of its change and is visible after the commit. So rows are read again for as long as a
 * transaction may last.
 */
const LATE_MS = 35_000;

interface ChangedRow {
  id: string;
  status: BatchRowStatus;
  /** ISO 8601 with microseconds: many rows change in a millisecond. */
  changedAt: string;
}

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/**
 * The present state of a batch, then every change of it and of its rows. Begins with the rows that have
 * changed since the cursor, or in the last half minute. A row may be reported again, never in an older state.
 *
 * Throws `NotFoundError` (`BATCH_NOT_FOUND`) and `InvalidInputError` (`CURSOR_INVALID`). Ends when the batch
 * is deleted.
 */
export async function watchBatch(
  deps: Pick<OperationDeps, "db" | "batchNews">,
  { after, ...own }: OwnBatch & { after: string | null },
  signal: AbortSignal,
): Promise<AsyncIterableIterator<BatchChange>> {
  const since = after === null ? await databaseTime(deps.db) : parseCursor(after);
  if ((await readState(deps.db, own)) === null) throw batchNotFound();
  return follow(deps, own, new Date(since.getTime() - (after === null ? LATE_MS : 0)), signal);
}

async function* follow(
  { db, batchNews }: Pick<OperationDeps, "db" | "batchNews">,
  own: OwnBatch,
  start: Date,
  signal: AbortSignal,
): AsyncGenerator<BatchChange, void> {
  const { batchId } = own;
  const known = new Map<string, string>();
  let since = start;
  let newest = start;
  let place = { changedAt: start.toISOString(), id: FIRST_ID };
  let told: string | null = null;
  while (!signal.aborted) {
    const state = await readState(db, own);
    if (state === null) return;
    const page = await readChanged(db, batchId, place);
    const rows = page.filter(({ id, status, changedAt }) => known.get(id) !== `${changedAt} ${status}`);
    for (const { id, status, changedAt } of rows) known.set(id, `${changedAt} ${status}`);
    const last = page.at(-1);
    if (last !== undefined) newest = new Date(Math.max(newest.getTime(), Date.parse(last.changedAt)));
    if (rows.length > 0 || state !== told) {
      told = state;
      yield { batchId, rowIds: rows.map(({ id }) => id), cursor: encodeCursor(since) };
    }
    if (last !== undefined && page.length === PAGE) {
      place = last;
      continue;
    }
    since = new Date(Math.max(since.getTime(), newest.getTime() - LATE_MS));
    place = { changedAt: since.toISOString(), id: FIRST_ID };
    for (const [id, seen] of known)
      if (Date.parse(seen.split(" ", 1)[0] ?? "") < since.getTime()) known.delete(id);
    await batchNews.next(batchId, LONGEST_PAUSE_MS, signal);
    await sleep(LEAST_PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** All that viewers see of the batch itself; null if it does not exist. */
async function readState(
  db: OperationDeps["db"],
  { workspaceId, batchId }: OwnBatch,
): Promise<string | null> {
  const batch = await db.batch.findFirst({
    where: { id: batchId, workspaceId },
    select: { status: true, checkedRows: true, waitReason: true, startsByItself: true, manifestAt: true },
  });
  return batch && JSON.stringify(batch);
}

/** Rows that changed after the place, oldest changes first. */
const readChanged = (
  db: OperationDeps["db"],
  batchId: string,
  { changedAt, id }: Pick<ChangedRow, "changedAt" | "id">,
): Promise<ChangedRow[]> =>
  db.$queryRaw<ChangedRow[]>`
    SELECT id, status, to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "changedAt"
    FROM batch_rows WHERE batch_id = ${batchId}::uuid AND (changed_at, id) > (${changedAt}::timestamptz, ${id}::uuid)
    ORDER BY changed_at, id LIMIT ${PAGE}`;

async function databaseTime(db: OperationDeps["db"]): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  return row?.now ?? new Date();
}

const encodeCursor = (since: Date): string => Buffer.from(since.toISOString()).toString("base64url");

function parseCursor(cursor: string): Date {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const since = new Date(text);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) && !Number.isNaN(since.getTime())) return since;
  throw new InvalidInputError(
    "CURSOR_INVALID",
    "after",
    `after: ${JSON.stringify(cursor.slice(0, 80).toWellFormed())} is not a cursor of this subscription. Use a \`cursor\` that it returned, or omit it.`,
  );
}
