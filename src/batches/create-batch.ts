import { randomUUID } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Viewer } from "../auth/index.ts";
import type { OperationDeps } from "../context/index.ts";
import { ExpectedError, InvalidInputError, QuotaExceededError } from "../errors/index.ts";
import type { Tx } from "../events/index.ts";
import { onceByKey } from "../idempotency/index.ts";
import { checkTitle, checkVideo, planDrawn, type TemplateInput } from "../videos/index.ts";
import {
  DEFAULT_MAX_ACTIVE,
  MAX_BATCHES,
  MAX_CHECKING,
  MAX_TITLE_LENGTH,
  MOST_MAX_ACTIVE,
} from "./limits.ts";
import { assertComplete, planTable, type TableInput } from "./plan-rows.ts";
import { type BatchSourceInput, readSource } from "./read-source.ts";
import type { BatchSettings, DuplicatePolicy } from "./settings.ts";

/** What all videos of a batch have in common. */
type VideoSettings = Pick<
  TemplateInput,
  "height" | "frameRate" | "voice" | "music" | "background" | "materials"
> & {
  profile?: string | null;
  metadata?: unknown;
  tags?: readonly string[] | null;
  playbackPolicy?: "PUBLIC" | "SIGNED" | null;
};

export interface CreateBatchInput extends TableInput, VideoSettings {
  source: BatchSourceInput;
  title?: string | null;
  /** Default 50. */
  maxActive?: number | null;
  /** What becomes of rows that equal those of earlier batches. Default `WARN`. */
  duplicates?: DuplicatePolicy | null;
  /** Starts it once it is checked. */
  start?: boolean | null;
  idempotencyKey?: string | null;
}

const RETRY_AFTER_MS = 10_000;
const DELETION_RETRY_MS = 60_000;

/**
 * Writes a batch whose rows are then checked in the background. With an `idempotencyKey`, a repeat returns
 * the first request's batch.
 *
 * Throws `InvalidInputError` and `InvalidDataError` (those of `planTable`, `planDrawn` and `checkVideo`),
 * `InvalidTableError` (those of `readSource` and `assertComplete`), `ConflictError` and `QuotaExceededError`
 * (`CHECKING_BATCHES`, `BATCHES`).
 */
export async function createBatch(
  deps: OperationDeps,
  viewer: Viewer,
  { idempotencyKey: key, ...input }: CreateBatchInput,
): Promise<{ batchId: string }> {
  const { db, store, log } = deps;
  const { workspaceId } = viewer;
  const maxActive = checkMaxActive(input.maxActive ?? DEFAULT_MAX_ACTIVE);
  const source = await readSource(deps, viewer, input.source);
  const planned = await planTable({ db, workspaceId }, source.table, input);
  assertComplete(planned, "source");
  const { manifest } = planned.template;
  const title = checkTitle(input.title ?? source.filename ?? manifest.title).slice(0, MAX_TITLE_LENGTH);
  const settings = await checkSettings(deps, viewer, { input, format: source.format, planned });
  const batchId = randomUUID();
  const sourceKey = objectKeys.batchSource(batchId, randomUUID());
  await store.put(sourceKey, source.content, { contentType: "application/octet-stream" });
  const forget = () =>
    store
      .delete(sourceKey)
      .catch((error: unknown) => log.warn({ err: error, key: sourceKey }, "batch.source-not-removed"));
  const request = { workspaceId, key, operation: "createBatch", input, resultId: batchId };
  try {
    const createdId = await onceByKey(db, request, async (tx) => {
      await assertRoom(tx, workspaceId, { isNew: true });
      await tx.batch.create({
        data: {
          ...{ id: batchId, workspaceId, title, sourceKey, maxActive },
          settings: settings as Prisma.InputJsonObject,
          ...{ startsByItself: input.start ?? false, createdAt: deps.clock() },
        },
      });
    });
    if (createdId !== batchId) await forget();
    return { batchId: createdId };
  } catch (error) {
    if (error instanceof ExpectedError) await forget();
    throw error;
  }
}

function checkMaxActive(maxActive: number): number {
  if (maxActive >= 1 && maxActive <= MOST_MAX_ACTIVE) return maxActive;
  throw new InvalidInputError(
    "MAX_ACTIVE_INVALID",
    "maxActive",
    `maxActive: is ${maxActive}; use 1 to ${MOST_MAX_ACTIVE}, or omit it for ${DEFAULT_MAX_ACTIVE}.`,
  );
}

/** Checks what all videos have in common as `createVideo` would, with the template's example as data. */
async function checkSettings(
  deps: OperationDeps,
  viewer: Viewer,
  {
    input,
    format,
    planned: { template, plan },
  }: {
    input: CreateBatchInput;
    format: BatchSettings["format"];
    planned: Awaited<ReturnType<typeof planTable>>;
  },
) {
  const { name, version, example } = template.manifest;
  const { height = null, frameRate = null, voice, music = null, materials, playbackPolicy = null } = input;
  const { background = null, metadata, tags = null, profile = null } = input;
  await planDrawn(deps, viewer.workspaceId, {
    template: {
      ...{ template: name, version, data: example, height, frameRate, music, background },
      ...{ voice: voice ?? null, materials: materials ?? [] },
    },
  });
  const checked = await checkVideo(deps, viewer, { title: "Row", profile, tags, metadata });
  return {
    ...{ version: 1, template: { name, version }, format },
    columns: plan.uses.flatMap(({ name: column, field }) => (field === null ? [] : [{ field, column }])),
    ...{ groupBy: plan.groupBy, keyColumn: plan.keyColumn, data: { ...plan.base } },
    ...{ height, frameRate, music, background, profile, playbackPolicy },
    voice: { name: voice?.name ?? null, rate: voice?.rate ?? null },
    materials: [...(materials ?? [])],
    ...{ metadata: checked.metadata, tags: checked.tags },
    duplicates: input.duplicates ?? "WARN",
  } satisfies BatchSettings;
}

/**
 * Locks: an advisory lock per workspace, held for a few statements, so that the limits hold for requests that
 * arrive together.
 */
export async function assertRoom(tx: Tx, workspaceId: string, { isNew }: { isNew: boolean }): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('reelay.batches'), hashtext(${workspaceId}))`;
  const checking = await tx.batch.count({ where: { workspaceId, status: "CHECKING" } });
  if (checking >= MAX_CHECKING)
    throw new QuotaExceededError(
      `The workspace has ${checking} batches that are being checked, and may have ${MAX_CHECKING}. Send this request again in ${RETRY_AFTER_MS / 1_000} s.`,
      { quota: "CHECKING_BATCHES", limit: MAX_CHECKING, used: checking, retryAfterMs: RETRY_AFTER_MS },
    );
  if (!isNew) return;
  const used = await tx.batch.count({ where: { workspaceId } });
  if (used >= MAX_BATCHES)
    throw new QuotaExceededError(
      `The workspace has ${used} batches, and may have ${MAX_BATCHES}. Delete those that are not needed any more with \`deleteBatch\`; their videos stay.`,
      { quota: "BATCHES", limit: MAX_BATCHES, used, retryAfterMs: DELETION_RETRY_MS },
    );
}
