import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import {
  ObjectNotFoundError,
  type ObjectStore,
  PreconditionFailedError,
  type StoredObject,
} from "@reelay/object-store";
import type { Logger } from "pino";
import { z } from "zod";
import type { SpokenClip } from "./speaker.ts";

/** The spoken texts of a workspace, for all its videos and workers. */
export interface ClipStore {
  /** Differs between workspaces. */
  readonly scope: string;
  /** Null: there is none, or it is damaged. Rejects with the signal's reason only. */
  read(key: string, signal: AbortSignal): Promise<SpokenClip | null>;
  /** Rejects with the signal's reason only: a clip that is not kept is spoken again. */
  write(key: string, clip: SpokenClip, signal: AbortSignal): Promise<void>;
}

/** No text is spoken for longer than some minutes. */
const MAX_BYTES = 64 * 1024 ** 2;
/** A clip that is in use is written again, since the API removes those that have not been for a while. */
const REFRESH_MS = 86_400_000;
const SAMPLE_BYTES = 2;

const time = z.number().nonnegative();

/** The first line of an object. The samples follow it. */
const Header = z.object({
  version: z.literal(1),
  /** Its own key: an object that was moved is no clip. */
  key: z.string(),
  /** Of the samples, hexadecimal. */
  sha256: z.string(),
  sampleRate: z.int().min(4_000).max(192_000),
  words: z.array(z.object({ text: z.string(), startMs: time, endMs: time })).max(10_000),
});

interface ClipStoreOptions {
  /** Of the objects: ends in `/`. */
  prefix: string;
  log: Logger;
}

/** Keeps clips below a prefix of the object store, each as one object under its key. */
export function createClipStore(store: ObjectStore, { prefix, log }: ClipStoreOptions): ClipStore {
  /** Damaged ones, which are replaced. */
  const damaged = new Map<string, string>();
  /** Replaces the object of this generation only: workers of the gateway create clips, and replace none. */
  const putIfPossible = (key: string, bytes: Buffer, of: string, signal: AbortSignal) =>
    store
      .put(prefix + key, bytes, {
        ...{ contentType: "application/octet-stream", mayBeLost: true, ifGenerationMatch: of, signal },
      })
      .catch((error: unknown) => {
        signal.throwIfAborted();
        // Another worker was faster.
        if (error instanceof PreconditionFailedError) return;
        log.warn({ err: error }, "clip.not-stored");
      });
  return {
    scope: prefix,
    async read(key, signal) {
      const stored = await readWhole(store, prefix + key, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof ObjectNotFoundError)) log.warn({ err: error }, "clip.not-read");
        return null;
      });
      if (stored === null) return null;
      const clip = toClip(stored.bytes, key);
      const { generation, updatedAt } = stored.object;
      if (clip === null) {
        damaged.set(key, generation);
        log.warn({ key: prefix + key }, "clip.damaged");
      } else if (Date.now() - updatedAt.getTime() > REFRESH_MS)
        await putIfPossible(key, stored.bytes, generation, signal);
      return clip;
    },
    async write(key, clip, signal) {
      const bytes = toBytes(clip, key);
      if (bytes.length > MAX_BYTES) return;
      await putIfPossible(key, bytes, damaged.get(key) ?? "0", signal);
      damaged.delete(key);
    },
  };
}

async function readWhole(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<{ object: StoredObject; bytes: Buffer } | null> {
  const { object, body } = await store.read(key, { end: MAX_BYTES - 1, signal });
  return { object, bytes: await buffer(body) };
}

const hashOf = (samples: Buffer): string => createHash("sha256").update(samples).digest("hex");

function toBytes({ samples, sampleRate, words }: SpokenClip, key: string): Buffer {
  const header: z.infer<typeof Header> = { version: 1, key, sha256: hashOf(samples), sampleRate, words };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), samples]);
}

/** Null: these are not the bytes that were written for the key. Pure. */
function toClip(bytes: Buffer, key: string): SpokenClip | null {
  const end = bytes.indexOf("\n");
  const header = Header.safeParse(parseJson(bytes.toString("utf8", 0, Math.max(0, end))));
  if (!header.success) return null;
  const { sampleRate, sha256, words } = header.data;
  const samples = bytes.subarray(end + 1);
  if (header.data.key !== key || samples.length % SAMPLE_BYTES !== 0 || hashOf(samples) !== sha256)
    return null;
  const durationMs = (samples.length / SAMPLE_BYTES / sampleRate) * 1000;
  return { samples, sampleRate, durationMs, words };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
