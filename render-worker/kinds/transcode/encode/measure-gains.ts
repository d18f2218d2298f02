import { inSpan } from "@reelay/telemetry";
import { tracerName } from "../../../attempt/index.ts";
import { measureGainDb } from "../../../media/audio/index.ts";
import type { SoundTrack, SourceFile } from "../../../media/probe/index.ts";
import type { TranscodeAttempt } from "../context.ts";

/**
 * How much louder each sound is to be, by its name; none where the profile leaves them as they are. Every task of a video measures the same, and comes
 * to the same. One after the other: each opens the source in many places.
 */
export async function measureGains(
  { config, programs, signal, task, trace }: TranscodeAttempt,
  { source, sounds }: { source: SourceFile; sounds: readonly SoundTrack[] },
): Promise<Map<string, number>> {
  const { loudness } = task.profile.audio;
  const gains = new Map<string, number>();
  if (!loudness) return gains;
  const options = { ffmpeg: programs.ffmpeg, limits: config.limits, signal };
  const { durationMs } = source.probe;
  for (const { name, index, probe } of sounds) {
    const track = { input: source.input, index, channels: probe.channels, durationMs };
    const gainDb = await inSpan(tracerName, "measure-loudness", { parent: trace }, () =>
      measureGainDb(track, loudness.targetLufs, options),
    );
    gains.set(name, gainDb);
  }
  return gains;
}
