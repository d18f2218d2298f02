import { type AudioState, soundsOf, type TranscodeParams } from "@reelay/contracts";
import { planSound } from "../../media/audio/index.ts";
import { type SoundTrack, type SourceFile, soundStartMs } from "../../media/probe/index.ts";
import type { CopiedSound } from "./copy/index.ts";

/** Audio renditions that earlier attempts have finished, by name. */
export function keptSounds({ keep }: Pick<TranscodeParams, "keep">, { sounds }: SourceFile) {
  const finished = soundsOf(keep).filter(({ playlist }) => playlist?.isComplete);
  return new Map<string, AudioState>(
    finished
      .filter(({ name }) => sounds.some((track) => track.name === name))
      .map((state) => [state.name, state]),
  );
}

/** State of an audio track before its encode. */
export function toAudioState(
  track: SoundTrack,
  { zeroSeconds }: SourceFile,
  { profile }: Pick<TranscodeParams, "profile">,
  copied: readonly CopiedSound[],
): AudioState {
  const { name, label, role, language, probe } = track;
  const startMs = soundStartMs(track, zeroSeconds);
  const copy = copied.find((sound) => sound.track === track);
  return {
    name,
    label,
    ...(role && { role }),
    ...(startMs > 0 && { startMs }),
    codec: profile.audio.codec,
    channels: copy?.channels ?? planSound(profile.audio, probe.channels, 0).channels,
    language,
    playlist: null,
  };
}
