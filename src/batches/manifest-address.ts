/** What a batch has made so far, at an address that programs without an API key can read. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { objectKeys } from "@reelay/contracts";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import type { Db } from "../database/index.ts";
import { pathOf } from "../http/index.ts";

const PREFIX = "/batch-manifests/";
/** The part after `~` is secret: logs leave it out, as they do the tokens of media. */
const PATTERN = /^\/batch-manifests\/~([\w-]{16,100})\/([0-9a-f-]{36})\/(manifest\.json|rows\.csv)$/;

/** The address of a batch's manifest, beside which its `rows.csv` is. Who knows it may read both. */
export const manifestAddress = (
  publicUrl: string,
  { batchId, secret }: { batchId: string; secret: string },
): string => `${publicUrl}${PREFIX}~${secret}/${batchId}/manifest.json`;

/**
 * Serves the manifests of batches and their rows, until the batch is deleted.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export function createManifests({ db, store }: { db: Db; store: Pick<ObjectStore, "read"> }) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const path = pathOf(req);
    if (!path.startsWith(PREFIX)) return false;
    res.setHeader("x-content-type-options", "nosniff").setHeader("cache-control", "no-store");
    if (req.method !== "GET" && req.method !== "HEAD") {
      res.writeHead(405, { allow: "GET, HEAD" }).end();
      return true;
    }
    const [, manifestSecret, id, file] = PATTERN.exec(path) ?? [];
    const batch = manifestSecret && id && (await db.batch.findFirst({ where: { id, manifestSecret } }));
    const key = id && (file === "rows.csv" ? objectKeys.batchRows(id) : objectKeys.batchManifest(id));
    const found = batch && key ? await readOrNull(store, key) : null;
    if (found === null) {
      res.writeHead(404).end();
      return true;
    }
    const isRows = file === "rows.csv";
    res.writeHead(200, {
      "content-type": isRows ? "text/csv; charset=utf-8" : "application/json",
      "content-length": found.object.sizeBytes,
      "content-disposition": isRows ? "attachment" : "inline",
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
