import { type AudioState, audioTracksOf, type VariantsParams } from "@reelay/contracts";
import { planAudioEncoding } from "../../media/audio/index.ts";
import { type AudioTrack, audioStartMs, type SourceFile } from "../../media/probe/index.ts";

/** Audio renditions that earlier attempts have finished, by name. */
export function keptAudioTracks({ keep }: Pick<VariantsParams, "keep">, { audioTracks }: SourceFile) {
  const finished = audioTracksOf(keep).filter(({ playlist }) => playlist?.isComplete);
  return new Map<string, AudioState>(
    finished
      .filter(({ name }) => audioTracks.some((track) => track.name === name))
      .map((state) => [state.name, state]),
  );
}

/** State of an audio track before its encode, or before it is copied with the channels of its source. */
export function toAudioState(
  track: AudioTrack,
  { zeroSeconds }: SourceFile,
  { profile }: Pick<VariantsParams, "profile">,
  copied: readonly { track: AudioTrack; channels: number }[],
): AudioState {
  const { name, label, role, language, probe } = track;
  const startMs = audioStartMs(track, zeroSeconds);
  const copy = copied.find((audio) => audio.track === track);
  return {
    name,
    label,
    ...(role && { role }),
    ...(startMs > 0 && { startMs }),
    codec: profile.audio.codec,
    channels: copy?.channels ?? planAudioEncoding(profile.audio, probe.channels, 0).channels,
    language,
    playlist: null,
  };
}
