import { type DrawnChunk, objectKeys, type RenditionPart } from "@reelay/contracts";
import { moveFragments, readTrackClock } from "@reelay/media-container";
import { crc32cOf, ObjectNotFoundError } from "@reelay/object-store";
import { INIT_FILE } from "../../media/ffmpeg/index.ts";
import { readObject, retryStore, storeOnce } from "../../store/index.ts";
import type { RenderAttempt } from "../render/index.ts";
import { type KnownChunk, videoOf } from "./known-chunk.ts";

interface Copy {
  known: KnownChunk;
  /** Where the chunk is in this video. */
  place: { index: number; frameRate: number; startMs: number; endMs: number | null };
  /** The chunk as it was drawn now. */
  drawn: DrawnChunk;
  renditions: readonly string[];
  suffix: string;
}

/** Something of the copied chunk is missing or damaged. */
class OriginGoneError extends Error {}

/**
 * Copies the segments of a known chunk below the attempt's own prefix and moves them to their place. The
 * video then owns them, whatever happens to the other one. Null, and nothing is left, if the other one has
 * been removed or altered meanwhile.
 */
export async function copyChunk(attempt: RenderAttempt, copy: Copy): Promise<RenditionPart[] | null> {
  const written: string[] = [];
  const copying = [
    ...(copy.drawn.startFrame === 0 ? [copyPoster(attempt, copy)] : []),
    ...copy.renditions.map((name) => copyPart(attempt, copy, { rendition: name, written })),
  ];
  const ended = await Promise.allSettled(copying);
  const errors = ended.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const failure = errors.find((error) => !isGone(error));
  if (failure !== undefined) throw failure;
  if (errors.length === 0)
    return ended.flatMap((one) => (one.status === "fulfilled" && one.value ? [one.value] : []));
  const { store, signal } = attempt;
  for (const key of written) await retryStore(`delete ${key}`, signal, () => store.delete(key));
  return null;
}

const isGone = (error: unknown): boolean =>
  error instanceof ObjectNotFoundError || error instanceof OriginGoneError;

async function copyPart(
  { ref, store, signal }: RenderAttempt,
  { known, place, drawn, suffix }: Copy,
  { rendition, written }: { rendition: string; written: string[] },
): Promise<RenditionPart> {
  const part = known.parts.get(rendition);
  if (part === undefined) throw new OriginGoneError(`There is no ${rendition}.`);
  const { index, frameRate, startMs, endMs } = place;
  const { videoId, attemptId } = ref;
  const keyOf = (file: string) =>
    objectKeys.attemptFile(videoId, attemptId, rendition + suffix, `${index}-copy-${file}`);
  const read = async (key: string) => {
    const bytes = await readObject(store, key, { signal });
    const crc32c = known.sums?.get(key);
    if (crc32c !== undefined && (await crc32cOf(bytes, signal)) !== crc32c)
      throw new OriginGoneError(`${key} was altered.`);
    return bytes;
  };
  const write = async (key: string, bytes: Buffer) => {
    written.push(key);
    await storeOnce(store, key, bytes, { contentType: "video/mp4", signal });
  };
  const init = await read(part.initKey);
  const { timeScale = Number.NaN } = readTrackClock(init) ?? {};
  const ticksAt = (frame: number) => Math.round((frame / frameRate) * timeScale);
  const ticks = ticksAt(drawn.startFrame) - ticksAt(known.drawn.startFrame);
  await write(keyOf(INIT_FILE), init);
  const segments: RenditionPart["segments"] = [];
  for (const [number, segment] of part.segments.entries()) {
    const bytes = await read(segment.key);
    if (bytes.length !== segment.sizeBytes || !moveFragments(bytes, ticks))
      throw new OriginGoneError(`${segment.key} is damaged.`);
    const key = keyOf(`${String(number).padStart(5, "0")}.m4s`);
    await write(key, bytes);
    segments.push({ ...segment, key });
  }
  const copied = { ...drawn, copiedFrom: known.drawn.copiedFrom ?? videoOf(part.initKey) };
  return { ...part, startMs, endMs, initKey: keyOf(INIT_FILE), segments, drawn: copied };
}

/** A poster is made with the first chunk. */
async function copyPoster({ ref, state, store, signal }: RenderAttempt, { known }: Copy): Promise<null> {
  if (state.current.posterKey !== null) return null;
  const [part] = known.parts.values();
  const origin = part?.initKey.split("/").slice(0, 4).join("/");
  const poster = await readObject(store, `${origin}/poster.jpg`, { signal });
  const posterKey = objectKeys.attemptPoster(ref.videoId, ref.attemptId);
  await storeOnce(store, posterKey, poster, { contentType: "image/jpeg", signal });
  state.update((before) => ({ ...before, posterKey }));
  return null;
}
