import { createHash } from "node:crypto";
import type { BackgroundClip } from "@reelay/contracts";
import { inputError, RenderError } from "../../errors.ts";
import type { FetchPolicy } from "../../media/fetch/index.ts";
import type { SourceFile } from "../../media/probe/index.ts";
import { type OpenOptions, type OpenSource, openRanged, openStored } from "../../media/source/index.ts";
import { retryStore } from "../../store/index.ts";

interface ClipOptions extends Omit<OpenOptions, "explain"> {
  fetch: FetchPolicy;
}

/** A clip behind the pictures, open for reading. */
export interface OpenClip {
  file: OpenSource;
  /** Identifies its bytes among all clips. */
  identity: string;
}

/**
 * Opens a background clip, which is read by ranges and never as a whole. Throws a `RenderError` whose code
 * starts with `BACKGROUND_`.
 */
export async function openClip(clip: BackgroundClip, options: ClipOptions): Promise<OpenClip> {
  const explain = (error: unknown) => ofBackground(clip, error);
  if (clip.origin !== "URL") return await openKept(clip, { ...options, explain });
  const file = await asBackground(clip, openRanged(clip, { ...options, explain }));
  return { file, identity: file.version };
}

/** Its bytes are not compared with their checksum, since that would read all of them. */
async function openKept(
  clip: Exclude<BackgroundClip, { origin: "URL" }>,
  options: OpenOptions,
): Promise<OpenClip> {
  const { key, filename, sizeBytes } = clip;
  const { store, signal } = options;
  const remedy =
    clip.origin === "MATERIAL"
      ? "Upload it again, and create the video again with the new material."
      : "Create the video again with another clip.";
  const stored = await retryStore(`look up ${key}`, signal, () => store.head(key));
  if (stored === null)
    throw inputError(
      "BACKGROUND_MISSING",
      `The background "${filename}" has been deleted since the video was created. ${remedy}`,
    );
  if (stored.sizeBytes !== sizeBytes)
    throw inputError(
      "BACKGROUND_DAMAGED",
      `The background "${filename}" was altered in the object store: it should have ${sizeBytes} bytes, and has ${stored.sizeBytes}. ${remedy}`,
    );
  const identity = clip.origin === "MATERIAL" ? clip.sha256 : `${key}\n${sizeBytes}`;
  return { file: await openStored(stored, options), identity };
}

/** Errors of opening and probing, as those of the clip. */
export async function asBackground<T>(clip: BackgroundClip, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw ofBackground(clip, error);
  }
}

/** A source's error as that of the clip: `SOURCE_TRUNCATED` becomes `BACKGROUND_TRUNCATED`. */
function ofBackground({ filename }: BackgroundClip, error: unknown): unknown {
  if (!(error instanceof RenderError) || !error.reported.code.startsWith("SOURCE_")) return error;
  const { code, message, ...others } = error.reported;
  return new RenderError(
    {
      ...others,
      code: code.replace("SOURCE_", "BACKGROUND_"),
      message: message
        .replace(/\bThe source's URL\b/, `The URL of the background "${filename}"`)
        .replace(/^The source\b(?: "[^"]*")?/, `The background "${filename}"`),
    },
    { cause: error },
  );
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
