/** What a batch has made so far, at an address that programs without an API key can read. */
import { objectKeys } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import type { Db } from "../database/index.ts";
import { createSecretFiles } from "../http/index.ts";

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
export const createManifests = ({ db, store }: { db: Db; store: Pick<ObjectStore, "read"> }) =>
  createSecretFiles({
    ...{ prefix: PREFIX, store },
    async find(path) {
      const [, manifestSecret, id, file] = PATTERN.exec(path) ?? [];
      const batch = manifestSecret && id && (await db.batch.findFirst({ where: { id, manifestSecret } }));
      if (!batch) return null;
      return file === "rows.csv"
        ? {
            key: objectKeys.batchRows(id),
            headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": "attachment" },
          }
        : {
            key: objectKeys.batchManifest(id),
            headers: { "content-type": "application/json", "content-disposition": "inline" },
          };
    },
  });
