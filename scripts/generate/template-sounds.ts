/** Synthesizes the sounds of the built-in templates: `node scripts/generate/template-sounds.ts`. */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

const SAMPLE_RATE = 24_000;
const built = path.resolve(import.meta.dirname, "../../packages/templates/built-in");

/** A partial: frequency in Hz, loudness, and how fast it fades per second. */
type Partial = readonly [frequency: number, loudness: number, decay: number];

/** Mono samples from -1 to 1. */
function tone(durationMs: number, partials: readonly Partial[], startsMs: readonly number[] = [0]): number[] {
  const length = Math.round((durationMs * SAMPLE_RATE) / 1000);
  const samples = Array.from({ length }, (_, index) =>
    startsMs.reduce((sum, startMs, strike) => {
      const seconds = index / SAMPLE_RATE - startMs / 1000;
      if (seconds < 0) return sum;
      const attack = Math.min(1, seconds / 0.002);
      return (
        sum +
        partials.reduce(
          (all, [frequency, loudness, decay]) =>
            all +
            loudness *
              attack *
              Math.exp(-decay * seconds) *
              Math.sin(2 * Math.PI * frequency * (strike === 0 ? 1 : 1.335) * seconds),
          0,
        )
      );
    }, 0),
  );
  const fade = Math.round(SAMPLE_RATE * 0.01);
  return samples.map((sample, index) => sample * Math.min(1, (length - index) / fade));
}

/** PCM in 16 bits. */
function toWav(samples: readonly number[]): Buffer {
  const peak = Math.max(...samples.map(Math.abs));
  const data = Buffer.alloc(samples.length * 2);
  for (const [index, sample] of samples.entries())
    data.writeInt16LE(Math.round((sample / peak) * 0.8 * 32_767), index * 2);
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

const sounds = {
  "tick.wav": tone(70, [
    [1_650, 1, 90],
    [3_300, 0.35, 140],
  ]),
  // Two bells, the second a fourth above the first.
  "ding.wav": tone(
    1_300,
    [
      [1_046.5, 1, 5],
      [2_093, 0.45, 7],
      [3_140, 0.2, 11],
      [5_650, 0.08, 18],
    ],
    [0, 110],
  ),
};

for (const [template, names] of Object.entries({
  "quiz-classic": ["tick.wav", "ding.wav"],
  "quiz-shorts": ["tick.wav", "ding.wav"],
  countdown: ["tick.wav", "ding.wav"],
} as const)) {
  const folder = path.join(built, template, "sounds");
  await mkdir(folder, { recursive: true });
  for (const name of names) await writeFile(path.join(folder, name), toWav(sounds[name]));
}
