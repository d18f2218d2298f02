import { expect, test } from "vitest";
import type { SpokenClip } from "../../speech/index.ts";
import { planSoundtrack } from "./soundtrack.ts";

/** Words that last 200 ms each, with 50 ms between them. */
const clipOf = (text: string): SpokenClip => {
  const words = text.split(" ").map((word, index) => {
    const startMs = index * 250;
    return { text: word, startMs, endMs: startMs + 200 };
  });
  return { samples: Buffer.alloc(2), sampleRate: 16_000, durationMs: words.length * 250, words };
};

test("clips, cues and music are placed on a stretch of the timeline; a text without a clip is left out", () => {
  const clip = clipOf("Jupiter.");
  const music = { name: "tune.mp3", path: "/music/tune.mp3" };
  const given = { clips: new Map([["a/ask", clip]]), folder: "/template/sounds", music };
  const sounds = [
    { atMs: 500, clip: "a/ask" },
    { atMs: 900, clip: "a/silent" },
    { atMs: 1_000, file: "tick.wav", gainDb: -8 },
  ];
  const tick = { name: "tick.wav", path: "/template/sounds/tick.wav", gainDb: -8 };
  expect(planSoundtrack({ startMs: 0, endMs: 4_000, isLast: false, sounds }, given)).toEqual({
    ...{ durationMs: 4_000, part: { startMs: 0, isLast: false } },
    ...{ clips: [{ atMs: 500, clip }], sounds: [{ atMs: 1_000, ...tick }], music },
  });
  // A cue rings on, a clip has ended with its scene.
  expect(planSoundtrack({ startMs: 4_000, endMs: 9_000, isLast: true, sounds }, given)).toEqual({
    ...{ durationMs: 5_000, part: { startMs: 4_000, isLast: true } },
    ...{ clips: [], sounds: [{ atMs: -3_000, ...tick }], music },
  });
});
