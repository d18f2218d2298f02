import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { words } from "../../media/ffmpeg/index.ts";
import { makeClip, temporaryDirectory, testPrograms, testTools } from "../../testing/kit.ts";
import { runTool } from "../../testing/run-tool.ts";
import { mixSoundtrack, type Soundtrack } from "../index.ts";

const signal = AbortSignal.any([]);
const RATE = 48_000;
const FRAME_BYTES = 4;
const SPEECH_RATE = 16_000;

/** Syllables of noise with the level and the gaps of speech. */
function speechOf(seconds: number): { samples: Buffer; sampleRate: number } {
  const samples = Buffer.alloc(seconds * SPEECH_RATE * 2);
  let [seed, last] = [1, 0];
  for (let index = 0; index < samples.length / 2; index += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    last = last * 0.8 + (seed / 2 ** 31 - 0.5) * 0.4;
    const envelope = Math.max(0, Math.sin((index / SPEECH_RATE) * 2 * Math.PI * 4)) ** 2;
    samples.writeInt16LE(Math.round(last * envelope * 20_000), index * 2);
  }
  return { samples, sampleRate: SPEECH_RATE };
}

async function studio() {
  const directory = await temporaryDirectory();
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const folder = await temporaryDirectory();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const { ffmpeg } = await testPrograms({ writable: [folder.path] });
  return {
    ...{ ffmpeg, folder: folder.path },
    /** A file of a user. */
    make: (name: string, source: string) =>
      makeClip(join(directory.path, name), words(`-f lavfi -i ${source}`)),
    path: (name: string) => join(directory.path, name),
    mix: async (soundtrack: Partial<Soundtrack> & Pick<Soundtrack, "durationMs">) => {
      const limits = { sourcePixels: 1e6 };
      const mixed = await mixSoundtrack(
        { clips: [], sounds: [], music: null, ...soundtrack },
        { ffmpeg, folder: folder.path, limits, signal },
      );
      const samples = await readFile(mixed.path);
      expect(samples.length).toBe(mixed.sizeBytes);
      return { path: mixed.path, samples };
    },
  };
}

/** Integrated loudness in LUFS and true peak in dBTP, as ffmpeg measures them. */
async function measure(path: string): Promise<{ lufs: number; peak: number }> {
  const { ffmpeg } = await testTools();
  const args = [...words("-hide_banner -nostdin -nostats -f s16le -ar 48000 -ac 2 -i"), path];
  const { stderr } = await runTool(ffmpeg.path, [
    ...args,
    ...words("-af ebur128=framelog=verbose:peak=true -f null -"),
  ]);
  const last = (pattern: RegExp) => Number([...stderr.matchAll(pattern)].at(-1)?.[1]);
  return { lufs: last(/ I:\s+(-?[\d.]+) LUFS/g), peak: last(/ Peak:\s+(-?[\d.]+) dBFS/g) };
}

/** Level of a span in dB, of the left channel. */
function levelOf(samples: Buffer, fromMs: number, toMs: number): number {
  let [sum, count] = [0, 0];
  for (let frame = Math.round(fromMs * 48); frame < Math.round(toMs * 48); frame += 1) {
    sum += (samples.readInt16LE(frame * FRAME_BYTES) / 32_768) ** 2;
    count += 1;
  }
  return 10 * Math.log10(sum / count);
}

/** The first sample after `fromMs` that is not silent, in milliseconds. */
function startAfter(samples: Buffer, fromMs: number): number {
  let frame = Math.round(fromMs * 48);
  while (Math.abs(samples.readInt16LE(frame * FRAME_BYTES)) < 300) frame += 1;
  return (frame / RATE) * 1000;
}

/** Level in dB of a tone of 9 kHz, of the left channel. */
function toneOf(samples: Buffer, fromMs: number, toMs: number): number {
  let [re, im] = [0, 0];
  const frames = Math.round((toMs - fromMs) * 48);
  for (let frame = 0; frame < frames; frame += 1) {
    const value = samples.readInt16LE((Math.round(fromMs * 48) + frame) * FRAME_BYTES) / 32_768;
    const angle = (2 * Math.PI * 9_000 * frame) / RATE;
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
  }
  return 20 * Math.log10((2 * Math.hypot(re, im)) / frames);
}

test("speech, sounds and ducked music have -16 LUFS together, true peaks below -1 dBTP, and an exact length", async () => {
  const { make, mix } = await studio();
  // A tone, so that the level of the music can be told from that of the speech.
  const music = await make("music.flac", "sine=f=9000:d=7:r=48000");
  const tick = await make("tick.wav", "sine=f=1500:d=0.03:r=22050");
  const { path, samples } = await mix({
    // 1,080,001 frames.
    durationMs: 22_500.02,
    clips: [2_000, 9_000, 16_000].map((atMs) => ({ atMs, clip: speechOf(4) })),
    sounds: [{ atMs: 6_500, path: tick, name: "tick.wav", gainDb: -3 }],
    music: { path: music, name: "music.flac" },
  });
  expect(samples.length).toBe(1_080_001 * FRAME_BYTES);
  const { lufs, peak } = await measure(path);
  expect(Math.abs(lufs + 16)).toBeLessThan(1);
  expect(peak).toBeLessThanOrEqual(-1);
  const [before, under, after] = [
    toneOf(samples, 1_000, 1_900),
    toneOf(samples, 9_500, 12_500),
    toneOf(samples, 14_500, 15_900),
  ];
  expect(before - under).toBeGreaterThan(6);
  expect(Math.abs(before - after)).toBeLessThan(1);
  // It repeats, and fades out at the end.
  expect(toneOf(samples, 22_400, 22_500)).toBeLessThan(after - 10);
});

test("parts of a soundtrack fit together: their loudness, their music, and a sound that lasts beyond the first", async () => {
  const { make, mix, path } = await studio();
  const music = { path: await make("music.flac", "sine=f=9000:d=30:r=48000"), name: "music.flac" };
  const chord = { path: await make("chord.wav", "sine=f=700:d=3:r=48000"), name: "chord.wav", gainDb: -20 };
  const [first, second] = [
    await mix({
      ...{ durationMs: 8_000, part: { startMs: 0, isLast: false }, music },
      clips: [{ atMs: 1_000, clip: speechOf(4) }],
      sounds: [{ ...chord, atMs: 7_000 }],
    }),
    await mix({
      ...{ durationMs: 12_000, part: { startMs: 8_000, isLast: true }, music },
      clips: [5_000].map((atMs) => ({ atMs, clip: speechOf(5) })),
      sounds: [{ ...chord, atMs: -1_000 }],
    }),
  ];
  const whole = Buffer.concat([first.samples, second.samples]);
  await writeFile(path("whole.s16le"), whole);
  const { lufs, peak } = await measure(path("whole.s16le"));
  expect(Math.abs(lufs + 16)).toBeLessThan(1);
  expect(peak).toBeLessThanOrEqual(-1);
  // Music neither begins nor ends at the seam.
  expect(Math.abs(toneOf(whole, 7_000, 7_900) - toneOf(whole, 8_100, 9_000))).toBeLessThan(2);
  expect(levelOf(whole, 9_000, 9_900)).toBeGreaterThan(levelOf(whole, 10_500, 11_500));
});

test("a mix has the same bytes on an idle machine and on a busy one", async () => {
  const { make, mix } = await studio();
  const music = { path: await make("music.flac", "sine=f=9000:d=5:r=48000"), name: "music.flac" };
  const chord = { path: await make("chord.wav", "sine=f=700:d=3:r=48000"), name: "chord.wav", gainDb: -20 };
  const soundtrack = {
    ...{ durationMs: 8_000, part: { startMs: 0, isLast: false }, music },
    clips: [{ atMs: 1_000, clip: speechOf(4) }],
    sounds: [{ ...chord, atMs: 7_000 }],
  };
  const { samples: alone } = await mix(soundtrack);
  using _hogs = startHogs(2 * availableParallelism());
  for (let count = 0; count < 3; count += 1) {
    const { samples } = await mix(soundtrack);
    expect(samples.equals(alone)).toBe(true);
  }
}, 120_000);

/** Processes that want all of the processor time. */
function startHogs(count: number): Disposable {
  const hogs = Array.from({ length: count }, () => spawn(process.execPath, ["-e", "for (;;);"]));
  return {
    [Symbol.dispose]() {
      for (const hog of hogs) hog.kill("SIGKILL");
    },
  };
}

test("a mix whose loudness ffmpeg did not print fails, and is not left without its gain", async () => {
  const { make, path, ffmpeg, folder } = await studio();
  await make("tone.wav", "sine=f=440:d=1:r=48000");
  const withoutSummary = {
    ...ffmpeg,
    reading: (file: string) => ffmpeg.reading(file),
    run: async (...args: Parameters<typeof ffmpeg.run>) => ({ ...(await ffmpeg.run(...args)), stderr: "" }),
  } as typeof ffmpeg;
  const sounds = [{ atMs: 0, path: path("tone.wav"), name: "tone.wav" }];
  const mixed = mixSoundtrack(
    { durationMs: 1_000, clips: [], sounds, music: null },
    { ffmpeg: withoutSummary, folder, limits: { sourcePixels: 1e6 }, signal },
  );
  await expect(mixed).rejects.toMatchObject({ reported: { code: "MIXING_FAILED", retriable: true } });
});

test("clips and sounds begin at their times, also repeated ones, and what lies beyond the end is cut", async () => {
  const { make, mix } = await studio();
  const tick = await make("tick.wav", "sine=f=1000:d=0.25:r=44100,volume=8,apad=whole_dur=1");
  const ding = await make("ding.mp3", "sine=f=800:d=0.4:r=24000,volume=4");
  const loud = speechOf(1);
  const { samples } = await mix({
    durationMs: 9_000,
    clips: [{ atMs: 500, clip: { ...loud, samples: loud.samples.subarray(2 * 200) } }],
    sounds: [
      { atMs: 2_000, path: tick, name: "tick.wav", durationMs: 3_500 },
      { atMs: 7_000, path: ding, name: "ding.mp3" },
      { atMs: 8_900, path: tick, name: "tick.wav" },
      { atMs: 60_000, path: tick, name: "tick.wav" },
    ],
  });
  // MP3 begins with the encoder's padding if it does not say how long that is.
  for (const at of [2_000, 3_000, 4_000, 5_000, 7_000, 8_900])
    expect(Math.abs(startAfter(samples, at - 300) - at)).toBeLessThan(20);
  expect(Math.abs(startAfter(samples, 100) - 500)).toBeLessThan(50);
  expect(levelOf(samples, 5_510, 6_600)).toBeLessThan(-70);
});

test("more sounds than anyone could tell apart are refused before they are mixed", async () => {
  const { mix } = await studio();
  const sound = { atMs: 0, path: "/nonexistent", name: "tick.wav", durationMs: 3_600_000 };
  const sounds = Array.from({ length: 200 }, () => sound);
  await expect(mix({ durationMs: 60_000, sounds })).rejects.toMatchObject({
    reported: { code: "SOUNDS_TOO_LONG", retriable: false },
  });
});

test("a soundtrack of nothing is silence of an exact length", async () => {
  const { mix } = await studio();
  const { samples } = await mix({ durationMs: 1_500 });
  expect(samples.equals(Buffer.alloc(72_000 * FRAME_BYTES))).toBe(true);
});

test("soft sounds without speech are brought to the same loudness", async () => {
  const { make, mix } = await studio();
  const path = await make("tone.flac", "sine=f=440:d=3:r=48000,volume=0.2");
  const mixed = await mix({
    durationMs: 6_000,
    sounds: [{ atMs: 0, path, name: "tone.flac", durationMs: 6_000 }],
  });
  expect(Math.abs((await measure(mixed.path)).lufs + 16)).toBeLessThan(1);
});

test.each([
  ["a playlist", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"],
  ["nothing", ""],
])("a sound file that contains %s is refused by its name", async (_what, content) => {
  const { mix, path } = await studio();
  await writeFile(path("tick.wav"), content);
  await expect(
    mix({ durationMs: 1_000, sounds: [{ atMs: 0, path: path("tick.wav"), name: "tick.wav" }] }),
  ).rejects.toMatchObject({
    reported: { code: "SOUND_UNREADABLE", retriable: false, message: expect.stringContaining('"tick.wav"') },
  });
});
