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

test("clips, cues and music are placed on the timeline; a text without a clip is left out", () => {
  const clip = clipOf("Jupiter.");
  const music = { name: "tune.mp3", path: "/music/tune.mp3" };
  const given = { clips: new Map([["a/ask", clip]]), durationMs: 9_000, folder: "/template/sounds", music };
  const sounds = [
    { atMs: 500, clip: "a/ask" },
    { atMs: 900, clip: "a/silent" },
    { atMs: 1_000, file: "tick.wav", gainDb: -8 },
  ];
  expect(planSoundtrack(sounds, given)).toEqual({
    durationMs: 9_000,
    clips: [{ atMs: 500, clip }],
    sounds: [{ atMs: 1_000, name: "tick.wav", path: "/template/sounds/tick.wav", gainDb: -8 }],
    music,
  });
  expect(planSoundtrack([], { ...given, music: null })).toBeNull();
});
