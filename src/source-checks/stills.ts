import { objectKeys, type Still } from "@reelay/contracts";
import type { ObjectStore } from "@reelay/object-store";
import { createSecretFiles } from "../http/index.ts";

const PREFIX = "/stills/";
/** The part after `~` is secret: logs leave it out, as they do the tokens of media. */
const PATTERN = /^\/stills\/~([\w-]{16,100})\/([0-9a-f-]{36})\/(\d{1,6})\.jpg$/;
const BATCH_PATTERN = /^\/stills\/~([\w-]{16,100})\/batches\/([0-9a-f-]{36})\/([0-9a-f-]{36})\.jpg$/;
const headers = {
  "content-type": "image/jpeg",
  // Shorter than a check is kept. It never changes.
  "cache-control": "private, max-age=1800, immutable",
  "cross-origin-resource-policy": "cross-origin",
};

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
 * Serves the pictures of checks and batches. They need no API key, since a page shows them in `<img>`.
 *
 * Resolves to false, with the response untouched, if the request is for another path.
 */
export const createStills = ({ store }: { store: Pick<ObjectStore, "read"> }) =>
  createSecretFiles({
    ...{ prefix: PREFIX, store },
    find: (path) => {
      const key = keyOf(path);
      return key === null ? null : { key, headers };
    },
  });
