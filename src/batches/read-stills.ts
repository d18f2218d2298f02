import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { objectKeys, type Still, type StillsRequest } from "@reelay/contracts";
import { z } from "zod";
import { Prisma } from "../../prisma/generated/client.ts";
import type { OperationDeps } from "../context/index.ts";
import { batchStillAddress, checkRows } from "../source-checks/index.ts";
import { byClip, planLook } from "./plan-look.ts";

/** Of one request; the others are drawn when they are asked for again. */
const DRAWN_AT_ONCE = 20;
/** Shorter side in pixels: small beside a row. */
const SIDE = 180;
const WAIT_MS = 8_000;
const SECRET_BYTES = 24;

const StoredStill = z.object({
  version: z.literal(1),
  secret: z.string(),
  width: z.int(),
  height: z.int(),
});

/** A picture of a row. */
export interface RowStill {
  url: string;
  width: number;
  height: number;
}

type Deps = Pick<OperationDeps, "db" | "clock" | "store" | "playback" | "log" | "limits">;
type Row = Prisma.BatchRowGetPayload<{ include: { batch: true } }>;

/**
 * Pictures of rows, by their ids. Those that have none yet are drawn by a worker, at most 20 of a batch, and
 * stored with it. Rows that cannot be drawn have none, and those for which no worker had time.
 */
export async function readStills(deps: Deps, rowIds: readonly string[]): Promise<Map<string, RowStill>> {
  const rows = await deps.db.batchRow.findMany({
    where: {
      id: { in: [...rowIds] },
      OR: [{ status: { not: "INVALID" } }, { measure: { not: Prisma.DbNull } }],
    },
    include: { batch: true },
    orderBy: { position: "asc" },
  });
  const found = new Map(
    rows.flatMap((row) => {
      const still = StoredStill.nullable().parse(row.still);
      return still ? [[row.id, toStill(deps, row, still)] as const] : [];
    }),
  );
  const missing = Map.groupBy(
    rows.filter(({ id }) => !found.has(id)),
    ({ batchId }) => batchId,
  );
  for (const own of missing.values()) {
    const groups = byClip(own.slice(0, DRAWN_AT_ONCE));
    const drawing = Promise.all(groups.map((rows) => draw(deps, rows)));
    const drawn = await drawing.catch((error: unknown) => {
      deps.log.warn({ err: error, batchId: own[0]?.batchId }, "batch.stills-not-drawn");
      return [];
    });
    for (const [id, still] of drawn.flat()) found.set(id, still);
  }
  return found;
}

const toStill = (
  { playback }: Pick<Deps, "playback">,
  { id, batchId }: Pick<Row, "id" | "batchId">,
  { secret, width, height }: z.infer<typeof StoredStill>,
): RowStill => ({
  url: batchStillAddress(playback.publicUrl, { batchId, secret, rowId: id }),
  width,
  height,
});

async function draw(deps: Deps, rows: readonly Row[]): Promise<[string, RowStill][]> {
  const batch = rows[0]?.batch;
  const settings = batch && (await planLook(deps, batch, rows));
  if (!settings) return [];
  const { width, height } = settings;
  const scale = SIDE / Math.min(width, height);
  const even = (side: number) => 2 * Math.round((side * scale) / 2);
  const stills: StillsRequest = { scenes: null, mark: null, width: even(width), height: even(height) };
  const signal = AbortSignal.timeout(WAIT_MS);
  const input = { workspaceId: batch.workspaceId, settings, rows: rows.map(({ data }) => data), stills };
  const answer = await checkRows(deps, input, signal).catch((error: unknown) => {
    // The same check answers the next request.
    if (signal.aborted) return null;
    throw error;
  });
  const drawn: [string, RowStill][] = [];
  for (const still of answer?.stills ?? []) {
    const row = rows[still.scene];
    if (row && answer) drawn.push([row.id, await keep(deps, row, { checkId: answer.checkId, still })]);
  }
  return drawn;
}

/** Stores a check's picture with the batch, which outlives the check. */
async function keep(
  deps: Deps,
  row: Row,
  { checkId, still: { secret: old, scene, width, height } }: { checkId: string; still: Still },
): Promise<RowStill> {
  const { db, store } = deps;
  const picture = await buffer((await store.read(objectKeys.still(checkId, old, scene))).body);
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  await store.put(objectKeys.batchStill(row.batchId, secret, row.id), picture, { contentType: "image/jpeg" });
  const still = { version: 1, secret, width, height } as const;
  // Of a row that was replaced in the meantime the picture is not kept.
  await db.batchRow.updateMany({ where: { id: row.id, hash: row.hash }, data: { still } });
  return toStill(deps, row, still);
}
