import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { MAX_MATERIALS } from "@reelay/contracts";
import { type RowIssue, TableError } from "@reelay/tables";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { BatchRowStatus } from "../../prisma/generated/enums.ts";
import { errorColumn, storeTransaction } from "../database/index.ts";
import { ExpectedError, InvalidInputError, NotFoundError } from "../errors/index.ts";
import { recordWorkspaceEvent } from "../events/index.ts";
import { encodeGlobalId, keyOf } from "../inputs/index.ts";
import { type BackgroundInput, chooseBackground, deleteVideo } from "../videos/index.ts";
import { readVoices } from "../workers/index.ts";
import { type ReadRow, readRows } from "./check-rows.ts";
import { continueRows, countDeleted, keepMissing, missingRows, type NewRow } from "./compare-rows.ts";
import { type BatchDeps, BatchTakenError, batchViewer, type HeldBatch, type Turn } from "./deps.ts";
import { CHECKED_AT_A_TIME, LEASE_MS, MAX_CHECK_TRIES, MAX_ROW_ISSUES } from "./limits.ts";
import { measureRows } from "./measure-rows.ts";
import { planTable } from "./plan-rows.ts";
import { parseTable, readStored } from "./read-source.ts";
import { BatchSettings, StoredRowSettings } from "./settings.ts";

/** Rows that are read before other work of the process gets a turn: a few milliseconds. */
const ROWS_AT_ONCE = 20;

/**
 * Reads and checks the rows of a batch, and writes them in chunks: a process that takes it over continues
 * after the last one. `stopping` gives the batch back after the present chunk.
 *
 * Rejects with `BatchTakenError` when the lease is lost.
 */
export async function checkBatch(
  deps: BatchDeps,
  batch: HeldBatch,
  { stopping, patienceMs }: Turn,
): Promise<void> {
  if (batch.checkTries > MAX_CHECK_TRIES) return await failCheck(deps, batch, abandoned());
  const settings = BatchSettings.parse(batch.settings);
  let done = 0;
  try {
    const content = await readStored(deps.store, batch.sourceKey);
    const table = await parseTable({ format: settings.format, content });
    const { template, ...how } = settings;
    const { name, version } = template;
    const own = { db: deps.db, workspaceId: batch.workspaceId };
    const { plan } = await planTable(own, table, { ...how, template: name, version });
    const externalIds = new Map<string, number>();
    const itemLines = new Map<number, readonly number[]>();
    let chunk: ReadRow[] = [];
    for (const row of readRows(table, plan)) {
      checkExternalId(row, externalIds);
      if (row.lines > 1) itemLines.set(done, row.itemLines);
      done += 1;
      if (done <= batch.checkedRows) continue;
      chunk.push(row);
      if (done % ROWS_AT_ONCE === 0) await nextTurn();
      if (chunk.length < CHECKED_AT_A_TIME) continue;
      await writeChunk(deps, batch, chunk, done);
      chunk = [];
      if (stopping.aborted) return;
    }
    if (chunk.length > 0) await writeChunk(deps, batch, chunk, done);
    if (batch.deletesMissing) await deleteMissing(deps, batch);
    if (!(await measureRows(deps, batch, { plan, itemLines, patienceMs }, stopping))) return;
  } catch (error) {
    if (!(error instanceof TableError || error instanceof ExpectedError)) throw error;
    return await failCheck(deps, batch, { code: error.code, message: error.message });
  }
  await endCheck(deps, batch, done);
}

/** Deletes the videos of rows that the new table lacks. Their rows go with the others that have none. */
async function deleteMissing(deps: BatchDeps, batch: HeldBatch): Promise<void> {
  const { db } = deps;
  for (;;) {
    const rows = await db.batchRow.findMany({
      where: { ...missingRows(batch.id), videoId: { not: null } },
      take: DELETED_AT_A_TIME,
      select: { videoId: true },
    });
    if (rows.length === 0) return;
    for (const { videoId } of rows)
      if (videoId !== null)
        await deleteVideo(deps, batchViewer(batch), { videoId }).catch((error: unknown) => {
          if (!(error instanceof NotFoundError)) throw error;
        });
    const { count } = await db.batch.updateMany({
      where: { id: batch.id, status: "CHECKING", attempts: batch.attempts },
      data: { leaseUntil: new Date(deps.clock().getTime() + LEASE_MS) },
    });
    if (count === 0) throw new BatchTakenError();
    await countDeleted(db, batch.id, rows.length);
  }
}

const DELETED_AT_A_TIME = 20;

const abandoned = () => ({
  code: "CHECK_ABANDONED",
  message: `The check was begun ${MAX_CHECK_TRIES} times without advancing, and each time its process ended. Send the rows again with \`replaceBatchRows\`, in smaller files.`,
});

/** An id that an earlier row has. */
function checkExternalId(row: ReadRow, known: Map<string, number>): void {
  const { externalId } = row.settings;
  if (externalId === null || row.duplicateOf !== null) return;
  const line = known.get(externalId);
  if (line === undefined) known.set(externalId, row.line);
  else
    row.issues.push({
      ...{ line: row.line, column: row.externalIdColumn, code: "EXTERNAL_ID_REPEATED" },
      message: `Line ${line} has the external id ${shown(externalId)}, too. Write a value that no other row has.`,
    });
}

/** Looks up what rows name, and writes them with their issues. */
async function writeChunk(
  deps: BatchDeps,
  batch: HeldBatch,
  rows: readonly ReadRow[],
  done: number,
): Promise<void> {
  const { db, clock } = deps;
  const { id: batchId, workspaceId, attempts } = batch;
  const materials = await findMaterials(db, workspaceId, rows);
  await markTakenIds(db, batch, rows);
  await markUnknownVoices(db, clock(), rows);
  const first = done - rows.length;
  const clips = await chooseClips(deps, workspaceId, rows);
  const resolved = rows.map((row) => ({ row, settings: resolve(row, materials, clips) }));
  const earlier = await findEarlier(db, batch, resolved);
  const skips = BatchSettings.parse(batch.settings).duplicates === "SKIP";
  const written = resolved.map(({ row, settings }, at): NewRow => {
    const equal = earlier.get(row);
    const isDuplicate = row.duplicateOf !== null || (skips && equal !== undefined && row.issues.length === 0);
    const status: BatchRowStatus = isDuplicate ? "DUPLICATE" : row.issues.length > 0 ? "INVALID" : "VALID";
    const { hash, line, lines, title, duplicateOf } = row;
    const data = row.data as Prisma.InputJsonObject;
    return {
      id: randomUUID(),
      batchId,
      workspaceId,
      position: first + at,
      key: storable(row.key),
      hash,
      line,
      lines,
      status,
      title,
      duplicateOf,
      settings,
      earlierId: equal?.id ?? null,
      data: status === "INVALID" ? cleaned(data) : data,
    };
  });
  const issues = rows.flatMap((row, at) =>
    row.issues.slice(0, MAX_ROW_ISSUES).map(
      (issue, number): Prisma.BatchIssueCreateManyInput => ({
        batchId,
        rowId: written[at]?.id ?? null,
        position: (first + at) * MAX_ROW_ISSUES + number,
        line: issue.line,
        column: issue.column === null ? null : storable(issue.column),
        code: issue.code,
        message: storable(issue.message),
      }),
    ),
  );
  issues.push(
    ...written.flatMap(({ id: rowId, line, status }, at) => {
      const equal = rows[at] && earlier.get(rows[at]);
      if (equal === undefined || status !== "VALID") return [];
      return [{ ...warning(equal), batchId, rowId, line, position: (first + at + 1) * MAX_ROW_ISSUES - 1 }];
    }),
  );
  const now = clock();
  await db.$transaction(async (tx) => {
    const { count } = await tx.batch.updateMany({
      where: { id: batchId, status: "CHECKING", attempts, checkedRows: first },
      data: { checkedRows: done, checkTries: 0, leaseUntil: new Date(now.getTime() + LEASE_MS) },
    });
    if (count === 0) throw new BatchTakenError();
    const added = await continueRows(tx, batchId, written);
    await tx.batchRow.createMany({ data: added });
    if (issues.length > 0) await tx.batchIssue.createMany({ data: issues });
  }, storeTransaction);
}

interface EarlierRow {
  id: string;
  line: number;
  settings: Prisma.JsonValue;
  batch: { title: string };
}

/** Rows of earlier batches whose videos show the same. */
async function findEarlier(
  db: BatchDeps["db"],
  { id: batchId, workspaceId, settings }: HeldBatch,
  rows: readonly { row: ReadRow; settings: StoredRowSettings }[],
): Promise<Map<ReadRow, EarlierRow>> {
  const sound = rows.filter(({ row }) => row.issues.length === 0 && row.duplicateOf === null);
  const look = lookOf(settings);
  const found = await db.batchRow.findMany({
    where: {
      ...{ workspaceId, batchId: { not: batchId }, hash: { in: sound.map(({ row }) => row.hash) } },
      ...{ videoId: { not: null }, isChanged: false, status: { notIn: ["FAILED", "CANCELED"] } },
    },
    select: {
      id: true,
      hash: true,
      line: true,
      settings: true,
      batch: { select: { title: true, settings: true } },
    },
    orderBy: { id: "desc" },
  });
  const alike = found.filter(({ batch }) => isDeepStrictEqual(lookOf(batch.settings), look));
  const byHash = Map.groupBy(alike, ({ hash }) => hash);
  return new Map(
    sound.flatMap(({ row, settings: own }) => {
      const equal = byHash
        .get(row.hash)
        ?.find((one) => isDeepStrictEqual(StoredRowSettings.parse(one.settings), own));
      return equal === undefined ? [] : [[row, equal] as const];
    }),
  );
}

/** What all videos of a batch have in common, as viewers see and hear it. */
function lookOf(settings: Prisma.JsonValue) {
  const { template, height, frameRate, voice, music, background, materials } = BatchSettings.parse(settings);
  return { template, height, frameRate, voice, music, background, materials };
}

const warning = ({ line, batch }: EarlierRow) => ({
  ...{ column: null, code: "ROW_MADE_BEFORE", isWarning: true },
  message: `Line ${line} of the earlier batch ${shown(batch.title)} has a video that shows the same. Remove the row, or have \`duplicates\` skip it, if one is enough.`,
});

/** Data of invalid rows may have characters that Postgres does not store. */
const cleaned = (data: Prisma.InputJsonObject): Prisma.InputJsonObject =>
  JSON.parse(
    JSON.stringify(data, (_, value: unknown) => (typeof value === "string" ? storable(value) : value)),
  ) as Prisma.InputJsonObject;

const storable = (text: string): string => text.replaceAll("\0", "").toWellFormed();

/** The clips that rows name. Adds issues for those that cannot be used. */
async function chooseClips(
  deps: BatchDeps,
  workspaceId: string,
  rows: readonly ReadRow[],
): Promise<Map<string, BackgroundInput>> {
  const named = rows.filter(({ settings }) => settings.background !== null);
  const found = new Map<string, BackgroundInput>();
  for (const [text, same] of Map.groupBy(named, ({ settings }) => settings.background ?? "")) {
    const background = await toBackground(deps.db, workspaceId, text);
    try {
      if (background === null) throw clipNotFound(text);
      await chooseBackground(deps, workspaceId, { background, field: "background" });
      found.set(text, background);
    } catch (error) {
      if (!(error instanceof ExpectedError)) throw error;
      const { code, message } = error;
      for (const { issues, line, backgroundAt } of same)
        issues.push({ line, column: null, ...backgroundAt, code, message });
    }
  }
  return found;
}

async function toBackground(
  db: BatchDeps["db"],
  workspaceId: string,
  text: string,
): Promise<BackgroundInput | null> {
  if (/^https?:/i.test(text)) return { url: text };
  if (keyOf("Video", text) !== null) return { video: text };
  const named = { workspaceId, filename: storable(text) };
  const found = await db.material.findMany({
    where: named,
    select: { id: true, status: true },
    orderBy: { createdAt: "desc" },
  });
  const best = found.find(({ status }) => status === "READY") ?? found[0];
  return best ? { material: encodeGlobalId("Material", best.id) } : null;
}

const clipNotFound = (text: string) =>
  new InvalidInputError(
    "MATERIAL_NOT_FOUND",
    "background",
    `The workspace has no material named ${shown(text)}. Upload the clip with \`createMaterial\`, or write an address that begins with https://, or the id of a video.`,
  );

interface NamedMaterial {
  id: string;
  filename: string;
  kind: string | null;
  status: string;
}

/** The newest material of each file name; READY ones before others. */
async function findMaterials(
  db: BatchDeps["db"],
  workspaceId: string,
  rows: readonly ReadRow[],
): Promise<Map<string, NamedMaterial>> {
  const filenames = [...new Set(rows.flatMap(({ names }) => names.map(({ filename }) => filename)))];
  if (filenames.length === 0) return new Map();
  const found = await db.material.findMany({
    where: { workspaceId, filename: { in: filenames.map(storable) } },
    select: { id: true, filename: true, kind: true, status: true },
    orderBy: { createdAt: "asc" },
  });
  const ready = found.filter(({ status }) => status === "READY");
  return new Map([...found, ...ready].map((one) => [one.filename, one]));
}

/** The row's settings with ids of materials. Adds issues for those that it cannot use. */
function resolve(
  row: ReadRow,
  materials: ReadonlyMap<string, NamedMaterial>,
  clips: ReadonlyMap<string, BackgroundInput>,
): StoredRowSettings {
  const { externalId, voice, rate } = row.settings;
  const idOf = (filename: string): string[] => {
    const found = materials.get(filename);
    return found === undefined ? [] : [encodeGlobalId("Material", found.id)];
  };
  for (const { filename, kind, line, column } of row.names) {
    const problem = problemOf(filename, kind, materials.get(filename));
    if (problem !== null) row.issues.push({ line, column, ...problem });
  }
  if (row.settings.materials.length > MAX_MATERIALS)
    row.issues.push({
      ...{ line: row.line, column: null, code: "MATERIALS_TOO_MANY" },
      message: `The video uses ${row.settings.materials.length} materials, and may use ${MAX_MATERIALS}. Divide it into several.`,
    });
  const [music] = row.settings.music === null ? [] : idOf(row.settings.music);
  const ids = row.settings.materials.flatMap(idOf);
  return {
    ...{ externalId: externalId === null ? null : storable(externalId), voice, rate },
    music: music ?? null,
    background: clips.get(row.settings.background ?? "") ?? null,
    materials: ids,
  };
}

function problemOf(
  filename: string,
  kind: string,
  found: NamedMaterial | undefined,
): Pick<RowIssue, "code" | "message"> | null {
  if (found === undefined)
    return {
      code: "MATERIAL_NOT_FOUND",
      message: `The workspace has no material named ${shown(filename)}. Upload it with \`createMaterial\`, or correct the name.`,
    };
  if (found.status !== "READY")
    return {
      code: "MATERIAL_NOT_READY",
      message: `The material ${shown(filename)} is ${found.status}. Finish its upload, or upload it again.`,
    };
  if (found.kind === kind) return null;
  return {
    code: "MATERIAL_KIND_INVALID",
    message: `The material ${shown(filename)} is of the kind ${found.kind}, and ${kind} is needed here. Name another one.`,
  };
}

/** External ids of other videos of the workspace. */
async function markTakenIds(
  db: BatchDeps["db"],
  { id: batchId, workspaceId }: Pick<HeldBatch, "id" | "workspaceId">,
  rows: readonly ReadRow[],
): Promise<void> {
  const wanted = rows.flatMap(({ settings, duplicateOf }) =>
    settings.externalId === null || duplicateOf !== null ? [] : [storable(settings.externalId)],
  );
  if (wanted.length === 0) return;
  const taken = await db.video.findMany({
    where: { workspaceId, externalId: { in: wanted } },
    select: { externalId: true, batchRows: { select: { batchId: true, key: true } } },
  });
  const owners = new Map(taken.map(({ externalId, batchRows: [row] }) => [externalId, row]));
  for (const row of rows) {
    const owner = owners.get(row.settings.externalId);
    const isOwn = owner?.batchId === batchId && owner.key === row.key;
    if (!owners.has(row.settings.externalId) || isOwn || row.duplicateOf !== null) continue;
    row.issues.push({
      ...{ line: row.line, column: row.externalIdColumn, code: "EXTERNAL_ID_TAKEN" },
      message: `A video of the workspace has the external id ${shown(row.settings.externalId ?? "")}. Write another one, or delete the video.`,
    });
  }
}

/** Voices that no worker has. Nothing is known of them while no worker lists its voices. */
async function markUnknownVoices(db: BatchDeps["db"], now: Date, rows: readonly ReadRow[]): Promise<void> {
  if (!rows.some(({ settings }) => isNamed(settings.voice))) return;
  const { voices, isComplete } = await readVoices(db, now);
  if (!isComplete) return;
  const known = new Set(voices.map(({ id }) => id));
  for (const { settings, line, issues, voiceColumn } of rows) {
    if (!isNamed(settings.voice) || known.has(settings.voice)) continue;
    if (issues.some(({ code }) => code === "VOICE_INVALID")) continue;
    issues.push({
      ...{ line, column: voiceColumn, code: "VOICE_UNAVAILABLE" },
      message: `No worker has the voice ${shown(settings.voice)}. Use one that \`voices\` lists, or NONE for silence.`,
    });
  }
}

const isNamed = (voice: string | null): voice is string => voice !== null && voice !== "NONE";

async function endCheck(
  { db, clock, log }: BatchDeps,
  { id, workspaceId, attempts, startsByItself, startedAt }: HeldBatch,
  total: number,
): Promise<void> {
  const now = clock();
  const isEnded = await db.$transaction(async (tx) => {
    const { count } = await tx.batch.updateMany({
      where: { id, status: "CHECKING", attempts, checkedRows: total },
      data: { status: "CHECKED", total, checkedAt: now, leaseUntil: null },
    });
    if (count === 0) throw new BatchTakenError();
    await keepMissing(tx, id, total);
    const counts = await tx.batchRow.groupBy({ by: ["status"], where: { batchId: id }, _count: true });
    const of = (status: string): number => counts.find((one) => one.status === status)?._count ?? 0;
    const told = { total, valid: of("VALID"), invalid: of("INVALID"), duplicate: of("DUPLICATE") };
    await recordWorkspaceEvent(tx, workspaceId, {
      type: "batch.checked",
      data: { batchId: encodeGlobalId("Batch", id), ...told },
    });
    // Without a row to start, a batch that was started before has ended again.
    const isOver = told.valid === 0 && startedAt !== null;
    if (isOver || (startsByItself && told.valid > 0))
      await tx.batch.update({
        where: { id },
        data: { status: "RUNNING", startedAt: startedAt ?? now, startsByItself: false },
      });
    return told;
  }, storeTransaction);
  log.info({ batchId: id, ...isEnded }, "batch.checked");
}

async function failCheck(
  { db, clock, log }: BatchDeps,
  { id, workspaceId, attempts }: HeldBatch,
  { code, message }: { code: string; message: string },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const error = errorColumn({ code, message, scope: "INPUT", retriable: false });
    const { count } = await tx.batch.updateMany({
      where: { id, status: "CHECKING", attempts },
      data: { status: "FAILED", error, endedAt: clock(), leaseUntil: null },
    });
    if (count === 0) throw new BatchTakenError();
    await recordWorkspaceEvent(tx, workspaceId, {
      type: "batch.failed",
      data: { batchId: encodeGlobalId("Batch", id), code },
    });
  });
  log.info({ batchId: id, code }, "batch.not-checked");
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 60).toWellFormed());
