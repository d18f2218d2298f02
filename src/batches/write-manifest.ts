import { randomBytes } from "node:crypto";
import { objectKeys } from "@reelay/contracts";
import { writeCsv } from "@reelay/tables";
import { errorOf } from "../database/index.ts";
import { encodeGlobalId } from "../inputs/index.ts";
import type { BatchDeps, HeldBatch } from "./deps.ts";
import { BatchSettings } from "./settings.ts";

/** Least time between two manifests of a batch that runs, in milliseconds. */
const LEAST_PAUSE_MS = 10_000;
const SECRET_BYTES = 24;
const columns = ["key", "line", "status", "title", "videoId", "hlsUrl", "error"] as const;

/**
 * Writes what a batch has made so far to the store: `manifest.json` with its counts, and `rows.csv` with the
 * status and the address of each row. While it runs, at most every ten seconds.
 */
export async function writeManifest(
  { db, store, clock }: Pick<BatchDeps, "db" | "store" | "clock">,
  { id }: Pick<HeldBatch, "id">,
): Promise<void> {
  const now = clock();
  const batch = await db.batch.findUnique({ where: { id } });
  if (batch === null) return;
  const { title, status, manifestAt, createdAt, startedAt, endedAt } = batch;
  const isEarly = manifestAt !== null && now.getTime() - manifestAt.getTime() < LEAST_PAUSE_MS;
  if (endedAt === null && isEarly) return;
  const { template, groupBy, keyColumn } = BatchSettings.parse(batch.settings);
  const rows = await db.batchRow.findMany({
    where: { batchId: id },
    orderBy: { position: "asc" },
    select: { key: true, line: true, status: true, title: true, videoId: true, error: true },
  });
  const counts = Object.fromEntries(
    [...Map.groupBy(rows, (row) => row.status)].map(([name, all]) => [name, all.length]),
  );
  const lines = rows.map(({ key, line, title: name, videoId, error, ...row }) => {
    const video = videoId === null ? "" : encodeGlobalId("Video", videoId);
    const hlsUrl = videoId === null ? "" : store.publicUrl(objectKeys.master(videoId));
    return [key, String(line), row.status, name, video, hlsUrl, errorOf({ error })?.message ?? ""];
  });
  const manifest = {
    ...{ version: 1, id: encodeGlobalId("Batch", id), title, status, template, groupBy, keyColumn, counts },
    ...{ createdAt, startedAt, endedAt, writtenAt: now, rows: "rows.csv" },
  };
  await store.put(objectKeys.batchRows(id), writeCsv(columns, lines), { contentType: "text/csv" });
  await store.put(objectKeys.batchManifest(id), JSON.stringify(manifest), {
    contentType: "application/json",
  });
  const manifestSecret = batch.manifestSecret ?? randomBytes(SECRET_BYTES).toString("base64url");
  await db.batch.updateMany({ where: { id }, data: { manifestAt: now, manifestSecret } });
}
