import type { GetFilesOptions } from "@google-cloud/storage";
import type { GcsClient } from "./client.ts";
import { type GcsObject, parseMetadata, parsePrefixes } from "./metadata.ts";

/** Objects whose keys begin with `prefix`, in key order. */
export async function* listObjects(gcs: GcsClient, prefix: string): AsyncGenerator<GcsObject> {
  for await (const { files } of pages(gcs, { prefix })) {
    for (const { name, metadata } of files) yield parseMetadata(name, metadata);
  }
}

/** Prefixes one level below `prefix`, in key order. */
export async function* listFolders(gcs: GcsClient, prefix: string, after?: string): AsyncGenerator<string> {
  // All keys below the folder `after` sort before this offset.
  const startOffset = after === undefined ? {} : { startOffset: `${after}\u{10FFFF}` };
  for await (const { response } of pages(gcs, { prefix, delimiter: "/", ...startOffset })) {
    yield* parsePrefixes(response);
  }
}

/** One request per page, so that a failed one is retried alone. */
async function* pages(gcs: GcsClient, query: GetFilesOptions & { prefix: string }) {
  let pageToken: string | undefined;
  do {
    const page = pageToken === undefined ? {} : { pageToken };
    const [files, next, response] = await gcs.retry("list", query.prefix, undefined, () =>
      gcs.bucket.getFiles({ ...query, ...page, autoPaginate: false }),
    );
    yield { files, response };
    pageToken = (next as { pageToken?: string } | null)?.pageToken;
  } while (pageToken !== undefined);
}
