import { createReadStream } from "node:fs";
import { join } from "node:path";
import { objectKeys } from "@reelay/contracts";
import type { PlacedSound } from "../../painting/index.ts";
import { mixSoundtrack, type PlacedClip, type Soundtrack, writeCaptions } from "../../speech/index.ts";
import { storeOnce } from "../../store/index.ts";
import type { Stretch } from "../drawing/index.ts";
import type { RenderAttempt } from "../render/index.ts";
import type { Clips } from "./narration.ts";

/** A second of samples. */
const READ_BYTES = 48_000 * 4;

/** A longer cue is no cue. */
const LONGEST_CUE_MS = 60_000;

/** Places clips, cues and music on a stretch of the timeline. Pure. */
export function planSoundtrack(
  { startMs, endMs, isLast, sounds }: Stretch,
  {
    clips,
    folder,
    music,
  }: {
    clips: Clips;
    /** Of the template's sounds. */
    folder: string;
    music: Soundtrack["music"];
  },
): Soundtrack {
  const placed = sounds.map((sound) => ({ ...sound, atMs: sound.atMs - startMs }));
  const spoken = placed.flatMap((sound): PlacedClip[] => {
    // A clip ends with its scene.
    const clip = "clip" in sound && sound.atMs >= 0 ? clips.get(sound.clip) : undefined;
    return clip ? [{ atMs: sound.atMs, clip }] : [];
  });
  const cues = placed.flatMap((sound) => {
    if (!("file" in sound)) return [];
    const { atMs, file, durationMs, gainDb } = sound;
    if (atMs + (durationMs ?? LONGEST_CUE_MS) <= 0) return [];
    const optional = { ...(durationMs && { durationMs }), ...(gainDb && { gainDb }) };
    return [{ atMs, name: file, path: join(folder, file), ...optional }];
  });
  return {
    ...{ durationMs: endMs - startMs, part: { startMs, isLast } },
    ...{ clips: spoken, sounds: cues, music },
  };
}

/** Samples of a soundtrack, each part of which is mixed when its first samples are read. */
export async function* mixSamples(
  { config, directory, programs, signal }: RenderAttempt,
  parts: AsyncIterable<Soundtrack>,
): AsyncGenerator<Buffer> {
  const { ffmpeg } = programs;
  for await (const part of parts) {
    await using folder = await directory.inner("soundtrack");
    const { path } = await mixSoundtrack(part, {
      ffmpeg,
      folder: folder.path,
      limits: config.limits,
      signal,
    });
    yield* createReadStream(path, { highWaterMark: READ_BYTES, signal }) as AsyncIterable<Buffer>;
  }
}

/** Stores the narration's words as captions, and reports them. */
export async function publishCaptions(
  { ref, signal, state, store }: RenderAttempt,
  { clips, language, sounds }: { clips: Clips; language: string; sounds: readonly PlacedSound[] },
): Promise<void> {
  const vtt = writeCaptions(
    sounds.flatMap((sound) => {
      const clip = "clip" in sound ? clips.get(sound.clip) : undefined;
      return clip ? [{ atMs: sound.atMs, words: clip.words }] : [];
    }),
  );
  if (vtt === null) return;
  const key = objectKeys.attemptCaptions(ref.videoId, ref.attemptId);
  await storeOnce(store, key, Buffer.from(vtt), { contentType: "text/vtt", signal });
  state.update((before) => ({ ...before, captions: { key, language } }));
}
