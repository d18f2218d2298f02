import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inputError } from "../../errors.ts";
import type { Program, ProgramResult } from "../../programs/index.ts";
import { type DecodeOptions, decodeSound, mixingFailed } from "./decode-sound.ts";
import {
  finishingArguments,
  gainTo,
  loudness,
  measuringArguments,
  mixingArguments,
  parseLoudness,
  type RawFile,
} from "./plan-mix.ts";
import {
  type PlacedClip,
  type PlacedSound,
  SOUNDTRACK_FRAME_BYTES,
  SOUNDTRACK_RATE,
  type Soundtrack,
} from "./soundtrack.ts";
import { Timeline } from "./timeline.ts";

export interface MixOptions extends DecodeOptions {
  /** An empty folder that ffmpeg may write. The result is the only file that stays there. */
  folder: string;
}

/** A mixed soundtrack. */
export interface MixedSoundtrack {
  /** 16-bit little-endian stereo samples at 48 kHz, exactly as long as the soundtrack. */
  path: string;
  sizeBytes: number;
}

/** A longer cue is no cue. */
const MAX_SOUND_MS = 60_000;
/** Sounds of a given length that may be heard at a time, on average. */
const MAX_OVERLAPS = 8;
/** Hours of audio take seconds. */
const TIMEOUT_MS = 600_000;
const format = { sampleRate: SOUNDTRACK_RATE, channels: 2 };

/**
 * Mixes speech, sounds and music to an integrated loudness of -16 LUFS (EBU R128), with true peaks below -1
 * dBTP. Speech and music are measured first, so that their balance does not depend on voice and file; the
 * whole gets one gain, which keeps its dynamics. Everything that reads a file of a user is ffmpeg in its
 * jail. Throws a `RenderError`: `SOUND_UNREADABLE` and `SOUNDS_TOO_LONG` are final, `MIXING_FAILED` is not.
 */
export async function mixSoundtrack(soundtrack: Soundtrack, options: MixOptions): Promise<MixedSoundtrack> {
  const { durationMs, clips, sounds, music, part = { startMs: 0, isLast: true } } = soundtrack;
  const { ffmpeg, folder, signal } = options;
  const frames = Math.round((durationMs / 1000) * SOUNDTRACK_RATE);
  const at = (name: string) => join(folder, name);
  const result = { path: at("soundtrack.s16le"), sizeBytes: frames * SOUNDTRACK_FRAME_BYTES };
  if (clips.length + sounds.length === 0 && music === null) {
    await writeFile(result.path, "");
    await truncate(result.path, result.sizeBytes);
    return result;
  }
  const speech = await placeClips(clips, durationMs, folder);
  const placed = sounds.length > 0 ? await placeSounds(sounds, durationMs, options) : null;
  const tune = music === null ? null : await decodeMusic(music, part.startMs + durationMs, options);
  const speechLufs =
    speech.length > 0 ? await measureBy(ffmpeg, measuringArguments(speech), signal) : loudness.target;
  const mix = {
    ...{ speech, sounds: placed, music: tune, durationMs, part },
    speechGainDb: gainTo(loudness.target, speechLufs),
  };
  const lufs = await measureBy(ffmpeg, mixingArguments(mix, at("mix.f32le")), signal);
  await run(
    ffmpeg,
    finishingArguments(at("mix.f32le"), gainTo(loudness.target, lufs), frames, result.path),
    signal,
  );
  const parts = [...speech, ...[placed, tune].filter((file) => file !== null)].map(({ path }) => path);
  for (const path of [...parts, at("mix.f32le")]) await rm(path);
  return result;
}

/** One timeline per sample rate: engines have one, but a soundtrack may have clips of several. */
async function placeClips(
  clips: readonly PlacedClip[],
  durationMs: number,
  folder: string,
): Promise<RawFile[]> {
  const files: RawFile[] = [];
  for (const [sampleRate, ofRate] of Map.groupBy(clips, ({ clip }) => clip.sampleRate)) {
    const layout = { sampleRate, channels: 1 };
    const path = join(folder, `speech-${sampleRate}.s16le`);
    await using timeline = await Timeline.create(path, durationMs, layout);
    for (const { atMs, clip } of ofRate) await timeline.add(atMs, clip.samples);
    files.push({ path, ...layout });
  }
  return files;
}

async function placeSounds(
  sounds: readonly PlacedSound[],
  durationMs: number,
  options: MixOptions,
): Promise<RawFile> {
  assertFew(sounds, durationMs);
  const path = join(options.folder, "sounds.s16le");
  await using timeline = await Timeline.create(path, durationMs, format);
  const decoded = join(options.folder, "sound.s16le");
  for (const [, [first, ...others]] of Map.groupBy(sounds, (sound) => sound.path)) {
    if (first === undefined) continue;
    await decodeSound(first, decoded, MAX_SOUND_MS, options);
    const samples = await readFile(decoded);
    await rm(decoded);
    for (const { atMs, durationMs: lastsMs, gainDb } of [first, ...others])
      await timeline.add(atMs, samples, { gainDb, lastsMs });
  }
  return { path, ...format };
}

/** Every second of a sound takes time of the worker. Throws a final `RenderError`. */
function assertFew(sounds: readonly PlacedSound[], durationMs: number): void {
  const totalMs = sounds.reduce(
    (sum, { atMs, durationMs: lastsMs = 0 }) => sum + Math.max(0, Math.min(lastsMs, durationMs - atMs)),
    0,
  );
  const mostMs = MAX_OVERLAPS * durationMs;
  if (totalMs <= mostMs) return;
  throw inputError(
    "SOUNDS_TOO_LONG",
    `The sounds last for ${Math.round(totalMs / 1000)} s together, and may last for ${Math.round(mostMs / 1000)} s: at most ${MAX_OVERLAPS} at a time. Use fewer or shorter ones.`,
  );
}

async function decodeMusic(
  music: NonNullable<Soundtrack["music"]>,
  durationMs: number,
  options: MixOptions,
): Promise<RawFile & { musicGainDb: number }> {
  const path = join(options.folder, "music.s16le");
  const lufs = await decodeSound(music, path, durationMs, options);
  return { path, ...format, musicGainDb: gainTo(loudness.music, lufs) + (music.gainDb ?? 0) };
}

/**
 * Returns the loudness in LUFS that ffmpeg printed. Without it the gain is unknown, and a part without its
 * gain is louder or softer than the next one, so the mix fails and is repeated.
 */
async function measureBy(ffmpeg: Program, args: readonly string[], signal: AbortSignal): Promise<number> {
  const result = await run(ffmpeg, args, signal);
  const lufs = parseLoudness(result.stderr);
  if (lufs === null) throw mixingFailed(result);
  return lufs;
}

async function run(ffmpeg: Program, args: readonly string[], signal: AbortSignal): Promise<ProgramResult> {
  const result = await ffmpeg.run(args, { signal, timeoutMs: TIMEOUT_MS });
  if (result.exitCode !== 0) throw mixingFailed(result);
  return result;
}
