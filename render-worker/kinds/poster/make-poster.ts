import { join } from "node:path";
import { objectKeys, type PosterParams } from "@reelay/contracts";
import { inputError } from "../../errors.ts";
import { reserveMemory, sizeOf } from "../../host/index.ts";
import { POSTER_FILE, safeInputOptions, words } from "../../media/ffmpeg/index.ts";
import { bringSegment, chooseRendition, readSegments } from "../../media/hls/index.ts";
import { firstPictureNeed, piecesNeed } from "../../media/needs/index.ts";
import { describeForMemory } from "../../media/probe/index.ts";
import { retryStore, storeOnce } from "../../store/index.ts";
import { acquireTaskSource, type MediaAttempt, probeWithinMemory, reading } from "../ffmpeg/index.ts";
import { planLooks, sourceFilters, toPosterArguments, variantFilters } from "./plan-poster.ts";

const TIMEOUT_MS = 5 * 60_000;

/** The input of the still: ffmpeg's arguments, and the requested time on the input's own timeline. */
interface Taken {
  options: readonly string[];
  input: string;
  stream: string;
  filters: readonly string[];
  atMs: number;
  memoryBytes: number;
}

/**
 * Takes a still from the source; if that is not kept, or no media file, from the largest finished variant.
 * Throws errors of reading the source, and a `RenderError` (`POSTER_NOT_FOUND`).
 */
export async function makePoster(context: MediaAttempt<PosterParams>): Promise<string> {
  const { ref, signal, store, task } = context;
  const { atMs, fromVariants = false, keep, source } = task;
  const path = join(context.directory.path, POSTER_FILE);
  const head = () => retryStore(`look up ${source.key}`, signal, () => store.head(source.key));
  const isReadable = !fromVariants && (await head()) !== null;
  const variant = chooseRendition(keep.variants, Number.POSITIVE_INFINITY);
  if (!isReadable && variant?.playlist)
    await takeFromVariant(context, { ...variant, playlist: variant.playlist }, atMs, path);
  else if (fromVariants) throw notFound(atMs);
  else await takeFromSource(context, atMs, path);
  const posterKey = objectKeys.attemptPoster(ref.videoId, ref.attemptId);
  await storeOnce(store, posterKey, { path }, { contentType: "image/jpeg", signal });
  return posterKey;
}

async function takeFromSource(attempt: MediaAttempt, atMs: number, path: string): Promise<void> {
  const { config, tools } = attempt;
  await using file = await acquireTaskSource(attempt);
  const context = reading(attempt, file);
  const source = await probeWithinMemory(context, file);
  await take(context, path, {
    options: safeInputOptions(config.limits, source.input),
    input: source.input,
    stream: `0:${source.videoIndex}`,
    filters: sourceFilters(source, tools.filters),
    atMs,
    memoryBytes: firstPictureNeed(describeForMemory(source)),
  });
}

async function takeFromVariant(
  context: MediaAttempt,
  { playlist, ...size }: { playlist: { key: string }; width: number; height: number },
  atMs: number,
  path: string,
): Promise<void> {
  const { signal, store } = context;
  const segments = await readSegments(store, playlist.key, signal);
  const segment = segments.findLast(({ startMs }) => startMs <= atMs);
  if (segment === undefined) throw notFound(atMs);
  const into = { directory: context.directory.path, file: "segment.mp4" };
  const input = await bringSegment(store, segment, into, signal);
  await take(context, path, {
    options: words("-protocol_whitelist file -f mp4"),
    input: `file:${input}`,
    stream: "0:v:0",
    filters: variantFilters(size),
    // ffmpeg seeks relative to the start of the file.
    atMs: atMs - segment.startMs,
    memoryBytes: piecesNeed(1),
  });
}

async function take(context: MediaAttempt, path: string, taken: Taken): Promise<void> {
  const { programs, signal } = context;
  let logTail = "";
  for (const look of planLooks(taken.atMs)) {
    const args = toPosterArguments(look, taken, path);
    const { stderr } = await reserveMemory(context, { program: "poster", bytes: taken.memoryBytes }, () =>
      programs.ffmpeg.run(args, { timeoutMs: TIMEOUT_MS, signal }),
    );
    if ((await sizeOf(path)) > 0) return;
    logTail = stderr;
  }
  throw notFound(taken.atMs, logTail);
}

const notFound = (atMs: number, logTail?: string) =>
  inputError(
    "POSTER_NOT_FOUND",
    `No frame could be decoded at ${atMs} ms or in the ten seconds before. Choose another time.`,
    logTail,
  );
