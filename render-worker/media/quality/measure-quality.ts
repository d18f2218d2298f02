import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Quality, VariantState } from "@reelay/contracts";
import { readPieceStartMs } from "@reelay/media-container";
import type { ObjectStore } from "@reelay/object-store";
import { makeFolder, type Need } from "../../host/index.ts";
import { readObject } from "../../store/index.ts";
import type { DecodeLimits, FfmpegTools, Programs } from "../ffmpeg/index.ts";
import { comparisonNeed } from "../needs/index.ts";
import { describeForMemory, type SourceFile } from "../probe/index.ts";
import { canBeEntered, findEntry, type SourceEntry } from "../timeline/index.ts";
import { comparePieces, metricOf } from "./compare-pieces.ts";
import { comparedSize } from "./plan-comparison.ts";
import { planComparedMoments } from "./plan-samples.ts";
import { summarizeScores } from "./read-scores.ts";

export interface MeasureOptions {
  store: ObjectStore;
  tools: Pick<FfmpegTools, "filters">;
  programs: Pick<Programs, "ffmpeg" | "ffprobe">;
  source: SourceFile;
  /** Scratch folder for the compared pieces; emptied afterwards. */
  directory: string;
  limits: DecodeLimits;
  signal: AbortSignal;
  /** A caller waits for the result. Default: it runs when the CPU is idle. */
  isAwaited?: boolean;
  /**
   * Runs programs once memory is available. May run them several times, until work of higher priority has not
   * interrupted them.
   */
  reserveMemory: <T>(need: Need, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** Frames per moment: VMAF costs ten times as much as encoding a frame, SSIM a third. */
const pictures = { VMAF: 4, SSIM: 12 } as const;
/** A source without seeking is compared only up to here. */
const REACHABLE_MS = 15_000;
/** Variants compared per process, since each needs memory. Further processes decode the source again. */
const COMPARED_AT_ONCE = 3;
/** Offset into a segment, whose first frames are better than most. */
const INTO_MS = 700;

/**
 * Measures the quality of renditions, by name, at the video's comparison moments that they cover. Segments
 * are read back from the store, so that the result is about what players receive.
 */
export async function measureQuality(
  renditions: readonly FinishedRendition[],
  options: MeasureOptions,
): Promise<Record<string, Quality>> {
  const { programs, tools, source } = options;
  const metric = metricOf(tools);
  const directory = join(options.directory, "quality");
  const scores = new Map<string, number[]>();
  const lastMs = Math.max(
    0,
    ...renditions.flatMap(({ segments }) => segments.map((segment) => segment.startMs + segment.durationMs)),
  );
  const durationMs = source.probe.durationMs ?? lastMs;
  const moments = canBeEntered(source)
    ? planComparedMoments(durationMs)
    : [Math.min(durationMs / 2, REACHABLE_MS)];
  for (const momentMs of moments) {
    await makeFolder(directory);
    const pieces = await readPieces(renditions, momentMs, directory, options);
    const [first] = pieces;
    if (first) {
      let entry: SourceEntry | undefined = canBeEntered(source) ? undefined : { seekMs: null };
      const compare = async (some: typeof pieces, signal: AbortSignal) => {
        entry ??= await findEntry(source, first.startMs, {
          ...options,
          ffprobe: programs.ffprobe,
          signal,
        });
        return await comparePieces(
          programs.ffmpeg,
          directory,
          {
            source,
            pieces: some,
            pieceStartMs: first.startMs,
            fromMs: first.startMs + Math.min(INTO_MS, first.durationMs / 3),
            frames: pictures[metric],
            metric,
            filters: tools.filters,
            limits: options.limits,
            entry,
          },
          { signal, isAwaited: options.isAwaited ?? false },
        );
      };
      for (let from = 0; from < pieces.length; from += COMPARED_AT_ONCE) {
        const some = pieces.slice(from, from + COMPARED_AT_ONCE);
        const need = { size: comparedSize(source.probe.video), pieces: some.length, metric };
        const bytes = comparisonNeed(describeForMemory(source), need);
        const compared = await options.reserveMemory({ program: "comparison", bytes }, (within) =>
          compare(some, within),
        );
        for (const [name, more] of compared) scores.set(name, [...(scores.get(name) ?? []), ...more]);
      }
    }
    await rm(directory, { recursive: true, force: true });
  }
  return Object.fromEntries(
    [...scores].flatMap(([name, all]) => {
      const quality = summarizeScores(all, metric);
      return quality ? [[name, quality]] : [];
    }),
  );
}

/**
 * Writes each rendition's segment at the moment to a file. Segments that start at another time than the first
 * are skipped.
 */
async function readPieces(
  renditions: readonly FinishedRendition[],
  momentMs: number,
  directory: string,
  { store, signal }: MeasureOptions,
) {
  const pieces: {
    name: string;
    file: string;
    frameRate: number | null;
    startMs: number;
    durationMs: number;
  }[] = [];
  const read = (key: string) => readObject(store, key, { signal });
  for (const { variant, initKey, segments } of renditions) {
    const segment = segments.find(
      ({ startMs, durationMs }) => startMs <= momentMs && momentMs < startMs + durationMs,
    );
    if (!segment) continue;
    const piece = Buffer.concat([await read(initKey), await read(segment.key)]);
    const startMs = readPieceStartMs(piece);
    if (startMs === null || Math.abs(startMs - (pieces[0]?.startMs ?? startMs)) > 1) continue;
    const { name, frameRate } = variant;
    const file = `${name}.mp4`;
    await writeFile(join(directory, file), piece);
    pieces.push({ name, file, frameRate, startMs, durationMs: segment.durationMs });
  }
  return pieces;
}

/** A variant's output that an attempt stored. */
export interface FinishedRendition {
  variant: VariantState;
  initKey: string;
  segments: { key: string; startMs: number; durationMs: number }[];
}
