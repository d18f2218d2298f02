import { createReadStream } from "node:fs";
import { join } from "node:path";
import { objectKeys } from "@reelay/contracts";
import type { PlacedSound } from "../../painting/index.ts";
import { mixSoundtrack, type PlacedClip, type Soundtrack, writeCaptions } from "../../speech/index.ts";
import { storeOnce } from "../../store/index.ts";
import type { RenderAttempt } from "../render/index.ts";
import type { Clips } from "./narrate.ts";

/** A second of samples. */
const READ_BYTES = 48_000 * 4;

/** Places clips, cues and music on the timeline; null: nothing is heard. Pure. */
export function planSoundtrack(
  sounds: readonly PlacedSound[],
  {
    clips,
    durationMs,
    folder,
    music,
  }: {
    clips: Clips;
    durationMs: number;
    /** Of the template's sounds. */
    folder: string;
    music: Soundtrack["music"];
  },
): Soundtrack | null {
  if (sounds.length === 0 && music === null) return null;
  const spoken = sounds.flatMap((sound): PlacedClip[] => {
    const clip = "clip" in sound ? clips.get(sound.clip) : undefined;
    return clip ? [{ atMs: sound.atMs, clip }] : [];
  });
  const cues = sounds.flatMap((sound) => {
    if (!("file" in sound)) return [];
    const { atMs, file, durationMs, gainDb } = sound;
    const optional = { ...(durationMs && { durationMs }), ...(gainDb && { gainDb }) };
    return [{ atMs, name: file, path: join(folder, file), ...optional }];
  });
  return { durationMs, clips: spoken, sounds: cues, music };
}

/** Samples of a mixed soundtrack, which is mixed when the first of them are read. */
export async function* mixSamples(
  { config, directory, programs, signal }: RenderAttempt,
  soundtrack: Soundtrack,
): AsyncGenerator<Buffer> {
  await using folder = await directory.inner("soundtrack");
  const { ffmpeg } = programs;
  const options = { ffmpeg, folder: folder.path, limits: config.limits, signal };
  const { path } = await mixSoundtrack(soundtrack, options);
  yield* createReadStream(path, { highWaterMark: READ_BYTES, signal }) as AsyncIterable<Buffer>;
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
