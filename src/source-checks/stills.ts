import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { objectKeys, type Still } from "@reelay/contracts";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import { pathOf } from "../http/index.ts";

const PREFIX = "/stills/";
/** The part after `~` is secret: logs leave it out, as they do the tokens of media. */
const PATTERN = /^\/stills\/~([\w-]{16,100})\/([0-9a-f-]{36})\/(\d{1,6})\.jpg$/;
const BATCH_PATTERN = /^\/stills\/~([\w-]{16,100})\/batches\/([0-9a-f-]{36})\/([0-9a-f-]{36})\.jpg$/;
/** Shorter than a check is kept. It never changes. */
const CACHE = "private, max-age=1800, immutable";

/** The address of a still. Who knows it may see the picture, until the check is removed. */
export const stillAddress = (publicUrl: string, checkId: string, { secret, scene }: Still): string =>
  `${publicUrl}${PREFIX}~${secret}/${checkId}/${scene}.jpg`;

/** The address of a row's picture. Who knows it may see the picture, until the batch is removed. */
export const batchStillAddress = (
  publicUrl: string,
  { batchId, secret, rowId }: { batchId: string; secret: string; rowId: string },
): string => `${publicUrl}${PREFIX}~${secret}/batches/${batchId}/${rowId}.jpg`;

function keyOf(path: string): string | null {
  const [, secret, checkId, scene] = PATTERN.exec(path) ?? [];
  if (secret !== undefined && checkId !== undefined) return objectKeys.still(checkId, secret, Number(scene));
  const [, ofBatch, batchId, rowId] = BATCH_PATTERN.exec(path) ?? [];
  if (ofBatch === undefined || batchId === undefined || rowId === undefined) return null;
  return objectKeys.batchStill(batchId, ofBatch, rowId);
}

/**
 * Serves the pictures of checks and batches. They need no API key, since a page shows them in `<img>`: their
 * addresses cannot be guessed.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export function createStills({ store }: { store: Pick<ObjectStore, "read"> }) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    if (!path.startsWith(PREFIX)) return false;
    res.setHeader("x-content-type-options", "nosniff");
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.writeHead(405, { allow: "GET, HEAD" }).end();
      return true;
    }
    const key = keyOf(path);
    const found = key === null ? null : await readOrNull(store, key);
    if (found === null) {
      res.writeHead(404, { "cache-control": "no-store" }).end();
      return true;
    }
    res.writeHead(200, {
      "content-type": "image/jpeg",
      "content-length": found.object.sizeBytes,
      "cache-control": CACHE,
      "cross-origin-resource-policy": "cross-origin",
    });
    if (req.method === "HEAD") {
      found.body.destroy();
      res.end();
    } else await pipeline(found.body, res).catch(() => res.destroy());
    return true;
  };
}

async function readOrNull(store: Pick<ObjectStore, "read">, key: string) {
  try {
    return await store.read(key);
  } catch (error) {
    if (error instanceof ObjectNotFoundError) return null;
    throw error;
  }
}
