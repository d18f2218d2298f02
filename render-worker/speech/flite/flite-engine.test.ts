import { expect, test } from "vitest";
import { createNoJail } from "../../jail/no-jail.ts";
import { findFlite } from "./find-flite.ts";
import { FliteEngine } from "./flite-engine.ts";
import { fliteVoices } from "./voices.ts";

/** A sound is louder than this share of the loudest sample. */
const AUDIBLE = 0.03;
const TOLERANCE_MS = 80;

/** When the last audible sample is played. */
function lastSoundMs(samples: Uint8Array, sampleRate: number): number {
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const levels = Array.from({ length: samples.byteLength / 2 }, (_, index) =>
    Math.abs(view.getInt16(index * 2, true)),
  );
  const loudest = levels.reduce((most, level) => Math.max(most, level), 0);
  return (levels.findLastIndex((level) => level > loudest * AUDIBLE) * 1000) / sampleRate;
}

test.each(fliteVoices)("the last word of $id ends with the sound of its clip, at any rate", async (voice) => {
  await using flite = new FliteEngine(findFlite(createNoJail()));
  for (const rate of [0.5, 1, 1.4]) {
    for (const text of ["Our moon.", "A million.", "How many viewers watched them in 1969? No one."]) {
      const { samples, sampleRate, words } = await flite.speak({ text, voice, rate });
      const offMs = (words.at(-1)?.endMs ?? 0) - lastSoundMs(samples, sampleRate);
      expect(Math.abs(offMs), `${text} at ${rate}: ${offMs} ms`).toBeLessThanOrEqual(TOLERANCE_MS / rate);
    }
  }
});
