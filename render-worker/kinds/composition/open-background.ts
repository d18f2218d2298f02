import { createHash } from "node:crypto";
import type { SourceMaterial } from "@reelay/contracts";
import { inputError, RenderError } from "../../errors.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { type OpenSource, openStored } from "../../media/source/index.ts";
import { retryStore } from "../../store/index.ts";

type OpenOptions = Parameters<typeof openStored>[1];

/**
 * Opens a background clip, which is read by ranges and never as a whole. Throws a final `RenderError` if it
 * is gone (`BACKGROUND_MISSING`) or has another size (`BACKGROUND_DAMAGED`): its bytes are not compared with
 * their checksum, since that would read all of them.
 */
export async function openVideo(
  { key, filename, sizeBytes }: SourceMaterial,
  options: OpenOptions,
): Promise<OpenSource> {
  const { store, signal } = options;
  const stored = await retryStore(`look up ${key}`, signal, () => store.head(key));
  if (stored === null)
    throw inputError(
      "BACKGROUND_MISSING",
      `The background "${filename}" has been deleted since the video was created. Upload it again, and create the video again with the new material.`,
    );
  if (stored.sizeBytes !== sizeBytes)
    throw inputError(
      "BACKGROUND_DAMAGED",
      `The background "${filename}" was altered in the object store: it should have ${sizeBytes} bytes, and has ${stored.sizeBytes}. Upload it again, and create the video again with the new material.`,
    );
  return await openStored(stored, options);
}

/** A probe's errors, as those of the clip: `SOURCE_TRUNCATED` becomes `BACKGROUND_TRUNCATED`. */
export async function asBackground<T>(filename: string, probing: Promise<T>): Promise<T> {
  try {
    return await probing;
  } catch (error) {
    if (!(error instanceof RenderError) || error.reported.scope !== "INPUT") throw error;
    const { code, message, logTail } = error.reported;
    throw inputError(
      code.replace(/^SOURCE_/, "BACKGROUND_"),
      message.replace(/^The source\b/, `The background "${filename}"`),
      logTail,
    );
  }
}

/** Containers with an index of key frames: reading can begin anywhere. */
const isIndexed = ({ container }: SourceFile["probe"]): boolean => /^(mov|matroska),/.test(container);

/** The seek ends at the key frame before, so this is for the length that the container states too long. */
const SPARE_MS = 500;

/**
 * Where a chunk's pictures begin in a clip. What they show decides, not their place in the video: an equal
 * chunk has an equal background wherever it is, and chunks show different parts of a long clip. A clip that
 * is not longer than the chunk begins with it, and is repeated. Pure.
 */
export function placeInVideo(
  { probe }: SourceFile,
  { sha256, durationMs }: { sha256: string; durationMs: number },
): { startMs: number; isRepeated: boolean } {
  const roomMs = (probe.durationMs ?? 0) - durationMs - SPARE_MS;
  if (roomMs <= 0) return { startMs: 0, isRepeated: true };
  if (!isIndexed(probe)) return { startMs: 0, isRepeated: false };
  const number = createHash("sha256").update(`clip ${sha256}`).digest().readUInt32BE();
  return { startMs: Math.floor((number / 2 ** 32) * roomMs), isRepeated: false };
}
