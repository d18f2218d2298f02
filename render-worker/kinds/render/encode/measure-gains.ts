import { inSpan } from "@reelay/telemetry";
import { TRACER_NAME } from "../../../attempt/index.ts";
import { measureGainDb } from "../../../media/audio/index.ts";
import type { AudioTrack, SourceFile } from "../../../media/probe/index.ts";
import type { RenderAttempt } from "../context.ts";

/**
 * Gain of each audio track by name; empty if the profile keeps the loudness. Every task of a video computes
 * the same values. Sequential, since each measurement opens the source several times.
 */
export async function measureGains(
  { config, programs, signal, task, trace }: RenderAttempt,
  { source, audioTracks }: { source: SourceFile; audioTracks: readonly AudioTrack[] },
): Promise<Map<string, number>> {
  const { loudness } = task.profile.audio;
  const gains = new Map<string, number>();
  if (!loudness) return gains;
  const options = { ffmpeg: programs.ffmpeg, limits: config.limits, signal };
  const { durationMs } = source.probe;
  for (const { name, index, probe } of audioTracks) {
    const track = { input: source.input, index, channels: probe.channels, durationMs };
    const gainDb = await inSpan(TRACER_NAME, "measure-loudness", { parent: trace }, () =>
      measureGainDb(track, loudness.targetLufs, options),
    );
    gains.set(name, gainDb);
  }
  return gains;
}
