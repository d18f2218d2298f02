/** What workers say of rows before any video is made: texts that do not fit, and lengths. */
import {
  type CheckedRow,
  type CompositionSettings,
  MAX_CHECKED_ROWS,
  type RecordedError,
} from "@reelay/contracts";
import { type BatchRow, Prisma } from "../../prisma/generated/client.ts";
import type { BatchRowStatus } from "../../prisma/generated/enums.ts";
import { storeTransaction } from "../database/index.ts";
import { awaitChecker, checkRows } from "../source-checks/index.ts";
import { findPlace, type RowPlan, withoutPointer } from "./check-rows.ts";
import { type BatchDeps, BatchTakenError, type HeldBatch } from "./deps.ts";
import { type LearnedCosts, learnCosts, type RowMeasure } from "./estimate.ts";
import { LEASE_MS, MAX_ROW_ISSUES } from "./limits.ts";
import { byClip, findOwnProfile, planLook } from "./plan-look.ts";
import { BatchSettings, StoredRowSettings } from "./settings.ts";

const BYTES_AT_ONCE = 300_000;
const MATERIALS_AT_ONCE = 24;
/** Each worker does two. */
const TOGETHER = 4;
const RENEW_MS = 5_000;
/** Times that all rows are gone through; a check has no time for all of its rows if these are large. */
const MAX_ROUNDS = 25;
/** Of a row's places for issues, the first that measuring uses. */
const FIRST_ISSUE = 50;

type Row = Pick<BatchRow, "id" | "position" | "line" | "data" | "settings" | "videoId">;

interface Measuring {
  plan: RowPlan;
  /** Lines of the entries of rows that consist of several, by position. */
  itemLines: ReadonlyMap<number, readonly number[]>;
  /** How long it waits for a worker if none is online. */
  patienceMs: number;
}

/**
 * Has workers measure the valid rows of a batch. Rows whose texts do not fit become INVALID, with issues that
 * say how much would fit. Without a worker, nothing is measured: such rows fail once they are drawn.
 *
 * Resolves to false if `stopping` ended it. Rejects with `BatchTakenError` when the lease is lost.
 */
export async function measureRows(
  deps: BatchDeps,
  batch: HeldBatch,
  measuring: Measuring,
  stopping: AbortSignal,
): Promise<boolean> {
  const ending = new AbortController();
  const signal = AbortSignal.any([stopping, ending.signal]);
  let lost: unknown = null;
  const renewal = setInterval(() => {
    renew(deps, batch).catch((error: unknown) => {
      lost ??= error;
      ending.abort();
    });
  }, RENEW_MS);
  try {
    const { workspaceId } = batch;
    await awaitChecker(deps, { workspaceId, patienceMs: measuring.patienceMs }, signal);
    for (let round = 0; round < MAX_ROUNDS; round += 1)
      if (!(await measureRound(deps, batch, measuring, signal))) break;
    return true;
  } catch (error) {
    if (lost !== null) throw lost;
    if (!stopping.aborted) throw error;
    return false;
  } finally {
    clearInterval(renewal);
    ending.abort();
  }
}

async function renew({ db, clock }: BatchDeps, { id, attempts }: HeldBatch): Promise<void> {
  const { count } = await db.batch.updateMany({
    where: { id, attempts, status: "CHECKING" },
    data: { leaseUntil: new Date(clock().getTime() + LEASE_MS) },
  });
  if (count === 0) throw new BatchTakenError();
}

/** Resolves to whether another round may measure more. */
async function measureRound(
  deps: BatchDeps,
  batch: HeldBatch,
  measuring: Measuring,
  signal: AbortSignal,
): Promise<boolean> {
  const look = await planLook(deps, batch);
  if (look === null) return false;
  const profile = await findOwnProfile(deps, batch);
  const learned = new Map<boolean, Promise<LearnedCosts>>();
  const costsOf = (settings: CompositionSettings): Promise<LearnedCosts> => {
    const key = settings.background !== undefined;
    const costs = learned.get(key) ?? learnCosts(deps.db, batch, { look: settings, common: look, profile });
    learned.set(key, costs);
    return costs;
  };
  const parts = readParts(deps, batch);
  let [measured, isOver] = [0, false];
  const work = async (): Promise<void> => {
    while (!isOver) {
      const { value: rows } = await parts.next();
      if (!rows) return;
      const settings = await planLook(deps, batch, rows);
      const answer =
        settings && (await checkRows(deps, { ...batch, settings, rows: rows.map(toData) }, signal));
      if (!answer) {
        deps.log.info({ batchId: batch.id, rows: rows.length }, "batch.rows-not-measured");
        isOver = true;
        return;
      }
      measured += answer.rows.length;
      const costs = await costsOf(settings);
      await writeMeasures(deps, batch, { ...measuring, rows, answers: answer.rows, costs });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  return measured > 0 && !isOver && (await countLeft(deps, batch)) > 0;
}

const unmeasured = (batchId: string) =>
  ({ batchId, status: "VALID", position: { gte: 0 }, measure: { equals: Prisma.DbNull } }) as const;

const countLeft = ({ db }: BatchDeps, { id }: HeldBatch): Promise<number> =>
  db.batchRow.count({ where: unmeasured(id) });

const toData = ({ data }: Row): unknown => data;

/** Rows that are not measured, as many as one check has, all with an equal clip. */
async function* readParts({ db }: BatchDeps, { id }: HeldBatch): AsyncGenerator<Row[]> {
  for (let position = -1; ; ) {
    const found = await db.batchRow.findMany({
      where: { ...unmeasured(id), position: { gt: position } },
      orderBy: { position: "asc" },
      take: MAX_CHECKED_ROWS,
      select: { id: true, position: true, line: true, data: true, settings: true, videoId: true },
    });
    const part: Row[] = [];
    const materials = new Set<string>();
    let bytes = 0;
    for (const row of found) {
      bytes += Buffer.byteLength(JSON.stringify(row.data));
      for (const material of StoredRowSettings.parse(row.settings).materials) materials.add(material);
      if (part.length > 0 && (bytes > BYTES_AT_ONCE || materials.size > MATERIALS_AT_ONCE)) break;
      part.push(row);
    }
    const last = part.at(-1);
    if (last === undefined) return;
    position = last.position;
    yield* byClip(part);
  }
}

async function writeMeasures(
  { db }: BatchDeps,
  batch: HeldBatch,
  {
    rows,
    answers,
    costs,
    plan,
    itemLines,
  }: Measuring & { rows: readonly Row[]; answers: readonly CheckedRow[]; costs: LearnedCosts },
): Promise<void> {
  const { voice } = BatchSettings.parse(batch.settings);
  const found = answers.flatMap((answer) => {
    const row = rows[answer.index];
    if (row === undefined) return [];
    const own = StoredRowSettings.parse(row.settings);
    const spoken = own.voice ?? voice.name;
    const chunks = answer.chunks ?? [];
    const speechCharacters = spoken === "NONE" ? 0 : answer.speechCharacters;
    const measure: RowMeasure = {
      version: 1,
      ...{ scenes: answer.scenes, chunks },
      ...costs.of({ frames: answer.frames, speechCharacters, chunks, own }),
    };
    return [{ row, answer, measure }];
  });
  const issues = found.flatMap(({ row, answer }) =>
    answer.issues.map((issue, number): Prisma.BatchIssueCreateManyInput => {
      const lines = itemLines.get(row.position) ?? [row.line];
      const place = findPlace(issue.path ?? "", { itemLines: lines, line: row.line }, plan);
      return {
        ...{
          batchId: batch.id,
          rowId: row.id,
          position: row.position * MAX_ROW_ISSUES + FIRST_ISSUE + number,
        },
        ...{ ...place, code: issue.code, message: withoutPointer(issue.message) },
      };
    }),
  );
  await db.$transaction(async (tx) => {
    const [held] = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM batches WHERE id = ${batch.id}::uuid AND status = 'CHECKING' AND attempts = ${batch.attempts} FOR SHARE`;
    if (held === undefined) throw new BatchTakenError();
    const values = found.map(({ row, answer, measure }) => {
      const { status, error } = refusalOf(row, answer.issues[0]);
      return { id: row.id, measure, status, error };
    });
    await tx.$executeRaw`
      UPDATE batch_rows r SET measure = v.measure, status = v.status, error = v.error,
        changed_at = CASE v.status WHEN 'VALID' THEN r.changed_at ELSE clock_timestamp() END,
        ended_at = CASE v.status WHEN 'FAILED' THEN clock_timestamp() END
      FROM jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
        AS v (id uuid, measure jsonb, status "BatchRowStatus", error jsonb)
      WHERE r.id = v.id AND r.status = 'VALID'`;
    if (issues.length > 0) await tx.batchIssue.createMany({ data: issues, skipDuplicates: true });
  }, storeTransaction);
}

/** A row with a video keeps it, so it fails as the correction of this video would. */
function refusalOf(
  { videoId }: Row,
  issue: CheckedRow["issues"][number] | undefined,
): { status: BatchRowStatus; error: RecordedError | null } {
  if (issue === undefined) return { status: "VALID", error: null };
  if (videoId === null) return { status: "INVALID", error: null };
  const { code } = issue;
  const message = withoutPointer(issue.message);
  return { status: "FAILED", error: { code, message, scope: "INPUT", retriable: false } };
}
