import { createHash } from "node:crypto";
import { ChunkEntry, chunkIdentity, type DrawnChunk } from "@reelay/contracts";
import { ObjectNotFoundError, type ObjectStore } from "@reelay/object-store";
import type { Logger } from "pino";
import { readObject } from "../../store/index.ts";
import { type KnownChunk, toKnownChunks, videoOf } from "./known-chunk.ts";

/** Finished chunks of all READY videos of a workspace, by what they show and how they are encoded. */
export interface ChunkIndex {
  /** Null: there is none. Rejects with the signal's reason only. */
  find(
    drawn: Pick<DrawnChunk, "painter" | "sha256">,
    options: { recipes: ReadonlyMap<string, string>; signal: AbortSignal },
  ): Promise<KnownChunk | null>;
}

/** A chunk of 30 s in ten variants has a tenth of it. */
const MAX_BYTES = 1024 ** 2;

/** Names of letters, digits, hyphens, underscores and dots, none of which leads upwards. */
const VIDEO_OBJECT = /^videos(?:\/(?!\.\.?(?:\/|$))[\w.-]+)+$/;

/** Entries below a prefix of the object store, each under a digest of its identity. */
export const createChunkIndex = (
  store: ObjectStore,
  { prefix, log }: { prefix: string; log: Logger },
): ChunkIndex => ({
  async find(drawn, { recipes, signal }) {
    const identity = chunkIdentity(drawn, recipes);
    const key = prefix + createHash("sha256").update(identity).digest("hex");
    const bytes = await readObject(store, key, { end: MAX_BYTES - 1, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!(error instanceof ObjectNotFoundError)) log.warn({ err: error }, "chunk-entry.not-read");
      return null;
    });
    if (bytes === null) return null;
    const chunk = toChunk(bytes, identity);
    if (chunk === null) log.warn({ key }, "chunk-entry.invalid");
    return chunk;
  },
});

/** Null: the entry is not of this chunk, or not of one video. Pure. */
function toChunk(bytes: Buffer, identity: string): KnownChunk | null {
  const entry = ChunkEntry.safeParse(parseJson(bytes.toString("utf8"))).data;
  if (entry?.identity !== identity) return null;
  const { parts, sums } = entry;
  const keys = parts.flatMap(({ initKey, segments }) => [initKey, ...segments.map(({ key }) => key)]);
  const isOfOneVideo = keys.every((key) => VIDEO_OBJECT.test(key) && videoOf(key) === videoOf(keys[0] ?? ""));
  const [chunk, ...others] = toKnownChunks(parts);
  if (chunk === undefined || others.length > 0 || !isOfOneVideo) return null;
  const recipes = new Map([...chunk.parts].map(([name, { recipe }]) => [name, recipe ?? ""]));
  return chunkIdentity(chunk.drawn, recipes) === identity
    ? { ...chunk, sums: new Map(Object.entries(sums)) }
    : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
