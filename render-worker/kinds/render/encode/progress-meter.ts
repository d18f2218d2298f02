import type { VariantProgress } from "@reelay/contracts";
import type { WorkerMetrics } from "../../../host/index.ts";
import type { OutputStatistics, PlannedOutput } from "../../../media/ffmpeg/index.ts";
import type { RenditionPublisher } from "../../../media/hls/index.ts";
import { currentUsage } from "../../../programs/index.ts";
import type { PartDecision } from "../split/index.ts";
import type { MadeBefore } from "./render-work.ts";

interface Sample {
  atMs: number;
  frames: number;
  timeMs: number;
}

/** Window for rates: short enough to follow changes, long enough not to flicker. */
const WINDOW_MS = 3_000;

/**
 * Converts ffmpeg's statistics per output into each variant's progress. A variant reaches 1 only when all of
 * it is stored.
 */
export class ProgressMeter {
  readonly #variants: { name: string; output: number; samples: Sample[] }[];
  readonly #span: { startMs: number; durationMs: number | null };
  readonly #before: (() => ReadonlyMap<string, MadeBefore>) | null;

  /**
   * @param span part of the timeline; null: of unknown length
   * @param before of a piece: what is made before it by now, by variant
   */
  constructor(
    rungs: readonly { name: string }[],
    outputs: readonly PlannedOutput[],
    span: { startMs: number; durationMs: number | null },
    before: (() => ReadonlyMap<string, MadeBefore>) | null = null,
  ) {
    this.#before = before;
    this.#variants = rungs.map(({ name }) => ({
      name,
      output: outputs.findIndex((output) => output.name === name),
      samples: [],
    }));
    this.#span = span;
  }

  read(
    statistics: ReadonlyMap<number, OutputStatistics>,
    publishers: ReadonlyMap<string, Pick<RenditionPublisher, "isComplete" | "storedBytes">>,
    nowMs: number,
  ): VariantProgress[] {
    const made = this.#before?.();
    return this.#variants.map(({ name, output, samples }) => {
      const told = statistics.get(output) ?? { frames: 0, timeMs: 0, sizeBytes: 0 };
      // ffmpeg's times are those of the timeline.
      const encoded = { ...told, timeMs: Math.max(0, told.timeMs - this.#span.startMs) };
      const publisher = publishers.get(name);
      const isComplete = made === undefined && publisher?.isComplete === true;
      const before = made?.get(name) ?? { frames: 0, sizeBytes: 0 };
      const { fps, speed } = this.#rates(samples, { atMs: nowMs, ...encoded });
      const { durationMs } = this.#span;
      const leftMs = durationMs === null ? null : Math.max(0, durationMs - encoded.timeMs);
      return {
        name,
        fraction: isComplete ? 1 : this.#fraction(encoded.timeMs),
        frames: before.frames + encoded.frames,
        fps,
        speed,
        sizeBytes: before.sizeBytes + Math.max(encoded.sizeBytes, publisher?.storedBytes ?? 0),
        etaMs: isComplete ? 0 : leftMs !== null && speed > 0 ? Math.round(leftMs / speed) : null,
      };
    });
  }

  #fraction(timeMs: number): number {
    const { durationMs } = this.#span;
    if (!durationMs) return 0;
    return Math.min(0.999, Math.round((timeMs / durationMs) * 10_000) / 10_000);
  }

  #rates(samples: Sample[], now: Sample): { fps: number; speed: number } {
    samples.push({ atMs: now.atMs, frames: now.frames, timeMs: now.timeMs });
    while (samples.length > 2 && (samples[0]?.atMs ?? 0) < now.atMs - WINDOW_MS) samples.shift();
    const first = samples[0];
    const elapsedMs = first ? now.atMs - first.atMs : 0;
    if (!first || elapsedMs <= 0) return { fps: 0, speed: 0 };
    return {
      fps: round2(((now.frames - first.frames) * 1000) / elapsedMs),
      speed: round2((now.timeMs - first.timeMs) / elapsedMs),
    };
  }
}

const round2 = (value: number): number => Math.max(0, Math.round(value * 100) / 100);

/** Minimum duration of a measurement, since encoders buffer the first frames. */
const LEAST_SECONDS = 1;

/** Pixels per second of an encode, over all its variants, from its first frames on. */
export class SpeedMeter {
  #first: { seconds: number; pixels: number } | null = null;
  #last: { seconds: number; pixels: number } | null = null;

  /** @param pixels total of all variants */
  read(pixels: number, nowMs: number): void {
    const now = { seconds: nowMs / 1000, pixels };
    if (pixels <= (this.#last?.pixels ?? 0)) return;
    this.#first ??= now;
    this.#last = now;
  }

  get seconds(): number {
    return this.#first && this.#last ? this.#last.seconds - this.#first.seconds : 0;
  }

  get pixels(): number {
    return this.#first && this.#last ? this.#last.pixels - this.#first.pixels : 0;
  }

  /** Null if not measured for long enough. */
  get pixelsPerSecond(): number | null {
    return this.seconds >= LEAST_SECONDS && this.pixels > 0 ? this.pixels / this.seconds : null;
  }
}

/**
 * Counts the resources of an attempt's programs and its stored bytes during the encode, so that long encodes
 * are visible before their end.
 */
export class UsageMeter {
  readonly #metrics: Pick<WorkerMetrics, "stored" | "ffmpegUsed"> | undefined;
  readonly #storedBytes: () => number;
  readonly #usage = currentUsage()?.outermost;
  #storedBefore = 0;
  #cpuSecondsBefore = this.#usage?.read()?.cpuSeconds ?? 0;

  constructor(metrics: Pick<WorkerMetrics, "stored" | "ffmpegUsed"> | undefined, storedBytes: () => number) {
    this.#metrics = metrics;
    this.#storedBytes = storedBytes;
  }

  read(): void {
    const stored = this.#storedBytes();
    this.#metrics?.stored(Math.max(0, stored - this.#storedBefore));
    this.#storedBefore = stored;
    const used = this.#usage?.read();
    if (!used) return;
    this.#metrics?.ffmpegUsed(Math.max(0, used.cpuSeconds - this.#cpuSecondsBefore), used.peakMemoryBytes);
    this.#cpuSecondsBefore = used.cpuSeconds;
  }
}

interface Named {
  name: string;
}

/** The renditions with their own progress: variants, or the audio of an audio-only attempt. */
export const progressing = (work: {
  part: PartDecision;
  rungs: readonly Named[];
  audioTracks: readonly Named[];
}): readonly Named[] => (work.part.kind === "AUDIO" ? work.audioTracks : work.rungs);

/**
 * Adds audio to ffmpeg's statistics, which only cover video: of an audio-only attempt, the stored length,
 * which is close enough since audio takes a hundredth of its length. Pure.
 */
export function withAudioProgress(
  statistics: ReadonlyMap<number, OutputStatistics>,
  outputs: readonly PlannedOutput[],
  publishers: ReadonlyMap<string, Pick<RenditionPublisher, "storedBytes" | "storedMs">>,
  { kind, span }: PartDecision,
): ReadonlyMap<number, OutputStatistics> {
  if (kind !== "AUDIO") return statistics;
  const audioTracks = outputs.flatMap(({ name }, index): [number, OutputStatistics][] => {
    const audio = publishers.get(name);
    if (audio === undefined) return [];
    return [[index, { frames: 0, timeMs: span.startMs + audio.storedMs, sizeBytes: audio.storedBytes }]];
  });
  return new Map([...statistics, ...audioTracks]);
}
