import type { VariantProgress } from "@reelay/contracts";
import type { OutputStatistics, PlannedOutput } from "../../../media/ffmpeg/index.ts";
import type { RenditionPublisher } from "../../../media/hls/index.ts";

interface Sample {
  atMs: number;
  frames: number;
  timeMs: number;
}

/** Rates are taken over this window: short enough to follow, long enough not to flicker. */
const windowMs = 3_000;

/** Turns what ffmpeg says of each output into each variant's progress. A variant is at 1 only when all of it is stored. */
export class ProgressMeter {
  readonly #variants: { name: string; output: number; samples: Sample[] }[];
  readonly #span: { startMs: number; durationMs: number | null };

  /** @param span of the timeline that is made; null: nobody knows how long it is */
  constructor(
    rungs: readonly { name: string }[],
    outputs: readonly PlannedOutput[],
    span: { startMs: number; durationMs: number | null },
  ) {
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
    return this.#variants.map(({ name, output, samples }) => {
      const told = statistics.get(output) ?? { frames: 0, timeMs: 0, sizeBytes: 0 };
      // ffmpeg's times are the timeline's.
      const encoded = { ...told, timeMs: Math.max(0, told.timeMs - this.#span.startMs) };
      const publisher = publishers.get(name);
      const isComplete = publisher?.isComplete === true;
      const { fps, speed } = this.#rates(samples, { atMs: nowMs, ...encoded });
      const { durationMs } = this.#span;
      const leftMs = durationMs === null ? null : Math.max(0, durationMs - encoded.timeMs);
      return {
        name,
        fraction: isComplete ? 1 : this.#fraction(encoded.timeMs),
        frames: encoded.frames,
        fps,
        speed,
        sizeBytes: Math.max(encoded.sizeBytes, publisher?.storedBytes ?? 0),
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
    while (samples.length > 2 && (samples[0]?.atMs ?? 0) < now.atMs - windowMs) samples.shift();
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
